#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Our xenstored answers as Debian's does: both get the same random requests over
# their sockets, and every answer and every event must be equal.
#
# Debian's runs on this host without a hypervisor, by a library put before it.
# SEEDS=... chooses the sequences, STEPS=... their length.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh
${MAKE:-make} -s build/tests/xenstore-compare build/tests/xenstore-stub.so \
    build/bin/xenstored || exit 1

RUN=$(mktemp -d)
ours=
theirs=
cleanup() {
    [ -z "$ours" ] || kill "$ours" 2>/dev/null
    [ -z "$theirs" ] || kill "$theirs" 2>/dev/null
    wait
    ours='' theirs=''
}
trap 'cleanup; rm -rf "$RUN"' EXIT

fetch "xen-utils-$XEN_SERIES" "libxenmisc$XEN_SERIES" libxenevtchn1 libxengnttab1 \
    libxencall1 libxenforeignmemory1 libxendevicemodel1 libxentoollog1 libxentoolcore1
x=$(cd "$CACHE/x" && pwd)
libs=$(printf ':%s' "$x"/libxen*/usr/lib/x86_64-linux-gnu)
debians=$x/xen-utils-$XEN_SERIES/usr/lib/xen-$XEN_SERIES/bin/xenstored

start_both() {
    mkdir -p "$RUN/theirs" "$RUN/ours"
    XENSTORED_RUNDIR=$RUN/theirs LD_LIBRARY_PATH=${libs#:} \
        LD_PRELOAD=$PWD/build/tests/xenstore-stub.so \
        "$debians" --no-fork >"$RUN/theirs.log" 2>&1 &
    theirs=$!
    build/bin/xenstored --no-domain-init --socket "$RUN/ours/socket" \
        --trace-file "$RUN/ours.log" &
    ours=$!
    for _ in $(seq 100); do
        [ ! -S "$RUN/ours/socket" ] || [ ! -S "$RUN/theirs/socket" ] || return 0
        sleep 0.05
    done
    cat "$RUN/theirs.log" "$RUN/ours.log"
    return 1
}

for seed in ${SEEDS:-1 2 3 4 5 6 7 8}; do
    if ! start_both; then
        fail "seed $seed" 'a daemon did not start'
    elif out=$(build/tests/xenstore-compare "$RUN/ours/socket" \
        "$RUN/theirs/socket" "$seed" "${STEPS:-5000}" 2>&1); then
        pass "seed $seed"
    else
        fail "seed $seed" "$out"
    fi
    cleanup
    rm -rf "$RUN/ours" "$RUN/theirs"
done
finish
