#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Debian's xl makes a second CPU pool, gives it a CPU and a guest, moves the guest
# between the pools and takes all apart again; then xen-hptool and Linux take a CPU
# away from under a guest that runs on, and give it back: what there is after each
# command is what real Xen has (cpupool/said; HV=debian shows that).
set -u
cd "$(dirname "$0")/../.." || exit 1
export XL=debian STORE=debian CONSOLE=debian BACKENDS=kernel
. tests/system/lib.sh
said cpupool "$(grep -c '^#' tests/system/cpupool/said) commands do what they do on Xen"
finish
