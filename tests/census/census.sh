#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The census: every call and sub-operation of 4.17's public headers (headers.sh) has
# one row in hypercalls.def, answered or refused, no row is of anything else, and
# docs/hypercalls.md says what the rows say. Of a call that is refused whole the
# sub-operations are refused with it.
# census.sh write: writes the page.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
page=docs/hypercalls.md
def=hypervisor/hypercall/hypercalls.def
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# NAME HOW TEXT..., HOW is yes, control, or an errno; the text is from rows.txt.
gcc -E -P -x c -D'HC(n, who)=@ n who' -D'NO_HC(n, e)=@ n e' -D'SUB(c, p, n)=@ c.n ANY' \
    -D'NO(c, p, n, e)=@ c.n e' -include $def - <<<'CALLS(HC, NO_HC) SUBS(SUB, SUB, NO)' | tr '\n' ' ' | tr '@' '\n' |
    sed -nE 's/^ *([a-zA-Z_0-9]+( ?\. ?[a-zA-Z_0-9]+)?) +(\w+) *$/\1 \3/p' |
    sed -E 's/ ?\. ?/./; s/ ANY$/ yes/; s/ CONTROL$/ control/' |
    awk 'FNR == NR { i = index($0, ": "); text[substr($0, 1, i - 1)] = substr($0, i + 2); next }
        { print $0, text[$1]; delete text[$1] }
        END { for (n in text) print n, "yes", text[n] }' tests/census/rows.txt - >"$tmp/rows"
tests/census/headers.sh >"$tmp/headers" || exit 1

awk -v rows="$tmp/rows" '
    BEGIN {
        while ((getline line < rows) > 0) {
            split(line, f, " ")
            if (f[1] in how) { print "two rows for " f[1]; bad = 1 }
            how[f[1]] = f[2]
            text[f[1]] = substr(line, length(f[1] " " f[2] " ") + 1)
            if (text[f[1]] == "") { print f[1] ": rows.txt does not say what it is"; bad = 1 }
        }
    }
    {
        name = $1; call = name; sub(/\..*/, "", call)
        seen[name] = 1
        if (!(name in how)) {
            if (name != call && (call in how) && how[call] ~ /^E/) {
                how[name] = how[call]; text[name] = "with the call"
            } else { print name " (" $2 ") is not marked in the table"; bad = 1; next }
        }
        nr[name] = $2
        if (name == call) calls[++n] = name
        else subs[call] = subs[call] " " name
    }
    END {
        for (name in how) if (!(name in seen)) {
            print name ": there is no such call in the headers"; bad = 1 }
        if (bad) exit 1
        for (i = 1; i <= n; i++) {
            c = calls[i]; answered += how[c] !~ /^E/; refused += how[c] ~ /^E/
            k = split(subs[c], s, " ")
            for (j = 1; j <= k; j++) { sa += how[s[j]] !~ /^E/; sr += how[s[j]] ~ /^E/ }
        }
        print "# Which hypercalls are answered?\n"
        print "Every call and sub-operation in the public headers of Xen 4.17, answered or"
        print "refused. `tests/census/census.sh write` makes this page from those headers and"
        print "`hypervisor/hypercall/hypercalls.def`; `make lint` holds it to them.\n"
        printf "%d calls are answered and %d refused; of their sub-operations, %d and %d.\n", \
            answered, refused, sa, sr
        print "A number that is not here gets ENOSYS."
        for (i = 1; i <= n; i++) {
            c = calls[i]
            printf "\n## %d %s\n\n%s%s\n", nr[c], c, text[c], \
                how[c] == "yes" ? "." : how[c] == "control" ? \
                "; for the control domain, EPERM for others." : ": " how[c] "."
            k = split(subs[c], s, " ")
            if (!k) continue
            print ""
            for (j = 1; j <= k; j++) {
                short = s[j]; sub(/.*\./, "", short)
                printf "    %4d  %-28s %s%s\n", nr[s[j]], short, \
                    how[s[j]] ~ /^E/ ? how[s[j]] ": " : "", text[s[j]]
            }
        }
    }' "$tmp/headers" >"$tmp/page"
if [ "${PIPESTATUS[0]}" != 0 ]; then
    sed 's/^/fail census: /' "$tmp/page"
    exit 1
fi
if [ "${1:-}" = write ]; then
    cp "$tmp/page" $page
elif cmp -s "$tmp/page" $page; then
    echo "pass census: $(grep -m1 '^[0-9]'  $page)"
else
    diff $page "$tmp/page" | head -n 10
    echo "fail census: $page is not what the table says: tests/census/census.sh write"
    exit 1
fi
