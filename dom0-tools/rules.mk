# SPDX-License-Identifier: MIT
# dom0-tools: xl and lifed, over the stable Xen libraries.

TOOLS_LIB_SRCS := $(wildcard dom0-tools/lib/*.c dom0-tools/build/*.c)
TOOLS_XL_SRCS := $(wildcard dom0-tools/cmd/*.c)
TOOLS_LIFED_SRCS := dom0-tools/lifed/lifed.c
TOOLS_CFLAGS = $(USER_CFLAGS) -D_GNU_SOURCE
TOOLS_LDLIBS := -lxencall -lxenforeignmemory -lxenstore -lz -llzma -llz4 -lzstd
TOOLS_OBJ := build/obj

TOOLS_LIB_OBJS := $(TOOLS_LIB_SRCS:%.c=$(TOOLS_OBJ)/%.o)
TOOLS_XL_OBJS := $(TOOLS_XL_SRCS:%.c=$(TOOLS_OBJ)/%.o)
TOOLS_LIFED_OBJS := $(TOOLS_LIFED_SRCS:%.c=$(TOOLS_OBJ)/%.o)
TOOLS_ALL_OBJS := $(TOOLS_LIB_OBJS) $(TOOLS_XL_OBJS) $(TOOLS_LIFED_OBJS)

TOOLS_BINS += build/bin/xl build/bin/lifed

$(TOOLS_ALL_OBJS): $(TOOLS_OBJ)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(TOOLS_CFLAGS) -MMD -MP -c -o $@ $<

build/bin/xl: $(TOOLS_LIB_OBJS) $(TOOLS_XL_OBJS)
	@mkdir -p $(@D)
	$(CC) -o $@ $^ $(TOOLS_LDLIBS)

build/bin/lifed: $(TOOLS_LIB_OBJS) $(TOOLS_LIFED_OBJS)
	@mkdir -p $(@D)
	$(CC) -o $@ $^ $(TOOLS_LDLIBS)

-include $(TOOLS_ALL_OBJS:.o=.d)

# Unit tests with sanitizers; they need no hypervisor.
TOOLS_TEST_OBJS := $(patsubst %.c,build/san/%.o,$(TOOLS_LIB_SRCS) \
    dom0-tools/cmd/json.c $(wildcard tests/unit/tools/*.c))

UNIT_TESTS += build/tests/tools

$(TOOLS_TEST_OBJS): build/san/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(SAN_CFLAGS) -D_GNU_SOURCE -MMD -MP -c -o $@ $<

build/tests/tools: $(TOOLS_TEST_OBJS)
	@mkdir -p $(@D)
	$(CC) $(SAN_CFLAGS) -o $@ $^ -lcunit $(TOOLS_LDLIBS)

-include $(TOOLS_TEST_OBJS:.o=.d)

# Fuzz targets: what an operator's file and a guest's kernel may say.
TOOLS_FUZZ_LIBS := $(patsubst %,build/fuzzobj/dom0-tools/%.o,lib/cfg lib/config \
    lib/ids lib/mem lib/say lib/spec build/image build/kernel build/layout \
    build/unpack)
TOOLS_FUZZ_TOPS := build/fuzzobj/tests/fuzz/tools/tools-cfg.o \
    build/fuzzobj/tests/fuzz/tools/tools-image.o

FUZZERS += build/fuzz/tools-cfg build/fuzz/tools-image

$(TOOLS_FUZZ_LIBS) $(TOOLS_FUZZ_TOPS): build/fuzzobj/%.o: %.c
	@mkdir -p $(@D)
	$(CLANG) $(SAN_CFLAGS) -fsanitize=fuzzer-no-link -D_GNU_SOURCE -MMD -MP \
	    -c -o $@ $<

build/fuzz/tools-%: build/fuzzobj/tests/fuzz/tools/tools-%.o $(TOOLS_FUZZ_LIBS)
	@mkdir -p $(@D)
	$(CLANG) $(SAN_CFLAGS) -fsanitize=fuzzer -o $@ $^ -lz -llzma -llz4 -lzstd

-include $(TOOLS_FUZZ_LIBS:.o=.d) $(TOOLS_FUZZ_TOPS:.o=.d)
