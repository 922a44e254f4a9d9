# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
#
# machine.sh: one QEMU machine and its serial line. Sourced by run.sh and by the
# system tests, from the project's root, after lib.sh.
#
#   machine_prepare            a folder of its own in $VM, with fixed file names:
#                              QEMU's command line reaches the guests' random seed
#   machine_start [ARGUMENT..] QEMU; its serial line is $VM_OUT and $VM_IN; the array
#                              VM_BOOT, when set, says what to boot instead of HV
#   machine_read SECONDS       the next line in LINE, milliseconds since the start
#                              in AT; status 1 at the end, 2 when the time is over
#   machine_stop               end QEMU and remove the folder
#
# From the environment: HV (build/xen-splitring; `debian`: Debian's own Xen; or
# a path), MACHINE, CPU, SMP, MEM, HV_ARGS, DOM0_MEM, DOM0_ARGS, ACCEL, XL, STORE,
# CONSOLE, BACKENDS (who plays each part, see images/dom0/init), KERNEL_SERIES (6.12:
# that kernel of Debian's, not the current one).

: "${HV:=build/xen-splitring}" "${MACHINE:=pc}" "${CPU:=qemu64}" "${SMP:=2}"
: "${MEM:=2048}" "${DOM0_MEM:=512M}" "${ACCEL:=tcg}"
: "${XL:=ours}" "${STORE:=ours}" "${CONSOLE:=ours}" "${BACKENDS:=ours}"
KERNELS=build/images/${KERNEL_SERIES:+$KERNEL_SERIES/}
BASE=${KERNELS}dom0.cpio

# machine_archives: what the control domain is made of, for the parts chosen; with
# DO=bare no part runs, and the base is enough
machine_archives() {
    echo "$BASE"
    [ "${DO:-}" != bare ] || return 0
    case "$XL $STORE $CONSOLE $BACKENDS" in
    *ours*) echo build/images/tools.cpio ;;
    esac
    case "$XL $STORE $CONSOLE" in
    *debian*) echo build/images/debian.cpio ;;
    esac
    echo build/images/demo.cpio
}

# machine_prepare [ARCHIVE...]: further archives for the control domain; what is
# below $VM/r goes in as well, last
machine_prepare() {
    mkdir -p build/run
    VM=$(mktemp -d build/run/XXXXXX)
    mkdir -p "$VM/r/etc"
    head -c 64 /dev/urandom >"$VM/r/etc/seed"
    case $HV in
    debian)
        fetch "xen-hypervisor-$XEN_SERIES-amd64"
        gzip -dc "$CACHE/x/xen-hypervisor-$XEN_SERIES-amd64/boot/"xen-*.gz \
            >"$VM/hypervisor" ;;
    *.gz) gzip -dc "$HV" >"$VM/hypervisor" ;;
    *) cp "$HV" "$VM/hypervisor" ;;
    esac || die "no hypervisor: $HV cannot be read"
    cp "$BASE.kernel" "$VM/vmlinuz"
    VM_ARCHIVES=("$@")
}

# machine_initrd: put the control domain's image together, and its command line
machine_initrd() {
    local archives
    mapfile -t archives < <(machine_archives)
    (cd "$VM/r" && find . -mindepth 1 -exec touch -h -d @0 {} + &&
        find . -mindepth 1 | LC_ALL=C sort |
        cpio -o -H newc --quiet -R 0:0 --reproducible) >"$VM/own"
    cat "${archives[@]}" ${VM_ARCHIVES[0]:+"${VM_ARCHIVES[@]}"} "$VM/own" >"$VM/initrd" ||
        die "the control domain's image cannot be put together"
    : "${HV_ARGS:=com1=115200,8n1 console=com1 dom0_mem=$DOM0_MEM,max:$DOM0_MEM}"
    VM_WORDS="console=hvc0 panic=-1 loglevel=${LOGLEVEL:-4} splitring.xl=$XL"
    VM_WORDS+=" splitring.store=$STORE splitring.console=$CONSOLE"
    VM_WORDS+=" splitring.backends=$BACKENDS ${DOM0_ARGS:-}"
}

machine_start() {
    [ -n "${VM_BOOT[0]:-}" ] || machine_initrd
    local args=(-accel "$ACCEL" -machine "$MACHINE" -cpu "$CPU" -m "$MEM"
        -smp "$SMP" -nodefaults -display none -nic none -no-reboot
        -chardev stdio,id=com1,mux=on,signal=off -mon com1 -serial chardev:com1)
    if [ -n "${VM_BOOT[0]:-}" ]; then
        args+=("${VM_BOOT[@]}")
    else
        args+=(-kernel hypervisor -append "$HV_ARGS"
            -initrd "vmlinuz ${VM_WORDS//,/,,},initrd")
    fi
    mkfifo "$VM/in" "$VM/out"
    exec {VM_IN}<>"$VM/in"
    VM_START=${EPOCHREALTIME/./}
    (cd "$VM" && exec qemu-system-x86_64 "${args[@]}" "$@" <in >out 2>&1) &
    VM_PID=$!
    exec {VM_OUT}<"$VM/out"
    VM_PART=
}

machine_read() {
    local status part=
    IFS= read -r -t "$1" -u "$VM_OUT" part
    status=$?
    VM_PART+=$part
    [ $status -le 128 ] || return 2
    AT=$(((${EPOCHREALTIME/./} - VM_START) / 1000))
    LINE=${VM_PART//$'\r'/}
    VM_PART=
    [ $status = 0 ] || [ -n "$LINE" ]
}

machine_stop() {
    [ -z "${VM_PID:-}" ] || {
        kill "$VM_PID" 2>/dev/null
        wait "$VM_PID" 2>/dev/null
    }
    VM_PID=
    [ -z "${VM:-}" ] || rm -rf "$VM"
}
