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
said xentrace "xenalyze finds what it finds on Xen"
finish
