# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# brief.sh: the demonstration for a guest that is not the quick one, so with
# nothing of ours inside: it boots to a prompt, has its network up, and stops.
. "$LIBEXEC/checks.sh"
guest=$(option guest debian)

boots() {
    boot_guest "$guest" || { WHY='xl create failed'; return 1; }
    expect 300 '(login:|^[^ ]*[#$] *$)' prompt || {
        WHY="no prompt; its console ends with: $(tail -n 1 "/run/console.$guest")"
        return 1
    }
}

# udhcpd writes its leases down when it is told to
lease() {
    kill -USR1 "$(cat /run/udhcpd.pid)"
    usleep 200000
    dumpleases -f /run/udhcpd.leases | grep -q 00:16:3e:00:00:01
}

network() {
    local address
    wait_for 120 lease || { WHY='it asked for no address'; return 1; }
    address=$(dumpleases -f /run/udhcpd.leases |
        awk '$1 == "00:16:3e:00:00:01" { print $2 }')
    wait_for 30 ping -c 1 -W 2 "$address" || { WHY="$address does not answer"; return 1; }
}

stops() {
    timeout 180 xl shutdown -w "$guest" >/dev/null 2>&1 </dev/null &&
        wait_for 60 gone "$guest" || { WHY='it still runs after xl shutdown'; return 1; }
    detach_guest
}

trap '' PIPE
check 1 boots "guest '$guest' boots to a prompt"
check 5 network 'its network is up, and it answers'
check 7 stops 'xl stops it cleanly'
finish_checks
