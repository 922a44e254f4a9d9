# SPDX-License-Identifier: MIT
# Unit tests of the backends, on the host, with sanitizers.

BACKENDS_TEST_CFLAGS = $(SAN_CFLAGS) -D_GNU_SOURCE -MMD -MP
BACKENDS_TESTS := backends-ring backends-blk backends-net backends-console \
    backends-xenbus backends-keeper backends-store

UNIT_TESTS += $(BACKENDS_TESTS:%=build/tests/%)

build/tests/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(BACKENDS_TEST_CFLAGS) -c -o $@ $<

backends_test_objects = $(patsubst %.c,build/tests/obj/%.o,\
    tests/unit/backends/$(1)_test.c backends/common/log.c $(2))

build/tests/backends-ring: $(call backends_test_objects,ring)
build/tests/backends-blk: $(call backends_test_objects,blk,\
    tests/unit/backends/fake_xen.c backends/blk/blk.c backends/blk/request.c \
    backends/blk/disks.c backends/blk/disk_ram.c backends/blk/disk_raw.c)
build/tests/backends-net: $(call backends_test_objects,net,\
    tests/unit/backends/fake_xen.c backends/net/packet.c backends/net/tx.c \
    backends/net/rx.c)
build/tests/backends-console: $(call backends_test_objects,console,\
    backends/console/logfile.c)
build/tests/backends-xenbus: $(call backends_test_objects,xenbus,\
    backends/common/decide.c)
build/tests/backends-keeper: $(call backends_test_objects,keeper,\
    backends/keeper/config.c)
build/tests/backends-store: $(call backends_test_objects,store,\
    backends/common/store.c backends/common/loop.c)

$(BACKENDS_TESTS:%=build/tests/%):
	@mkdir -p $(@D)
	$(CC) $(SAN_CFLAGS) -o $@ $^ -lcunit -luring -lpthread

-include $(wildcard build/tests/obj/backends/*/*.d \
    build/tests/obj/tests/unit/backends/*.d)
