#!/bin/bash
# SPDX-License-Identifier: MIT
#
# make guest-tests: every guest test on our hypervisor and on Debian's Xen 4.17,
# which is fetched as everything of Debian's is. TESTS="a b" takes some, HV=ours or
# HV=debian takes one of the two, QEMU_SMP another number of CPUs than two.
#
# Each line names the hypervisor; the last lines are the counts of each. A test
# that only ours passes says nothing, so Xen's failures count as much as ours.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
. images/lib.sh
export QEMU_SMP=${QEMU_SMP:-2}
read -ra tests <<<"${TESTS:-}"
mkdir -p build/results
counts=() bad=0

for hv in ${HV:-ours debian}; do
    case $hv in
    ours) image=build/xen-splitring name=splitring ;;
    debian)
        fetch "xen-hypervisor-$XEN_SERIES-amd64"
        image=build/results/xen-$XEN_SERIES name=xen-$XEN_SERIES
        gzip -dc "$CACHE/x/xen-hypervisor-$XEN_SERIES-amd64/boot/"xen-*.gz \
            >"$image" || die "Debian's Xen cannot be unpacked to $image" ;;
    *) die "HV=$hv: it is ours or debian" ;;
    esac
    tests/guest/run.sh "$image" ${tests[0]:+"${tests[@]}"} |
        tee "build/results/guest-tests.$name" |
        sed -u "s/^\(pass\|fail\) /&$name /; /passed, .*failed\$/d" || bad=1
    counts+=("$name: $(tail -n 1 "build/results/guest-tests.$name")")
done
printf '%s\n' "${counts[@]}"
exit $bad
