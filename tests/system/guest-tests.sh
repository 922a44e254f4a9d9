#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The guest tests run as a guest beside another that ticks: every abuse gets its
# error or ends its own domain, and the neighbour misses no tick by more than
# 250 ms. On our hypervisor; GUEST_TEST_HV=debian takes Debian's Xen, with all our
# other parts.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh
for d in tests/guest/crash-*/; do basename "$d"; done >build/results/crashes

# Time is counted in instructions: how late a tick is has nothing to do with what
# else the host is doing.
vm_args=(-icount 'shift=1,sleep=off' -rtc base=2026-01-01,clock=vm)
for HV in ${GUEST_TEST_HV:-build/xen-splitring}; do
    label=ours
    [ "$HV" != debian ] || label=debian
    run_script 580 tests/system/guest-tests/main build/guest/tests.elf \
        build/results/crashes | sed -u "s/^\(pass\|fail\) /&$label /"
    status=${PIPESTATUS[0]}
    [ "$status" = 0 ] || {
        fail "$label guest-tests" "status $status; the serial line ended with:"
        tail -n 40 "$SERIAL"
    }
done
finish
