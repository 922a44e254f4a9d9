# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# common.sh: what the control domain's scripts share. Sourced by init.

ADDRESS=192.168.127.1
CONSOLES=/var/log/xen/console
LIBEXEC=/usr/libexec/splitring
DEBIAN=/usr/lib/xen-4.17/bin

# show_logs: the ends of all that was written here, for whoever looks for a cause
show_logs() {
    local f
    for f in /run/console.* $CONSOLES/*.log /var/log/splitring/*.log \
        /var/log/xen/xl-*.log /var/log/xen/xen-hotplug.log; do
        [ -s "$f" ] && { echo "--- $f"; tail -n "${TAIL:-20}" "$f"; }
    done
    echo "---"
}

# option NAME DEFAULT: the value of splitring.NAME= on the kernel's command line
option() {
    local line
    read -r line </proc/cmdline
    case " $line " in
    *" splitring.$1="*) line=${line#*"splitring.$1="}; echo "${line%% *}" ;;
    *) echo "$2" ;;
    esac
}

stop_with() {
    show_logs
    echo "@@ fail $*"
    sync
    poweroff
    sleep 60
}

modules() {
    local m
    for m; do
        modprobe "$m" || stop_with "modprobe $m failed"
    done
}

# wait_for SECONDS COMMAND...: until it succeeds, asking ten times a second
wait_for() {
    local until=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt "$until" ] || return 1
        usleep 100000
    done
}

# listens PORT: a program has it, so a guest may come. Wait for this before it is told
# to: what was started a moment ago may not have got so far.
listens() {
    local port
    printf -v port '%04X' "$1"
    grep -qs ":$port [0-9A-F:]* 0A " /proc/net/tcp /proc/net/tcp6
}

# keep NAME WORDS...: one more daemon for the keeper, in the order they start
keep() {
    [ -x "$LIBEXEC/$1" ] || stop_with "$LIBEXEC/$1 is not in this image"
    echo "$@" >>/etc/splitring/keeper.conf
}

start_keeper() {
    [ -s /etc/splitring/keeper.conf ] || return 0
    "$LIBEXEC/keeper" >>/var/log/splitring/keeper.log 2>&1 </dev/null &
}

store_is_up() {
    wait_for 20 test -S /run/xenstored/socket ||
        stop_with "xenstored ($1) made no socket within 20 s"
}

# The parts of ours run under the keeper; Debian's are started around it, the
# store first and the console once there is a store.
start_parts() {
    local xl store console backends
    xl=$(option xl ours)
    store=$(option store ours)
    console=$(option console ours)
    backends=$(option backends ours)
    export XENSTORED_ROOTDIR=/run/xenstored
    mkdir -p /etc/splitring
    : >/etc/splitring/keeper.conf
    case $store in
    ours) keep xenstored listen=/run/xenstored/socket $LIBEXEC/xenstored \
              --journal /run/splitring/xenstored.journal ;;
    debian) "$DEBIAN/oxenstored" --pid-file /run/xenstore.pid ;;
    debian-c) "$DEBIAN/xenstored" --pid-file /run/xenstore.pid ;;
    *) stop_with "splitring.store=$store: ours, debian or debian-c?" ;;
    esac
    [ "$store" = ours ] || store_is_up "$store"
    case $console in
    ours) keep consoled $LIBEXEC/consoled --log=all ;;
    debian) ;;
    *) stop_with "splitring.console=$console: ours or debian?" ;;
    esac
    case $backends in
    ours)
        keep blkback $LIBEXEC/blkback
        keep netback $LIBEXEC/netback ;;
    kernel)
        modules xen-blkback xen-netback loop
        # ours leaves to the kernel's backends what theirs do themselves
        mkdir -p /run/splitring
        printf 'backend.vbd = kernel\nbackend.vif = kernel\n' >/run/splitring/backends ;;
    *) stop_with "splitring.backends=$backends: ours or kernel?" ;;
    esac
    case $xl in
    ours) keep lifed $LIBEXEC/lifed ;;
    debian) ln -sf "$DEBIAN/xl" /usr/sbin/xl ;;
    *) stop_with "splitring.xl=$xl: ours or debian?" ;;
    esac
    start_keeper
    store_is_up "$store"
    # Debian's tools look for the control domain's own entries in the store
    [ "$xl" = ours ] || "$DEBIAN/xen-init-dom0" >/dev/null ||
        stop_with "xen-init-dom0 failed"
    [ "$console" = ours ] || "$DEBIAN/xenconsoled" --log=guest \
        --log-dir=$CONSOLES --pid-file /run/xenconsoled.pid ||
        stop_with "xenconsoled failed"
}

start_network() {
    ip link add xenbr0 type bridge stp_state 0 forward_delay 0 &&
        ip addr add "$ADDRESS/24" dev xenbr0 && ip link set xenbr0 up ||
        stop_with "the bridge xenbr0 cannot be set up"
    cat >/etc/udhcpd.conf <<END
start 192.168.127.20
end 192.168.127.250
interface xenbr0
lease_file /run/udhcpd.leases
pidfile /run/udhcpd.pid
option subnet 255.255.255.0
option router $ADDRESS
option lease 86400
END
    : >/run/udhcpd.leases
    udhcpd /etc/udhcpd.conf 2>/dev/null || stop_with "udhcpd failed"
}

# boot_guest NAME: create it and attach to its console, whose lines `expect`
# reads and to which `say` types
boot_guest() {
    xl create -q "/guests/$1.cfg" </dev/null || return 1
    attach_guest "$1"
}

attach_guest() {
    rm -f /run/console.in /run/console.out
    mkfifo /run/console.in /run/console.out
    # opened both ways, so that neither side waits for the other
    exec {CONSOLE_IN}<>/run/console.in {CONSOLE_OUT}<>/run/console.out \
        {CONSOLE_LOG}>>"/run/console.$1"
    onpty xl console "$1" </run/console.in >/run/console.out 2>&1 &
    CONSOLE_ID=$!
}

detach_guest() {
    kill "$CONSOLE_ID" 2>/dev/null
    wait "$CONSOLE_ID" 2>/dev/null
    exec {CONSOLE_IN}>&- {CONSOLE_OUT}>&- {CONSOLE_LOG}>&-
}

# expect SECONDS REGEX [prompt]: read the console's lines until one matches; MATCH
# is what the first group of the expression held. A prompt has no end of line, so
# with `prompt` what there is of a line is looked at too.
expect() {
    local until=$((SECONDS + $1)) line='' part
    while [ $SECONDS -lt "$until" ]; do
        if IFS= read -r -t 1 -u "$CONSOLE_OUT" part; then
            line=${line}${part//$'\r'/}
            echo "$line" >&"$CONSOLE_LOG"
            [[ $line =~ $2 ]] && { MATCH=${BASH_REMATCH[1]:-}; return 0; }
            line=''
        else
            line=$line${part//$'\r'/}
            [ "${3:-}" = prompt ] && [[ $line =~ $2 ]] && { MATCH=${BASH_REMATCH[1]:-}; return 0; }
            kill -0 "$CONSOLE_ID" 2>/dev/null || return 1
        fi
    done
    return 1
}

say() {
    printf '%s\n' "$*" >&"$CONSOLE_IN"
}

gone() { ! xl list "$1"; }
