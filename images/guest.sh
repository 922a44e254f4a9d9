#!/bin/bash
# SPDX-License-Identifier: MIT
#
# guest.sh initrd|disk OUT: the quick guest.
#
#   initrd  the small first file system, which loads the PV drivers, as an
#           archive; Debian's cloud kernel as it ships goes to OUT.kernel
#   disk    its root: static busybox on ext4, a raw image for a PV disk
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
    rm -f "$out.new"
    truncate -s 96M "$out.new"
    mke2fs -q -t ext4 -d "$root" -E root_owner=0:0,hash_seed=00000000-0000-0000-0000-000000000001 \
        -U 5b117719-0000-4000-8000-000000000001 -m 0 -L quick "$out.new"
    mv "$out.new" "$out"
}

"build_$what"
