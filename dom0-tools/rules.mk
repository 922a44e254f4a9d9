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
