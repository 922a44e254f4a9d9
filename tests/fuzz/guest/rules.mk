# SPDX-License-Identifier: MIT
# The fuzzing guest: an image of its own on the guest runtime.
FUZZ_GUEST_OBJS := $(patsubst tests/fuzz/guest/%.c,build/guest/f/%.o,\
    $(wildcard tests/fuzz/guest/*.c))

all: build/guest/fuzz.elf

build/guest/f/%.o: tests/fuzz/guest/%.c
	@mkdir -p $(@D)
	$(CC) $(RT_CFLAGS) -MMD -MP -c -o $@ $<

build/guest/fuzz.elf: frontends/rt/rt.lds $(RT_OBJS) $(FUZZ_GUEST_OBJS)
	$(LD) -nostdlib -static -z max-page-size=4096 -z noexecstack \
	    --build-id=none --no-warn-rwx-segments -T $< -o $@ $(filter %.o,$^)

-include $(FUZZ_GUEST_OBJS:.o=.d)
