#!/bin/bash
# SPDX-License-Identifier: MIT
#
# size.sh: budgets. A .c or .S file has at most 800 lines, a .h 250 (public
# headers and tables are exempt), a function 80 unless the comment
# `lint: long` stands in the line above its brace or in it.
# size.sh report: what make size prints: the hypervisor's sections (text, rodata
# and data together under 512 KiB) and lines of code per folder; arch/fake, the
# host tests' stand-in for the machine, is no part of the image and apart.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1

sections() {
    local elf=build/xen-splitring.elf
    [ -f "$elf" ] || make -s hv || return 1
    readelf -SW "$elf" | sed -n 's/^ *\[ *[0-9]*\] \./& /p' | sed 's/^ *\[ *[0-9]*\] \. //' |
    awk 'function hex(s,   n, i) { n = 0; s = tolower(s)
             for (i = 1; i <= length(s); i++)
                 n = n * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
             return n }
        $0 !~ / A| WA| AX| WAX| AM| AMS/ { next }
        { size = hex($5); sum[$2 == "NOBITS" ? "bss" : "image"] += size
          printf "  %-20s %9d  %s\n", $1, size, $2 }
        END { printf "  text, rodata and data %d bytes of %d; bss %d\n",
                  sum["image"], 512 * 1024, sum["bss"]
              exit sum["image"] >= 512 * 1024 }'
}

code_lines() { # FILE...: not blank, not comment
    cat "$@" | awk '
        { line = $0
          while (1) {
              if (inside) { end = index(line, "*/"); if (!end) { line = ""; break }
                            line = substr(line, end + 2); inside = 0 }
              start = index(line, "/*"); if (!start) break
              rest = substr(line, start + 2); end = index(rest, "*/")
              if (end) line = substr(line, 1, start - 1) substr(rest, end + 2)
              else { line = substr(line, 1, start - 1); inside = 1; break } }
          sub(/\/\/.*/, "", line); if (line ~ /[^ \t]/) n++ }
        END { print n + 0 }'
}

if [ "${1:-}" = report ]; then
    echo "hypervisor image:"
    sections
    status=$?
    echo "lines of code (not blank, not comment):"
    while read -r folder; do
        mapfile -t files < <(git ls-files -- "$folder" | grep -E '\.([chS]|def|ld)$' |
            if [[ $folder = hypervisor/arch/fake ]]; then cat; else grep -v /arch/fake/; fi)
        [ ${#files[@]} = 0 ] || printf '  %-26s %7d\n' "$folder" "$(code_lines "${files[@]}")"
    done < <(echo include/public; git ls-files hypervisor | cut -d/ -f1,2 | grep -v '\.' | sort -u
        printf '%s\n' hypervisor hypervisor/arch/fake dom0-tools xenstore-lite backends frontends images tests)
    exit $status
fi

status=0
while read -r f; do
    n=$(wc -l <"$f") max=800
    case $f in
    include/public/*) continue ;;
    *.h) max=250 ;;
    esac
    [ "$n" -le $max ] || { echo "$f: $n lines, the ceiling is $max"; status=1; }
done < <(git ls-files '*.c' '*.S' '*.h')
git ls-files '*.c' | xargs -r awk '
    FNR == 1 { open = 0 }
    /^\{/ { open = FNR; head = last; exempt = (last $0) ~ /lint: long/ }
    /^\}/ && open { if (FNR - open > 80 && !exempt) {
            print FILENAME ":" open ": " FNR - open " lines in: " head; bad = 1 }
        open = 0 }
    { last = $0 }
    END { exit bad }' || status=1
exit $status
