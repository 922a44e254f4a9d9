#!/bin/bash
# SPDX-License-Identifier: MIT
#
# linux.sh NAME HYPERVISOR [wall]: one machine with Debian's kernel as the control
# domain, our tools, and guests made by linux/dom0; rows to build/bench/NAME.linux:
#
#   ROW UNIT VALUE HYPERCALLS CR3 FLUSHES IPIS
#
# With `wall` nothing is counted: lines `ROW TIME` to NAME.linux-wall, each the best of
# five. The time of a creation is then xl's.
#
# The control domain's init and the creation of a guest come first, then the rows
# of linux/main.c with tsc_mode=native, then with the default.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh
. tests/bench/lib.sh
name=$1 HV=$2 wall=${3:-}
DO=script SMP=1 MEM=1024 DOM0_MEM=384M
trace=$PWD/$OUT/$name.linux.trace log=$OUT/$name.linux.log
vm_args=("${ICOUNT[@]}" -d plugin,trace:apic_mem_writel -D "$trace"
    -plugin "$PWD/$OUT/plugin.so")
[ ! "$wall" ] || vm_args=()

prepare_script tests/bench/linux/dom0 $OUT/linux/{first.elf,tool,ramdisk}
cp build/images/guest.cpio.kernel "$VM/r/script/kernel"
echo "${wall:+best=5}" >"$VM/r/script/extra"
# the same bytes in each run: they reach Linux's random numbers
head -c 64 /dev/zero >"$VM/r/etc/seed"
machine_start ${vm_args[0]:+"${vm_args[@]}"}
watch_script "${LINUX_LIMIT:-600}" >"$log"
status=$?
sed -n 's/.*@@ init [^ ]* \([0-9]*\).*/init \1/p' "$SERIAL" | head -n 1 >"$log.init"
[ $status = 0 ] || {
    tail -n 20 "$log" "$SERIAL"
    die "$name: the control domain's script ended with $status"
}
[ ! "$wall" ] || {
    cat "$log.init" "$log" | awk -v wall=1 -f tests/bench/linux.awk \
        >"$OUT/$name.linux-wall"
    exit
}
cat "$log.init" "$log" | awk -f tests/bench/linux.awk - "$trace" >"$OUT/$name.linux"
status=$?
[ "${KEEP_TRACE:-}" ] || rm -f "$trace"
exit $status
