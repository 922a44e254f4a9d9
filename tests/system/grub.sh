#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What `make install` puts into /boot is listed by Debian's own
# /etc/grub.d/20_linux_xen under an unchanged grub-mkconfig, and the menu entry
# written by it boots in QEMU: from a disk image, through GRUB, by multiboot 2.
#
# The tree is Debian's root with grub-common unpacked in it. Only grub-probe is
# another: it would look at the disk below the tree, and there is none yet.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh
UUID=5b117719-0000-4000-8000-00000000000b
k=$(kernel_release)-amd64
fetch grub-common grub-pc-bin libdevmapper1.02.1 "linux-image-$k"
[ -s "$CACHE/debian-root.tar" ] || make -s build/images/debian.disk ||
    die "there is no Debian root to run grub-mkconfig in"
tree=$(mktemp -d)
trap 'machine_stop; rm -rf "$tree"' EXIT

# in_tree COMMAND...: as root of the tree, being root or not
in_tree() {
    if [ "$(id -u)" = 0 ]; then chroot "$tree" "$@"; else unshare -r chroot "$tree" "$@"; fi
}

tar -x -C "$tree" -f "$CACHE/debian-root.tar" --no-same-owner --exclude='./dev/*' \
    --exclude='./usr/lib/python*' --exclude='./var/cache/*'
for p in grub-common libdevmapper1.02.1; do
    tar -c -C "$CACHE/x/$p" . | tar -x -C "$tree" --keep-directory-symlink
done
cat >"$tree/usr/sbin/grub-probe" <<END
#!/bin/sh
case " \$* " in
*=device*) echo /dev/sda1 ;;
*=fs_uuid*) echo $UUID ;;
*=fs*) echo ext2 ;;
*=partmap*) echo msdos ;;
*=compatibility_hint*) echo hd0,msdos1 ;;
*=hints_string*) echo "--hint-bios=hd0,msdos1" ;;
*=abstraction* | *=cryptodisk_uuid* | *=partuuid*) ;;
*=drive*) echo "(hd0,msdos1)" ;;
*) exit 1 ;;
esac
END
chmod 755 "$tree/usr/sbin/grub-probe"

# the two ways into /boot: our install target, or what Debian's package puts there
if [ "$HV" = debian ]; then
    fetch "xen-hypervisor-$XEN_SERIES-amd64"
    cp "$CACHE/x/xen-hypervisor-$XEN_SERIES-amd64/boot"/xen-*-amd64.gz "$tree/boot/"
    name=$XEN_SERIES-amd64
else
    make -s install DESTDIR="$tree" >/dev/null || die "make install failed"
    name=$(cd "$tree/boot" && echo xen-splitring-*.gz)
    name=${name#xen-} name=${name%.gz}
fi
DO=bare
prepare_script tests/system/grub/main
machine_initrd
cp "$CACHE/x/linux-image-$k/boot/vmlinuz-$k" "$CACHE/x/linux-image-$k/boot/config-$k" "$tree/boot/"
cp "$VM/initrd" "$tree/boot/initrd.img-$k"
cat >"$tree/etc/default/grub" <<END
GRUB_DEFAULT=xen-gnulinux-simple-$UUID
GRUB_TIMEOUT=0
GRUB_DISTRIBUTOR=Debian
GRUB_CMDLINE_LINUX='$VM_WORDS'
GRUB_CMDLINE_XEN='$HV_ARGS'
GRUB_PRELOAD_MODULES=gzio
GRUB_TERMINAL=serial
GRUB_SERIAL_COMMAND='serial --unit=0 --speed=115200'
GRUB_DISABLE_OS_PROBER=true
END
mkdir -p "$tree/boot/grub"
in_tree grub-mkconfig -o /boot/grub/grub.cfg >"$tree/mkconfig.out" 2>&1
entry=$(sed -n "/^menuentry.*with Xen hypervisor'/,/^}/p" "$tree/boot/grub/grub.cfg")
if grep -q "multiboot2.*/boot/xen-$name.gz placeholder" <<<"$entry" &&
    grep -q "module2.*/boot/vmlinuz-$k placeholder" <<<"$entry" &&
    grep -q "with Xen $name" "$tree/boot/grub/grub.cfg"; then
    pass "20_linux_xen lists xen-$name.gz and loads it by multiboot2"
else
    fail "20_linux_xen" "xen-$name.gz is not in its menu"
    cat "$tree/mkconfig.out"
    grep -n -A12 -i xen "$tree/boot/grub/grub.cfg"
    finish
fi

# The disk: GRUB's boot sector with one partition in its table, its core behind
# that, an ext4 with /boot at 1 MiB. mke2fs fills it; nothing is mounted.
make_boot_disk() {
    local pc=$CACHE/x/grub-pc-bin/usr/lib/grub/i386-pc mib=256 out=$VM/boot.disk
    mkdir -p "$VM/b/boot/grub/i386-pc"
    cp "$pc"/*.mod "$pc"/*.lst "$VM/b/boot/grub/i386-pc/"
    cp "$tree/boot"/{xen-*.gz,vmlinuz-*,initrd.img-*} "$VM/b/boot/"
    cp "$tree/boot/grub/grub.cfg" "$VM/b/boot/grub/"
    grub-mkimage -d "$pc" -O i386-pc -p '(hd0,msdos1)/boot/grub' \
        -o "$VM/core.img" biosdisk part_msdos ext2 normal || return 1
    truncate -s $((mib + 1))M "$out"
    mke2fs -q -t ext4 -d "$VM/b" -U $UUID -E offset=$((1 << 20)) "$out" ${mib}M || return 1
    dd if="$pc/boot.img" of="$out" bs=440 count=1 conv=notrunc 2>/dev/null
    dd if="$VM/core.img" of="$out" bs=512 seek=1 conv=notrunc 2>/dev/null
    # bootable, Linux, from sector 2048 on, mib MiB of sectors; then the signature
    printf '\200\0\1\0\203\0\1\0\0\010\0\0\0\0%b\0' "\\0$(printf %o $((mib * 2048 >> 16)))" |
        dd of="$out" bs=1 seek=446 conv=notrunc 2>/dev/null
    printf '\125\252' | dd of="$out" bs=1 seek=510 conv=notrunc 2>/dev/null
}
make_boot_disk || { fail 'boot disk' 'it could not be made'; finish; }
VM_BOOT=(-drive 'if=ide,format=raw,file=boot.disk')
machine_start
if watch_script 240 >"$tree/out" && grep -q '^booted' "$tree/out"; then
    pass "GRUB boots it from a disk: $(grep '^booted' "$tree/out")"
else
    fail 'GRUB boots it' "the control domain said '$(cat "$tree/out")'"
    tail -n 40 "$SERIAL"
fi
finish
