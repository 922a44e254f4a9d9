# SPDX-License-Identifier: MIT
FUZZERS += build/fuzz/hv-decode

build/fuzz/hv-decode: tests/fuzz/hv-decode/fuzz.c $(wildcard hypervisor/boot/decode/*.c)
	@mkdir -p $(@D)
	$(CLANG) -std=gnu11 -O1 -g -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover -Ihypervisor -Iinclude $^ -o $@
