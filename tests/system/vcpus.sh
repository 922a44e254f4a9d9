#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A Debian guest of 32 vcpus on a host of 4 CPUs (HOST_CPUS): it boots with all,
# each of them works, calls the others and shoots their translations down; the
# steal time it sees is what the hypervisor says it did not get; xl vcpu-set takes
# it down to 17 and 3 vcpus and up to 32 again.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh
make -s build/images/guest.cpio || die "the guest was not built"
SMP=${HOST_CPUS:-4} DOM0_ARGS_OWN="splitring.vcpus=${VCPUS:-32} splitring.seconds=${SPIN:-6}"
${CC:-gcc} -O2 -static -s -Wall -Wextra -Werror -pthread -o build/results/many \
    tests/system/vcpus/many.c || die "the guest's program was not built"
run_script "${LIMIT:-900}" tests/system/vcpus/main build/images/guest.cpio.kernel \
    build/results/many
status=$?
[ $status = 0 ] || {
    fail vcpus "status $status; its serial line ended with:"
    tail -n 60 "$SERIAL"
}
finish
