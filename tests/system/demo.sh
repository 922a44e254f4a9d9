#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The demonstration: `make run` without a terminal passes its eight checks, and
# with SELFTEST=1 reports each of them when it is broken on purpose. Its first
# line comes within a second, its last one is the count, its status says the same.
# With Debian 13's kernel in the control domain and the guest it passes as well.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh
mkdir -p build/results
out=build/results/demo.out

# demonstrate NAME COUNT: with the environment as it is
demonstrate() {
    local t=${EPOCHREALTIME/./} line first='' status
    while IFS= read -r line; do
        [ -n "$first" ] || first=$(((${EPOCHREALTIME/./} - t) / 1000))
        echo "$line"
    done < <(RUN_LOG=build/results/$1.serial make run </dev/null 2>&1; echo "status $?") >"$out"
    status=$(tail -n 1 "$out")
    line=$(tail -n 2 "$out" | head -n 1)
    if [ "$status $line" = "status 0 $2 passed, 0 failed" ]; then
        grep -o 'check [0-9] .*' "$out" | sed "s/^check \([0-9]\) pass:/pass $1: check \1,/"
    else
        fail "$1" "$status, last line '$line'"
        cat "$out"
        tail -n 60 "build/results/$1.serial"
    fi
    [ "${first:-9999}" -lt 1000 ] && pass "$1: first line after $first ms" ||
        fail "$1" "the first line came after $first ms"
}

demonstrate demo 8
[ "$(grep -c 'check [1-8] pass' "$out")" = 8 ] || fail demo 'not each of the eight checks is there'
SELFTEST=1 demonstrate selftest 16
KERNEL_SERIES=6.12 LOGLEVEL=6 demonstrate debian-13 8
grep -q 'Linux version 6[.]12[.]' build/results/debian-13.serial ||
    fail debian-13 'the control domain has another kernel'
finish
