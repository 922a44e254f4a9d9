#!/bin/bash
# SPDX-License-Identifier: MIT
#
# make tour: the tree as a book: the opening comment of each file, lowest layer
# first.
cd "$(dirname "$0")/../.." || exit 1
order='include/public hypervisor/lib hypervisor/arch hypervisor/sync hypervisor/mm
    hypervisor/core hypervisor/pv hypervisor/hypercall hypervisor/boot xenstore-lite
    dom0-tools backends frontends images tests'
for folder in $order; do
    git ls-files -- "$folder" | grep -E '\.[chS]$' | while read -r f; do
        printf '\n== %s\n' "$f"
        awk '/SPDX/ { next }
             /^\/\*/ { on = 1 }
             on { last = index($0, "*/"); sub(/^\/\*+ ?/, ""); sub(/^ \*\/? ?/, "")
                  sub(/ *\*\/.*/, ""); if (length) print; if (last) exit }' "$f"
    done
done
