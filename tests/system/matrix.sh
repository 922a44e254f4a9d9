#!/bin/bash
# SPDX-License-Identifier: MIT
#
# matrix.sh [short]: in every cell of {pc, q35} x {qemu64, Nehalem, max} x {1, 2, 4
# CPUs} Debian's generic kernel boots as control domain with all CPUs, reads one
# disk by INTx and one by MSI, and powers the machine off. One line each. `short`
# takes four cells that between them have every machine, model and CPU count.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh
DO=bare MEM=1024
disks=$(mktemp -d)
trap 'machine_stop; rm -rf "$disks"' EXIT
for d in intx msi; do
    head -c $((4 << 20)) /dev/urandom >"$disks/$d"
done
{
    echo "intx=$(sha256sum <"$disks/intx" | cut -d' ' -f1)"
    echo "msi=$(sha256sum <"$disks/msi" | cut -d' ' -f1)"
} >"$disks/hashes"
# A reset would start the machine again and never come to an end: only a real
# power-off ends QEMU within the time.
vm_args=(-action reboot=reset
    -drive "if=none,id=intx,format=raw,readonly=on,file=$disks/intx"
    -device virtio-blk-pci,drive=intx,vectors=0
    -drive "if=none,id=msi,format=raw,snapshot=on,file=$disks/msi"
    -device ich9-ahci,id=ahci -device ide-hd,drive=msi,bus=ahci.0)

cell() { # MACHINE CPU SMP
    local out rc t=$SECONDS
    MACHINE=$1 CPU=$2 SMP=$3
    DOM0_ARGS_OWN=splitring.smp=$3
    run_script 180 tests/system/matrix/main "$disks/hashes" >"$disks/out"
    rc=$?
    out=$(grep '^cell' "$disks/out")
    if [ $rc = 0 ]; then
        pass "$1 $2 $3: ${out#cell } ($((SECONDS - t)) s)"
    else
        fail "$1 $2 $3" "status $rc, ${out:-no word from the control domain}"
        tail -n 40 "$SERIAL"
    fi
    rm -f "$SERIAL"
}

if [ "${1:-}" = short ]; then
    cell pc qemu64 1
    cell q35 Nehalem 2
    cell pc max 4
    cell q35 qemu64 4
else
    for machine in pc q35; do
        for cpu in qemu64 Nehalem max; do
            for smp in 1 2 4; do
                cell $machine $cpu $smp
            done
        done
    done
fi
finish
