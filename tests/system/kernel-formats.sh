#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Debian's kernel comes up as control domain whichever way it is packed: in xz as
# it is, and repacked in gzip, lz4 (the old frame) and zstd. Only what we read of a
# bzImage is made anew: the setup header and the payload, at their offsets.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh
DO=bare SMP=1
HV=${HV:-build/xen-splitring}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"; machine_stop' EXIT
printf 'echo ok\n' >"$tmp/nothing"

word() { od -An -tu4 -j "$2" -N 4 "$1" | tr -d ' '; }       # FILE OFFSET
put_word() { # FILE OFFSET VALUE
    # shellcheck disable=SC2059
    printf "$(printf '\\x%02x' $(($3 & 255)) $(($3 >> 8 & 255)) \
        $(($3 >> 16 & 255)) $(($3 >> 24 & 255)))" |
        dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

kernel=$BASE.kernel
head=$((($(od -An -tu1 -j $((0x1f1)) -N 1 "$kernel") + 1) * 512))
start=$((head + $(word "$kernel" $((0x248)))))
length=$(word "$kernel" $((0x24c)))
dd if="$kernel" iflag=skip_bytes,count_bytes skip="$start" count=$((length - 4)) \
    bs=64K status=none | xz -dc >"$tmp/elf" ||
    die 'the payload of the kernel is not xz'

repack() { # NAME COMMAND...: $tmp/NAME.kernel
    local name=$1
    shift
    head -c "$start" "$kernel" >"$tmp/$name.kernel"
    "$@" <"$tmp/elf" >"$tmp/payload" || die "$name does not pack"
    # gzip ends with the size; the others get it as kernels do
    if [ "$name" != gzip ]; then
        truncate -s +4 "$tmp/payload"
        put_word "$tmp/payload" $(($(stat -c %s "$tmp/payload") - 4)) \
            "$(stat -c %s "$tmp/elf")"
    fi
    cat "$tmp/payload" >>"$tmp/$name.kernel"
    put_word "$tmp/$name.kernel" $((0x24c)) "$(stat -c %s "$tmp/payload")"
}

# boots NAME: its kernel reaches the control domain's init
boots() {
    local up='' how=''
    prepare_script "$tmp/nothing"
    cp "$tmp/$1.kernel" "$VM/vmlinuz"
    machine_start
    while machine_read 60; do
        case $LINE in
        *'unpacked in '*) how=${LINE#*unpacked in } how=${how%%,*} ;;
        *Panic*) break ;;
        *'@@ init '*) up=1; break ;;
        esac
    done
    machine_stop
    if [ -n "$up" ]; then
        pass "$1 ($(stat -c %s "$tmp/$1.kernel") bytes, unpacked in $how ms)"
    else
        fail "$1" "its control domain did not come up: $LINE"
    fi
}

cp "$kernel" "$tmp/xz.kernel"
repack gzip gzip -6nc
repack lz4 lz4 -l -9 -c
repack zstd zstd -9 -c
for name in xz gzip lz4 zstd; do
    boots "$name"
done
finish
