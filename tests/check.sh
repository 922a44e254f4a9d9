#!/bin/bash
# SPDX-License-Identifier: MIT
#
# check.sh TIER...: run the tests of each tier and count them.
#
# The lists come from make in LINT_CHECKS, ABI_TESTS, UNIT_TESTS, GUEST_TESTS,
# SYSTEM_TESTS and FUZZERS; each member is a program whose exit status counts.
# A member may print lines `pass NAME` and `fail NAME: REASON`: then each of
# those is one test, and a program that prints none of them is one itself. Its
# output is kept in build/results/TIER/NAME.log and shown when it fails.
# At the end what failed is named once more; the last line is `N passed, N failed`,
# and the exit status says the same.
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0 complaints=()

run_member() { # TIER PROGRAM
    local tier=$1 prog=$2 name log rc ok bad t
    name=${prog##*/} name=${name%.sh}
    [ "$name" != short ] || { name=${prog%/*} name=${name##*/}-short; }
    log=build/results/$tier/$name.log
    mkdir -p "${log%/*}"
    t=${EPOCHREALTIME/./}
    case $tier in
    fuzz) "$prog" -max_total_time="${FUZZ_SECONDS:-30}" -print_final_stats=1 \
        >"$log" 2>&1 </dev/null ;;
    guest | system)
        "$prog" 2>&1 </dev/null | tee "$log" | sed -nu '/^\(pass\|fail\) /s/^/    /p' ;;
    *) "$prog" >"$log" 2>&1 </dev/null ;;
    esac
    rc=$?
    ok=$(grep -c '^pass ' "$log") bad=$(grep -c '^fail ' "$log")
    if [ "$rc" = 0 ] && [ "$bad" = 0 ]; then
        [ "$ok" -gt 0 ] || ok=1
    elif [ "$bad" = 0 ]; then
        bad=1
    fi
    tier_passed=$((tier_passed + ok)) tier_failed=$((tier_failed + bad))
    t=$(((${EPOCHREALTIME/./} - t) / 100000))
    printf '  %-28s %4d ok %3d failed %5d.%d s\n' "$name" "$ok" "$bad" \
        $((t / 10)) $((t % 10))
    [ "$bad" = 0 ] || complain "$log" "$rc"
}

complain() { # LOG STATUS
    echo "  --- $1 (status $2)"
    tail -n 40 "$1"
    echo "  ---"
    complaints+=("$1 (status $2):")
    while IFS= read -r line; do
        complaints+=("    ${line:0:200}")
    done < <(grep '^fail ' "$1" || tail -n 3 "$1")
}

for tier in "$@"; do
    case $tier in
    lint) members=$LINT_CHECKS ;;
    abi) members=$ABI_TESTS ;;
    unit) members=$UNIT_TESTS ;;
    guest) members=$GUEST_TESTS ;;
    system) members=$SYSTEM_TESTS ;;
    fuzz) members=$FUZZERS ;;
    *) echo "check.sh: no tier called $tier" >&2; exit 2 ;;
    esac
    [ -n "${members// /}" ] || continue
    echo "$tier:"
    tier_passed=0 tier_failed=0
    for member in $members; do
        run_member "$tier" "$member"
    done
    echo "$tier: $tier_passed passed, $tier_failed failed"
    passed=$((passed + tier_passed)) failed=$((failed + tier_failed))
done
[ ${#complaints[@]} = 0 ] || printf '%s\n' "${complaints[@]}"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
