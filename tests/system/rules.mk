# SPDX-License-Identifier: MIT
#
# System tests: QEMU, the control domain and guests.

SYSTEM_TESTS += tests/system/host-bad-input.sh tests/system/demo.sh \
    tests/system/mix-short.sh tests/system/soak-short.sh \
    tests/system/terminal.sh tests/system/matrix-short.sh tests/system/grub.sh \
    tests/system/guest-tests.sh tests/system/kernel-formats.sh \
    tests/system/boot-bad-input.sh \
    tests/system/debian-guest.sh tests/system/xl.sh tests/system/cpupool.sh \
    tests/system/xen-utils.sh tests/system/xentrace.sh tests/system/pvgrub.sh
