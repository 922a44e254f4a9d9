#!/bin/bash
# SPDX-License-Identifier: MIT
# lib.sh - sourced by the scripts of the fuzzing guest: boots it, and names the
# hypervisor's source that a run was made with.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd) || exit 1
image=$root/build/guest/fuzz.elf
export FUZZ_LOG=$root/build/fuzz-guest.log
rows=$root/build/fuzz-guest.rows        # SOURCE ROW OUTCOME, a line each that was seen

# The hash of the hypervisor's folder; with + when it was changed since.
source_key() {
    local key
    key=$(git -C "$root" rev-parse HEAD:hypervisor) || return 1
    git -C "$root" diff --quiet HEAD -- hypervisor || key=$key+
    echo "$key"
}

# outcomes OUTPUT: each row that it has, and what it shows of it.
outcomes() {
    awk '$1 == "row" { name[n++] = $3; print $3, "row" }
        $1 == "outcomes" { last = $2 }
        END { for (i = 0; i < n; i++) {
            o = substr(last, i + 1, 1) + 0
            if (o % 2) print name[i], "succeeds"
            if (o > 1) print name[i], "fails" } }' "$1"
}

# outcomes_missing SOURCE: what no run of this source has shown of a row and
# tests/fuzz/guest/outcomes.txt does not say why.
outcomes_missing() {
    awk -v k="$1" 'FILENAME ~ /outcomes.txt$/ { if ($1 !~ /^#/) seen[$1 " " $2] = 1; next }
        $1 != k { next }
        $3 == "row" { row[$2] = 1 }
        { seen[$2 " " $3] = 1 }
        END { for (r in row) {
            if (!((r " succeeds") in seen)) print r, "never succeeds"
            if (!((r " fails") in seen)) print r, "never fails" } }' \
        "$root/tests/fuzz/guest/outcomes.txt" "$rows" | sort | tr '\n' ';'
}

# fuzz_boot HYPERVISOR OPTIONS OUTPUT: one boot, at most FUZZ_TIME seconds.
# SMP: CPUs of the machine; in one thread of the host they do not wait for each other
# when it is busy (FUZZ_TCG=multi: one thread each, for races at any instruction). Xen needs its own switches to be comparable.
fuzz_boot() {
    timeout "${FUZZ_TIME:-60}" qemu-system-x86_64 -accel "tcg,thread=${FUZZ_TCG:-single}" -cpu qemu64 -m 256 \
        -smp "${SMP:-1}" -nographic -no-reboot \
        -nic none -device e1000e,addr=3 -kernel "$1" -initrd "$image $2" \
        -append "com1=115200,8n1 console=com1 dom0_mem=96M dom0_max_vcpus=4 loglvl=${FUZZ_LOGLVL:-info} guest_loglvl=${FUZZ_LOGLVL:-info} gnttab=max-ver:1 pv-linear-pt=false" \
        </dev/null >"$3" 2>&1
}
