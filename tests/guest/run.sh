#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh HYPERVISOR [TEST...]: boot the guest tests in place of the control
# domain and count them: first as the control domain itself, then each in a guest
# that the same image builds, beside one that ticks (frontends/rt/guests.c); those
# are printed as guest/TEST. HYPERVISOR is a multiboot image: build/xen-splitring,
# or the real Xen that the tests were accepted on.
#
# All tests share one boot. If the machine stops in the middle of one, that one
# has failed and the rest is booted again. A test called cpu-* takes CPUs away and
# has a boot to itself, for what Xen leaves behind would fail others; one called
# crash-* has that as well and passes when the hypervisor says that the domain
# crashed. Tests called tick-* never end and run only beside others. The last line is the count.
#
#   QEMU_CPU, QEMU_MEM, QEMU_SMP   qemu64, 1024, 1
#   QEMU_ICOUNT                    count instructions, with this shift
#   TEST_AS                        control, guests, or both: "control guests"
#   TEST_TIMEOUT                   seconds without a line before giving up: 180
#   GUEST_LOG                      also keep everything that was printed here
set -u
hv=${1:?run.sh: which hypervisor? Give a multiboot image, e.g. build/xen-splitring}
shift
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
image=$root/build/guest/tests.elf
log=${GUEST_LOG:-$(mktemp)}
: >"$log"
for f in "$hv" "$image"; do
    [ -r "$f" ] || { echo "run.sh: no $f: build it first (make)" >&2; exit 2; }
done
if [ $# -gt 0 ]; then
    tests=("$@")
else
    tests=()
    for d in "$root"/tests/guest/*/main.c; do
        d=${d%/main.c}
        case $d in */tick-*) ;; *) tests+=("${d##*/}") ;; esac
    done
fi

# Becomes QEMU with the words $1 for the tests.
machine() {
    exec qemu-system-x86_64 -accel tcg -cpu "${QEMU_CPU:-qemu64}" \
        -m "${QEMU_MEM:-1024}" -smp "${QEMU_SMP:-1}" -nographic -no-reboot \
        ${QEMU_ICOUNT:+-icount "shift=$QEMU_ICOUNT,sleep=off" -rtc base=2026-01-01,clock=vm} \
        -device e1000e,addr=0x10 -kernel "$hv" -initrd "$image $1" \
        -append "com1=115200,8n1 console=com1 dom0_mem=512M dom0_max_vcpus=4 loglvl=all guest_loglvl=all" \
        </dev/null 2>&1
}

# Starts it and keeps its output open as $fd, also after its end (a coprocess
# would close it when it is reaped, with lines unread).
machine_open() {
    exec {fd}< <(machine "$1")
    pid=$!
}

machine_close() {
    kill "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    exec {fd}<&-
}

# One crash test: from its own line on, either a crash is reported or it failed.
boot_crash() {
    local line began='' verdict='nothing was said of a crash'
    machine_open "tests=$1"
    while IFS= read -r -t "${TEST_TIMEOUT:-180}" -u "$fd" line; do
        line=${line%$'\r'}
        echo "$line" >>"$log"
        case $line in
        "test $1:"*) began=1 ;;
        "fail $1:"*) verdict=${line#fail "$1": }; break ;;
        '('*[Cc]rash* | '('*[Ww]atchdog*) [ -z "$began" ] || { verdict=''; break; } ;;
        esac
    done
    machine_close
    if [ -z "$verdict" ]; then
        passed=$((passed + 1)); echo "pass $1"
    else
        failed=$((failed + 1)); echo "fail $1: $verdict"
    fi
}

# Boots the tests in todo, prints what they print, and leaves in todo those that
# were not reached. A test that began and did not end has failed.
boot() {
    local line running=''
    machine_open "$(words)"
    while IFS= read -r -t "${TEST_TIMEOUT:-180}" -u "$fd" line; do
        line=${line%$'\r'}
        echo "$line" >>"$log"
        case $line in
        'test '*) running=${line#test } running=${running%%:*} ;;
        'pass '*)
            running=''
            ! drop "${line#pass }" || { passed=$((passed + 1)); echo "$line"; } ;;
        'fail '*)
            running='' line=${line#fail }
            ! drop "${line%%:*}" || { failed=$((failed + 1)); echo "fail $line"; } ;;
        [0-9]*' passed, '*' failed') break ;;
        '  '*) [ -z "$running" ] || echo "$line" ;;
        esac
    done
    machine_close
    if [ -n "$running" ]; then
        failed=$((failed + 1))
        drop "$running"
        echo "fail $running: the machine stopped in it; the last lines:"
        tail -n 12 "$log" | sed 's/^/    /'
        return 0
    fi
    return 1
}

boot_alone() {
    local rest=("${todo[@]}")
    todo=("$1")
    boot || [ ${#todo[@]} = 0 ] || {
        failed=$((failed + 1))
        echo "fail $1: it was never started"
    }
    todo=("${rest[@]}")
}

# Which tests: a control domain's command line ends after 1,023 bytes.
words() {
    local names as=''
    names=$(IFS=:; echo "${todo[*]#guest/}")
    [[ ${todo[0]} != guest/* ]] || as=' as=guests'
    if [ ${#names} -lt 700 ]; then
        echo "tests=$names$as"
    else
        echo "${last:+after=${last#guest/}}$as"
    fi
}

# Takes a test out of todo; status 1 if it was not there.
drop() {
    local t rest=() found=1
    last=$1
    for t in "${todo[@]}"; do
        if [ "$t" = "$1" ]; then
            found=0
        else
            rest+=("$t")
        fi
    done
    todo=("${rest[@]}")
    return $found
}

passed=0 failed=0
for as in ${TEST_AS:-control guests}; do
    todo=("${tests[@]}") last=''
    case $as in
    guests) todo=("${todo[@]/#/guest/}") ;;
    *) for t in "${todo[@]}"; do
        case $t in
        crash-*) drop "$t"; boot_crash "$t" ;;
        cpu-*) drop "$t"; boot_alone "$t" ;;
        esac
    done ;;
    esac
    last=''
    while [ ${#todo[@]} -gt 0 ]; do
        boot || break
    done
    if [ ${#todo[@]} -gt 0 ]; then
        failed=$((failed + ${#todo[@]}))
        printf 'fail %s: was never started\n' "${todo[@]}"
        tail -n 12 "$log" | sed 's/^/    /'
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
