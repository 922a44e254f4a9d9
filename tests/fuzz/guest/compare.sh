#!/bin/bash
# SPDX-License-Identifier: MIT
#
# compare.sh [SEEDS [SEED]]: the same calls on our hypervisor and on Debian's Xen
# 4.17 (HV_XEN=image, else Debian's package is fetched), as the control
# domain and as a guest, on one vcpu. Of each episode the results are compared up
# to the first call that succeeds on one side alone or has another count: from there
# the two have different things. Nor is an episode compared when one side could not
# put back what was there before it. A difference is good when
# docs/fuzz-differences.txt has a line
#   ROW OURS XEN reason
# of that row and those errno (0: it succeeded). Others are printed, and fail.
set -u
. "$(dirname "$0")/lib.sh"
. "$root/images/lib.sh"
seeds=${1:-3} seed=${2:-1}
xen=${HV_XEN:-$root/build/results/xen-$XEN_SERIES}
[ -n "${HV_XEN:-}" ] || {
    fetch "xen-hypervisor-$XEN_SERIES-amd64" &&
        gzip -dc "$CACHE/x/xen-hypervisor-$XEN_SERIES-amd64/boot/"xen-*.gz >"$xen"
} || { echo "compare.sh: Debian's Xen cannot be fetched: give HV_XEN=image" >&2; exit 2; }
export -f fuzz_boot
export image SMP=1 FUZZ_LOGLVL=error      # no line of the log among ours
bad=0
# compared SIDE HYPERVISOR MODE: its boots; the control domain has one for each seed, for
# what it could not put back stays.
compared() {
    local out=$root/build/fuzz-compare.$1 one=$root/build/fuzz-compare.one first=$seed n=$seeds
    : >"$out"
    [ "$3" = guest=1 ] || n=1
    for ((; first < seed + seeds; first += n)); do
        # shellcheck disable=SC2016
        ${FUZZ_RUN:-} bash -c 'fuzz_boot "$@"' boot "$2" \
            "$3 seed=$first seeds=$n episodes=10 log=e xen=1 lax=1" "$one"
        cat "$one" >>"$out"
    done
}

for mode in guest=0 guest=1; do
    compared ours "$root/build/xen-splitring" "$mode"
    compared xen "$xen" "$mode"
    awk -v mode="$mode" -f "$(dirname "$0")/compare.awk" "$root/docs/fuzz-differences.txt" \
        "$root/build/fuzz-compare.ours" "$root/build/fuzz-compare.xen" || bad=1
done
[ "$bad" = 0 ] && echo "pass fuzz-compare"
exit $bad
