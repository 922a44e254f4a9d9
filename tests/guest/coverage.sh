#!/bin/bash
# SPDX-License-Identifier: MIT
# Every hypercall that the hypervisor answers is made by at least one guest test,
# or by the runtime that all of them stand on.
set -u
cd "$(dirname "$0")/../.." || exit 1
failed=0
while read -r name; do
    if grep -rqE "hc_$name\(|__HYPERVISOR_$name\b|CALL\($name," \
        tests/guest frontends/rt --include='*.c' --include='*.h' --include='*.S'; then
        echo "pass $name"
    else
        echo "fail $name: no test under tests/guest makes this call"
        failed=1
    fi
done < <(sed -n 's/^HC(\([a-z_0-9]*\),.*/\1/p' hypervisor/hypercall/hypercalls.def)
exit $failed
