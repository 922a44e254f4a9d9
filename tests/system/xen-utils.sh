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
said xen-utils "$(grep -c '^#' tests/system/xen-utils/said) commands say what they say on Xen"
finish
