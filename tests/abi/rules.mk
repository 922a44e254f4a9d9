# SPDX-License-Identifier: MIT
# The public headers: equal to libxen-dev's, complete in abi.def, each alone.
ABI_TESTS += build/tests/abi tests/abi/complete.sh tests/abi/alone.sh

ABI_OBJS := $(patsubst %,build/tests/abi.d/%.o,ours theirs main)

# libxen-dev's own headers do not compile with all of our warnings.
build/tests/abi.d/%.o: tests/abi/%.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O1 -g -Wall -Werror -Wno-overflow -Iinclude -I. \
	    -MMD -MP -c -o $@ $<

build/tests/abi: $(ABI_OBJS)
	$(CC) -o $@ $^

-include $(ABI_OBJS:.o=.d)
