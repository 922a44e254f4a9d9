# SPDX-License-Identifier: MIT
# linux.awk - what linux.sh has collected, and QEMU's log, in this order, to its rows.
# Regions: two creations, of which the second counts, then two of each row.
# With wall=1 there is no log, and only times are printed.
FNR == NR && $1 == "init" { init = $2 }
FNR == NR && $1 == "created" { created = $2 }
FNR == NR && $1 == "guest" { mode = $2 }
FNR == NR && $1 == "row" {
    row[++rows] = $2 (mode == "native" ? "" : "_default_tsc")
    took[rows] = $3
    rounds[rows] = $4
}
FNR == NR { next }
$1 == "begin" { ipis = 0 }
$1 == "apic_mem_writel" && $2 == "0x300" { ipis++ }
$1 == "region" {
    n++
    calls[n] = $2; cr3[n] = $3; flushes[n] = $4 / 2 + $5; all[n] = $6 + $7
    ipi[n] = ipis
}
function each(v, i) {
    return (v[2 * i + 2] - v[2 * i + 1]) / rounds[i]
}
END {
    if (wall) {
        print "boot_to_init", init
        print "create_to_first_instruction", created
        for (i = 1; i <= rows; i++)
            print row[i], took[i] / rounds[i]
        exit !(init && rows)
    }
    if (n != 2 * rows + 2 || !init) {
        print "linux.awk: " rows + 0 " rows, but " n + 0 " regions" > "/dev/stderr"
        exit 1
    }
    printf "boot_to_init milliseconds %.2f - - - -\n", init / 1000000
    printf "create_to_first_instruction instructions %d %d %d %d %d\n", all[2], calls[2],
        cr3[2], flushes[2], ipi[2]
    for (i = 1; i <= rows; i++)
        printf "%s instructions %.1f %.2f %.2f %.2f %.2f\n", row[i],
            took[i] / 2 / rounds[i], each(calls, i), each(cr3, i), each(flushes, i),
            each(ipi, i)
}
