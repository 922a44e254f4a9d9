#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A Linux guest of two CPUs that writes its memory and its disk all the time is
# migrated live by Debian's xl, twice: it goes on each time, and at the
# end every page and block holds what was written to it last.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${MEM:=2048}" "${DOM0_MEM:=768M}"
export XL=debian STORE=debian CONSOLE=debian BACKENDS=kernel
. tests/system/lib.sh
make -s build/images/guest.cpio build/images/debian.cpio || die "the guest was not built"
${CC:-gcc} -O2 -static -s -Wall -Wextra -Werror -o build/results/writer \
    tests/system/live/writer.c || die "the writer was not built"
run_script "${LIMIT:-900}" tests/system/live/main build/images/guest.cpio{,.kernel} \
    build/results/writer
status=$?
[ $status = 0 ] || {
    fail live "status $status; its serial line ended with:"
    tail -n 40 "$SERIAL"
}
finish
