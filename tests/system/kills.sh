#!/bin/bash
# SPDX-License-Identifier: MIT
#
# While a guest writes its disk, sends and receives, every daemon that serves it
# is killed again and again; no byte is lost, the console goes on, and the guest
# ends cleanly.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh
make -s build/images/quick.disk build/images/guest.cpio || die "the guest was not built"
files=$(mktemp -d)
trap 'machine_stop; rm -rf "$files"' EXIT
cp --sparse=always build/images/quick.disk "$files/disk"
cat >"$files/quick.cfg" <<'END'
name='quick'
type='pv'
kernel='/script/guest.cpio.kernel'
ramdisk='/script/guest.cpio'
memory=128
vcpus=1
disk=['phy:/dev/vda,xvda,w']
vif=['mac=00:16:3e:00:00:03,bridge=xenbr0']
extra='root=/dev/xvda console=hvc0 loglevel=4'
END
vm_args=(-drive "if=none,id=d0,format=raw,file=$files/disk,cache=unsafe"
    -device virtio-blk-pci,drive=d0)
run_script 600 tests/system/kills/main "$files/quick.cfg" \
    build/images/guest.cpio{,.kernel}
status=$?
[ $status = 0 ] || {
    fail kills "status $status; its serial line ended with:"
    tail -n 60 "$SERIAL"
}
finish
