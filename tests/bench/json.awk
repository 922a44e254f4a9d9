# SPDX-License-Identifier: MIT
# json.awk - lines `GROUP NAME UNIT OURS XENS ... WALL` as an array of objects; what
# was not measured is null.
function number(v, form) { return v == "-" ? "null" : sprintf(form, v) }
BEGIN { print "[" }
{
    printf "%s  {\"name\": \"%s\", \"group\": \"%s\", \"unit\": \"%s\", " \
        "\"splitring\": %s, \"xen\": %s, \"ratio\": %s, \"wall_ratio\": %s}",
        (NR > 1 ? ",\n" : ""), $2, $1, $3, number($4, "%.2f"), number($5, "%.2f"),
        number($5 + 0 > 0 ? $4 / $5 : "-", "%.4f"), number($12, "%s")
}
END { print "\n]" }
