#!/bin/bash
# SPDX-License-Identifier: MIT
# Each public header compiles alone, as C99 and as C++, without a warning.
set -u
cd "$(dirname "$0")/../.." || exit 1
failed=0
while read -r h; do
    for how in 'gcc -std=c99 -pedantic -xc' 'g++ -std=c++11 -xc++'; do
        # shellcheck disable=SC2086
        if printf '#include "%s"\ntypedef int alone;\n' "$h" |
            $how -Wall -Wextra -Werror -Iinclude -fsyntax-only -; then
            echo "pass $h ${how%% *}"
        else
            echo "fail $h ${how%% *}: does not compile alone"
            failed=1
        fi
    done
done < <(cd include && find public -name '*.h' | sort)
exit $failed
