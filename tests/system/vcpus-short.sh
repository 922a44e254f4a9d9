#!/bin/bash
# SPDX-License-Identifier: MIT
# The same with 12 vcpus on a host of 2 CPUs, for two seconds at a time.
cd "$(dirname "$0")/../.." || exit 1
VCPUS=12 HOST_CPUS=2 SPIN=2 LIMIT=${LIMIT:-400} exec tests/system/vcpus.sh
