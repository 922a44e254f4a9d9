# SPDX-License-Identifier: MIT
# The image that make bench measures: the guest runtime with rows instead of tests.
BENCH_OBJS := $(patsubst %,build/bench/image/%.o,main rows peer fast)

all: build/bench/image.elf

build/bench/image/%.o: tests/bench/image/%.c
	@mkdir -p $(@D)
	$(CC) $(RT_CFLAGS) -MMD -MP -c -o $@ $<
build/bench/image/%.o: tests/bench/image/%.S tests/bench/image/abi.h
	@mkdir -p $(@D)
	$(CC) -Iinclude -I. -c -o $@ $<
build/bench/image.elf: frontends/rt/rt.lds $(RT_OBJS) $(BENCH_OBJS)
	$(LD) -nostdlib -static -z max-page-size=4096 -z noexecstack \
	    --build-id=none --no-warn-rwx-segments -T $< -o $@ $(filter %.o,$^)
-include $(BENCH_OBJS:.o=.d)

build/bench/plugin.so: tests/bench/plugin.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -fPIC -fvisibility=hidden -shared -o $@ $<

.PHONY: bench
bench:
	@images/host.sh check && $(BUILD) hv build/bench/image.elf build/bench/plugin.so && tests/bench/bench.sh
