# SPDX-License-Identifier: MIT
# counts.awk - the machine's lines and QEMU's log, in this order, to lines
# `ROW INSTRUCTIONS HYPERCALLS CR3 FLUSHES IPIS`, each per round.
# A row has four regions: a run, one of twice as many rounds, the same of a loop.
FNR == NR && $1 == "row" { row[++rows] = $2; took[rows] = $3; rounds[rows] = $4 }
FNR == NR { next }
$1 == "begin" { ipis = 0 }
$1 == "apic_mem_writel" && $2 == "0x300" { ipis++ }
$1 == "region" {
    n++
    calls[n] = $2; cr3[n] = $3; flushes[n] = $4 / 2 + $5; ipi[n] = ipis
}
function each(v, i) {
    return (v[4 * i - 2] - v[4 * i - 3]) / rounds[i]
}
END {
    if (n != 4 * rows) {
        print "counts.awk: " rows " rows, but " n + 0 " regions" > "/dev/stderr"
        exit 1
    }
    for (i = 1; i <= rows; i++)
        printf "%s %.2f %.2f %.2f %.2f %.2f\n", row[i], took[i] / 2 / rounds[i],
            each(calls, i), each(cr3, i), each(flushes, i), each(ipi, i)
}
