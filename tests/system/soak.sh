#!/bin/bash
# SPDX-License-Identifier: MIT
#
# soak.sh N SEED | report: N creates and destroys of guests with disk and network
# leave free memory, event channels, grants and nodes of the store where they were,
# and our daemons' descriptors and memory.
#
# Most are small guests of ours that use both devices; every twentieth is Debian's
# kernel, whose devices connect. They are destroyed, end by themselves or are
# destroyed at any moment, as SEED says. After each twenty, when nothing was left,
# build/soak.log gets a line that begins with the hashes of the sources of the
# parts: another run makes only those creates that are missing there to N. `report`
# sums over the lines of these sources.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
# Under -icount nothing waits in vain, and a busy host changes nothing but the time.
: "${SMP:=1}" "${MEM:=1024}" "${DOM0_MEM:=448M}"
. tests/system/lib.sh
log=${SOAK_LOG:-build/soak.log}

# sources: the parts that take part, each with the hash of its sources
sources() {
    local d
    for d in hypervisor dom0-tools xenstore-lite backends; do
        printf '%s=%s ' "$d" "$(find $d include -type f -print0 |
            LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | head -c 8)"
    done
    echo "hv=${HV##*/} xl=$XL store=$STORE console=$CONSOLE backends=$BACKENDS"
}

# so_far: creates that passed with these sources
so_far() {
    [ ! -e "$log" ] || awk -v key="$key" '
        index($0, key " ") == 1 && match($0, /creates=[0-9]+/) {
            n += substr($0, RSTART + 8, RLENGTH - 8) }
        END { print n + 0 }' "$log"
}

# keep_story: the script's lines go to $out; what was found to hold goes to the log
keep_story() {
    local line n at=0
    while IFS= read -r line; do
        echo "$line" >>"$out"
        [[ $line == soak* ]] || continue
        echo "$line, $((SECONDS - began)) s"
        [[ $line == 'soak held after '* ]] || continue
        n=${line#soak held after } n=${n%%:*}
        echo "$key seed=$1 creates=$((n - at)) $(date -u +%FT%TZ)" >>"$log"
        at=$n
    done
}

# run N SEED: one machine
run() {
    local status story kept began=$SECONDS
    out=build/results/soak.out
    : >$out
    printf 'N=%s\nSEED=%s\n' "$1" "$2" >"$files/numbers"
    cp --sparse=always build/images/quick.disk "$files/disk"
    exec {story}> >(keep_story "$2")
    kept=$!
    run_script "${LIMIT:-7200}" tests/system/soak/main "$files/numbers" \
        build/guest/tests.elf build/images/guest.cpio{,.kernel} >&"$story"
    status=$?
    exec {story}>&-
    wait $kept
    if [ "$status" = 0 ] && grep -q '^soak ok' $out; then
        rm -f "$SERIAL"
        pass "soak $1 creates, seed $2, $((SECONDS - began)) s"
    else
        fail "soak $1 creates, seed $2" "status $status"
        grep -v '^soak' $out | tail -n 40
        tail -n 20 "$SERIAL"
    fi
}

key=$(sources)
if [ "${1:-}" = report ]; then
    n=$(so_far)
    echo "$key"
    echo "${n:-0} creates and destroys left nothing, in these runs:"
    [ ! -e "$log" ] || awk -v key="$key" '
        index($0, key " ") == 1 && match($0, /seed=[0-9]+ creates=[0-9]+/) {
            split(substr($0, RSTART, RLENGTH), w, /[= ]/)
            n[w[2]] += w[4]
            last[w[2]] = $NF }
        END { for (s in n) print "  seed " s ": " n[s] ", until " last[s] }' "$log"
    exit 0
fi
want=${1:-1000} seed=${2:-1}
make -s build/images/{debian,guest}.cpio build/images/quick.disk build/guest/tests.elf ||
    die "the guests were not built"
files=$(mktemp -d)
trap 'machine_stop; rm -rf "$files"' EXIT
vm_archives=(build/images/debian.cpio)
vm_args=(-drive "if=none,id=d0,format=raw,file=$files/disk,cache=unsafe"
    -device virtio-blk-pci,drive=d0)
[ "${ICOUNT:-1}" = 0 ] || vm_args+=(-icount "shift=1,sleep=off" -rtc "base=2026-01-01,clock=vm")
n=$(so_far)
n=${n:-0}
if [ "$n" -lt "$want" ]; then
    run $((want - n)) $((seed * 10000 + n))
else
    pass "soak: $n creates passed already; see make soak-report"
fi
finish
