# SPDX-License-Identifier: MIT
# Unit tests of the hypervisor's memory layer on arch/fake, with sanitizers.
# -small: promotions and demotions stop after a few entries and go on later.

HV_TEST_CFLAGS = $(SAN_CFLAGS) -Ihypervisor/arch/fake -Ihypervisor/arch/x86 \
    -Ihypervisor -Itests/unit/hv -fno-strict-aliasing -Wno-unused-parameter \
    -DDEBUG -MMD -MP
HV_MM_SRC := $(addprefix hypervisor/mm/,page.c page_alloc.c heap.c page_type.c \
    pt_entry.c pt_work.c pt.c desc.c m2p.c audit.c logdirty.c twin.c) \
    hypervisor/sync/spinlock.c hypervisor/arch/fake/fake.c \
    tests/unit/hv/world.c
HV_TESTS := hv-mm hv-mm-small hv-mm-random hv-mm-random-small hv-emulate hv-sched \
    hv-core

# core/ as well: its own world, in which domains are real and x86 is not.
HV_CORE_SRC := $(filter-out tests/unit/hv/world.c,$(HV_MM_SRC)) \
    $(addprefix hypervisor/core/,domain.c vcpu.c sched.c sched_queue.c \
    sched_param.c cpupool.c timer.c evtchn.c evtchn_2l.c evtchn_fifo.c evtchn_bind.c \
    grant.c grant_map.c grant_copy.c trace.c) \
    tests/unit/hv/core_world.c

UNIT_TESTS += $(HV_TESTS:%=build/tests/%)

build/tests/hv/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(HV_TEST_CFLAGS) -c -o $@ $<
build/tests/hv-small/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(HV_TEST_CFLAGS) -DPT_BUDGET=7 -c -o $@ $<

hv_test_objects = $(patsubst %.c,build/tests/$(1)/%.o,$(HV_MM_SRC) \
    tests/unit/hv/$(2)_test.c)
hv_core_objects = $(patsubst %.c,build/tests/hv/%.o,$(HV_CORE_SRC) \
    tests/unit/hv/$(1)_test.c)
build/tests/hv-sched: $(call hv_core_objects,sched)
build/tests/hv-core: $(call hv_core_objects,core)
build/tests/hv-mm: $(call hv_test_objects,hv,mm)
build/tests/hv-mm-small: $(call hv_test_objects,hv-small,mm)
build/tests/hv-mm-random: $(call hv_test_objects,hv,random)
build/tests/hv-mm-random-small: $(call hv_test_objects,hv-small,random)
build/tests/hv-emulate: $(call hv_test_objects,hv,emulate) \
    $(patsubst %,build/tests/hv/hypervisor/pv/%.o,pt_emulate insn)

$(HV_TESTS:%=build/tests/%):
	@mkdir -p $(@D)
	$(CC) $(SAN_CFLAGS) -o $@ $^ -lcunit

-include $(shell find build/tests/hv build/tests/hv-small -name '*.d' 2>/dev/null)
