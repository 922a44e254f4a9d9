# SPDX-License-Identifier: MIT
# table.awk - lines `GROUP NAME UNIT OURS XENS` as a table, with the middle ratio of
# each group.
function middle(g,   i, j, t, n, v) {
    n = count[g]
    for (i = 1; i <= n; i++) v[i] = ratios[g, i]
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && v[j] < v[j - 1]; j--) {
            t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
        }
    return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}
BEGIN { printf "%-12s %-24s %12s %12s  ratio\n", "group", "row", "splitring", "xen 4.17" }
{
    r = $5 > 0 ? $4 / $5 : 0
    printf "%-12s %-24s %12.1f %12.1f  %5.2f  %s\n", $1, $2, $4, $5, r, $3
    ratios[$1, ++count[$1]] = r
    if (r > 1) above[$1]++
}
END {
    for (g in count)
        printf "%s: %d rows, the middle ratio %.2f, %d above 1.00\n",
            g, count[g], middle(g), above[g]
}
