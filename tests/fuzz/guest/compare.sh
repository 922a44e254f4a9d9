#!/bin/bash
# SPDX-License-Identifier: MIT
#
# compare.sh [SEEDS [SEED]]: the same calls on our hypervisor and on Debian's Xen
# 4.17 (HV_XEN=image, else the one that `make bench-boot` uses), as the control
# domain and as a guest, on one vcpu. Of each episode the results are compared up
# to the first call that succeeds on one side alone: from there the two have
# different things. A difference is good when docs/fuzz-differences.txt has a line
#   ROW OURS XEN reason
# of that row and those errno (0: it succeeded; *: any). Others are printed, and
# fail.
set -u
. "$(dirname "$0")/lib.sh"
seeds=${1:-3} seed=${2:-1}
xen=${HV_XEN:-$(find "$root/build/cache/x" -name 'xen-4.17-amd64*' -path '*boot*' 2>/dev/null |
    head -n 1)}
[ -r "${xen:-}" ] || { echo "compare.sh: no Xen: give HV_XEN=image" >&2; exit 2; }
export -f fuzz_boot
export image SMP=1 FUZZ_LOGLVL=error      # no line of the log among ours
bad=0
for mode in guest=0 guest=1; do
    options="$mode seed=$seed seeds=$seeds episodes=10 log=e xen=1 lax=1"
    for side in ours xen; do
        hv=$root/build/xen-splitring
        [ $side = ours ] || hv=$xen
        # shellcheck disable=SC2016
        ${FUZZ_RUN:-} bash -c 'fuzz_boot "$@"' boot "$hv" "$options" \
            "$root/build/fuzz-compare.$side"
    done
    awk -v mode="$mode" '
        function hex(s,   i, n) {
            n = 0
            for (i = 1; i <= length(s); i++)
                n = n * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
            return n
        }
        function errno(s) { return hex(s) % 256 }
        { sub(/\r$/, "") }
        FILENAME ~ /differences/ { if ($1 !~ /^#/ && NF > 3) known[$1 " " $2 " " $3] = 1; next }
        $1 == "row" { name[hex($2)] = $3 }
        $1 != "e" { next }
        FILENAME ~ /ours$/ { ours[$2 " " $3] = $4; next }
        ($2 " " $3) in ours { compare($2 " " $3, ours[$2 " " $3], $4) }
        function compare(where, a, b,   i, x, y, ex, ey, row, key) {
            episodes++
            for (i = 1; i < length(a) && i < length(b); i += 6) {
                calls++
                x = substr(a, i, 6); y = substr(b, i, 6)
                if (x == y)
                    continue
                ex = errno(substr(x, 3)); ey = errno(substr(y, 3))
                row = name[hex(substr(x, 1, 2))]
                key = row " " ex " " ey
                if (!(key in seen)) { first[key] = where " call " (i - 1) / 6 }
                seen[key]++
                if (substr(x, 1, 2) != substr(y, 1, 2) || !ex != !ey || (!ex && !ey))
                    return
            }
        }
        END {
            for (key in seen) {
                split(key, k, " ")
                if (key in known || (k[1] " * *") in known) {
                    explained += seen[key]
                } else {
                    printf "fail fuzz-compare: %s: %s (ours Xen), %d times, first at seed and episode %s\n",
                        mode, key, seen[key], first[key]
                    bad = 1
                }
            }
            printf "%s: %d calls of %d episodes compared, %d differences explained\n", mode,
                calls, episodes, explained
            exit bad || calls == 0
        }' "$root/docs/fuzz-differences.txt" "$root/build/fuzz-compare.ours" \
        "$root/build/fuzz-compare.xen" || bad=1
done
[ "$bad" = 0 ] && echo "pass fuzz-compare"
exit $bad
