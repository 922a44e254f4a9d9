#!/bin/bash
# SPDX-License-Identifier: MIT
#
# GRUB itself as a guest: the image of Debian's grub-xen-host is started by xl, draws its
# menu on the console, reads its configuration, a kernel and an initrd from a PV disk by its own
# front ends, and hands its whole domain over to that kernel, which comes up. HV, XL,
# STORE, CONSOLE and BACKENDS choose the parts around it, as always.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh
k=$(kernel_release)-amd64
fetch grub-xen-host busybox-static "linux-image-$k"
make -s build/images/quick.disk || die "the guest was not built"
files=$(mktemp -d)
trap 'machine_stop; rm -rf "$files"' EXIT

cat >"$files/grub.cfg" <<'END'
set default=1
set timeout=2
menuentry "nothing" { halt }
menuentry "Linux from the PV disk" {
    linux /boot/vmlinuz root=/dev/xvda console=hvc0 loglevel=4
    initrd /boot/initrd
}
END
# Debian's generic kernel: of the cloud kernel's lz4 GRUB says that it is no Xen image.
mkdir "$files/root"
add_busybox "$files/root"
add_modules "$files/root" "$CACHE/x/linux-image-$k" "$k" xen-blkfront xen-netfront ext4 \
    crc32c_generic
install -m 755 images/guest/initrd-init "$files/root/init"
pack "$files/root" "$files/initrd"
cp --sparse=always build/images/quick.disk "$files/disk"
debugfs -w -f - "$files/disk" >"$files/said" 2>&1 <<END
mkdir boot
mkdir boot/grub
cd boot
write $BASE.kernel vmlinuz
write $files/initrd initrd
cd grub
write $files/grub.cfg grub.cfg
END
debugfs -R 'stat /boot/grub/grub.cfg' "$files/disk" 2>/dev/null | grep -q '^Inode:' ||
    die "the guest's disk was not filled: $(cat "$files/said")"

vm_args=(-drive "if=none,id=disk,format=raw,file=$files/disk"
    -device virtio-blk-pci,drive=disk)
run_script "${LIMIT:-300}" tests/system/pvgrub/main \
    "$CACHE/x/grub-xen-host/usr/lib/grub-xen/grub-x86_64-xen.bin"
status=$?
[ $status = 0 ] || {
    fail pvgrub "status $status; its serial line ended with:"
    tail -n 60 "$SERIAL"
}
finish
