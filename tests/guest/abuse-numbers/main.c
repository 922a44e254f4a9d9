/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "numbers that are no hypercall are -ENOSYS, and every call and command with "
    "garbage for arguments leaves the machine running";

/* covers abuse: fpu_taskswitch */

static uint64_t seed = 88172645463325252UL;

static uint64_t next(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* Arguments that look like something now and then. */
static uint64_t garbage(void *page)
{
    switch (next() % 8) {
    case 0: return next();
    case 1: return next() % 64;
    case 2: return (uint64_t)HYPERVISOR + next() % 4096;
    case 3: return (uint64_t)page + next() % PAGE_SIZE;
    case 4: return ~0UL - next() % 16;
    case 5: return 1UL << next() % 64;
    case 6: return (uint64_t)UNMAPPED;
    default: return (uint64_t)page;
    }
}

/* Calls that would end the test by doing what they are asked to. */
static bool harmless(unsigned nr)
{
    switch (nr) {
    case __HYPERVISOR_iret:
    case __HYPERVISOR_sched_op:         /* shutdown, block */
    case __HYPERVISOR_sched_op_compat:
    case __HYPERVISOR_platform_op:      /* sleep */
    case __HYPERVISOR_domctl:           /* pause oneself */
    case __HYPERVISOR_sysctl:           /* debug keys: reboot */
    case __HYPERVISOR_kexec_op:
    case __HYPERVISOR_memory_op:        /* give up our own pages */
    case __HYPERVISOR_set_segment_base: /* our own GS */
    case __HYPERVISOR_multicall:
    case __HYPERVISOR_update_va_mapping: /* unmap our own pages */
    case __HYPERVISOR_update_va_mapping_otherdomain:
    case __HYPERVISOR_vm_assist:
    case __HYPERVISOR_console_io:       /* eat the test's own lines */
    case __HYPERVISOR_vcpu_op:
        return false;
    case __HYPERVISOR_event_channel_op: /* a guest's console port */
    case __HYPERVISOR_event_channel_op_compat:
        return rt_is_dom0();
    }
    return true;
}

static void storm(void *page)
{
    for (unsigned i = 0; i < 20000; i++) {
        unsigned nr = (unsigned)(next() % 64);

        if (!harmless(nr))
            continue;
        if (next() % 4 == 0) {
            for (unsigned w = 0; w < 16; w++)
                ((uint64_t *)page)[w] = next() % 3 ? next() % 100 : next();
        }
        hypercall6(nr, garbage(page), garbage(page), garbage(page),
                   garbage(page), garbage(page), garbage(page));
        /* What it may have legally changed of us. */
        if (nr == __HYPERVISOR_set_trap_table ||
            nr == __HYPERVISOR_set_callbacks ||
            nr == __HYPERVISOR_stack_switch ||
            nr == __HYPERVISOR_callback_op) {
            rt_restore();
        } else if (nr == __HYPERVISOR_set_debugreg) {
            hc_set_debugreg(7, 0);
        } else if (nr == __HYPERVISOR_fpu_taskswitch) {
            hc_fpu_taskswitch(0);
        }
    }
}

void test_main(void)
{
    static const unsigned none[] = { 11, 38, 43, 44, 45, 46, 47, 56, 57, 58, 59,
                                     60, 61, 62, 63, 64, 100, 0x7fffffff,
                                     0xffffffff };
    void *page = page_alloc();
    uint32_t version = (uint32_t)hc_xen_version(0, NULL);

    for (unsigned i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        unsigned nr = none[i];
        long ret;

        if (nr < 64) {
            ret = hypercall6(nr, 0, 0, 0, 0, 0, 0);
        } else {
            /* Past the hypercall page's slots: as its code does it. */
            __asm__ volatile("syscall" : "=a"(ret) : "a"((uint64_t)nr)
                             : "rcx", "r11", "memory");
        }
        expect_eq(-XEN_ENOSYS, ret, "hypercall %u", nr);
    }
    events_disable();
    storm(page);
    rt_restore();
    if (rt_is_dom0()) {
        struct evtchn_reset all = { DOMID_SELF };

        hc_event_channel_op(EVTCHNOP_reset, &all);
        memset(rt_shared->evtchn_pending, 0,
               sizeof(rt_shared->evtchn_pending));
    }
    events_enable();
    expect_eq(version, hc_xen_version(0, NULL), "the version after the storm");
}
