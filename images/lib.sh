# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# lib.sh: what the image scripts share. Sourced from the project's root.
#
# Packages are fetched with apt-get download, never installed, and unpacked once
# under $CACHE/x/PACKAGE; CACHE is build/cache unless the environment says
# otherwise, so that several clones may share one. A fetched package is not asked
# for again: everything after the first run works without a network.

CACHE=${CACHE:-build/cache}
XEN_SERIES=4.17

die() {
    echo "splitring: $*" >&2
    exit 1
}

# kernel_release: the ABI of Debian's current kernel, for example 6.1.0-56; with
# KERNEL_SERIES=6.12 that of the current one of that series. What the cache holds wins,
# so that both kernels and the modules stay of one version.
kernel_release() {
    local f package=linux-image-${KERNEL_SERIES:+$KERNEL_SERIES-}amd64
    local known=$CACHE/kernel-release${KERNEL_SERIES:+-$KERNEL_SERIES}
    if [ ! -s "$known" ]; then
        mkdir -p "$CACHE"
        f=$(apt-cache depends "$package" 2>/dev/null |
            sed -n 's/.*Depends: linux-image-\(.*\)-amd64$/\1/p' | head -n 1)
        [ -n "$f" ] || die "apt knows no package $package:" \
            "is 'main' among the sources, and did apt-get update run?"
        echo "$f" >"$known"
    fi
    cat "$known"
}

# fetch PACKAGE...: have each one unpacked in the cache. Two images made side by
# side want the same packages, so one at a time.
fetch() {
    mkdir -p "$CACHE/debs" "$CACHE/x"
    (flock 9 && fetch_locked "$@") 9>"$CACHE/lock" || exit 1
}
fetch_locked() {
    local p f missing=()
    for p in "$@"; do
        [ -d "$CACHE/x/$p" ] || compgen -G "$CACHE/debs/${p}_*.deb" >/dev/null ||
            missing+=("$p")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        (cd "$CACHE/debs" && apt-get -qq -o APT::Sandbox::User=root \
            download "${missing[@]}") >&2 ||
            die "cannot download ${missing[*]}: apt-get download failed." \
                "Is there a network, and did apt-get update run lately?"
    fi
    for p in "$@"; do
        [ -d "$CACHE/x/$p" ] && continue
        f=$(first "$CACHE/debs/${p}_*.deb")
        rm -rf "$CACHE/x/.$p.new"
        mkdir -p "$CACHE/x/.$p.new"
        dpkg-deb --fsys-tarfile "$f" | tar -x -C "$CACHE/x/.$p.new" \
            --exclude=./usr/share/doc --exclude=./usr/share/man \
            --exclude=./usr/share/locale \
            --exclude='./lib/modules/*/kernel/drivers/gpu' \
            --exclude='./lib/modules/*/kernel/drivers/media' \
            --exclude='./lib/modules/*/kernel/sound' ||
            die "cannot unpack $f: is the disk full, or the file damaged?"
        mv "$CACHE/x/.$p.new" "$CACHE/x/$p"
    done
}

# first PATTERN...: the first file that one of the patterns matches
first() {
    local p f
    for p; do
        for f in $p; do
            [ -e "$f" ] && { echo "$f"; return 0; }
        done
    done
    return 1
}

# package_file PATH: the file some unpacked package ships there
package_file() {
    first "$CACHE/x/*/${1#/}" || die "no fetched package has $1"
}

# find_library NAME: from the unpacked packages, else the host's own
find_library() {
    local d=lib/x86_64-linux-gnu/$1
    first "$CACHE/x/*/$d" "$CACHE/x/*/usr/$d" "/$d" "/usr/$d"
}

# add_libraries ROOT FILE: the shared libraries that FILE needs, and theirs
add_libraries() {
    local root=$1 so lib
    while read -r so; do
        [ -e "$root/lib/x86_64-linux-gnu/$so" ] && continue
        lib=$(find_library "$so") || die "nothing ships $so, which $2 needs"
        mkdir -p "$root/lib/x86_64-linux-gnu"
        cp -L "$lib" "$root/lib/x86_64-linux-gnu/$so"
        add_libraries "$root" "$lib"
    done < <(readelf -d "$2" 2>/dev/null |
        sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
}

# add_program ROOT SOURCE DESTINATION
add_program() {
    install -D -m 755 "$2" "$1/$3"
    add_libraries "$1" "$2"
}

# add_busybox ROOT: static busybox and a link for each of its applets
add_busybox() {
    local root=$1 bb a
    bb=$(package_file bin/busybox)
    mkdir -p "$root"/{bin,sbin,etc,proc,sys,dev,run,tmp,root,mnt,var,usr/bin,usr/sbin}
    cp "$bb" "$root/bin/busybox"
    for a in $("$bb" --list); do
        [ "$a" = busybox ] || ln -sf busybox "$root/bin/$a"
    done
    # the kernel runs these by path
    for a in init modprobe poweroff reboot halt; do
        ln -sf ../bin/busybox "$root/sbin/$a"
    done
}

# add_modules ROOT PACKAGE RELEASE NAME...: modules with all they depend on, less those
# that are in the kernel. Newer kernels have them in xz: small, but slow to boot here.
add_modules() {
    local root=$1 pkg=$2 release=$3 base bb
    shift 3
    base=$pkg/lib/modules/$release
    bb=$(package_file bin/busybox)
    find "$base" -name '*.ko.xz' -exec xz -d {} +
    [ -s "$base/modules.dep" ] || "$bb" depmod -b "$pkg" "$release" ||
        die "depmod failed on $pkg"
    mkdir -p "$root/lib/modules/$release"
    awk -v want="$*" '
        BEGIN { n = split(want, w, " ")
                for (i = 1; i <= n; i++) { gsub("_", "-", w[i]); need[w[i]] = 1 } }
        { file = $1; sub(":", "", file); name = file; sub(".*/", "", name)
          sub(/\.ko.*/, "", name); gsub("_", "-", name)
          if (!(name in need)) next
          if (FILENAME ~ /dep$/) { print file; for (i = 2; i <= NF; i++) print $i }
          delete need[name] }
        END { for (m in need) { print "no module " m > "/dev/stderr"; bad = 1 }
              exit bad }' "$base/modules.dep" "$base/modules.builtin" >"$root/.modules" ||
        die "$pkg lacks a module that the image needs"
    sort -u "$root/.modules" | while read -r m; do
        install -D -m 644 "$base/$m" "$root/lib/modules/$release/$m"
    done
    rm "$root/.modules"
    cp "$base"/modules.{order,builtin,builtin.modinfo} "$root/lib/modules/$release/"
    "$bb" depmod -b "$root" "$release"
}

# pack ROOT OUT: a newc archive, uncompressed (under TCG gunzip costs more than
# the bytes do) and padded, so that archives can be put behind one another
pack() {
    (cd "$1" && find . -mindepth 1 | LC_ALL=C sort |
        cpio -o -H newc --quiet -R 0:0 --reproducible) >"$2.new" &&
        truncate -s %512 "$2.new" && mv "$2.new" "$2"
}
