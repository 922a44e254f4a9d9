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
        echo 'set timeout 240'
        echo 'log_user 0'
        echo "spawn bash -c {stty -a >$tmp/before; make run; stty -a >$tmp/after; echo it-is-over}"
        cat
        echo 'expect { "it-is-over" {} timeout { puts "timeout"; exit 1 } }'
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
expect { "control-domain:" {} timeout { puts "no shell"; exit 1 } }
send "xl list\r"
expect { -re "quick +\[0-9\]+ +128" {} timeout { puts "no guest listed"; exit 1 } }
expect "control-domain:"
send "xl console quick\r"
sleep 3
send "\r"
expect { "quick:/#" {} timeout { puts "no guest prompt"; exit 1 } }
send "echo \$((6*7))-here\r"
expect { "42-here" {} timeout { puts "the guest does not answer"; exit 1 } }
send "\x1d"
expect { "control-domain:" {} timeout { puts "the console cannot be left"; exit 1 } }
send "exit\r"
END
way qemu-key <<'END'
expect { "control-domain:" {} timeout { puts "no shell"; exit 1 } }
send "\x01x"
END
way interrupt <<'END'
expect { "the hypervisor speaks" {} timeout { puts "no hypervisor"; exit 1 } }
send "\x03"
END
finish
