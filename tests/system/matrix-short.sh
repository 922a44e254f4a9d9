#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Four cells of the matrix; all of them are `make matrix`.
exec "$(dirname "$0")/matrix.sh" short
