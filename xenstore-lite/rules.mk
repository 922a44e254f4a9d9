# SPDX-License-Identifier: MIT
# xenstored: a pure core (no descriptor, no hypervisor) and what connects it.

XENSTORE_CORE := $(addprefix xenstore-lite/,audit.c conn.c control.c domain.c fair.c \
    journal.c journal_state.c mem.c op_client.c op_domain.c op_node.c path.c perm.c quota.c request.c \
    ring.c store.c tree.c txn.c view.c watch.c wire.c)
XENSTORE_SRC := $(XENSTORE_CORE) $(addprefix xenstore-lite/,conn_ring.c \
    conn_socket.c domctl.c journal_file.c loop.c main.c)
XENSTORE_OBJ := $(XENSTORE_SRC:%.c=build/%.o)

TOOLS_BINS += build/bin/xenstored

build/xenstore-lite/%.o: xenstore-lite/%.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -D_GNU_SOURCE -MMD -MP -c -o $@ $<

build/bin/xenstored: $(XENSTORE_OBJ)
	@mkdir -p $(@D)
	$(CC) -o $@ $^ -lxenevtchn -lxengnttab -lxenforeignmemory -lxencall

-include $(XENSTORE_OBJ:.o=.d)

# Unit tests of the core, with sanitizers.
XENSTORE_TEST_OBJ := $(patsubst %.c,build/san/%.o,$(XENSTORE_CORE) \
    $(wildcard tests/unit/xenstore/*.c))

UNIT_TESTS += build/tests/xenstore

$(XENSTORE_TEST_OBJ): build/san/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(SAN_CFLAGS) -D_GNU_SOURCE -MMD -MP -c -o $@ $<

build/tests/xenstore: $(XENSTORE_TEST_OBJ)
	@mkdir -p $(@D)
	$(CC) $(SAN_CFLAGS) -o $@ $^ -lcunit -lpthread

-include $(XENSTORE_TEST_OBJ:.o=.d)

# Fuzz targets: bytes of clients, and a page that its domain scribbles over.
XENSTORE_FUZZ_OBJ := $(XENSTORE_CORE:%.c=build/fuzzobj/%.o)
XENSTORE_FUZZ_TOP := build/fuzzobj/tests/fuzz/xenstore/wire.o \
    build/fuzzobj/tests/fuzz/xenstore/ring.o

FUZZERS += build/fuzz/xenstore-wire build/fuzz/xenstore-ring

$(XENSTORE_FUZZ_OBJ) $(XENSTORE_FUZZ_TOP): build/fuzzobj/%.o: %.c
	@mkdir -p $(@D)
	$(CLANG) $(SAN_CFLAGS) -fsanitize=fuzzer-no-link -D_GNU_SOURCE -MMD -MP \
	    -c -o $@ $<

build/fuzz/xenstore-%: build/fuzzobj/tests/fuzz/xenstore/%.o $(XENSTORE_FUZZ_OBJ)
	@mkdir -p $(@D)
	$(CLANG) $(SAN_CFLAGS) -fsanitize=fuzzer -o $@ $^

-include $(XENSTORE_FUZZ_OBJ:.o=.d) $(XENSTORE_FUZZ_TOP:.o=.d)

# Against Debian's clients, and against Debian's daemon.
SYSTEM_TESTS += tests/system/xenstore-clients.sh tests/system/xenstore-oracle.sh

build/tests/xenstore-compare: tests/system/xenstore/compare.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -D_GNU_SOURCE -o $@ $<

build/tests/xenstore-stub.so: tests/system/xenstore/stub.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -D_GNU_SOURCE -shared -fPIC -o $@ $<
