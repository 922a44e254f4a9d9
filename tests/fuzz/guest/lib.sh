#!/bin/bash
# SPDX-License-Identifier: MIT
# lib.sh - sourced by the scripts of the fuzzing guest: boots it, and names the
# hypervisor's source that a run was made with.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd) || exit 1
image=$root/build/guest/fuzz.elf
export FUZZ_LOG=$root/build/fuzz-guest.log

# The hash of the hypervisor's folder; with + when it was changed since.
source_key() {
    local key
    key=$(git -C "$root" rev-parse HEAD:hypervisor) || return 1
    git -C "$root" diff --quiet HEAD -- hypervisor || key=$key+
    echo "$key"
}

# fuzz_boot HYPERVISOR OPTIONS OUTPUT: one boot, at most FUZZ_TIME seconds.
# SMP: CPUs of the machine. Xen needs its own switches to be comparable.
fuzz_boot() {
    timeout "${FUZZ_TIME:-60}" qemu-system-x86_64 -accel tcg -cpu qemu64 -m 256 \
        -smp "${SMP:-1}" -nographic -no-reboot -kernel "$1" -initrd "$image $2" \
        -append "com1=115200,8n1 console=com1 dom0_mem=96M dom0_max_vcpus=4 loglvl=${FUZZ_LOGLVL:-info} guest_loglvl=${FUZZ_LOGLVL:-info} gnttab=max-ver:1 pv-linear-pt=false" \
        </dev/null >"$3" 2>&1
}
