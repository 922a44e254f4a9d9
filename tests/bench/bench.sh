#!/bin/bash
# SPDX-License-Identifier: MIT
#
# make bench: what a guest's operations cost on Splitring and on Debian's Xen 4.17,
# on the same QEMU line, in one run.
#
#   ROWS=a:b       only rows whose names begin so
#   STAGES=...     some of: icount (instructions, and what is counted on one CPU),
#                  smp (counts on two CPUs), wall (wall time, five boots of each in
#                  turn, in each the best of 30 runs of a row), linux (rows in a
#                  Linux guest, boot, a guest's creation: see linux.sh), linux-wall
#                  (their wall time, five boots of each in turn); all of them, or
#                  the first two when rows are named
#   PROFILE=row    instead: the hypervisor's instructions by function in that row
#
# Instructions are counted by virtual time: each takes 2 ns, which the TSC counts,
# and an empty loop's are taken off. They are the same from run to run, so what
# Xen needs is kept in build/bench until the image or Xen changes. Hypercalls, CR3
# loads and flushes are counted by a plugin of QEMU's (plugin.c), IPIs in its trace.
#
# Prints a table, and writes build/bench.json and build/bench.svg.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
. images/lib.sh
. tests/bench/lib.sh
rows=${ROWS:+rows=${ROWS// /:}}
: "${STAGES:=icount smp ${ROWS:-linux wall linux-wall}}"
json=${BENCH_JSON:-build/bench.json}

# counted NAME STAGE WORDS: lines of counts.awk in $OUT/NAME.STAGE
counted() {
    local log=$OUT/$1.$2.log trace=$PWD/$OUT/$1.$2.trace
    bench_boot "$1" "$rows $3" "${ICOUNT[@]}" -d plugin,trace:apic_mem_writel \
        -D "$trace" -plugin "$PWD/$OUT/plugin.so" >"$log" || {
        tail -n 20 "$log"
        die "$1: the rows did not end, see $log"
    }
    awk -f tests/bench/counts.awk "$log" "$trace" >"$OUT/$1.$2" || exit 1
    [ "${KEEP_TRACE:-}" ] || rm -f "$trace"
}

# both STAGE WORDS: ours, and Xen's, which may be kept from another time
both() {
    local key kept
    counted splitring "$1" "$2"
    key=$({ cat "$OUT/image.elf" "$OUT/plugin.so" "$(hypervisor_file xen)" \
        tests/bench/{lib.sh,counts.awk}
        echo "$1 $rows $2 ${BENCH_SMP:-1}"
        qemu-system-x86_64 --version; } | sha256sum | cut -c 1-16)
    kept=$OUT/kept/$key
    if [ ! -s "$kept" ]; then
        counted xen "$1" "$2"
        mkdir -p "$OUT/kept"
        cp "$OUT/xen.$1" "$kept"
    fi
    cp "$kept" "$OUT/xen.$1"
}

wall_rows() {
    bench_boot "$1" "$rows times=1 best=30" >"$OUT/$1.wall.log" || {
        tail -n 20 "$OUT/$1.wall.log" >&2
        die "$1: the rows did not end, see $OUT/$1.wall.log"
    }
    awk '$1 == "row" { print $2, $3 / $4 }' "$OUT/$1.wall.log"
}

wall_linux() {
    tests/bench/linux.sh "$1" "$(hypervisor_file "$1")" wall >&2 || exit 1
    cat "$OUT/$1.linux-wall"
}

# wall STAGE RUN: lines `ROW TIME` in $OUT/NAME.STAGE, the median of five runs in turn
wall() {
    local i name
    rm -f "$OUT"/{splitring,xen}.runs
    for ((i = 0; i < ${RUNS:-5}; i++)); do
        for name in splitring xen; do
            "$2" $name >>"$OUT/$name.runs" || exit 1
        done
    done
    for name in splitring xen; do
        sort -k1,1 -k2,2n "$OUT/$name.runs" | awk -v middle=$(((${RUNS:-5} + 1) / 2)) '
            $1 != last { n = 0; last = $1 }
            ++n == middle { print }' >"$OUT/$name.$1"
    done
}

linux() {
    local name
    for name in splitring xen; do
        tests/bench/linux.sh $name "$(hypervisor_file $name)" || exit 1
    done
}

profile() {
    local rounds=1
    for name in splitring xen; do
        [ $name = splitring ] || [ "${PROFILE_XEN:-}" ] || continue
        bench_boot $name "rows=$PROFILE" "${ICOUNT[@]}" \
            -plugin "$PWD/$OUT/plugin.so,profile=$PWD/$OUT/profile" >"$OUT/profile.log" ||
            { tail -n 20 "$OUT/profile.log"; die "the row $PROFILE did not end"; }
        rounds=$(awk '$1 == "row" { print $4; exit }' "$OUT/profile.log")
        [ -n "$rounds" ] || die "there is no row $PROFILE: see tests/bench/image/rows.c"
        echo "$PROFILE on $name, instructions of the hypervisor per round:"
        { [ $name = xen ] || nm -n build/xen-splitring.elf; } |
            awk -v rounds="$rounds" -f tests/bench/profile.awk - "$OUT/profile"
    done
}

mkdir -p "$OUT"
hypervisor_file xen >/dev/null || exit 1
[ -z "${PROFILE:-}" ] || { profile; exit; }
files=()
for stage in icount smp linux wall linux-wall; do
    case " $STAGES " in *" $stage "*) ;; *) continue ;; esac
    case $stage in
    icount) both icount '' ;;
    smp) BENCH_SMP=2 both smp second=1 ;;
    wall) wall wall wall_rows ;;
    linux) linux ;;
    linux-wall) wall linux-wall wall_linux ;;
    esac
    files+=("$OUT"/{splitring,xen}."$stage")
done

awk -f tests/bench/results.awk "${files[@]}" >"$OUT/results"
awk -f tests/bench/table.awk "$OUT/results"
awk -f tests/bench/json.awk "$OUT/results" >"$json"
awk -f tests/bench/svg.awk "$OUT/results" >"${json%.json}.svg"
echo "written: $json ${json%.json}.svg"
