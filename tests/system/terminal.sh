#!/bin/bash
# SPDX-License-Identifier: MIT
#
# At a terminal `make run` ends in the control domain's shell beside a running
# guest, and the terminal is as it was after each way out: the shell's exit,
# QEMU's key, a hang-up, and an interrupt before the guest is up.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# way NAME: the expect script on stdin, after the spawn, does it
way() {
    local name=$1
    {
        cat <<END
log_user 0
proc want {seconds what} {
    expect {
        -timeout \$seconds
        -re \$what { return }
        timeout { puts "no sign of '\$what' in \$seconds s"; exit 1 }
        eof { puts "the end before '\$what'"; exit 1 }
    }
}
spawn bash -c {trap : INT; stty -a >$tmp/before; make run; stty -a >$tmp/after; echo it-is-over}
END
        cat
        echo 'want 60 it-is-over'
    } >"$tmp/$name.exp"
    if ! RUN_LOG=$tmp/serial expect "$tmp/$name.exp" >"$tmp/out" 2>&1; then
        fail "terminal $name" "$(tail -n 3 "$tmp/out")"
        tail -n 20 "$tmp/serial"
    elif ! cmp -s "$tmp/before" "$tmp/after"; then
        fail "terminal $name" "the terminal is not as it was"
        diff "$tmp/before" "$tmp/after"
    else
        pass "terminal $name: used, left, and as it was before"
    fi
}

way exit <<'END'
want 240 "control-domain:"
send "xl list\r"
want 30 "quick +\[0-9\]+ +128"
want 30 "control-domain:"
send "xl console quick\r"
sleep 3
send "\r"
want 60 "quick:/#"
send "echo \$((6*7))-here\r"
want 60 "42-here"
send "\x1d"
want 30 "control-domain:"
send "exit\r"
END
way qemu-key <<'END'
want 240 "control-domain:"
send "\x01x"
END
way interrupt <<'END'
want 120 "the hypervisor speaks"
send "\x03"
END
finish
