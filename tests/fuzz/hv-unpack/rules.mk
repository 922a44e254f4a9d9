# SPDX-License-Identifier: MIT
FUZZERS += build/fuzz/hv-unpack

build/fuzz/hv-unpack: tests/fuzz/hv-unpack/fuzz.c $(wildcard hypervisor/boot/decode/*.c)
	@mkdir -p $(@D)
	$(CLANG) -std=gnu11 -O1 -g -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover -Ihypervisor -Iinclude $^ -lz -llz4 -lzstd -o $@
