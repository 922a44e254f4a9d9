#!/bin/bash
# SPDX-License-Identifier: MIT
# All guest tests on our hypervisor, with one CPU and with two.
set -u
cd "$(dirname "$0")/../.." || exit 1
bad=0
for smp in 1 2; do
    QEMU_SMP=$smp tests/guest/run.sh build/xen-splitring | sed "s/^\(pass\|fail\) /\1 smp$smp-/"
    [ "${PIPESTATUS[0]}" = 0 ] || bad=1
done
exit $bad
