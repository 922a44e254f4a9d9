#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Debian's xentrace records what a guest and the control domain do, and Debian's xenalyze
# finds in it the domains, the states of their vcpus, the calls each makes, lists of
# calls, faults, emulation and grants, with nothing lost and nothing that it does not
# understand: on Splitring the same as on real Xen (xentrace/said; HV=debian shows that).
set -u
cd "$(dirname "$0")/../.." || exit 1
export XL=debian STORE=debian CONSOLE=debian BACKENDS=kernel
. tests/system/lib.sh
make -s build/images/debian.cpio build/guest/tests.elf || die "the images were not built"
run_script "${LIMIT:-300}" tests/system/xentrace/main build/guest/tests.elf \
    >build/results/xentrace
status=$?
[ $status = 0 ] || {
    fail xentrace "status $status; its serial line ended with:"
    tail -n 40 "$SERIAL"
}
if diff tests/system/xentrace/said build/results/xentrace; then
    pass "xentrace: xenalyze finds what it finds on Xen"
else
    fail xentrace "other than on Xen (< Xen, > here)"
fi
finish
