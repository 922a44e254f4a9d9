# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# lib.sh: boots the image that is measured in place of the control domain. Sourced
# from the project's root, after images/lib.sh.
#
#   hypervisor_file NAME    splitring or xen: a multiboot image's path
#   bench_boot NAME WORDS [ARGUMENT...]
#                           boot it with further QEMU arguments and print the
#                           machine's lines up to the end of the rows; status 1
#                           when the rows did not end
#
# Both get the same QEMU line, and files of the same names in a folder of their own.

OUT=build/bench
ICOUNT=(-icount 'shift=1,sleep=off' -rtc 'base=2026-01-01,clock=vm')

hypervisor_file() {
    case $1 in
    splitring) echo "${HV_OURS:-build/xen-splitring}" ;;
    xen)
        [ -s "$OUT/xen" ] || {
            fetch "xen-hypervisor-$XEN_SERIES-amd64"
            mkdir -p "$OUT"
            gzip -dc "$CACHE/x/xen-hypervisor-$XEN_SERIES-amd64/boot/"xen-*.gz \
                >"$OUT/xen.new" && mv "$OUT/xen.new" "$OUT/xen"
        } || die "Debian's Xen $XEN_SERIES could not be unpacked"
        echo "$OUT/xen" ;;
    esac
}

bench_boot() {
    local name=$1 words=$2 dir line status=1 pid fd
    shift 2
    mkdir -p build/run
    dir=$(mktemp -d build/run/XXXXXX)
    cp "$(hypervisor_file "$name")" "$dir/hypervisor"
    cp "$OUT/image.elf" "$dir/image"
    exec {fd}< <(
        cd "$dir" && exec qemu-system-x86_64 -accel tcg -machine pc -cpu qemu64 \
            -m 256 -smp "${BENCH_SMP:-1}" -nodefaults -display none -nic none \
            -no-reboot -serial stdio -kernel hypervisor \
            -append 'com1=115200,8n1 console=com1 dom0_mem=64M dom0_max_vcpus=2' \
            -initrd "image $words" "$@" </dev/null 2>&1
    )
    pid=$!
    while IFS= read -r -t "${BENCH_LIMIT:-60}" -u "$fd" line; do
        line=${line%$'\r'}
        echo "$line"
        case $line in
        'pass bench') status=0 ;;
        [0-9]*' passed, '*' failed') break ;;
        esac
    done
    kill "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    exec {fd}<&-
    rm -rf "$dir"
    return $status
}
