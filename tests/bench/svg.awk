# SPDX-License-Identifier: MIT
# svg.awk - lines `GROUP NAME UNIT OURS XENS` as a chart: a bar per row, as long as
# the ratio, with a line where Xen stands.
function text(x, y, anchor, size, fill, s) {
    printf "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" font-size=\"%d\" " \
        "fill=\"%s\">%s</text>\n", x, y, anchor, size, fill, s
}
{
    group[NR] = $1; name[NR] = $2; gsub("_", " ", name[NR])
    ours[NR] = $4; xens[NR] = $5; ratio[NR] = $5 > 0 ? $4 / $5 : 0; unit[NR] = $3
    if (ratio[NR] > most) most = ratio[NR]
}
END {
    left = 210; scale = 400 / (most > 1.2 ? most : 1.2); top = 78; step = 22
    height = top + NR * step + 40
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"800\" height=\"%d\" " \
        "viewBox=\"0 0 800 %d\" font-family=\"sans-serif\">\n", height, height
    printf "<title>Splitring beside Xen 4.17</title>\n"
    printf "<rect width=\"800\" height=\"%d\" fill=\"#ffffff\"/>\n", height
    text(20, 30, "start", 18, "#222222", "What an operation costs: Splitring beside Debian's Xen 4.17")
    text(20, 50, "start", 12, "#555555", "ratio of the two; the line is Xen, shorter is better")
    for (i = 1; i <= NR; i++) {
        y = top + (i - 1) * step
        text(left - 8, y + 13, "end", 12, "#222222", name[i])
        printf "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"16\" fill=\"%s\">" \
            "<title>%s: %.1f of %.1f %s</title></rect>\n", left, y, ratio[i] * scale,
            (ratio[i] > 1 ? "#c0504d" : group[i] == "linux" ? "#4f9d69" : "#3b73af"),
            name[i], ours[i], xens[i], unit[i]
        text(left + ratio[i] * scale + 6, y + 13, "start", 11, "#222222",
             sprintf("%.2f", ratio[i]))
        text(790, y + 13, "end", 11, "#777777",
             sprintf("%.0f / %.0f %s", ours[i], xens[i], unit[i]))
    }
    x = left + scale
    printf "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#222222\" " \
        "stroke-dasharray=\"4 3\"/>\n", x, top - 8, x, top + NR * step
    text(x, top + NR * step + 16, "middle", 11, "#222222", "1.00")
    print "</svg>"
}
