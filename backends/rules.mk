# SPDX-License-Identifier: MIT
# The daemons that serve guests from the control domain.

BACKENDS_CFLAGS = $(USER_CFLAGS) -D_GNU_SOURCE -MMD -MP
BACKENDS_COMMON := $(patsubst %.c,build/%.o,$(wildcard backends/common/*.c))
backends_objects = $(patsubst %.c,build/%.o,$(wildcard backends/$(1)/*.c))

BACKENDS_CONSOLE := $(call backends_objects,console)
BACKENDS_BLK := $(call backends_objects,blk)
BACKENDS_NET := $(call backends_objects,net)
BACKENDS_KEEPER := $(call backends_objects,keeper)
BACKENDS_XEN := -lxengnttab -lxenevtchn -lxenforeignmemory

TOOLS_BINS += build/bin/blkback build/bin/netback build/bin/consoled \
    build/bin/keeper
SYSTEM_TESTS += tests/system/kills.sh

build/backends/net/tap.o: BACKENDS_CFLAGS += -isystem /usr/include/libnl3

build/backends/%.o: backends/%.c
	@mkdir -p $(@D)
	$(CC) $(BACKENDS_CFLAGS) -c -o $@ $<

build/bin/consoled: $(BACKENDS_CONSOLE) $(BACKENDS_COMMON)
	@mkdir -p $(@D)
	$(CC) -o $@ $^ $(BACKENDS_XEN) -lxencall

build/bin/blkback: $(BACKENDS_BLK) $(BACKENDS_COMMON)
	@mkdir -p $(@D)
	$(CC) -o $@ $^ $(BACKENDS_XEN) -luring

build/bin/netback: $(BACKENDS_NET) $(BACKENDS_COMMON)
	@mkdir -p $(@D)
	$(CC) -o $@ $^ $(BACKENDS_XEN) -lnl-route-3 -lnl-3

build/bin/keeper: $(BACKENDS_KEEPER) \
    $(patsubst %,build/backends/common/%.o,log loop notify)
	@mkdir -p $(@D)
	$(CC) -o $@ $^

-include $(patsubst %.o,%.d,$(BACKENDS_COMMON) $(BACKENDS_CONSOLE) \
    $(BACKENDS_BLK) $(BACKENDS_NET) $(BACKENDS_KEEPER))

# A measurement, not part of any test; see docs/measurements/.
build/bench/block-data-path: backends/bench/block_data_path.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -D_GNU_SOURCE -o $@ $< -lxengnttab -luring
