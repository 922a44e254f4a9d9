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
for HV in ${GUEST_TEST_HV:-build/xen-splitring}; do
    label=ours
    [ "$HV" != debian ] || label=debian
    # A busy host can hold up the whole machine for as long as a tick may be
    # late: what fails is run once more, and counts if it fails again.
    out=build/results/guest-tests.out
    for _ in 1 2; do
        run_script 500 tests/system/guest-tests/main build/guest/tests.elf \
            build/results/crashes >$out
        status=$?
        [ "$status" != 0 ] || break
    done
    sed "s/^\(pass\|fail\) /&$label /" $out
    [ "$status" = 0 ] || {
        fail "$label guest-tests" "status $status; the serial line ended with:"
        tail -n 40 "$SERIAL"
    }
done
finish
