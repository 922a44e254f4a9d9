#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The full Debian 12 guest reaches its login with its network up; fio writes and
# verifies 256 MiB in it with direct I/O, iperf3 runs both ways, and after the
# guest's end the control domain verifies the same file on its disk.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh
make -s build/images/debian.disk build/images/bench.cpio || die "the Debian guest's disk was not built"
copy=build/results/debian.disk
mkdir -p build/results
cp --sparse=always build/images/debian.disk "$copy"
vm_args=(-drive "if=none,id=d0,format=raw,file=$PWD/$copy,cache=unsafe"
    -device virtio-blk-pci,drive=d0)
vm_archives=(build/images/bench.cpio)
files=$(mktemp -d)
trap 'machine_stop; rm -rf "$files" "$copy"' EXIT
cat >"$files/debian.cfg" <<'END'
name='debian'
type='pv'
kernel='/script/guest.cpio.kernel'
ramdisk='/script/guest.cpio'
memory=512
vcpus=1
disk=['phy:/dev/vda,xvda,w']
vif=['mac=00:16:3e:00:00:02,bridge=xenbr0']
extra='root=/dev/xvda console=hvc0 loglevel=4 systemd.show_status=false'
on_crash='destroy'
END
run_script 900 tests/system/debian-guest/main \
    "$files/debian.cfg" build/images/guest.cpio{,.kernel}
status=$?
[ $status = 0 ] || {
    fail debian-guest "status $status; its serial line ended with:"
    tail -n 60 "$SERIAL"
}
finish
