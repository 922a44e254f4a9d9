# SPDX-License-Identifier: MIT
# profile.awk -v rounds=N - symbols (`nm -n`) and the plugin's profile of one row, in
# this order, to the hypervisor's instructions per round in each function. Of a
# row's four regions the second less the first is counted.
function value(h,   i, v) {     # the low 48 bits are enough, and exact
    v = 0
    for (i = length(h) > 12 ? length(h) - 11 : 1; i <= length(h); i++)
        v = v * 16 + index("0123456789abcdef", substr(h, i, 1)) - 1
    return v
}
function symbol(a,   lo, hi, mid) {
    lo = 0; hi = symbols
    while (lo < hi) {
        mid = int((lo + hi + 1) / 2)
        if (at[mid] <= a) lo = mid; else hi = mid - 1
    }
    return lo == 0 || symbols == 0 ? sprintf("%s...", substr($1, 1, 13)) : name[lo]
}
FNR == NR { if ($2 ~ /[tTwW]/) { at[++symbols] = value($1); name[symbols] = $3 }; next }
$1 == "region" { region++; next }
region % 4 < 2 { spent[symbol(value($1))] += region % 4 == 1 ? $2 : -$2 }
END {
    for (s in spent) {
        if (spent[s] / rounds < 0.5) continue
        printf "%10.1f  %s\n", spent[s] / rounds, s | "sort -rn"
        sum += spent[s]
    }
    close("sort -rn")
    printf "%10.1f  in all\n", sum / rounds
}
