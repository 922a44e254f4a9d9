#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The tree names no path of one machine, and what the README promises exists:
# each `make TARGET` that a document names is a target.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
status=0
git grep -nE '(^|[^A-Za-z0-9_])/(work|farm|root/\.cache)/' && {
    echo 'a path that only one machine has'
    status=1
}
targets=$(sed -n 's/^\([a-z][a-z -]*\):.*/\1/p' Makefile images/rules.mk | tr ' ' '\n')
while IFS=: read -r f word; do
    grep -qx "${word#*make }" <<<"$targets" || { echo "$f: no target for '$word'"; status=1; }
done < <(git ls-files '*.md' | xargs -r grep -oHE '\`(sudo )?make [a-z-]+' | tr -d '\`')
exit $status
