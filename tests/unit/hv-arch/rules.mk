# SPDX-License-Identifier: MIT
# Unit tests of the hypervisor's boot code and decoders, with sanitizers.

HV_ARCH_CFLAGS = $(SAN_CFLAGS) -Ihypervisor -Ihypervisor/arch/fake \
    -fno-strict-aliasing
HV_DECODE_SRC := $(wildcard hypervisor/boot/decode/*.c)

UNIT_TESTS += build/tests/hv-decode build/tests/hv-boot

build/tests/hv-decode: tests/unit/hv-arch/decode_test.c $(HV_DECODE_SRC) \
    hypervisor/boot/decode/decode.h hypervisor/boot/decode/zstd.h
	@mkdir -p $(@D)
	$(CC) $(HV_ARCH_CFLAGS) $(filter %.c,$^) -o $@ -lcunit -llzma -lz -llz4 -lzstd

# The C library's own snprintf() is what ours is compared with.
build/tests/hv-printf.o: hypervisor/lib/printf.c hypervisor/lib/printf.h
	@mkdir -p $(@D)
	$(CC) $(HV_ARCH_CFLAGS) -Dsnprintf=hv_snprintf -Dvsnprintf=hv_vsnprintf \
	    -c $< -o $@

build/tests/hv-boot: tests/unit/hv-arch/boot_test.c build/tests/hv-printf.o \
    hypervisor/boot/memory_map.c hypervisor/lib/options.c hypervisor/lib/bitmap.c
	@mkdir -p $(@D)
	$(CC) $(HV_ARCH_CFLAGS) $(filter %.c %.o,$^) -o $@ -lcunit
