#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Every source file opens with its licence and has a head comment; no tabs but in
# make's files, no blanks at a line's end, no line over 100 columns in code, no
# volatile outside asm, no C++ comments, no work left for later.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
status=0
while read -r f; do
    head -n 2 "$f" | grep -q 'SPDX-License-Identifier: MIT' ||
        { echo "$f: no licence line at its head"; status=1; }
done < <(git ls-files '*.c' '*.h' '*.S' '*.sh' '*.mk' '*.ld' Makefile)
git ls-files '*.c' '*.h' '*.S' '*.def' | xargs -r awk '
    function bad(why) { print FILENAME ":" FNR ": " why; n++ }
    /\t/ { bad("a tab") }
    /[ \t]$/ { bad("a blank at the end") }
    length($0) > 100 { bad(length($0) " columns") }
    /\<volatile\>/ && !/asm/ && !/^ \*|\/\*/ { bad("volatile") }
    /(^|[^:"])\/\/ / && !/http/ { bad("a // comment") }
    /\<(TODO|FIXME|XXX|HACK)\>/ { bad("work left for later") }
    /^#if 0/ { bad("dead code") }
    END { exit n > 0 }' || status=1
exit $status
