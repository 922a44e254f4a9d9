#!/bin/bash
# SPDX-License-Identifier: MIT
# The same with 12 vcpus on a host of 2 CPUs, for a second at a time.
cd "$(dirname "$0")/../.." || exit 1
VCPUS=12 HOST_CPUS=2 SPIN=1 LIMIT=300 exec tests/system/vcpus.sh
