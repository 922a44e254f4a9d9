#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Long operations that stop after every element and go on later give the same
# results: the guest tests of lists, tables and ends of domains on a build whose
# hypercalls always yield. ALL=1: every guest test on it.
set -u
cd "$(dirname "$0")/../.." || exit 1
mkdir -p build/results
make -s hv YIELD=1 >build/results/yield-build.log 2>&1 ||
    { cat build/results/yield-build.log; echo 'fail yield: it does not build'; exit 1; }
tests=()
if [ -z "${ALL:-}" ]; then
    for t in tests/guest/*/main.c; do
        t=${t#tests/guest/} t=${t%/main.c}
        case $t in
        multicall | memory-* | grants-* | pagetable-* | update-* | events-* | \
            console-* | domain-* | mmu* | abuse-counts | abuse-race | abuse-tables)
            tests+=("$t") ;;
        esac
    done
fi
tests/guest/run.sh build/xen-splitring-yield ${tests[0]:+"${tests[@]}"} |
    sed 's/^\(pass\|fail\) /\1 yield-/'
exit "${PIPESTATUS[0]}"
