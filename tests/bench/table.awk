# SPDX-License-Identifier: MIT
# table.awk - lines `GROUP NAME UNIT OURS XENS FIELD...` as a table, with the middle
# ratio of each group. Fields, each as OURS/XENS: hypercalls, CR3 loads and flushes on
# one CPU, CR3 loads, flushes and IPIs on two, and the wall time's ratio; a "-" is what
# was not measured. Where nothing else was, OURS and XENS are wall time too.
function middle(g,   i, j, t, n, v) {
    n = count[g]
    for (i = 1; i <= n; i++) v[i] = ratios[g, i]
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && v[j] < v[j - 1]; j--) {
            t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
        }
    return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}
# Whether ours is more.
function over(a,   v) { return split(a, v, "/") == 2 && v[1] > v[2] + 0.05 }
function header() {
    printf "%-28s %12s %12s %6s %13s %11s %11s %11s %11s %11s %6s\n", "", "splitring",
        "xen 4.17", "", "hypercalls", "CR3", "flushes", "CR3 (2)", "flush (2)",
        "IPI (2)", "wall"
}
$1 != last { header(); last = $1 }
# The ratio of a group's row, counted in its own list.
function ratio(g, r) {
    groups[g]
    ratios[g, ++count[g]] = r
    if (r > most[g]) most[g] = r
    if (r > 1) above[g]++
}
{
    r = $5 > 0 ? $4 / $5 : 0
    printf "%-28s %12.1f %12.1f %6.2f %13s %11s %11s %11s %11s %11s %6s\n", $2, $4, $5, r,
        $6, $7, $8, $9, $10, $11, $12
    if ($3 != "wall_time") ratio($1, r)
    if ($12 != "-") ratio($1 " in wall time", $12 + 0)
    if (over($7) || over($8) || over($9) || over($10) || over($11)) more[$1] = more[$1] " " $2
    if ($12 ~ /^[0-9]/ && $12 > 1.05) slow[$1] = slow[$1] " " $2
}
END {
    print "a row: what one round takes on each, and the ratio; hypercalls, CR3 loads, TLB"
    print "flushes (all and single pages) and IPIs per round, on one CPU and on two"
    for (g in groups) {
        printf "%s: %d rows, the middle ratio %.2f, the largest %.2f, %d above 1.00\n",
            g, count[g], middle(g), most[g], above[g]
        if (more[g] != "") printf "  more loads, flushes or IPIs than Xen:%s\n", more[g]
        if (slow[g] != "") printf "  wall time above 1.05 of Xen's:%s\n", slow[g]
    }
}
