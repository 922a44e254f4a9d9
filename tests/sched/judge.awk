# SPDX-License-Identifier: MIT
#
# judge.awk: a table of the scheduler's figures, ours and Xen's, and lines `pass` or
# `fail` for ours. Lines in: WHO MEASURE KEY=VALUE...
# -v percent=1: how far off is allowed.

function value(key,   i) {
    for (i = 3; i <= NF; i++)
        if (index($i, key "=") == 1)
            return substr($i, length(key) + 2)
    return 0
}

# A part of what was due, in percent of it; the worst of each row is kept.
function off(row, ran, due,   d) {
    d = (ran / due - 1) * 100
    if (!((row, $1) in worst)) {
        worst[row, $1] = d
        if (!(row in seen))
            order[n++] = row
        seen[row] = 1
    } else if ((d < 0 ? -d : d) > (worst[row, $1] < 0 ? -worst[row, $1] : worst[row, $1]))
        worst[row, $1] = d
}

$2 == "weight" {
    weight[$1] += value("weight")
    of[$1] = value("of")
    ran[$1, ++count[$1]] = value("ran")
    part[$1, count[$1]] = value("weight")
    if (count[$1] == 16)
        for (i = 1; i <= 16; i++)
            off("weight " part[$1, i] ", worst of four", ran[$1, i],
                2 * of[$1] * part[$1, i] / weight[$1])
}
$2 == "cap" { off("cap " value("cap") " %, alone", value("ran"), value("of") * value("cap") / 100) }
$2 == "cap-beside" { off("cap " value("cap") " %, beside eight", value("ran"), value("of") * value("cap") / 100) }
$2 == "thief" { off("thief " value("way"), value("ran"), value("of") / 4) }
$2 ~ /^ping/ {
    ping[$2, $1, "median"] = value("median") + 0
    ping[$2, $1, "p99"] = value("p99") + 0
    pings = value("n")
}

function judge(name, ok, why) {
    if (ok) print "pass " name
    else { print "fail " name ": " why; bad = 1 }
}

END {
    if (!percent) percent = 1
    printf "%-32s %12s %12s\n", "off what is due, in percent", "Splitring", "Xen"
    for (i = 0; i < n; i++)
        printf "%-32s %12s %12s\n", order[i], sprintf("%+.2f", worst[order[i], "splitring"]),
            (order[i], "xen") in worst ? sprintf("%+.2f", worst[order[i], "xen"]) : "-"
    split("ping-there ping-back", p)
    split("median p99", q)
    for (i = 1; pings && i <= 2; i++)
        for (j = 1; j <= 2; j++)
            printf "%-32s %12d %12s\n", p[i] " " q[j] ", ns", ping[p[i], "splitring", q[j]],
                (p[i], "xen", q[j]) in ping ? ping[p[i], "xen", q[j]] : "-"
    for (i = 0; i < n; i++) {
        d = worst[order[i], "splitring"]
        judge(order[i], d <= percent && (order[i] ~ /^thief/ || d >= -percent),
              sprintf("%+.2f percent off", d))
    }
    for (i = 1; pings && i <= 2; i++)
        for (j = 1; j <= 2; j++)
            if ((p[i], "xen", q[j]) in ping)
                judge(p[i] " " q[j], ping[p[i], "splitring", q[j]] <= ping[p[i], "xen", q[j]],
                      ping[p[i], "splitring", q[j]] " ns, Xen's " ping[p[i], "xen", q[j]])
    exit bad
}
