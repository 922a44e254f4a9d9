# SPDX-License-Identifier: MIT
# The guest runtime, and one image with every test under tests/guest.
GUEST_TESTS += tests/guest/ours.sh tests/guest/yield.sh
LINT_CHECKS += tests/guest/coverage.sh
RT_CFLAGS := -std=gnu11 -O2 -g -ffreestanding -fno-stack-protector -fno-pic \
    -fno-pie -mno-red-zone -mcmodel=kernel -mgeneral-regs-only \
    -fcf-protection=none -fno-asynchronous-unwind-tables \
    -fno-omit-frame-pointer $(WARNINGS) -Iinclude -I.
RT_DIR := build/guest
RT_OBJS := $(patsubst frontends/rt/%.c,$(RT_DIR)/rt/%.o,\
    $(filter-out %/offsets.c,$(wildcard frontends/rt/*.c))) $(RT_DIR)/rt/entry.o
GUEST_NAMES := $(patsubst tests/guest/%/main.c,%,$(wildcard tests/guest/*/main.c))
GUEST_OBJS := $(patsubst %,$(RT_DIR)/t/%.o,$(GUEST_NAMES))

all: build/guest/tests.elf

$(RT_DIR)/offsets.h: frontends/rt/offsets.c
	@mkdir -p $(@D)
	$(CC) $(RT_CFLAGS) -S -o $(@:.h=.s) $<
	@sed -n 's/^.*->\([A-Za-z_]*\) \([-0-9]*\)".*/#define \1 \2/p' \
	    $(@:.h=.s) > $@

$(RT_DIR)/rt/entry.o: frontends/rt/entry.S $(RT_DIR)/offsets.h
	@mkdir -p $(@D)
	$(CC) -Iinclude -I. -c -o $@ $<

$(RT_DIR)/rt/%.o: frontends/rt/%.c
	@mkdir -p $(@D)
	$(CC) $(RT_CFLAGS) -MMD -MP -c -o $@ $<

# Every test has the same two names; a prefix makes them its own.
$(RT_DIR)/t/%.o: tests/guest/%/main.c
	@mkdir -p $(@D)
	$(CC) $(RT_CFLAGS) -Dtest_title=title_$(subst -,_,$*) \
	    -Dtest_main=main_$(subst -,_,$*) -MMD -MP -c -o $@ $<

$(RT_DIR)/list.c: $(GUEST_OBJS)
	@{ echo '#include "frontends/rt/rt.h"'; \
	  for n in $(GUEST_NAMES); do s=$${n//-/_}; \
	    echo "extern const char title_$$s[]; void main_$$s(void);"; done; \
	  echo 'const struct rt_test rt_tests[] = {'; \
	  for n in $(GUEST_NAMES); do s=$${n//-/_}; \
	    echo "    { \"$$n\", title_$$s, main_$$s },"; done; \
	  echo '};'; \
	  echo 'const unsigned rt_test_count ='; \
	  echo '    sizeof(rt_tests) / sizeof(rt_tests[0]);'; } > $@

$(RT_DIR)/list.o: $(RT_DIR)/list.c
	$(CC) $(RT_CFLAGS) -c -o $@ $<

$(RT_DIR)/tests.elf: frontends/rt/rt.lds $(RT_OBJS) $(GUEST_OBJS) $(RT_DIR)/list.o
	$(LD) -nostdlib -static -z max-page-size=4096 -z noexecstack \
	    --build-id=none --no-warn-rwx-segments -T $< -o $@ $(filter %.o,$^)

-include $(RT_OBJS:.o=.d) $(GUEST_OBJS:.o=.d)
