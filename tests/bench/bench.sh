#!/bin/bash
# SPDX-License-Identifier: MIT
#
# make bench: what a guest's operations cost on Splitring and on Debian's Xen 4.17,
# on the same QEMU line, in one run.
#
#   ROWS=a:b     only rows whose names begin so
#
# Instructions are counted by virtual time: each takes 2 ns, which the TSC counts,
# and an empty loop's are taken off. They are the same from run to run, so what
# Xen needs is kept in build/bench until the image or Xen changes.
#
# Prints a table, and writes build/bench.json and build/bench.svg.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
. images/lib.sh
. tests/bench/lib.sh
words=${ROWS:+rows=${ROWS// /:}}

# instructions NAME: lines `ROW INSTRUCTIONS` in $OUT/NAME.icount
instructions() {
    local log=$OUT/$1.log
    bench_boot "$1" "$words" "${ICOUNT[@]}" >"$log" || {
        tail -n 20 "$log"
        die "$1: the rows did not end, see $log"
    }
    awk '$1 == "row" { printf "%s %.2f\n", $2, $3 / 2 / $4 }' "$log" >"$OUT/$1.icount"
}

# xen_instructions: the same of Xen, or those that are kept
xen_instructions() {
    local key kept
    key=$({ cat "$OUT/image.elf" "$(hypervisor_file xen)" tests/bench/lib.sh
        echo "$words"; qemu-system-x86_64 --version; } | sha256sum | cut -c 1-16)
    kept=$OUT/kept/$key
    if [ -s "$kept" ]; then
        cp "$kept" "$OUT/xen.icount"
    else
        instructions xen
        mkdir -p "$OUT/kept"
        cp "$OUT/xen.icount" "$kept"
    fi
}

mkdir -p "$OUT"
hypervisor_file xen >/dev/null || exit 1
instructions splitring
xen_instructions

# group, name, unit, ours, Xen's
while read -r row ours; do
    echo "hypervisor $row instructions $ours $(awk -v r="$row" \
        '$1 == r { print $2 }' "$OUT/xen.icount")"
done <"$OUT/splitring.icount" >"$OUT/results"

awk -f tests/bench/table.awk "$OUT/results"
awk -f tests/bench/json.awk "$OUT/results" >build/bench.json
awk -f tests/bench/svg.awk "$OUT/results" >build/bench.svg
echo "written: build/bench.json build/bench.svg"
