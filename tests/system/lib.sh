# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# lib.sh: what system tests share. Sourced with the project's root as the current
# folder. A test prints `pass NAME` or `fail NAME: REASON` for each thing it
# proves and ends with `finish`.
. images/lib.sh
. images/machine.sh
failures=0
SERIAL=build/results/serial.$$
mkdir -p build/results
trap machine_stop EXIT

pass() { echo "pass $*"; }
fail() { # NAME REASON
    failures=$((failures + 1))
    echo "fail $1: $2"
}
# said NAME PASSES: a control domain of Debian's tools alone runs tests/system/NAME/main
# with the image of the guest tests beside it, and what that prints is to be NAME/said,
# which is what it printed on real Xen (HV=debian shows it again). PASSES: what then
# passes. Before it is called: XL, STORE, CONSOLE and BACKENDS are not ours.
said() { # NAME PASSES
    local name=$1 status
    make -s build/images/debian.cpio build/guest/tests.elf || die "the images were not built"
    run_script "${LIMIT:-300}" "tests/system/$name/main" build/guest/tests.elf \
        >"build/results/$name"
    status=$?
    [ $status = 0 ] || {
        fail "$name" "status $status; its serial line ended with:"
        tail -n 40 "$SERIAL"
    }
    if diff "tests/system/$name/said" "build/results/$name"; then
        pass "$name: $2"
    else
        fail "$name" "other than on Xen (< Xen, > here)"
    fi
}

finish() { exit "$((failures > 0))"; }

# watch_script LIMIT: follow the machine to its end; what the control domain's
# script prints goes to stdout, its status is returned (124: the time was over,
# 125: the machine ended before the script did). The whole serial line is in
# $SERIAL. At its end the control domain powers the machine off, or it is 124:
# covers use: platform_op.enter_acpi_sleep
watch_script() {
    local limit=$((SECONDS + $1)) status=125
    : >"$SERIAL"
    while [ $SECONDS -lt "$limit" ]; do
        machine_read 5
        case $? in
        1) break ;;
        2) continue ;;
        esac
        printf '%4d.%03d %s\n' $((AT / 1000)) $((AT % 1000)) "$LINE" >>"$SERIAL"
        case $LINE in
        *'@@ out '*) echo "${LINE#*@@ out }" ;;
        *'@@ end '*) status=${LINE#*@@ end } ;;
        *'@@ fail '*)
            status=125
            echo "the control domain stopped: ${LINE#*@@ fail }" ;;
        esac
    done
    [ $SECONDS -lt "$limit" ] || status=124
    machine_stop
    return "$status"
}

# prepare_script FILE [FILE...]: a machine whose control domain will run FILE with
# the others beside it
prepare_script() {
    machine_prepare ${vm_archives[0]:+"${vm_archives[@]}"}
    mkdir -p "$VM/r/script"
    cp "$1" "$VM/r/script/main"
    shift
    [ $# = 0 ] || cp "$@" "$VM/r/script/"
    DOM0_ARGS="${DOM0_ARGS_OWN:-} splitring.do=${DO:-script}"
}

# run_script LIMIT FILE [FILE...]: both of these. QEMU arguments are in the array
# vm_args, the control domain's further archives in vm_archives, what it does in
# $DO.
run_script() {
    local limit=$1
    shift
    prepare_script "$@"
    machine_start ${vm_args[0]:+"${vm_args[@]}"}
    watch_script "$limit"
}
