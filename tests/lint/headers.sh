#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Each header of the parts compiles alone: whoever includes it needs nothing before it.
# A table (.def) or a header that says `lint: included by` is no such header.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
status=0
while read -r f; do
    case $f in
    include/public/*) flags=(-Iinclude) ;;
    hypervisor/arch/fake/*) flags=(-Ihypervisor -Ihypervisor/arch/fake -Iinclude) ;;
    hypervisor/*) flags=(-Ihypervisor -Ihypervisor/arch/x86 -Iinclude -ffreestanding) ;;
    *) flags=(-Iinclude -I. -D_GNU_SOURCE -I"${f%/*}") ;;
    esac
    grep -q 'lint: included by' "$f" && continue
    gcc -std=gnu11 -fsyntax-only -Wall "${flags[@]}" -include "$f" -x c /dev/null \
        2>build/header.log || { head -n 4 build/header.log; status=1; }
done < <(git ls-files '*.h' ':!tests')
exit $status
