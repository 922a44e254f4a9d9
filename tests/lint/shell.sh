#!/bin/bash
# SPDX-License-Identifier: MIT
#
# shellcheck has nothing to say about any script.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
git ls-files | while read -r f; do
    [ ! -L "$f" ] && head -n 3 "$f" | grep -qE '^#!/bin/(ba)?sh|shellcheck shell=' && echo "$f"
done | xargs -r shellcheck
