# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# demo.sh: the demonstration. Eight checks of a guest's life, one line each; with
# splitring.short=1 the six without which no guest is served, with less data.
guest=quick
. "$LIBEXEC/checks.sh"
short=$(option short 0)
MIB=$((short ? 4 : 16))

free_pages() { "$LIBEXEC/freepages"; }

# settled N: is the hypervisor's number of free pages N?
settled() { [ "$(free_pages)" = "$1" ]; }

hash_of() { sha256sum "$1" | cut -d' ' -f1; }

boots() {
    boot_guest $guest || { WHY="xl create failed"; return 1; }
    expect 180 'quick: up, address ([0-9.]+)' || {
        WHY="no sign of its init; last: $(tail -n 1 "/run/console.$guest")"
        return 1
    }
    GUEST=$MATCH
}
break_boots() {
    cp /guests/$guest.cfg /run/good.cfg
    sed -i 's,/dev/xvda ,/dev/none ,' /guests/$guest.cfg
}
undo_boots() {
    cp /run/good.cfg /guests/$guest.cfg
    end_guest
}

end_guest() {
    detach_guest
    xl destroy $guest >/dev/null 2>&1
    wait_for 10 gone $guest
}

console_talks() {
    local a=$RANDOM b=$RANDOM limit=${1:+3}
    say "echo \$(($a * $b))"
    expect "${limit:-20}" "^$((a * b))\$" ||
        { WHY="typed an echo of $a * $b, and no answer came"; return 1; }
}
break_console_talks() { xl pause $guest; }
undo_console_talks() { xl unpause $guest; }

# The guest writes a file and flushes it; checks 2 and 3 both want its hash.
write_file() {
    say "demo-file $MIB"
    expect 180 '^wrote ([0-9a-f]{64})$' && FILE_HASH=$MATCH
}

net_out() {
    local got
    nc -l -p 5001 >/run/out.bin <>/run/hold &
    local listener=$!
    wait_for 10 listens 5001
    say "demo-send $ADDRESS 5001"
    expect 180 '^sent$' ||
        { WHY="the guest could not send"; kill $listener; return 1; }
    wait $listener
    got=$(hash_of /run/out.bin)
    [ "$got" = "$FILE_HASH" ] ||
        { WHY="hash ${got:0:12} came for ${FILE_HASH:0:12}"; return 1; }
}
break_net_out() { say 'demo-spoil'; }
undo_net_out() { say 'demo-unspoil'; }

make_input() {
    head -c $((MIB << 20)) /dev/urandom >/run/in.bin
    INPUT_HASH=$(hash_of /run/in.bin)
}

net_in() {
    nc -l -p 5002 </run/in.bin >/dev/null &
    local listener=$!
    wait_for 10 listens 5002
    say "demo-receive $ADDRESS 5002"
    expect 180 '^received ([0-9a-f]{64})$' ||
        { WHY="the guest received nothing"; kill $listener; return 1; }
    kill $listener 2>/dev/null
    [ "$MATCH" = "$INPUT_HASH" ] ||
        { WHY="hash ${MATCH:0:12} came for ${INPUT_HASH:0:12}"; return 1; }
}
break_net_in() {
    cp /run/in.bin /run/in.good
    printf 'spoilt' | dd of=/run/in.bin conv=notrunc bs=1 seek=5000 2>/dev/null
}
undo_net_in() { mv /run/in.good /run/in.bin; }

pings() {
    ping -c 3 -W 3 "$GUEST" >/dev/null 2>&1 ||
        { WHY="no answer from the guest at $GUEST"; return 1; }
    say "demo-ping $ADDRESS"
    expect 20 '^ping (ok|failed)$' && [ "$MATCH" = ok ] ||
        { WHY="the guest got no answer from $ADDRESS"; return 1; }
}
break_pings() { ip link set xenbr0 down; }
undo_pings() { ip link set xenbr0 up; }

# listed: one line of it, with its memory, its vcpus and that it lives
listed() {
    xl list | awk -v name=$guest '
        $1 == name && $3 == 128 && $4 == 1 && $5 ~ /^[r-][b-]----$/ { n++ }
        END { exit n != 1 }'
}

stops() {
    local limit=${1:+10}
    [ -n "$limit" ] || listed || { WHY="xl list says '$(xl list | grep $guest)'"; return 1; }
    timeout "${limit:-120}" xl shutdown -w $guest >/dev/null 2>&1 </dev/null &&
        wait_for 60 gone $guest ||
        { WHY="it still runs ${limit:-120} s after xl shutdown"; return 1; }
    expect 2 'quick: down$' ||
        { WHY="it ended, but its own shutdown did not run"; return 1; }
    detach_guest
}
break_stops() { xl pause $guest; }
undo_stops() {
    end_guest
    boots
}

file_survives() {
    local got
    mount -t ext4 -o ro /dev/vda /mnt || { WHY="its disk does not mount"; return 1; }
    got=$(hash_of /mnt/root/out.bin)
    umount /mnt
    [ -n "$got" ] && [ "$got" = "$FILE_HASH" ] ||
        { WHY="hash '${got:0:12}' on the disk, '${FILE_HASH:0:12}' inside"; return 1; }
}
flip_byte() { # every bit of the file's 5000th byte: twice is as before
    local byte
    mount -t ext4 /dev/vda /mnt || stop_with "the guest's disk does not mount to be spoilt"
    byte=$(dd if=/mnt/root/out.bin bs=1 skip=5000 count=1 2>/dev/null | od -An -tu1)
    # shellcheck disable=SC2059
    printf "\\x$(printf %02x $((byte ^ 255)))" |
        dd of=/mnt/root/out.bin bs=1 seek=5000 conv=notrunc 2>/dev/null
    umount /mnt
}
break_file_survives() { flip_byte; }
undo_file_survives() { flip_byte; }

pages_return() {
    local before now
    before=$(free_pages) && boots ||
        { WHY="the second create failed: $WHY"; return 1; }
    [ "${1:-}" != broken ] || leak
    end_guest
    wait_for 10 settled "$before" || {
        now=$(free_pages)
        WHY="$before pages were free before, $now are after"
        return 1
    }
}
leak() {
    sed "s/^name=.*/name='leak'/; /^disk=/d; /^vif=/d" /guests/$guest.cfg >/run/leak.cfg
    xl create -q -p /run/leak.cfg </dev/null
}
break_pages_return() { :; }
undo_pages_return() {
    xl destroy leak
    wait_for 10 gone leak
    sleep 1
}

trap '' PIPE
# nc ends as soon as its input does: what only receives reads from here
mkfifo /run/hold
check 1 boots 'the guest boots from its PV disk'
echo "@@ stage guest '$guest' is at its prompt"
check 6 console_talks 'its console shows output and takes input'
write_file || stop_with "the guest did not write its file"
make_input
check 3 net_out "$MIB MiB out over the PV network, hashes equal"
check 4 net_in "$MIB MiB in over the PV network, hashes equal"
[ "$short" = 1 ] || check 5 pings 'ping both ways'
check 7 stops 'xl lists it, and stops it cleanly'
check 2 file_survives 'what it wrote and flushed is on the disk after its end'
[ "$short" = 1 ] || check 8 pages_return 'create and destroy give back every page'
finish_checks
