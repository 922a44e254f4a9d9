#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Debian's other programs of xen-utils (xenhypfs, xenpm, xen-hptool, xen-livepatch,
# xenctx and so on; xl is debian-xl.sh's) say the same on Splitring as on real Xen,
# numbers aside: xen-utils/said is what they said there. HV=debian shows it again, and
# any difference from the file. Known to differ, and not in it: hypfs has more
# parameters on Xen and granularities of pools without CPUs; xenperf counts only here;
# xen-mceinj simulates errors of processors, test-tsx reads MSRs and xen-cpuid lists HVM's
# features only there.
set -u
cd "$(dirname "$0")/../.." || exit 1
export XL=debian STORE=debian CONSOLE=debian BACKENDS=kernel
. tests/system/lib.sh
make -s build/images/debian.cpio build/guest/tests.elf || die "the images were not built"
run_script "${LIMIT:-300}" tests/system/xen-utils/main build/guest/tests.elf \
    >build/results/xen-utils
status=$?
[ $status = 0 ] || {
    fail xen-utils "status $status; its serial line ended with:"
    tail -n 40 "$SERIAL"
}
if diff tests/system/xen-utils/said build/results/xen-utils; then
    pass "xen-utils: $(grep -c '^#' tests/system/xen-utils/said) commands say what they say on Xen"
else
    fail xen-utils "other than on Xen (< Xen, > here)"
fi
finish
