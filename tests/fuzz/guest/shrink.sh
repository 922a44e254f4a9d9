#!/bin/bash
# SPDX-License-Identifier: MIT
#
# shrink.sh OPTIONS PATTERN: leaves calls out of the one episode that OPTIONS name
# (e.g. 'guest=1 seed=7 first=12 episodes=1') as long as the output still has
# PATTERN, and prints what is left. Each try is a boot of about a second.
set -u
. "$(dirname "$0")/lib.sh"
options=${1:?shrink.sh: which episode? e.g. 'seed=7 first=12 episodes=1'}
pattern=${2:?shrink.sh: which line shows the failure?}
hv=${HV:-$root/build/xen-splitring}
out=$root/build/fuzz-guest.shrink

# only_of CALL...: the option that names exactly these.
only_of() {
    printf '%s\n' "$@" | awk '{ d = int($1 / 4); v[d] += 2 ^ (3 - $1 % 4); if (d > n) n = d }
        END { printf "only="; for (i = 0; i <= n; i++) printf "%x", v[i] }'
}

fails() {
    fuzz_boot "$hv" "$options lax=1 $(only_of "$@")${more:-}" "$out"
    grep -aqE "$pattern" "$out"
}

mapfile -t keep < <(seq 0 999)
fails "${keep[@]}" || { echo "shrink.sh: that episode does not show it" >&2; exit 1; }
size=500
while [ "$size" -ge 1 ]; do
    i=0 changed=
    while [ "$i" -lt ${#keep[@]} ]; do
        try=("${keep[@]:0:i}" "${keep[@]:i+size}")
        if [ ${#try[@]} -gt 0 ] && fails "${try[@]}"; then
            keep=("${try[@]}") changed=1
        else
            i=$((i + size))
        fi
    done
    [ "$size" = 1 ] && [ -n "$changed" ] || size=$((size / 2))
done
more=' log=c' fails "${keep[@]}"
echo "$options $(only_of "${keep[@]}")"
grep -aE "^c |$pattern" "$out"
