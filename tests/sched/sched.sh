#!/bin/bash
# SPDX-License-Identifier: MIT
#
# make sched: how the scheduler shares two CPUs, by the hypervisor's own accounts,
# beside Debian's Xen 4.17 with the same image on the same QEMU line. Time is
# virtual (icount), so the figures do not depend on the host's load, and Xen's are
# kept in build/sched until the image or Xen changes.
#
#   SECONDS_EACH=10 PINGS=500     how long
#   SCHED_HV=ours                 without Xen
#
# It fails if one of sixteen domains of four weights is 1 % off its entitlement, a
# capped one 1 % off its cap, a thief gets 1 % more than its share, or a ping's
# median or 99th percentile is later than on Xen.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
. images/lib.sh
. tests/bench/lib.sh
mkdir -p build/sched
words="seconds=${SECONDS_EACH:-10} pings=${PINGS:-500}"

# boot NAME: its figures, one a line
boot() {
    local dir pid fd line status=1
    dir=$(mktemp -d build/sched/XXXXXX)
    cp "$(hypervisor_file "$1")" "$dir/hypervisor"
    cp build/sched/image.elf "$dir/image"
    exec {fd}< <(cd "$dir" && exec qemu-system-x86_64 -accel tcg -machine pc \
        -cpu qemu64 -m 256 -smp 2 -nodefaults -display none -nic none \
        -no-reboot -serial stdio "${ICOUNT[@]}" -kernel hypervisor \
        -append 'com1=115200,8n1 console=com1 dom0_mem=64M dom0_max_vcpus=1' \
        -initrd "image tests=$2 $words" </dev/null 2>&1)
    pid=$!
    while IFS= read -r -t 300 -u "$fd" line; do
        line=${line%$'\r'}
        echo "$line"
        case $line in
        [0-9]*' passed, 0 failed') status=0; break ;;
        [0-9]*' passed, '*) break ;;
        esac
    done >"build/sched/$1.log"
    kill "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    exec {fd}<&-
    rm -rf "$dir"
    [ $status = 0 ] || {
        tail -n 20 "build/sched/$1.log"
        die "$1: the measurements did not end, see build/sched/$1.log"
    }
    sed -n "s/^figure /$1 /p" "build/sched/$1.log"
}

# boot_xen MEASURES: the same of Xen, or what is kept
boot_xen() {
    local key kept
    key=$({ cat build/sched/image.elf "$(hypervisor_file xen)" tests/sched/sched.sh
        echo "$1 $words"; qemu-system-x86_64 --version; } | sha256sum | cut -c 1-16)
    kept=build/sched/kept.$key
    [ -s "$kept" ] || { boot xen "$1" >"$kept.new" && mv "$kept.new" "$kept"; } || exit 1
    cat "$kept"
}

measures=${MEASURES:-weights:caps:ping:thief}
{
    boot splitring "$measures"
    [ "${SCHED_HV:-}" = ours ] || boot_xen "$measures"
} >build/sched/figures || exit 1
awk -f tests/sched/judge.awk build/sched/figures
