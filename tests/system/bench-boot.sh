#!/bin/bash
# SPDX-License-Identifier: MIT
#
# make bench-boot: from QEMU's start to the control domain's init, beside Debian's
# Xen 4.17 with the same kernel, initrd and QEMU line; RUNS (7) of each in turn.
# Wall time and, in runs of their own, virtual time under icount, in which every
# instruction takes 2 ns and which the TSC counts in both. The medians'
# ratio is to be at most 0.9. Xen's wait for the clock chip's next second is within
# the longest silence of its log, which is shown apart. MODES=wall takes one.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh
RUNS=${RUNS:-7}
DO=bare SMP=${BENCH_SMP:-1} MEM=2048
ours=${HV_OURS:-build/xen-splitring}
printf 'echo ok\n' >build/results/nothing
ICOUNT=(-icount 'shift=1,sleep=off' -rtc 'base=2026-01-01,clock=vm')

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# once HV MODE: milliseconds until init, and in WAIT the longest silence between
# two lines before the kernel (Xen's clock wait is one of them)
once() {
    local ms='' last=0
    HV=$1
    [ "$2" = wall ] && vm_args=() || vm_args=("${ICOUNT[@]}")
    prepare_script build/results/nothing
    # the same bytes in each run: they reach Linux's random numbers
    head -c 64 /dev/zero >"$VM/r/etc/seed"
    machine_start ${vm_args[0]:+"${vm_args[@]}"}
    WAIT=0
    while machine_read 120; do
        [ -n "$ms" ] || [ $((AT - last)) -le "$WAIT" ] || WAIT=$((AT - last))
        last=$AT
        case $LINE in *'@@ init '*)
            ms=$AT ticks=${LINE##* }
            break ;;
        esac
    done
    machine_stop
    MS=${ms:-0}
    # one nanosecond of virtual time is half an instruction here
    [ "$2" = wall ] || MS=$((${ticks:-0} / 1000000))
    [ "$MS" -gt 0 ] || die "$1 did not reach the control domain's init"
}

for mode in ${MODES:-wall icount}; do
    : >build/results/bench.ours
    : >build/results/bench.debian
    : >build/results/bench.wait
    for ((i = 1; i <= RUNS; i++)); do
        once "$ours" $mode
        echo "$MS" >>build/results/bench.ours
        a=$MS
        once debian $mode
        echo "$MS" >>build/results/bench.debian
        echo "$WAIT" >>build/results/bench.wait
        echo "$mode run $i: ours $a ms, Debian's Xen $MS ms (its longest silence $WAIT ms)"
    done
    o=$(median <build/results/bench.ours) d=$(median <build/results/bench.debian)
    w=$(median <build/results/bench.wait)
    awk -v m=$mode -v o="$o" -v d="$d" -v w="$w" 'BEGIN {
        printf "%s: median ours %d ms, Debian'"'"'s Xen %d ms, ratio %.2f (at most 0.90); the longest silence of its log %d ms (the clock chip, or the kernel unpacked)\n",
            m, o, d, o / d, w
        exit o / d > 0.9 }' || failures=1
done
finish
