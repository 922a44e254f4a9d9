# SPDX-License-Identifier: MIT
# The fuzzing guest: an image of its own on the guest runtime.
#   make fuzz-guest N=1000000 SEED=1    so many hypercalls; without SEED it goes on
#                                       where the last run of this source ended
#   make fuzz-guest-report              sums up the runs of this source
#   make fuzz-guest-compare             the same calls on Debian's Xen
GUEST_TESTS += tests/fuzz/guest/short.sh

.PHONY: fuzz-guest fuzz-guest-report fuzz-guest-compare
fuzz-guest: hv build/guest/fuzz.elf
	@tests/fuzz/guest/run.sh $(N) $(SEED)
fuzz-guest-report:
	@tests/fuzz/guest/report.sh
fuzz-guest-compare: hv build/guest/fuzz.elf
	@tests/fuzz/guest/compare.sh
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
