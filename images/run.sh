#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh [debug]: host an unmodified Debian guest, end to end (make run).
#
# Says what it will do, has the host's packages, builds what is missing, boots the
# machine and shows a timeline. At a terminal it ends in the control domain's
# shell beside a running guest; without one it plays the demonstration of eight
# checks, prints `N passed, N failed` and exits accordingly.
#
#   GUEST=quick|debian  KERNEL=FILE [RAMDISK=FILE] [ROOT=DEV] DISK=FILE  [CMDLINE=..]
#   HV=debian|FILE      another hypervisor         XL STORE CONSOLE=debian BACKENDS=kernel
#   SELFTEST=1          break each check once      YES=1      do not ask
#   SHORT=1             six checks, less data
#   VERBOSE=1           the whole serial line      DEMO=1     no shell, the checks
#   MACHINE CPU SMP MEM DOM0_MEM ACCEL             the machine
#   KERNEL_SERIES=6.12  another kernel of Debian's, in the control domain and the guest
#   RUN_LOG=FILE        the serial line, each line with its second (build/run.log)
#
# The terminal is as it was, whichever way this ends.
set -u -o pipefail
echo "Splitring: hosting an unmodified Debian guest on a paravirtual hypervisor"
cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL
. images/lib.sh
. images/machine.sh
debug=${1:-}
log=${RUN_LOG:-build/run.log}
guest=${GUEST:-quick}
[ -z "${KERNEL:-}${DISK:-}" ] || guest=own
start=${EPOCHREALTIME/./}
tty=
[ ! -t 0 ] || [ ! -t 1 ] || [ "${DEMO:-${SELFTEST:-0}}" = 1 ] || tty=$(stty -g)

note() { # MILLISECONDS TEXT...
    local ms=$1
    shift
    printf '%6d.%d s  %s\n' $((ms / 1000)) $((ms / 100 % 10)) "$*"
}
now() { echo $(((${EPOCHREALTIME/./} - start) / 1000)); }

leave() {
    local status=$?
    trap '' INT TERM HUP
    [ -z "${pump_in:-}" ] || kill "$pump_in" "$pump_out" 2>/dev/null
    machine_stop
    [ -z "$tty" ] || stty "$tty"
    exit "$status"
}
trap leave EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# build_all: the parts and the images, with the whole story kept in a file
build_all() {
    local targets=("$BASE" build/images/demo.cpio)
    [ "$HV" != build/xen-splitring ] || targets+=(hv)
    mapfile -t -O ${#targets[@]} targets < <(machine_archives)
    case $guest in
    debian) targets+=("${KERNELS}guest.cpio" build/images/debian.disk) ;;
    *) targets+=("${KERNELS}guest.cpio" build/images/quick.disk) ;;
    esac
    if ! make -q "${targets[@]}" 2>/dev/null; then
        note "$(now)" "building (the whole story: build/build.log)"
        flock build/lock make -j"$(nproc)" "${targets[@]}" >build/build.log 2>&1 </dev/null || {
            grep -E '^splitring:|: (fatal )?error:|[*][*][*]' build/build.log | head -n 5 >&2
            die "the build failed; build/build.log tells the whole story"
        }
    fi
    note "$(now)" "hypervisor, tools and images are built"
}

# write_config: /guests/NAME.cfg and what it names
write_config() {
    local g=$VM/r/guests root=${ROOT:-/dev/xvda} kernel=/guests/vmlinuz \
        ramdisk=/guests/initrd memory=${GUEST_MEM:-128} disk=build/images/quick.disk
    mkdir -p "$g"
    cp "${KERNELS}guest.cpio.kernel" "$g/vmlinuz"
    cp "${KERNELS}guest.cpio" "$g/initrd"
    case $guest in
    quick) ;;
    debian) memory=${GUEST_MEM:-512} disk=build/images/debian.disk ;;
    own)
        if [ -n "${KERNEL:-}" ]; then
            cp "$KERNEL" "$g/own-kernel" || die "KERNEL=$KERNEL cannot be read"
            kernel=/guests/own-kernel ramdisk=
        fi
        if [ -n "${RAMDISK:-}" ]; then
            cp "$RAMDISK" "$g/own-ramdisk" || die "RAMDISK=$RAMDISK cannot be read"
            ramdisk=/guests/own-ramdisk
        fi
        disk=${DISK:-} memory=${GUEST_MEM:-512} ;;
    *) die "GUEST=$guest: quick or debian? (your own: KERNEL=..., DISK=...)" ;;
    esac
    {
        echo "name='$guest'"
        echo "type='pv'"
        echo "kernel='$kernel'"
        [ -z "$ramdisk" ] || echo "ramdisk='$ramdisk'"
        echo "memory=$memory"
        echo "vcpus=1"
        [ -z "$disk" ] || echo "disk=['phy:/dev/vda,xvda,w']"
        echo "vif=['mac=00:16:3e:00:00:01,bridge=xenbr0']"
        echo "extra='root=$root console=hvc0 panic=-1 loglevel=4 ${CMDLINE:-}'"
        echo "on_crash='destroy'"
    } >"$g/$guest.cfg"
    disk_arguments "$disk"
}

# disk_arguments FILE: our own disks are fresh in each run, the newcomer's is his
disk_arguments() {
    local format=raw
    machine_disk=()
    [ -n "$1" ] || return 0
    [ -r "$1" ] || die "DISK=$1 cannot be read: is the path right?"
    if [ "$guest" = own ]; then
        [ "$(head -c 3 "$1")" != QFI ] || format=qcow2
        machine_disk=(-drive "if=none,id=d0,format=$format,file=$(realpath "$1")")
    else
        cp --sparse=always "$1" "$VM/disk"
        machine_disk=(-drive "if=none,id=d0,format=raw,file=disk,cache=unsafe")
    fi
    machine_disk+=(-device virtio-blk-pci,drive=d0)
}

# hand_over: the terminal and the serial line are one until QEMU ends
hand_over() {
    stty raw -echo
    cat <&"$VM_OUT" &
    pump_out=$!
    cat <&0 >&"$VM_IN" &
    pump_in=$!
    wait "$VM_PID"
    wait "$pump_out"
    kill "$pump_in" 2>/dev/null
    exit 0
}

fell_over() { # TEXT
    echo "splitring: $1; its last lines were:" >&2
    tail -n "${TAIL:-25}" "$log" >&2
    exit 1
}

# follow: show the serial line's events until the machine ends
follow() {
    local limit=$((SECONDS + ${LIMIT:-600})) spoke='' result='' count=''
    : >"$log"
    while [ $SECONDS -lt "$limit" ]; do
        machine_read 5
        case $? in
        1) break ;;
        2) continue ;;
        esac
        printf '%4d.%03d %s\n' $((AT / 1000)) $((AT % 1000)) "$LINE" >>"$log"
        [ "${VERBOSE:-0}" != 1 ] || echo "$LINE"
        [ -n "$spoke" ] || [ -z "$LINE" ] || {
            spoke=1
            note "$AT" "the hypervisor speaks: ${LINE:0:56}"
        }
        case $LINE in
        *'@@ init '*) note "$AT" "the control domain's init runs" ;;
        *'@@ stage '*) note "$AT" "${LINE#*@@ stage }" ;;
        *'@@ note '*) note "$AT" "${LINE#*@@ note }" ;;
        *'@@ check pass '*) LINE=${LINE#*@@ check pass }
            note "$AT" "check ${LINE%% *} pass: ${LINE#* }" ;;
        *'@@ check FAIL '*) LINE=${LINE#*@@ check FAIL }
            note "$AT" "check ${LINE%% *} FAIL: ${LINE#* }" ;;
        *'@@ count '*) count=${LINE#*@@ count } ;;
        *'@@ fail '*) fell_over "the control domain stopped: ${LINE#*@@ fail }" ;;
        *'@@ shell'*) [ -z "$tty" ] || hand_over ;;
        *'@@ end '*) result=${LINE#*@@ end } ;;
        esac
    done
    [ $SECONDS -lt "$limit" ] || fell_over "the machine was not done in ${LIMIT:-600} s"
    [ -n "$result" ] || fell_over "the machine ended before its time"
    note "$AT" "the machine is off"
    [ -z "$count" ] || echo "$count"
    exit "$result"
}

if [ "$guest" = debian ]; then images/host.sh debian; else images/host.sh run; fi || exit 1
end='play checks of its life'
[ -z "$tty" ] || end='give you a shell beside it'
echo "Plan: build the five parts and the images; boot them in QEMU ($MACHINE, $CPU,"
echo "$SMP CPUs, $MEM MiB); create guest '$guest' from Debian's own kernel; $end."
build_all
machine_prepare
write_config
if [ -n "$tty" ]; then
    what=shell size=$(stty size)
    DOM0_ARGS="${DOM0_ARGS:-} splitring.tty=${size/ /x}"
else
    what=demo
    [ "$guest" = quick ] || what=brief
fi
[ "${SELFTEST:-0}" != 1 ] || DOM0_ARGS="${DOM0_ARGS:-} splitring.selftest=1"
[ "${SHORT:-0}" != 1 ] || DOM0_ARGS="${DOM0_ARGS:-} splitring.short=1"
DOM0_ARGS="${DOM0_ARGS:-} splitring.do=$what splitring.guest=$guest"
if [ "$debug" = debug ]; then
    machine_disk+=(-S -gdb tcp::1234)
    LIMIT=86400
    printf '%s\n' "file build/xen-splitring.elf" 'target remote :1234' \
        'hbreak hv_main' 'continue' >build/debug.gdb
    echo "QEMU waits. In another terminal, here: gdb -x build/debug.gdb"
fi
note "$(now)" "QEMU starts"
machine_start "${machine_disk[@]}"
follow
