#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Debian's own xenstore clients work against our daemon: read, write, list, ls,
# rm, chmod, exists, watch, control, and its test program test-xenstore.
#
# Runs on this host, without a hypervisor, in a few seconds. The clients come from
# PATH or /usr/lib/xen-4.17/bin, else from the fetched packages.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh

RUN=$(mktemp -d)
daemon=
cleanup() {
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null
    rm -rf "$RUN"
}
trap cleanup EXIT

have_clients() {
    command -v xenstore-ls >/dev/null && command -v xenstore-watch >/dev/null &&
        command -v test-xenstore >/dev/null && xenstore_control help >/dev/null 2>&1
}
# xenstore-control on the PATH may be the wrapper that wants a running Xen
xenstore_control() { "$control" "$@"; }

PATH=$PATH:/usr/lib/xen-$XEN_SERIES/bin
control=/usr/lib/xen-$XEN_SERIES/bin/xenstore-control
if ! have_clients; then
    fetch "xen-utils-$XEN_SERIES" xenstore-utils libxenstore4 libxentoolcore1
    x=$(cd "$CACHE/x" && pwd)
    PATH=$x/xen-utils-$XEN_SERIES/usr/lib/xen-$XEN_SERIES/bin:$x/xenstore-utils/usr/bin:$PATH
    control=$x/xen-utils-$XEN_SERIES/usr/lib/xen-$XEN_SERIES/bin/xenstore-control
    lib=usr/lib/x86_64-linux-gnu
    export LD_LIBRARY_PATH=$x/libxenstore4/$lib:$x/libxentoolcore1/$lib
fi

start_daemon() { # OPTION...
    build/bin/xenstored --no-domain-init --socket "$RUN/socket" \
        --trace-file "$RUN/log" "$@" &
    daemon=$!
    for _ in $(seq 100); do
        [ ! -S "$RUN/socket" ] || return 0
        sleep 0.05
    done
    fail "start" "no socket after five seconds"
    finish
}
# expect NAME WANTED COMMAND...: the command's output is exactly WANTED
expect() {
    local name=$1 want=$2 got
    shift 2
    got=$("$@" 2>&1)
    if [ "$got" = "$want" ]; then
        pass "$name"
    else
        fail "$name" "wanted '$want', got '$got'"
    fi
}
# refused NAME COMMAND...: the command fails
refused() {
    local name=$1
    shift
    if "$@" >/dev/null 2>&1; then fail "$name" "it worked"; else pass "$name"; fi
}

export XENSTORED_PATH=$RUN/socket
start_daemon --guest-socket "7:$RUN/guest"

expect 'write and read' 'hello' \
    bash -c 'xenstore-write /tool/t/a hello /tool/t/b/c x && xenstore-read /tool/t/a'
expect 'list' $'a\nb' xenstore-list /tool/t
expect 'ls with paths' $'/tool/t/a = "hello"\n/tool/t/b = ""\n/tool/t/b/c = "x"' \
    xenstore-ls -f /tool/t
expect 'exists' 'yes' bash -c 'xenstore-exists /tool/t/b && echo yes'
refused 'exists of what does not' xenstore-exists /tool/t/z
expect 'chmod' $'/tool/t/a = "hello"   (n7,r8)' \
    bash -c 'xenstore-chmod /tool/t/a n7 r8 && xenstore-ls -fp /tool/t | grep hello'
expect 'a guest reads its own' 'hello' \
    env XENSTORED_PATH="$RUN/guest" xenstore-read /tool/t/a
refused 'a guest reads nothing else' \
    env XENSTORED_PATH="$RUN/guest" xenstore-read /tool/t/b
refused 'a guest lists nothing' env XENSTORED_PATH="$RUN/guest" xenstore-ls /
expect 'rm' 'gone' \
    bash -c 'xenstore-rm /tool/t/b && ! xenstore-exists /tool/t/b/c && echo gone'
xenstore-write /tool/many/n-0 ''
for i in $(seq 1 400); do echo "/tool/many/a-long-name-$i"; echo "$i"; done |
    xargs -n 80 xenstore-write
expect 'a list of more than one message' '401' \
    bash -c 'xenstore-ls -f /tool/many | grep -c =; :'

xenstore-watch -n 3 /tool/w >"$RUN/watched" 2>&1 &
watcher=$!
for _ in $(seq 100); do [ ! -s "$RUN/watched" ] || break; sleep 0.05; done
xenstore-write /tool/w/a 1
xenstore-rm /tool/w
wait "$watcher"
expect 'watch' $'/tool/w\n/tool/w/a\n/tool/w' cat "$RUN/watched"

xenstore-watch -n 2 @releaseDomain >"$RUN/watched" 2>&1 &
watcher=$!
for _ in $(seq 100); do [ ! -s "$RUN/watched" ] || break; sleep 0.05; done
kill "$watcher"
wait "$watcher" 2>/dev/null
expect 'watch of a special event' '@releaseDomain' cat "$RUN/watched"

nodes=$(xenstore_control check)
expect 'control check' 'OK' bash -c "echo '${nodes%%,*}'"
if xenstore_control memreport | grep -q 'nodes'; then
    pass 'control memreport'
else
    fail 'control memreport' 'no count of nodes'
fi
refused 'control of a bogus command' xenstore_control bogus

if test-xenstore -i 200 >"$RUN/out" 2>&1; then
    pass 'test-xenstore, every test 200 times'
else
    fail 'test-xenstore, every test 200 times' "$(grep -m 1 failed "$RUN/out")"
fi
test-xenstore -r 2 >"$RUN/out1" 2>&1 &
a=$!
test-xenstore -r 2 >"$RUN/out2" 2>&1 &
b=$!
if wait "$a" && wait "$b"; then
    pass 'test-xenstore at random, two at once'
else
    fail 'test-xenstore at random, two at once' "$(cat "$RUN"/out[12])"
fi
expect 'nothing is left of it' "$nodes" xenstore_control check

refused 'a second daemon on the same socket' timeout 5 \
    build/bin/xenstored --no-domain-init --socket "$RUN/socket"
expect 'which changed nothing' 'hello' xenstore-read /tool/t/a
kill "$daemon"
if wait "$daemon"; then pass 'SIGTERM ends it cleanly'; else
    fail 'SIGTERM ends it cleanly' "status $?"
fi
if [ -e "$RUN/socket" ]; then fail 'its socket is taken away' 'it is there'; else
    pass 'its socket is taken away'
fi
start_daemon --quota nodes=3
expect 'and it starts again' 'tool' \
    bash -c "xenstore-list / | grep tool"
# what was acknowledged before a kill is there after it, to the last write
kill "$daemon"
wait "$daemon"
lost=0
for round in 1 2 3 4 5; do
    start_daemon --journal "$RUN/journal"
    xenstore_control check >>"$RUN/checks" || echo 'no answer' >>"$RUN/checks"
    for i in $(seq 100 300); do
        xenstore-write "/tool/kill/$round-$i" "$i" 2>/dev/null || break
        echo "$round-$i" >>"$RUN/acknowledged"
    done &
    writer=$!
    sleep 0.3
    kill -9 "$daemon"
    wait "$daemon" "$writer" 2>/dev/null
    rm -f "$RUN/socket"
done
start_daemon --journal "$RUN/journal"
while read -r name; do
    [ "$(xenstore-read "/tool/kill/$name" 2>&1)" = "${name#*-}" ] || lost=$((lost + 1))
done <"$RUN/acknowledged"
expect 'no acknowledged write is lost by five kills' 0 echo "$lost"
if [ "$(wc -l <"$RUN/acknowledged")" -ge 5 ]; then pass 'and there were some'; else
    fail 'and there were some' "$(wc -l <"$RUN/acknowledged") writes"
fi
if test-xenstore -i 1500 >"$RUN/out" 2>&1; then     # more than one exchange of halves
    pass 'test-xenstore, with a journal'
else
    fail 'test-xenstore, with a journal' "$(grep -m 1 failed "$RUN/out")"
fi
expect 'the counts agree after each' '' grep -v '^OK' "$RUN/checks"

refused 'a quota that is none' build/bin/xenstored --no-domain-init \
    --socket "$RUN/other" --quota bogus=3
finish
