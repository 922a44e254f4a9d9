# SPDX-License-Identifier: MIT
# The daemons that serve guests from the control domain.

BACKENDS_CFLAGS = $(USER_CFLAGS) -D_GNU_SOURCE -MMD -MP
BACKENDS_COMMON := $(patsubst %.c,build/%.o,$(wildcard backends/common/*.c))
backends_objects = $(patsubst %.c,build/%.o,$(wildcard backends/$(1)/*.c))

BACKENDS_CONSOLE := $(call backends_objects,console)
BACKENDS_BLK := $(call backends_objects,blk)
BACKENDS_XEN := -lxengnttab -lxenevtchn -lxenforeignmemory

TOOLS_BINS += build/bin/blkback
ifneq ($(wildcard include/public/sysctl.h),)
TOOLS_BINS += build/bin/consoled
endif

build/backends/%.o: backends/%.c
	@mkdir -p $(@D)
	$(CC) $(BACKENDS_CFLAGS) -c -o $@ $<

build/bin/consoled: $(BACKENDS_CONSOLE) $(BACKENDS_COMMON)
	@mkdir -p $(@D)
	$(CC) -o $@ $^ $(BACKENDS_XEN) -lxencall

build/bin/blkback: $(BACKENDS_BLK) $(BACKENDS_COMMON)
	@mkdir -p $(@D)
	$(CC) -o $@ $^ $(BACKENDS_XEN) -luring

-include $(patsubst %.o,%.d,$(BACKENDS_COMMON) $(BACKENDS_CONSOLE) \
    $(BACKENDS_BLK))

# A measurement, not part of any test; see docs/measurements/.
build/bench/block-data-path: backends/bench/block_data_path.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -D_GNU_SOURCE -o $@ $< -lxengnttab -luring
