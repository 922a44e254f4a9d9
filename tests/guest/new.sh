#!/bin/bash
# SPDX-License-Identifier: MIT
# new.sh NAME: start a guest test: a folder with a main.c that fails until it is
# written. Then: make && tests/guest/run.sh HYPERVISOR NAME
set -eu
name=${1:?new.sh: give the test a name, of small letters, digits and -}
case $name in
*[!a-z0-9-]* | -*) echo "new.sh: $name: only small letters, digits and -" >&2; exit 2 ;;
esac
dir=$(dirname "$0")/$name
mkdir "$dir"
cat >"$dir/main.c" <<'END'
/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] = "one sentence: what this test proves";

void test_main(void)
{
    expect_eq(1, 2, "what is compared");
}
END
echo "$dir/main.c"
