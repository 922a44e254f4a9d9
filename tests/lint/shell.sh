#!/bin/bash
# SPDX-License-Identifier: MIT
#
# No script gives shellcheck anything to say.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
git ls-files | while read -r f; do
    if [ ! -L "$f" ] && head -n 3 "$f" | grep -qE '^#!/bin/(ba)?sh|shellcheck shell='; then
        echo "$f"
    fi
done | xargs -r shellcheck -S warning
