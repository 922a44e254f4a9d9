#!/bin/bash
# SPDX-License-Identifier: MIT
#
# guest.sh initrd|disk|debian OUT: the guests.
#
#   initrd  the small first file system, which loads the PV drivers, as an
#           archive; Debian's cloud kernel as it ships goes to OUT.kernel
#   disk    the quick guest's root: static busybox on ext4, a raw image for a PV
#           disk
#   debian  the full guest's: Debian 12 by mmdebstrap, with systemd, fio and iperf3
set -eu -o pipefail
cd "$(dirname "$0")/.."
. images/lib.sh
what=$1 out=$2
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "${out%/*}"

build_initrd() {
    local k pkg
    k=$(kernel_release)-cloud-amd64
    fetch busybox-static "linux-image-$k"
    pkg=$CACHE/x/linux-image-$k
    add_busybox "$root"
    add_modules "$root" "$pkg" "$k" xen-blkfront xen-netfront
    install -m 755 images/guest/initrd-init "$root/init"
    pack "$root" "$out"
    cp "$pkg/boot/vmlinuz-$k" "$out.kernel"
}

build_disk() {
    local n
    fetch busybox-static
    add_busybox "$root"
    install -m 644 images/guest/inittab "$root/etc/inittab"
    install -m 755 images/guest/rc images/guest/udhcpc -t "$root/etc"
    for n in file send receive ping spoil unspoil; do
        install -m 755 images/guest/demo "$root/bin/demo-$n"
    done
    echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
    printf '%s\n' "PS1='quick:\\w# '" >"$root/etc/profile"
    make_disk quick 96M
}

# make_disk LABEL SIZE: an ext4 of $root, without mounting anything
make_disk() {
    rm -f "$out.new"
    truncate -s "$2" "$out.new"
    mke2fs -q -t ext4 -d "$root" -E root_owner=0:0 -m 0 -L "$1" "$out.new"
    mv "$out.new" "$out"
}

build_debian() {
    local tar=$CACHE/debian-root.tar
    if [ ! -s "$tar" ]; then
        mmdebstrap --variant=minbase --format=tar --dpkgopt='path-exclude=/usr/share/man/*' \
            --dpkgopt='path-exclude=/usr/share/doc/*' \
            --dpkgopt='path-exclude=/usr/share/locale/*' \
            --include=systemd-sysv,udev,dbus,login,iproute2,iputils-ping,fio,iperf3 \
            bookworm "$tar.new" ||
            die "mmdebstrap could not build Debian's root: is there a network?"
        mv "$tar.new" "$tar"
    fi
    # everything in it belongs to root, or to whom Debian says
    fakeroot images/guest.sh fill "$out"
}

build_fill() {
    local unit
    tar -x --numeric-owner -C "$root" -f "$CACHE/debian-root.tar" --exclude='./dev/*'
    echo debian >"$root/etc/hostname"
    echo '127.0.0.1 localhost debian' >"$root/etc/hosts"
    echo '/dev/xvda / ext4 defaults 0 1' >"$root/etc/fstab"
    sed -i 's/^root:[^:]*:/root::/' "$root/etc/shadow"
    printf '[Match]\nName=en* eth*\n[Network]\nDHCP=ipv4\nLinkLocalAddressing=no\n' \
        >"$root/etc/systemd/network/wired.network"
    ln -sf /lib/systemd/system/systemd-networkd.service \
        "$root/etc/systemd/system/multi-user.target.wants/"
    # what looks after a system that lives for months
    for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
        fstrim.timer e2scrub_all.timer e2scrub_reap.service \
        systemd-pstore.service getty@tty1.service; do
        ln -sf /dev/null "$root/etc/systemd/system/$unit"
    done
    make_disk debian 1536M
}

"build_$what"
