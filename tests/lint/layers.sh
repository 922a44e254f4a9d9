#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Inside hypervisor/ the folder is the layer: an include points down or sideways,
# never up. One way up is allowed: a .c file of arch/x86 drives a device, so it may
# take locks (sync/) and map registers (mm/); and arch/fake, which is a host test's
# machine, looks into what it serves. The other parts include themselves
# and the public headers, never another's.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
status=0
grep -rHoE '^#include "[a-z]+/' hypervisor --include='*.[chS]' |
awk -F'[:/"]' '
    BEGIN { n = split("lib arch sync mm core pv hypercall boot", o, " ")
            for (i = 1; i <= n; i++) rank[o[i]] = i }
    { from = $2; to = $(NF - 1) }
    to == "public" || to == "x86" || to == "fake" { next }
    /^hypervisor\/arch\/fake\// { next }
    $0 ~ /^hypervisor\/arch\/x86\/[a-z_]*\.c:/ && (to == "sync" || to == "mm") { next }
    !(to in rank) || rank[to] > rank[from] {
        print $0 ": " from " may not include " to; bad = 1 }
    END { exit bad }' || status=1
for part in dom0-tools xenstore-lite backends frontends; do
    [ -d "$part" ] || continue
    for other in hypervisor dom0-tools xenstore-lite backends frontends tests; do
        [ "$part" != "$other" ] || continue
        grep -rn "^#include \"$other/" "$part" --include='*.[ch]' && {
            echo "$part may not include $other/"
            status=1
        }
    done
done
grep -rnE '^#include <(xenctrl|libxl|xenguest|libxlutil)' dom0-tools xenstore-lite \
    backends frontends 2>/dev/null && {
    echo 'libxenctrl and libxl are no dependencies'
    status=1
}
exit $status
