#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Debian's unmodified xl, with oxenstored, xenconsoled and the kernel's backends: each
# verb does what it is for on Splitring, and says the same there as on real Xen but
# for numbers, versions and identities. A live migration, which Debian's Xen refuses
# to PV guests, must work here; saved streams and core dumps pass the checks of
# Debian's own verify-stream-v2 and of readelf.
#
#   debian-xl.sh [xen|splitring]    plays one alone, beside what the other left
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${CPU:=qemu64,-svm}" # with it Xen offers HVM, which it has and we have not
. tests/system/lib.sh
make -s build/images/guest.cpio build/images/debian.cpio || die "the guest was not built"
export XL=debian STORE=debian CONSOLE=debian BACKENDS=kernel
MEM=2048 DOM0_MEM=1024M
results=$PWD/build/results/debian-xl
rm -rf "${results:?}/${1:-}"

# play NAME: the machine with hypervisor $HV; what it found is left in $results/NAME
play() {
    local dir=$results/$1 status
    mkdir -p "$dir"
    truncate -s 700M "$dir/disk"
    vm_args=(-drive "if=none,id=d0,format=raw,file=$dir/disk,cache=unsafe"
        -device virtio-blk-pci,drive=d0)
    SERIAL=$dir/serial
    run_script "${LIMIT:-1500}" tests/system/debian-xl/main build/images/guest.cpio{,.kernel} \
        >"$dir/printed"
    status=$?
    tar -x -C "$dir" -f "$dir/disk" 2>/dev/null
    rm "$dir/disk"
    [ $status = 0 ] || {
        fail debian-xl "on $1: status $status; its serial line ended with:"
        tail -n 30 "$dir/serial"
    }
}

# plain FILE: without what may differ between two machines: numbers, identities, who
# built which version; the processor's features, of which Xen and we hide others
# from a control domain; grant tables of version 2, which we do not have
plain() {
    sed -E 's/\r//; /^(release|xen_(version|extra|changeset|commandline)|cc_.*|build_id) /s/:.*/: V/
        s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/g
        s/^(hw_caps *):.*/\1: V/; s/ gnttab-v2//
        s/0x[0-9a-f]+/HEX/g; s/[0-9]+(\.[0-9]+)?/N/g; s/[ \t]+/ /g; s/ $//' "$1"
}

# settled VERB FILE: without the states that change from one moment to the next
settled() {
    case $1 in
    top) plain "$2" | sed -E 's/ ([-d][-s])[-b]([-c][-p])[-r] / \1?\2? /' ;;
    *) plain "$2" |
        sed -E 's/ [-r][-b]([-p][-s][-c][-d]) / ??\1 /; s/ [-r][-b]([-p]) / ??\1 /' ;;
    esac
}

compare() { # VERB
    local verb=$1 of e said
    for of in splitring xen; do
        e=$(cat "$results/$of/$verb.effect" 2>/dev/null || echo "not reached")
        case "$of $verb $e" in
        *' ok' | 'xen migrate refused') ;;
        *) fail "debian-xl: $verb" "on $of: $e"
            tail -n 4 "$results/$of/$verb.said" 2>/dev/null
            return ;;
        esac
    done
    case $verb in
    dmesg | migrate) ;; # its own text; refused there
    *)
        if [ -e "$results/xen/$verb.said" ]; then
            said=$(diff <(settled "$verb" "$results/splitring/$verb.said") \
                <(settled "$verb" "$results/xen/$verb.said")) || {
                fail "debian-xl: $verb" "says otherwise (< Splitring, > Xen)"
                echo "$said"
                return
            }
        fi ;;
    esac
    pass "debian-xl: $verb"
}

# verify NAME: Debian's own judge of migration streams
verify() {
    local tools=$CACHE/x/xen-utils-$XEN_SERIES/usr/lib/xen-$XEN_SERIES
    if PYTHONPATH=$tools/lib/python python3 "$tools/bin/verify-stream-v2" -f xl \
        -i "$results/splitring/$1" >"$results/$1.verified" 2>&1; then
        pass "debian-xl: verify-stream-v2 of the $1 stream"
    else
        fail "debian-xl: $1 stream" "verify-stream-v2: $(tail -n 1 "$results/$1.verified")"
    fi
}
sections() { # of a core dump, with what all have in common
    readelf -h -S -W "$1" | sed -E 's/0x[0-9a-f]+|[0-9a-f]{6,}/N/g; s/[0-9]+/N/g; s/ +/ /g'
}

[ "${1:-}" = splitring ] || HV=debian play xen
[ "${1:-}" = xen ] || HV=${HV:-build/xen-splitring} play splitring
for f in "$results"/xen/*.effect; do
    f=${f##*/}
    compare "${f%.effect}"
done
verify saved
verify live
if said=$(diff <(sections "$results/splitring/core") <(sections "$results/xen/core")); then
    pass "debian-xl: readelf of both core dumps"
else
    fail "debian-xl: core dump" "is otherwise (< Splitring, > Xen)"
    echo "$said"
fi
[ -n "${1:-}" ] || rm -f "$results"/*/{core,saved,live}
finish
