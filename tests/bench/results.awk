# SPDX-License-Identifier: MIT
# results.awk - the files NAME.STAGE of both hypervisors to lines of table.awk.
# What was not measured is a "-", so that each line has all of its fields.
function of(f, row, c) { return ((f, row, c) in v) ? v[f, row, c] : "-" }
function wall(stage, row,   w) {
    w = of("xen." stage, row, 2)
    return w + 0 > 0 ? sprintf("%.2f", of("splitring." stage, row, 2) / w) : "-"
}
function both(stage, row, c,   o) {
    o = of("splitring." stage, row, c)
    return o == "-" ? "-" : o + 0 "/" of("xen." stage, row, c) + 0
}
FNR == 1 { f = FILENAME; sub(".*/", "", f) }
{ for (c = 2; c <= NF; c++) v[f, $1, c] = $c }
f ~ /^splitring\.(icount|smp|wall)$/ && !(("hv", $1) in seen) {
    order[++n] = $1
    seen["hv", $1]
}
f ~ /^splitring\.linux(-wall)?$/ && !(("linux", $1) in seen) {
    linux[++l] = $1
    seen["linux", $1]
}
END {
    for (i = 1; i <= n; i++) {
        r = order[i]
        print "hypervisor", r, "instructions", of("splitring.icount", r, 2),
            of("xen.icount", r, 2), both("icount", r, 3), both("icount", r, 4),
            both("icount", r, 5), both("smp", r, 4), both("smp", r, 5),
            both("smp", r, 6), wall("wall", r)
    }
    for (i = 1; i <= l; i++) {
        r = linux[i]
        print "linux", r, of("splitring.linux", r, 2), of("splitring.linux", r, 3),
            of("xen.linux", r, 3), both("linux", r, 4), both("linux", r, 5),
            both("linux", r, 6), "-", "-", both("linux", r, 7),
            wall("linux-wall", r)
    }
}
