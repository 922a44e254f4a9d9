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
# has STAGE ROW: its figures are there
function has(stage, row) { return ("splitring." stage, row, 2) in v }
# UNIT OURS XENS of a row: its instructions, else its wall time
function figures(row, stage, column, unit) {
    return unit " " of("splitring." stage, row, column) " " of("xen." stage, row, column)
}
END {
    for (i = 1; i <= n; i++) {
        r = order[i]
        stage = has("icount", r) ? "icount" : has("smp", r) ? "smp" : "wall"
        print "hypervisor", r,
            figures(r, stage, 2, stage == "wall" ? "wall_time" : "instructions"),
            both("icount", r, 3), both("icount", r, 4), both("icount", r, 5),
            both("smp", r, 4), both("smp", r, 5), both("smp", r, 6), wall("wall", r)
    }
    for (i = 1; i <= l; i++) {
        r = linux[i]
        if (has("linux", r))
            got = figures(r, "linux", 3, of("splitring.linux", r, 2))
        else
            got = figures(r, "linux-wall", 2, "wall_time")
        print "linux", r, got,
            both("linux", r, 4), both("linux", r, 5), both("linux", r, 6),
            "-", "-", both("linux", r, 7), wall("linux-wall", r)
    }
}
