/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "segment bases are set by hypercall and by MSR, survive a switch of vcpu, and "
    "a base that is no address is refused";

/* covers use: set_segment_base.GS_KERNEL set_segment_base.GS_USER_SEL */

#define MSR_FS_BASE 0xc0000100U

static uint64_t cells[2] = { 0xaaaa, 0xbbbb };
static unsigned stop;

static uint64_t fs0(void)
{
    uint64_t v;

    __asm__ volatile("mov %%fs:0, %0" : "=r"(v));
    return v;
}

static void second_main(void *arg)
{
    (void)arg;
    hc_set_segment_base(SEGBASE_FS, (unsigned long)&cells[1]);
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        if (fs0() != 0xbbbb)
            __atomic_store_n(&stop, 2, __ATOMIC_SEQ_CST);
        hc_sched_op(SCHEDOP_yield, NULL);
    }
}

void test_main(void)
{
    uint32_t lo, hi;

    expect_eq(0, hc_set_segment_base(SEGBASE_FS, (unsigned long)&cells[0]),
              "set FS");
    expect_eq(0xaaaa, fs0(), "FS:0");
    __asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(MSR_FS_BASE));
    expect_eq(&cells[0], (uint64_t)hi << 32 | lo, "FS base by rdmsr");
    lo = (uint32_t)(uint64_t)&cells[1];
    hi = (uint32_t)((uint64_t)&cells[1] >> 32);
    __asm__ volatile("wrmsr" : : "a"(lo), "d"(hi), "c"(MSR_FS_BASE));
    expect_eq(0xbbbb, fs0(), "FS:0 after wrmsr");
    hc_set_segment_base(SEGBASE_FS, (unsigned long)&cells[0]);

    stop = 0;
    expect_eq(0, rt_vcpu_start(1, second_main, NULL), "start");
    for (unsigned i = 0; i < 500; i++) {
        hc_sched_op(SCHEDOP_yield, NULL);
        if (fs0() != 0xaaaa)
            break;
    }
    expect_eq(0xaaaa, fs0(), "FS:0 beside another vcpu");
    expect_eq(0, stop, "the other vcpu's FS changed");
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    while (hc_vcpu_op(VCPUOP_is_up, 1, NULL) == 1)
        hc_sched_op(SCHEDOP_yield, NULL);

    for (unsigned which = SEGBASE_FS; which <= SEGBASE_GS_KERNEL; which++)
        expect_eq(-XEN_EINVAL,
                  hc_set_segment_base(which, 0x8000000000000000UL),
                  "base %u that is no address", which);
    expect_eq(-XEN_EINVAL, hc_set_segment_base(99, 0), "base 99");
    expect_eq(0xaaaa, fs0(), "FS:0 after refusals");
    expect_eq(0, hc_set_segment_base(SEGBASE_GS_USER, 0x1000), "user's GS");
    expect_eq(0, hc_set_segment_base(SEGBASE_GS_USER_SEL, 0), "selector 0");
    expect_eq(0, hc_set_segment_base(SEGBASE_GS_USER_SEL, 0xfff8),
              "a selector past the end is loaded as 0");
    expect_eq(0, vcpu_self(), "the kernel's GS");
    hc_set_segment_base(SEGBASE_FS, 0);
}
