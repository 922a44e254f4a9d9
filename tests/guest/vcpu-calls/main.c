/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "public/vcpu.h"

const char test_title[] =
    "every vcpu call refuses a vcpu that is not there, an argument that cannot be "
    "read, and a wrong order; a time area holds the time";

/* covers use: vcpu_op vcpu_op.is_up vcpu_op.set_periodic_timer */
/* covers use: vcpu_op.stop_periodic_timer vcpu_op.set_singleshot_timer */
/* covers use: vcpu_op.stop_singleshot_timer */
/* covers use: vcpu_op.register_vcpu_time_memory_area */
/* covers abuse: vcpu_op vcpu_op.initialise vcpu_op.up vcpu_op.down */
/* covers abuse: vcpu_op.is_up vcpu_op.get_runstate_info */
/* covers abuse: vcpu_op.register_runstate_memory_area */
/* covers abuse: vcpu_op.set_periodic_timer vcpu_op.stop_periodic_timer */
/* covers abuse: vcpu_op.set_singleshot_timer vcpu_op.stop_singleshot_timer */
/* covers abuse: vcpu_op.register_vcpu_info vcpu_op.send_nmi */
/* covers abuse: vcpu_op.get_physid vcpu_op.register_vcpu_time_memory_area */

static void check_numbers(void)
{
    static const unsigned cmds[] = {
        VCPUOP_initialise, VCPUOP_up, VCPUOP_down, VCPUOP_is_up,
        VCPUOP_get_runstate_info, VCPUOP_register_runstate_memory_area,
        VCPUOP_set_periodic_timer, VCPUOP_stop_periodic_timer,
        VCPUOP_set_singleshot_timer, VCPUOP_stop_singleshot_timer,
        VCPUOP_register_vcpu_info, VCPUOP_send_nmi, VCPUOP_get_physid,
        VCPUOP_register_vcpu_time_memory_area,
    };
    static const unsigned bad[] = { 8191, 8192, 0x7fffffff, 0x80000000, ~0U };
    void *page = page_alloc();

    for (unsigned i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++) {
        for (unsigned b = 0; b < sizeof(bad) / sizeof(bad[0]); b++)
            expect_eq(-XEN_ENOENT, hc_vcpu_op(cmds[i], bad[b], page),
                      "command %u of vcpu %#x", cmds[i], bad[b]);
    }
    expect_eq(-XEN_ENOSYS, hc_vcpu_op(99, 0, page), "command 99");
    expect_eq(-XEN_ENOSYS, hc_vcpu_op(~0U, 0, page), "command ~0");
}

static void check_order(void)
{
    static struct vcpu_guest_context ctx;

    expect_eq(1, hc_vcpu_op(VCPUOP_is_up, 0, NULL), "the caller is up");
    expect_eq(0, hc_vcpu_op(VCPUOP_up, 0, NULL), "up again");
    expect_eq(0, hc_vcpu_op(VCPUOP_is_up, 3, NULL), "a new vcpu");
    expect_eq(-XEN_EINVAL, hc_vcpu_op(VCPUOP_up, 3, NULL),
              "up without a context");
    expect_eq(0, hc_vcpu_op(VCPUOP_down, 3, NULL), "down when it is down");
    rt_vcpu_context(0, &ctx);
    expect_eq(-XEN_EEXIST, hc_vcpu_op(VCPUOP_initialise, 0, &ctx),
              "a second context for the caller");
    expect_eq(-XEN_EFAULT, hc_vcpu_op(VCPUOP_initialise, 3, UNMAPPED),
              "a context from nowhere");
    expect_eq(-XEN_EFAULT, hc_vcpu_op(VCPUOP_initialise, 3, HYPERVISOR),
              "a context from the hypervisor");
}

static void check_contexts(void)
{
    static struct vcpu_guest_context ctx;
    uint64_t cr3;

    rt_vcpu_context(3, &ctx);
    cr3 = ctx.ctrlreg[3];
    ctx.ctrlreg[3] = xen_pfn_to_cr3(NO_FRAME);
    expect_true(hc_vcpu_op(VCPUOP_initialise, 3, &ctx) < 0, "root: no frame");
    ctx.ctrlreg[3] = xen_pfn_to_cr3(hypervisor_frame());
    expect_true(hc_vcpu_op(VCPUOP_initialise, 3, &ctx) < 0,
                "root: the hypervisor's");
    ctx.ctrlreg[3] = xen_pfn_to_cr3(va_to_mfn(page_alloc()));
    expect_true(hc_vcpu_op(VCPUOP_initialise, 3, &ctx) < 0,
                "root: a page that is mapped writable");
    ctx.ctrlreg[3] = cr3;
    ctx.gdt_ents = 8;
    ctx.gdt_frames[0] = NO_FRAME;
    expect_true(hc_vcpu_op(VCPUOP_initialise, 3, &ctx) < 0, "GDT: no frame");
    ctx.gdt_ents = 100000;
    expect_true(hc_vcpu_op(VCPUOP_initialise, 3, &ctx) < 0,
                "a GDT of 100000 entries");
    ctx.gdt_ents = 0;
    ctx.ldt_ents = 8193;
    expect_true(hc_vcpu_op(VCPUOP_initialise, 3, &ctx) < 0,
                "an LDT of 8193 entries");
    expect_eq(-XEN_EINVAL, hc_vcpu_op(VCPUOP_up, 3, NULL),
              "up after refusals");
}

static void check_timers(void)
{
    struct vcpu_set_periodic_timer p = { .period_ns = 999999 };
    struct vcpu_set_singleshot_timer s = { .flags = VCPU_SSHOTTMR_future };
    long rc;

    expect_eq(-XEN_EINVAL, hc_vcpu_op(VCPUOP_set_periodic_timer, 0, &p),
              "a period under 1 ms");
    p.period_ns = 0;
    expect_eq(-XEN_EINVAL, hc_vcpu_op(VCPUOP_set_periodic_timer, 0, &p),
              "no period");
    p.period_ns = ~0UL;
    expect_eq(-XEN_EINVAL, hc_vcpu_op(VCPUOP_set_periodic_timer, 0, &p),
              "the longest period");
    p.period_ns = 1000000000;
    expect_eq(0, hc_vcpu_op(VCPUOP_set_periodic_timer, 0, &p), "1 s");
    expect_eq(0, hc_vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL), "stop");
    expect_eq(0, hc_vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL), "stop again");
    expect_eq(-XEN_EINVAL, hc_vcpu_op(VCPUOP_set_singleshot_timer, 1, &s),
              "a timer of another vcpu");
    expect_eq(-XEN_EINVAL, hc_vcpu_op(VCPUOP_stop_singleshot_timer, 1, NULL),
              "its stop");
    s.timeout_abs_ns = 1;
    rc = hc_vcpu_op(VCPUOP_set_singleshot_timer, 0, &s);
    expect_true(rc == -XEN_ETIME || rc == 0,
                "a time that has passed may be refused: %ld", rc);
    expect_eq(0, hc_vcpu_op(VCPUOP_stop_singleshot_timer, 0, NULL), "stop");
    expect_eq(0, hc_vcpu_op(VCPUOP_stop_singleshot_timer, 0, NULL),
              "stop again");
}

static void check_areas(void)
{
    static struct vcpu_time_info area;
    struct vcpu_register_time_memory_area t;
    struct vcpu_register_runstate_memory_area r;
    struct vcpu_get_physid id;

    set_xen_guest_handle(t.addr.h, &area);
    expect_eq(0, hc_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0, &t),
              "a time area");
    expect_eq(vcpu_info_self()->time.tsc_to_system_mul, area.tsc_to_system_mul,
              "the time in it");
    set_xen_guest_handle(t.addr.h, HYPERVISOR);
    expect_eq(-XEN_EFAULT,
              hc_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0, &t),
              "one in the hypervisor");
    expect_eq(-XEN_EFAULT, hc_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0,
                                      UNMAPPED), "one from nowhere");
    set_xen_guest_handle(t.addr.h, NULL);
    expect_eq(0, hc_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0, &t),
              "none");
    set_xen_guest_handle(r.addr.h, HYPERVISOR);
    expect_eq(-XEN_EFAULT,
              hc_vcpu_op(VCPUOP_register_runstate_memory_area, 0, &r),
              "a runstate area in the hypervisor");
    expect_eq(-XEN_EFAULT, hc_vcpu_op(VCPUOP_register_runstate_memory_area, 0,
                                      UNMAPPED), "one from nowhere");
    expect_true(hc_vcpu_op(VCPUOP_get_physid, 0, &id) == -XEN_EINVAL ||
                rt_is_dom0(), "a guest learns its place");
}

void test_main(void)
{
    check_numbers();
    check_order();
    check_contexts();
    check_timers();
    check_areas();
}
