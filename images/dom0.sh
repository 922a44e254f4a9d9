#!/bin/bash
# SPDX-License-Identifier: MIT
#
# dom0.sh base|tools|debian|bench OUT [PROGRAM...]: one archive of the control domain.
#
#   base    Debian's userland (busybox, bash, iproute2), the modules and the init;
#           the kernel as Debian ships it goes to OUT.kernel
#   tools   our programs, with the shared libraries they need
#   debian  Debian's own Xen tools, for the mixes and for real Xen
#   bench   iperf3, for tests that measure
#
# They are put behind one another at boot: base, tools and, where a part is
# Debian's, debian.
set -eu -o pipefail
cd "$(dirname "$0")/.."
. images/lib.sh
what=$1 out=$2
shift 2
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "${out%/*}"

build_base() {
    local k pkg b
    k=$(kernel_release)-amd64
    fetch busybox-static bash libc6 libtinfo6 iproute2 libbpf1 libelf1 libmnl0 \
        libbsd0 libmd0 libcap2 zlib1g util-linux libgcc-s1 "linux-image-$k"
    pkg=$CACHE/x/linux-image-$k
    add_busybox "$root"
    for b in bin/bash bin/ip sbin/bridge usr/bin/flock; do
        rm -f "$root/$b" "$root/bin/${b##*/}"
        add_program "$root" "$(package_file "$b")" "$b"
    done
    # glibc loads it by name when a thread is cancelled
    cp -L "$(find_library libgcc_s.so.1)" "$root/lib/x86_64-linux-gnu/"
    install -D -m 755 "$(find_library ld-linux-x86-64.so.2)" \
        "$root/lib64/ld-linux-x86-64.so.2"
    add_modules "$root" "$pkg" "$k" xen-evtchn xen-gntdev xen-gntalloc \
        xen-privcmd xenfs xen-blkback xen-netback tun bridge loop ext4 \
        crc32c_generic virtio_pci virtio_blk virtio_net e1000 e1000e ahci \
        ata_piix sd_mod
    mkdir -p "$root"/var/{log/xen/console,log/splitring,lib/xen,lib/misc,lock} \
        "$root/etc/xen" "$root/guests"
    ln -s ../run "$root/var/run"
    echo 'root:x:0:0:root:/root:/bin/bash' >"$root/etc/passwd"
    echo 'root:x:0:' >"$root/etc/group"
    echo '127.0.0.1 localhost dom0' >"$root/etc/hosts"
    for b in seed onpty tsc; do
        ${CC:-gcc} -O2 -static -s -Wall -Wextra -Werror -o "$root/sbin/$b" \
            "images/dom0/$b.c"
    done
    install -m 755 images/dom0/init "$root/init"
    # busybox's own ask its init, which does not run here
    rm "$root"/bin/{poweroff,halt,reboot} "$root"/sbin/{poweroff,halt,reboot}
    printf '#!/bin/sh\nsync\nexec busybox ${0##*/} -f\n' >"$root/sbin/poweroff"
    chmod 755 "$root/sbin/poweroff"
    ln "$root/sbin/poweroff" "$root/sbin/reboot"
    install -D -m 755 -t "$root/usr/libexec/splitring" images/dom0/*.sh
    install -m 644 images/dom0/profile "$root/root/.bashrc"
    cp "$pkg/boot/vmlinuz-$k" "$out.kernel"
}

build_tools() {
    local p
    for p in "$@"; do
        case $p in
        */xl) add_program "$root" "$p" usr/sbin/xl ;;
        *) add_program "$root" "$p" "usr/libexec/splitring/${p##*/}" ;;
        esac
    done
    find "$root" -type f -exec strip -g {} +
}

build_debian() {
    local u=xen-utils-$XEN_SERIES b x
    fetch "$u" xen-utils-common xenstore-utils "libxenmisc$XEN_SERIES" \
        libxencall1 libxendevicemodel1 libxenevtchn1 libxenforeignmemory1 \
        libxengnttab1 libxenhypfs1 libxenstore4 libxentoolcore1 libxentoollog1 \
        libyajl2 libuuid1 liblzma5 libzstd1 libncurses6 libtinfo6 ncurses-base
    x=$CACHE/x/$u/usr/lib/xen-$XEN_SERIES/bin
    for b in xl xenstored oxenstored xenconsoled xenconsole xen-init-dom0 \
        libxl-save-helper xenstore-control xentop lsevtchn test-xenstore \
        flask-getenforce test-resource test-tsx xen-cpuid xen-diag xen-hptool \
        xen-livepatch xen-lowmemd xen-mceinj xen-memshare xen-mfndump xen-ucode \
        xen-vmtrace xencov xenctx xenlockprof xenperf xenpm xenwatchdogd \
        xentrace xentrace_setsize; do
        add_program "$root" "$x/$b" "usr/lib/xen-$XEN_SERIES/bin/$b"
    done
    cp -a "$CACHE/x/xen-utils-common/." "$root/"
    cp -a "$CACHE/x/xenstore-utils/." "$root/"
    (cd "$root" && rm -rf usr/share var etc/init.d)
    add_libraries "$root" "$root/usr/bin/xenstore"
    add_libraries "$root" "$root/usr/sbin/xenhypfs"
    for b in l/linux v/vt100 x/xterm; do # what xentop needs to know
        install -D -m 644 -t "$root/lib/terminfo/${b%/*}" "$(package_file "lib/terminfo/$b")"
    done
    # a wrapper of xen-utils-common has our xl's path; ours keeps it
    mv "$root/usr/sbin/xl" "$root/usr/sbin/xl.debian"
}

build_bench() {
    fetch iperf3 libiperf0 libsctp1 libssl3
    add_program "$root" "$(package_file usr/bin/iperf3)" usr/bin/iperf3
}

"build_$what" "$@"
pack "$root" "$out"
