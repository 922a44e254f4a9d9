#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Each row that hypercalls.def answers is covered by a test of its use and by one of
# its abuse. A test under tests/ says what it covers in a comment of one line:
#
#     /* covers use: event_channel_op.send set_timer_op */
#     /* covers abuse: event_channel_op.send */           (in a script: # covers ...)
#
# A name must be a row, and the file must make that call: the number's macro
# stands in it, or a helper of frontends/rt/hypercall.h with the call's name.
# Rows that nothing covers yet are in uncovered.txt, which may only shrink:
# coverage.sh update writes it anew.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
list=tests/guest/uncovered.txt
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0

# ROW MACRO: by which the row is called in C.
grep -oE '\b(HC|SUB|OUT)\([^)]*\)' hypervisor/hypercall/hypercalls.def |
    sed -nE 's/^HC\((\w+),.*/\1 __HYPERVISOR_\1/p
        s/^(SUB|OUT)\((\w+), (\w+), (\w+)\)/\2.\4 \3\4/p' |
    grep -vxE 'call\.name prefixname|name __HYPERVISOR_name' >"$tmp/rows"

grep -rnoE --include='*.c' --include='*.sh' 'covers (use|abuse): [a-zA-Z0-9_. ]+' tests |
    grep -v '^tests/guest/coverage.sh' |
    while IFS=: read -r file _ kind names; do
        for row in $names; do
            macro=$(awk -v r="$row" '$1 == r { print $2 }' "$tmp/rows")
            if [ -z "$macro" ]; then
                echo "fail $file: covers $row, which is no row of hypercalls.def" >&2
                continue
            fi
            case $row in *.*) made=$macro ;; *) made="$macro\b|hc_$row\(|HC\($row," ;; esac
            if [[ $file == *.c ]] && ! grep -qE "\b($made)" "$file"; then
                echo "fail $file: covers $row but never calls it" >&2
                continue
            fi
            echo "${kind#covers } $row"
        done
    done 2>"$tmp/errors" | sort -u >"$tmp/covered"
if [ -s "$tmp/errors" ]; then
    cat "$tmp/errors"
    failed=1
fi

awk '{ print "use " $1; print "abuse " $1 }' "$tmp/rows" | sort -u >"$tmp/wanted"
comm -23 "$tmp/wanted" "$tmp/covered" >"$tmp/uncovered"
if [ "${1:-}" = update ]; then
    cp "$tmp/uncovered" $list
    exit $failed
fi
while read -r kind row; do
    echo "fail $row: no test covers its $kind"
    failed=1
done < <(comm -23 "$tmp/uncovered" <(sort -u $list))
while read -r kind row; do
    echo "fail $row: a test covers its $kind now, or the row is gone: coverage.sh update"
    failed=1
done < <(comm -13 "$tmp/uncovered" <(sort -u $list))
echo "pass $(wc -l <"$tmp/covered") of $(wc -l <"$tmp/wanted") uses and abuses are covered"
exit $failed
