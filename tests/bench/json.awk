# SPDX-License-Identifier: MIT
# json.awk - lines `GROUP NAME UNIT OURS XENS` as an array of objects.
BEGIN { print "[" }
{
    printf "%s  {\"name\": \"%s\", \"group\": \"%s\", \"unit\": \"%s\", " \
        "\"splitring\": %.2f, \"xen\": %.2f, \"ratio\": %.4f}",
        (NR > 1 ? ",\n" : ""), $2, $1, $3, $4, $5, ($5 > 0 ? $4 / $5 : 0)
}
END { print "\n]" }
