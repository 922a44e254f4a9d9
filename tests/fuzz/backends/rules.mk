# SPDX-License-Identifier: MIT
# Fuzz targets of what guests put into the backends' rings.

FUZZERS += build/fuzz/backends-blk build/fuzz/backends-net

BACKENDS_FUZZ := -std=gnu11 -O1 -g -Iinclude -I. \
    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all

build/fuzz/backends-blk: tests/fuzz/backends/blk_fuzz.c backends/blk/request.c
build/fuzz/backends-net: tests/fuzz/backends/net_fuzz.c backends/net/packet.c
build/fuzz/backends-blk build/fuzz/backends-net:
	@mkdir -p $(@D)
	$(CLANG) $(BACKENDS_FUZZ) -o $@ $(filter %.c,$^)
