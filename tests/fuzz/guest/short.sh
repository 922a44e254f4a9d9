#!/bin/bash
# SPDX-License-Identifier: MIT
# A minute of the fuzzing guest, always of the same seeds: as a guest, as the
# control domain, and as a guest of two vcpus.
cd "$(dirname "$0")/../../.." || exit 1
FUZZ_TURN=0 FUZZ_TIME=20 FUZZ_SEEDS=${FUZZ_SEEDS:-6} tests/fuzz/guest/run.sh 400000 1
