#!/bin/bash
# SPDX-License-Identifier: MIT
#
# xl says in one line what is wrong with a configuration, kernel, disk or bridge and
# leaves nothing behind; a create that is killed is undone; guests are paused,
# renamed, rebooted, crashed and shut down as their configuration says, and the
# hypervisor's free memory comes back to the page each time.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh
make -s build/images/guest.cpio build/images/debian.cpio || die "the guest was not built"
vm_archives=(build/images/debian.cpio) # for xenstore-ls
run_script 600 tests/system/xl/main build/images/guest.cpio.kernel \
    build/images/dom0.cpio.kernel
status=$?
[ $status = 0 ] || {
    fail xl "status $status; its serial line ended with:"
    tail -n 60 "$SERIAL"
}
finish
