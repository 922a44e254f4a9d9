# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# checks.sh: how a demonstration checks and counts.
#
# With splitring.selftest=1 each check first runs against a world that is broken
# on purpose, and has to report it; only then it runs as it should. A check is a
# function that returns 0 or sets WHY; a sabotage is the function of the same name
# with `break_` before it, and `undo_` takes it back.
selftest=$(option selftest 0)
passed=0 failed=0

report() { # OK? NUMBER TEXT
    if [ "$1" = 0 ]; then
        passed=$((passed + 1))
        echo "@@ check pass $2 $3"
    else
        failed=$((failed + 1))
        show_logs
        echo "@@ check FAIL $2 $3: $WHY"
    fi
}

# check NUMBER FUNCTION TEXT
check() {
    local WHY='no reason given' rc
    if [ "$selftest" = 1 ] && declare -F "break_$2" >/dev/null; then
        "break_$2"
        "$2" broken
        rc=$?
        "undo_$2"
        if [ $rc = 0 ]; then
            WHY='it was broken on purpose, and the check did not see it'
            report 1 "$1" "$3, broken"
        else
            report 0 "$1" "$3, broken: reported as \"$WHY\""
        fi
        WHY='no reason given'
    fi
    "$2"
    report $? "$1" "$3"
}

finish_checks() {
    echo "@@ count $passed passed, $failed failed"
    echo "@@ end $((failed > 0))"
}
