# SPDX-License-Identifier: MIT
# The image that make bench measures: the guest runtime with rows instead of tests.
BENCH_OBJS := $(patsubst %,build/bench/image/%.o,main rows peer fast)

all: build/bench/image.elf build/bench/plugin.so

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

# The rows in a Linux guest: its first program, the smallest kernel, and a tool for
# the control domain.
BENCH_LINUX := $(patsubst %,build/bench/linux/%,ramdisk first.elf tool)
build/bench/linux/init: tests/bench/linux/main.c tests/bench/mark.h
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -static -o $@ $<
build/bench/linux/ramdisk: build/bench/linux/init
	@mkdir -p $(@D)/root && cp -p $< $(@D)/root && touch -d @0 $(@D)/root/init
	@cd $(@D)/root && echo init | cpio -o -H newc --quiet -R 0:0 --reproducible \
	    >../$(@F)
build/bench/linux/tool: tests/bench/linux/tool.c tests/bench/mark.h
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -o $@ $< -lxencall
build/bench/linux/first.o: tests/bench/linux/first.S tests/bench/mark.h
	@mkdir -p $(@D)
	$(CC) -Iinclude -I. -c -o $@ $<
build/bench/linux/first.elf: frontends/rt/rt.lds build/bench/linux/first.o
	$(LD) -nostdlib -static -z max-page-size=4096 -z noexecstack \
	    --build-id=none --no-warn-rwx-segments -T $< -o $@ $(filter %.o,$^)

.PHONY: bench
bench:
	@images/host.sh check && $(BUILD) all images \
	    build/bench/image.elf build/bench/plugin.so $(BENCH_LINUX) && tests/bench/bench.sh

GUEST_TESTS += tests/bench/smoke.sh
