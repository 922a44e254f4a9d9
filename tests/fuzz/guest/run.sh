#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh [N [SEED]]: N random hypercalls (100,000), from seed SEED or from where
# the last run of the same source ended; in turn as a guest of one vcpu, as the
# control domain, and as a guest of two. Each boot adds one line to
# build/fuzz-guest.log: source, mode, first seed, seeds, calls, those that
# succeeded, audits passed, failures. A failure keeps its output under build/ and
# says how to repeat it. Once a source has had half a million calls of each kind of
# domain and a dozen boots, every row must have succeeded and failed, or outcomes.txt
# says why not.
#
#   HV=image          the hypervisor: build/xen-splitring
#   FUZZ_RUN=command  put before each boot, to share a machine
#   FUZZ_TURN=3       begin with two vcpus; 0, 2: one, 1: the control domain
set -u
. "$(dirname "$0")/lib.sh"
want=${1:-100000} seed=${2:-}
hv=${HV:-$root/build/xen-splitring}
key=$(source_key) || exit 1
for f in "$hv" "$image"; do
    [ -r "$f" ] || { echo "run.sh: no $f: build it first (make)" >&2; exit 2; }
done
export FUZZ_TIME=${FUZZ_TIME:-60}
export -f fuzz_boot
export image
touch "$rows"
if [ -z "$seed" ]; then
    seed=$(awk -v k="$key" '$1 == k && $3 + $4 > n { n = $3 + $4 } END { print n + 0 }' \
        "$FUZZ_LOG" 2>/dev/null)
    [ "${seed:-0}" -gt 0 ] || seed=1
fi
# A source's runs go on in turn, too: each kind has its share in the end.
turn=${FUZZ_TURN:-$(awk -v k="$key" '$1 == k { n++ } END { print n + 0 }' "$FUZZ_LOG" 2>/dev/null)}
done_calls=0 bad=0
while [ "$done_calls" -lt "$want" ]; do
    case $((turn % 4)) in
    0 | 2) mode='guest=1' SMP=1 ;;
    1) mode='guest=0' SMP=1 ;;
    *) mode='guest=1 vcpus=2' SMP=2 ;;
    esac
    export SMP
    turn=$((turn + 1))
    out=$root/build/fuzz-guest.out
    # Whatever was reached when the time is up counts.
    options="$mode seed=$seed seeds=${FUZZ_SEEDS:-100000} episodes=${FUZZ_EPISODES:-20} lax=1"
    # shellcheck disable=SC2016
    ${FUZZ_RUN:-} bash -c 'fuzz_boot "$@"' boot "$hv" "$options" "$out"
    tr -d '\r' <"$out" >"$out.text"
    read -r calls ok seeds < <(awk '/^total / { c = $2; o = $3 } /^at / { s++ }
        END { print c + 0, o + 0, s + 0 }' "$out.text")
    audits=$(grep -ac 'audit: 0 faults' "$out.text")
    failures=$(grep -acE 'fuzz failure|audit: [1-9]|[Pp]anic|BUG|ASSERT|lock order|unexpected' \
        "$out.text")
    # The last seed may be cut off before its audit, no other.
    if [ "$failures" = 0 ] && { [ "$calls" = 0 ] || [ "$audits" -lt $((seeds - 1)) ]; }; then
        echo "fuzz failure: $calls calls, $seeds seeds, $audits audits" >>"$out.text"
        failures=1
    fi
    outcomes "$out.text" | sed "s/^/$key /" | sort -u - "$rows" -o "$rows"
    echo "$key ${mode// /,} $seed $seeds $calls $ok $audits $failures" >>"$FUZZ_LOG"
    if [ "$failures" != 0 ]; then
        cp "$out.text" "$root/build/fuzz-guest.failed.$seed"
        echo "fail fuzz-guest-$seed: see build/fuzz-guest.failed.$seed; repeat with" \
            "tests/fuzz/guest/shrink.sh '$mode' after 'seed N'"
        grep -aE 'fuzz failure|audit: [1-9]|[Pp]anic|BUG|ASSERT|lock order' "$out.text" | head -n 5
        bad=1
        seeds=$((seeds + 1))
    fi
    done_calls=$((done_calls + calls))
    seed=$((seed + (seeds > 0 ? seeds : 1)))
    [ "$bad" = 0 ] || [ "${FUZZ_GO_ON:-}" = 1 ] || break
done
echo "$done_calls calls, next seed $seed"
# Of two rows one alone succeeds, once in each boot: hence a dozen of them.
if awk -v k="$key" '$1 == k { n[$2] += $5; boots[$2]++ }
        END { exit !(n["guest=0"] >= 500000 && n["guest=1"] >= 500000 && boots["guest=0"] >= 12) }' \
        "$FUZZ_LOG" &&
    missing=$(outcomes_missing "$key") && [ -n "$missing" ]; then
    echo "fail fuzz-guest-outcomes: of all runs of this source: $missing"
    bad=1
fi
[ "$bad" = 0 ] && echo "pass fuzz-guest"
exit "$bad"
