#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Bad boot input is told in one clear message, and nothing else goes wrong: no
# module, files that are no PV kernel, headers that lie, a payload that is
# damaged, a boot loader whose data is untrue (boot-bad-input/liar.c).
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh
HV=${HV:-build/xen-splitring}
elf=build/guest/tests.elf kernel=$BASE.kernel
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# says NAME REGEX QEMU-ARGUMENT...: the machine stops with one panic that matches
says() {
    local name=$1 regex=$2 out
    shift 2
    out=$(timeout 60 qemu-system-x86_64 -accel tcg -cpu qemu64 -m 512 -nodefaults \
        -display none -no-reboot -serial stdio "$@" 2>&1 </dev/null | tr -d '\r')
    if [ "$(grep -c 'Panic on CPU' <<<"$out")" != 1 ]; then
        fail "$name" "$(grep -c 'Panic on CPU' <<<"$out") panics, not one: $(tail -n 3 <<<"$out")"
    elif ! grep -qE "Panic on CPU 0: .*$regex" <<<"$out"; then
        fail "$name" "another message than /$regex/: $(grep 'Panic' <<<"$out")"
    elif ! grep -q 'The machine stops here' <<<"$out"; then
        fail "$name" "it went on: $(tail -n 3 <<<"$out")"
    else
        pass "$name: $(grep -o 'Panic on CPU 0: .*' <<<"$out" | cut -c17-96)"
    fi
}
line='com1=115200,8n1 console=com1'
refuses() { # NAME REGEX FILE
    says "$1" "$2" -kernel "$HV" -append "$line" -initrd "$3"
}
# changed FILE OFFSET BYTES...: $tmp/k, a copy with these bytes, in hexadecimal
changed() {
    local from=$1 at=$2
    shift 2
    cp "$from" "$tmp/k"
    # shellcheck disable=SC2059
    printf "$(printf '\\x%s' "$@")" | dd of="$tmp/k" bs=1 seek=$((at)) conv=notrunc status=none
}
word() { od -An -tu4 -j $(($2)) -N 4 "$1" | tr -d ' '; }

says 'no module' 'no control domain kernel: give one as the first module' \
    -kernel "$HV" -append "$line"
head -c 400 "$kernel" >"$tmp/short"
refuses 'a kernel of 400 bytes' 'neither an ELF file nor a bzImage' "$tmp/short"
head -c 1000000 "$kernel" >"$tmp/short"
refuses 'a truncated kernel' 'payload_offset and payload_length lead past its end' "$tmp/short"
head -c 100000 "$elf" >"$tmp/short"
refuses 'a truncated ELF file' 'p_offset and p_filesz lead past' "$tmp/short"
head -c 5000 Makefile >"$tmp/text"
refuses 'a text' 'neither an ELF file nor a bzImage' "$tmp/text"
refuses 'a 64-bit program that is not PV' 'no Xen ELF notes: it is not built for PV' "${HV%.gz}.elf"
changed "$elf" 4 01
refuses 'a 32-bit kernel' 'not a 64-bit x86 kernel' "$tmp/k"
changed "$elf" 18 b7 00
refuses 'a kernel for ARM' 'not a 64-bit x86 kernel' "$tmp/k"

changed "$elf" 32 00 00 00 00 ff
refuses 'program headers past the end' 'e_phoff, e_phnum' "$tmp/k"
changed "$elf" $((64 + 8)) 00 00 00 ff ff ff ff ff
refuses 'a segment before the file' 'p_offset and p_filesz lead past' "$tmp/k"
changed "$elf" $((64 + 40)) 00 10 00 00 00 00 00 00
refuses 'less memory than file' 'p_memsz is smaller than its p_filesz' "$tmp/k"
changed "$elf" $((64 + 24)) 00 00 00 00 ff
refuses 'a segment at 1 TiB' 'lead past 2 GiB' "$tmp/k"
changed "$elf" $((64 + 56 + 24)) 00 00 10 00
refuses 'segments on one another' 'two of its segments overlap' "$tmp/k"
note=$(word "$elf" $((64 + 2 * 56 + 8)))
changed "$elf" $((note + 4)) ff ff ff 7f
refuses 'a note without end' 'an ELF note runs past its segment' "$tmp/k"

changed "$kernel" 0x206 00 02
refuses 'an old boot protocol' 'older than 2.08' "$tmp/k"
changed "$kernel" 0x24c ff ff ff 7f
refuses 'a payload past the end' 'payload_offset and payload_length lead past its end' "$tmp/k"
start=$((($(od -An -tu1 -j $((0x1f1)) -N 1 "$kernel") + 1) * 512 + $(word "$kernel" 0x248)))
changed "$kernel" $((start + 50000)) 00 11 22 33 44 55 66 77
refuses 'a damaged payload' 'damaged: it cannot be unpacked' "$tmp/k"
changed "$kernel" "$start" 42 5a 68
refuses 'a payload in bzip2' 'packed in a way that is not known' "$tmp/k"
size=$((start + $(word "$kernel" 0x24c) - 4))
changed "$kernel" "$size" ff ff ff 7f
refuses 'a payload of 2 GiB' 'unpacks to 2047 MiB, for which there is no memory' "$tmp/k"
changed "$kernel" "$size" 00 00 10 00
refuses 'a payload of more than it says' 'damaged: it cannot be unpacked' "$tmp/k"

gcc -m32 -O1 -ffreestanding -fno-pic -fno-pie -no-pie -fno-stack-protector -nostdlib \
    -static -Wall -Wextra -Wl,-N,-Ttext=0x4000000,--no-warn-rwx-segments -Wl,--build-id=none \
    -o "$tmp/liar" tests/system/boot-bad-input/liar.c || die 'liar.c does not build'
lies() { # WORD REGEX
    says "a boot loader that lies: $1" "$2" -kernel "$tmp/liar" -append "$1" \
        -initrd "$HV hypervisor,$elf"
}
lies magic 'not started by a multiboot loader \(magic 0x12345678\)'
lies no-map 'the boot loader gave no memory map'
lies small-entry 'memory map: an entry of 4 bytes'
lies map-beyond "the boot loader's memory map .* is not below 4 GiB"
lies little-ram 'does not lie in RAM'
lies backwards 'boot module 0 ends .* before it starts'
lies not-ram 'boot module 0 .0xf0000000-0xf0100000. does not lie in RAM'
lies over-us 'boot module 0 .0x1ff000-0x280000. lies over the hypervisor'
lies twice 'boot modules 0 and 1 overlap'
lies list-beyond "the boot loader's list of modules .* is not below 4 GiB"
lies info-beyond "the boot loader's information .* is not below 4 GiB"
lies line-beyond 'no control domain kernel'
lies tag "the boot loader's tag 1 has a size of 4 bytes"
finish
