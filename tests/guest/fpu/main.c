/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "SSE registers survive switches to another vcpu that uses them too, and "
    "CR0.TS set by the guest traps its next use";

static unsigned running, stop;

static void xmm_set(uint64_t v)
{
    __asm__ volatile("movq %0, %%xmm3; movq %0, %%xmm15; movq %0, %%mm2"
                     : : "r"(v));
}

static bool xmm_is(uint64_t v)
{
    uint64_t a, b, m;

    __asm__ volatile("movq %%xmm3, %0; movq %%xmm15, %1; movq %%mm2, %2"
                     : "=r"(a), "=r"(b), "=r"(m));
    return a == v && b == v && m == v;
}

static void second_main(void *arg)
{
    uint64_t n = 0x2222000000000000UL;

    (void)arg;
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        xmm_set(++n);
        hc_sched_op(SCHEDOP_yield, NULL);
        if (!xmm_is(n)) {
            __atomic_store_n(&running, 2, __ATOMIC_SEQ_CST);
            return;
        }
        __atomic_store_n(&running, 1, __ATOMIC_SEQ_CST);
    }
}

static void use_sse(void *arg)
{
    (void)arg;
    xmm_set(1);
}

static void check_ts(void)
{
    struct trap_caught c;

    expect_eq(0, hc_fpu_taskswitch(1), "set TS");
    expect_true(trap_run(&c, use_sse, NULL), "SSE with TS set");
    expect_eq(7, c.frame.vector, "vector");
    /* The hypervisor clears TS as it delivers the trap. */
    expect_true(!trap_run(&c, use_sse, NULL), "SSE after the trap");
    hc_fpu_taskswitch(1);
    expect_eq(0, hc_fpu_taskswitch(0), "clear TS");
    expect_true(!trap_run(&c, use_sse, NULL), "SSE with TS clear");
}

void test_main(void)
{
    bool same = true;

    running = stop = 0;
    xmm_set(0x1111000000000000UL);
    expect_eq(0, rt_vcpu_start(1, second_main, NULL), "start");
    expect_true(wait_for(&running, 2000000000), "the second vcpu never ran");
    for (uint64_t n = 0x1111000000000000UL; n < 0x11110000000007d0UL; n++) {
        xmm_set(n);
        hc_sched_op(SCHEDOP_yield, NULL);
        if (!xmm_is(n))
            same = false;
    }
    expect_true(same, "registers of the first vcpu changed");
    expect_eq(1, running, "state of the second vcpu");
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    while (hc_vcpu_op(VCPUOP_is_up, 1, NULL) == 1)
        hc_sched_op(SCHEDOP_yield, NULL);
    check_ts();
}
