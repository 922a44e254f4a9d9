# SPDX-License-Identifier: MIT
# The image that make sched boots in place of the control domain.
SCHED_OBJS := $(patsubst tests/sched/image/%.c,build/sched/%.o,\
    $(wildcard tests/sched/image/*.c))

SYSTEM_TESTS += tests/sched/short.sh

all: build/sched/image.elf

build/sched/%.o: tests/sched/image/%.c
	@mkdir -p $(@D)
	$(CC) $(RT_CFLAGS) -MMD -MP -c -o $@ $<
build/sched/image.elf: frontends/rt/rt.lds $(RT_OBJS) $(SCHED_OBJS)
	$(LD) -nostdlib -static -z max-page-size=4096 -z noexecstack \
	    --build-id=none --no-warn-rwx-segments -T $< -o $@ $(filter %.o,$^)
-include $(SCHED_OBJS:.o=.d)

.PHONY: sched
sched:
	@images/host.sh check && $(BUILD) hv build/sched/image.elf && tests/sched/sched.sh
