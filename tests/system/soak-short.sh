#!/bin/bash
# SPDX-License-Identifier: MIT
# Five creates and destroys after the eight of the warm-up, in a log of their own.
cd "$(dirname "$0")/../.." || exit 1
mkdir -p build/results
: >build/results/soak-short.log
LIMIT=400 SOAK_LOG=build/results/soak-short.log exec tests/system/soak.sh 5 1
