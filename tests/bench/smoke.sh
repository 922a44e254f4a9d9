#!/bin/bash
# SPDX-License-Identifier: MIT
# make bench gives a figure of both hypervisors for a row: not how good they are.
set -u
cd "$(dirname "$0")/../.." || exit 1
mkdir -p build/results
json=build/results/bench-smoke.json
rm -f "$json"
ROWS=null_hypercall STAGES=icount BENCH_JSON=$json tests/bench/bench.sh || {
    echo "fail bench-smoke: make bench failed"
    exit 1
}
awk -F '[:,}]' '/null_hypercall/ { ours = $8; xens = $10; n++ }
    END { exit !(n == 1 && ours > 10 && xens > 10) }' "$json" || {
    echo "fail bench-smoke: $json has no two figures of null_hypercall"
    exit 1
}
echo 'pass bench-smoke'
