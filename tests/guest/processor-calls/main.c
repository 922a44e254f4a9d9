/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "trap table, stack, segment bases, TS, debug registers, timer and assists keep "
    "what a guest may choose and refuse the rest";

/* covers use: set_trap_table set_callbacks stack_switch set_segment_base */
/* covers use: set_segment_base.FS set_segment_base.GS_USER fpu_taskswitch */
/* covers use: set_debugreg get_debugreg vm_assist vm_assist.enable */
/* covers use: vm_assist.disable set_timer_op */
/* covers abuse: set_segment_base.GS_USER_SEL */
/* covers abuse: set_trap_table set_callbacks stack_switch set_segment_base */
/* covers abuse: set_segment_base.FS set_segment_base.GS_USER */
/* covers abuse: set_segment_base.GS_KERNEL set_debugreg get_debugreg */
/* covers abuse: vm_assist vm_assist.enable vm_assist.disable set_timer_op */

static void check_trap_table(void)
{
    static struct trap_info t[3];

    t[0].vector = 6;
    t[0].cs = FLAT_KERNEL_CS;
    t[0].address = (unsigned long)NONCANONICAL;
    expect_eq(-XEN_EINVAL, hc_set_trap_table(t), "a handler at no address");
    t[0].address = (unsigned long)test_main;
    expect_eq(0, hc_set_trap_table(t), "one handler");
    expect_eq(0, hc_set_trap_table(NULL), "none");
    expect_eq(-XEN_EFAULT, hc_set_trap_table(UNMAPPED), "from nowhere");
    expect_eq(-XEN_EFAULT, hc_set_trap_table(HYPERVISOR),
              "from the hypervisor");
    rt_restore();
}

static unsigned hits;

static void on_event(unsigned port)
{
    (void)port;
    hits++;
}

/* Xen says nothing of an address that is none, and keeps the old one. */
static void check_callbacks(void)
{
    void (*none)(void) = (void (*)(void))NONCANONICAL;
    struct evtchn_bind_ipi ipi = { .vcpu = 0 };

    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_ipi, &ipi), "an IPI");
    event_on(ipi.port, on_event);
    expect_true(hc_set_callbacks(none, none, none) <= 0, "no addresses");
    hits = 0;
    expect_eq(0, hc_event_channel_op(EVTCHNOP_send, &ipi.port), "send");
    expect_eq(1, hits, "events by the old callback");
    event_on(ipi.port, NULL);
    expect_eq(0, hc_event_channel_op(EVTCHNOP_close, &ipi.port), "close");
    rt_restore();
}

static void check_stack(void)
{
    expect_eq(0, hc_stack_switch(0, 0x1000), "a selector of ring 0");
    expect_true(hc_stack_switch(FLAT_KERNEL_SS, 1UL << 63) <= 0,
                "a stack at no address");
    rt_restore();
}

static void check_bases(void)
{
    static const unsigned which[] = { SEGBASE_FS, SEGBASE_GS_USER };

    for (unsigned i = 0; i < 2; i++) {
        expect_eq(0, hc_set_segment_base(which[i], 0x1234000), "base %u",
                  which[i]);
        expect_eq(-XEN_EINVAL,
                  hc_set_segment_base(which[i], (unsigned long)NONCANONICAL),
                  "base %u at no address", which[i]);
        expect_eq(0, hc_set_segment_base(which[i], 0), "base %u of 0",
                  which[i]);
    }
    expect_eq(-XEN_EINVAL,
              hc_set_segment_base(SEGBASE_GS_KERNEL,
                                  (unsigned long)NONCANONICAL),
              "the kernel's at no address");
    /* A selector that cannot be loaded leaves none. */
    expect_true(hc_set_segment_base(SEGBASE_GS_USER_SEL, 0xffff) <= 0,
                "selector 65535");
    expect_true(hc_set_segment_base(SEGBASE_GS_USER_SEL, ~0UL) <= 0,
                "selector ~0");
    expect_eq(0, hc_set_segment_base(SEGBASE_GS_USER_SEL, 0), "no selector");
    expect_eq(-XEN_EINVAL, hc_set_segment_base(99, 0), "base 99");
    expect_eq(-XEN_EINVAL, hc_set_segment_base(~0U, 0), "base ~0");
}

static void check_registers(void)
{
    expect_eq(0, hc_fpu_taskswitch(1), "TS");
    expect_eq(0, hc_fpu_taskswitch(0), "no TS");
    expect_eq(0, hc_fpu_taskswitch(0), "no TS again");
    for (int reg = 0; reg < 4; reg++) {
        expect_eq(0, hc_set_debugreg(reg, 0x1000), "DR%d", reg);
        expect_eq(0x1000, hc_get_debugreg(reg), "DR%d read", reg);
        expect_eq(-XEN_EPERM, hc_set_debugreg(reg, (uint64_t)HYPERVISOR),
                  "DR%d in the hypervisor", reg);
        expect_eq(0x1000, hc_get_debugreg(reg), "DR%d after it", reg);
        expect_eq(0, hc_set_debugreg(reg, 0), "DR%d of 0", reg);
    }
    expect_eq(-XEN_ENODEV, hc_set_debugreg(8, 0), "DR8");
    expect_true(hc_set_debugreg(-1, 0) < 0, "DR-1");
    expect_eq(-XEN_ENODEV, (long)hc_get_debugreg(8), "DR8 read");
    expect_eq(-XEN_ENODEV, (long)hc_get_debugreg(-1), "DR-1 read");
}

static void check_assists(void)
{
    expect_eq(0, hc_vm_assist(VMASST_CMD_enable,
                              VMASST_TYPE_runstate_update_flag), "enable");
    expect_eq(0, hc_vm_assist(VMASST_CMD_disable,
                              VMASST_TYPE_runstate_update_flag), "disable");
    expect_eq(-XEN_EINVAL, hc_vm_assist(VMASST_CMD_enable, 31), "assist 31");
    expect_eq(-XEN_EINVAL, hc_vm_assist(VMASST_CMD_enable, ~0U), "assist ~0");
    expect_eq(-XEN_EINVAL, hc_vm_assist(VMASST_CMD_disable, 64), "assist 64");
    expect_eq(-XEN_ENOSYS, hc_vm_assist(2, VMASST_TYPE_writable_pagetables),
              "command 2");
}

static void check_timer(void)
{
    expect_eq(0, hc_set_timer_op(0), "no timer");
    expect_eq(0, hc_set_timer_op(1), "a time that has passed");
    expect_eq(0, hc_set_timer_op(~0UL), "the last time");
    expect_eq(0, hc_set_timer_op(1UL << 63), "half of it");
    expect_eq(0, hc_set_timer_op(0), "no timer");
}

void test_main(void)
{
    check_trap_table();
    check_callbacks();
    check_stack();
    check_bases();
    check_registers();
    check_assists();
    check_timer();
}
