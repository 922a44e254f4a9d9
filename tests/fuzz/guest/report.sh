#!/bin/bash
# SPDX-License-Identifier: MIT
# report.sh: sums up build/fuzz-guest.log over the runs of the present source, and says
# which rows have had both outcomes.
set -u
. "$(dirname "$0")/lib.sh"
key=$(source_key) || exit 1
[ -s "$FUZZ_LOG" ] || { echo "report.sh: no $FUZZ_LOG: make fuzz-guest first" >&2; exit 2; }
awk -v k="$key" '$1 == k {
        seeds[$2] += $4; calls[$2] += $5; ok[$2] += $6; audits[$2] += $7; bad[$2] += $8
        S += $4; C += $5; O += $6; A += $7; B += $8 }
    END { print "source " k
        for (m in calls)
            printf "  %-18s %6d seeds %10d calls %3d%% succeed %6d audits %d failures\n",
                m, seeds[m], calls[m], 100 * ok[m] / (calls[m] + !calls[m]), audits[m], bad[m]
        printf "  %-18s %6d seeds %10d calls %3d%% succeed %6d audits %d failures\n",
            "all", S, C, 100 * O / (C + !C), A, B
        exit B > 0 }' "$FUZZ_LOG" || bad=1
awk -v k="$key" '$1 == k && $3 == "row" { r++ } $1 == k && $3 == "succeeds" { s++ }
    $1 == k && $3 == "fails" { f++ }
    END { printf "  %d rows: %d have succeeded, %d have failed\n", r, s, f }' "$rows"
missing=$(outcomes_missing "$key")
[ -z "$missing" ] || { echo "fail: without a reason in outcomes.txt: $missing"; bad=1; }
exit "${bad:-0}"
