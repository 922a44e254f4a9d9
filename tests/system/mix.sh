#!/bin/bash
# SPDX-License-Identifier: MIT
#
# mix.sh [CELL...]: in each cell of {Splitring, Xen 4.17} x {our xl, Debian's} x
# {xenstore-lite, Debian's xenstored in C, its oxenstored} x {our backends,
# Linux's with xenconsoled} a guest of Debian's cloud kernel on a PV disk is
# created, its console is typed to, data goes out and in over its network and its
# disk is read after its end, all by hashes; xl lists it and stops it cleanly.
#
# A cell is HYPERVISOR-XL-STORE-BACKENDS, for example xen-debian-oxen-linux; with
# patterns of the shell as arguments only those cells that one of them matches.
# A failed cell's serial line stays in build/results/mix-CELL.serial.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
# One CPU: what a cell proves does not depend on it, and on a busy host two wait
# for one another.
export SMP=${SMP:-1}
. tests/system/lib.sh
[ $# -gt 0 ] || set -- '*'
cells=0 out=build/results/mix.out

wanted() { # CELL PATTERN...
    local cell=$1 pattern
    shift
    for pattern; do
        # shellcheck disable=SC2053
        [[ $cell != $pattern ]] || return 0
    done
    return 1
}

# run_cell CELL: the demonstration's short form, with the parts that its name says
run_cell() {
    local cell=$1 hv xl store backends console status t=${EPOCHREALTIME/./}
    local serial=build/results/mix-$cell.serial
    IFS=- read -r hv xl store backends <<<"$cell"
    case $hv in splitring) hv=build/xen-splitring ;; xen) hv=debian ;; esac
    case $store in lite) store=ours ;; cxen) store=debian-c ;; oxen) store=debian ;; esac
    console=ours
    [ "$backends" = ours ] || { backends=kernel console=debian; }
    HV=$hv XL=$xl STORE=$store BACKENDS=$backends CONSOLE=$console SHORT=1 \
        LIMIT=${LIMIT:-200} RUN_LOG=$serial images/run.sh >"$out" 2>&1 </dev/null
    status=$?
    t=$(((${EPOCHREALTIME/./} - t) / 100000))
    cells=$((cells + 1))
    if [ "$status $(tail -n 1 "$out")" = '0 6 passed, 0 failed' ]; then
        pass "mix $cell $((t / 10)).$((t % 10)) s"
        rm -f "$serial"
    else
        fail "mix $cell" "$(grep -E 'FAIL|^splitring:' "$out" | head -n 1)"
        tail -n 40 "$out"
    fi
}

for hv in splitring xen; do
    for xl in ours debian; do
        for store in lite cxen oxen; do
            for backends in ours linux; do
                cell=$hv-$xl-$store-$backends
                ! wanted "$cell" "$@" || run_cell "$cell"
            done
        done
    done
done
[ $cells -gt 0 ] || die "no cell is called $*: try xen-debian-oxen-linux"
echo "$((cells - failures)) of $cells cells pass"
finish
