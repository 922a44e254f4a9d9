#!/bin/bash
# SPDX-License-Identifier: MIT
# Every name that include/public declares has a line in abi.def: macros,
# enumerators, types and fields. Names of our own, which no other header set
# has, are listed here.
set -u
cd "$(dirname "$0")/../.." || exit 1
own='DEFINE_XEN_GUEST_HANDLE_PLAIN XEN_STRUCT_TYPES RING_ENTRIES
     __DEFINE_XEN_GUEST_HANDLE DEFINE_XEN_GUEST_HANDLE XEN_GUEST_HANDLE
     XEN_GUEST_HANDLE_64 set_xen_guest_handle DEFINE_RING_TYPES'
listed=$(grep -v '^ \*' tests/abi/abi.def | grep -ow '[A-Za-z_][A-Za-z0-9_]*' | sort -u)
failed=0
for h in $(find include/public -name '*.h' | sort); do
    # Without comments: names after #define, and the last word before ; , or =
    # of lines that declare something.
    # shellcheck disable=SC2086
    missing=$(gcc -fpreprocessed -dD -E -P "$h" 2>/dev/null | awk '
        /^#define/     { sub(/\(.*/, "", $2); if ($2 !~ /^PUBLIC_/) print $2; next }
        /^#/ || /\\$/  { next }
        /static inline/ { skip = 1 }
        /^}/ && skip   { skip = 0; next }
        skip           { next }
        { gsub(/\[[^]]*\]/, ""); sub(/:[0-9]+;/, ";") }
        /XEN_STRUCT_TYPES|DEFINE_/ { next }
        /;|,|=/ {
            n = split($0, part, /[;,]/)
            for (i = 1; i < n; i++) {
                sub(/=.*/, "", part[i])
                if (match(part[i], /[A-Za-z_][A-Za-z0-9_]*[ \t]*$/)) {
                    w = substr(part[i], RSTART); sub(/[ \t]+$/, "", w); print w
                }
            }
        }' | sort -u | comm -23 - <(printf '%s\n' "$listed" $own | sort -u))
    if [ -z "$missing" ]; then
        echo "pass $h"
    else
        # shellcheck disable=SC2086
        echo "fail $h: not in tests/abi/abi.def:" $missing
        failed=1
    fi
done
exit $failed
