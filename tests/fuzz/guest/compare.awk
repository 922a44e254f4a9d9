# SPDX-License-Identifier: MIT
# compare.awk - awk -v mode=WORDS -f compare.awk LIST OURS XEN: compares what two
# boots of the fuzzing guest have said with log=e (compare.sh says what is good).
# A call is `.` or, in a multicall, `+`; two digits each of its row, of what else
# came back, and of its errno.
function hex(s,   i, n) {
    n = 0
    for (i = 1; i <= length(s); i++)
        n = n * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
    return n
}
{ sub(/\r$/, "") }
FILENAME == ARGV[1] {
    if ($1 !~ /^#/ && NF > 3)
        known[$1 " " $2 " " $3] = 1
    next
}
FNR == 1 { dirty = 0 }
$1 == "row" { name[hex($2)] = $3; next }
# What was not put back on one side is no longer the same for the episodes after.
$1 == "seed" { dirty = 0 }
/^fuzz failure: .* left something behind/ { dirty = 1 }
$1 != "e" || NF != 4 { next }
dirty { next }
FILENAME == ARGV[2] { ours[$2 " " $3] = $4; next }
($2 " " $3) in ours { compare($2 " " $3, ours[$2 " " $3], $4) }
function differ(key, where) {
    if (!(key in seen))
        first[key] = where
    seen[key]++
}
function compare(where, a, b,   i, call, x, y, row, ex, ey) {
    episodes++
    for (i = 1; i < length(a) && i < length(b); i += 7) {
        calls++
        x = substr(a, i, 7)
        y = substr(b, i, 7)
        if (x != y) {
            row = name[hex(substr(x, 2, 2))]
            ex = hex(substr(x, 6)); ey = hex(substr(y, 6))
            if (substr(x, 1, 3) != substr(y, 1, 3)) {
                differ(row " another " name[hex(substr(y, 2, 2))], where " call " call + 0)
                return
            }
            differ(row " " ex " " ey, where " call " call + 0)
            if (!ex != !ey || substr(x, 4, 2) != substr(y, 4, 2))
                return                  # the two have different things now
        }
        call += substr(x, 1, 1) == "."
    }
    whole++
}
END {
    for (key in seen) {
        if (key in known) {
            explained += seen[key]
            kinds++
        } else {
            printf "fail fuzz-compare: %s: %s (ours Xen), %d times, first at seed and episode %s\n",
                mode, key, seen[key], first[key]
            bad = 1
        }
    }
    printf "%s: %d calls of %d episodes compared, %d of them whole; %d differences of %d kinds explained\n",
        mode, calls, episodes, whole, explained, kinds
    exit bad || calls == 0
}
