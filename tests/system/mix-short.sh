#!/bin/bash
# SPDX-License-Identifier: MIT
# Two cells of the mix that between them have each part from either side.
exec "${0%-short.sh}.sh" splitring-debian-oxen-linux xen-ours-lite-ours
