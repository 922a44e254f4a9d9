/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "where XSAVE is offered, XCR0 is each vcpu's own and wide registers survive "
    "switches, of a vcpu that has narrowed it too; where not, its instructions are "
    "refused";

static unsigned running, stop;

static bool offered(uint32_t *features)
{
    uint32_t r[4];

    __asm__ volatile(XEN_CPUID : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3])
                     : "a"(1), "c"(0));
    *features = r[2];
    return (r[2] & 1U << 26) != 0;
}

static void cr4_set(uint64_t bit)
{
    uint64_t cr4;

    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    __asm__ volatile("mov %0, %%cr4" : : "r"(cr4 | bit));
}

struct xcr {
    uint32_t lo, hi;
};

static void do_xsetbv(void *arg)
{
    struct xcr *x = arg;

    __asm__ volatile("xsetbv" : : "a"(x->lo), "d"(x->hi), "c"(0));
}

static void do_xgetbv(void *arg)
{
    struct xcr *x = arg;

    __asm__ volatile("xgetbv" : "=a"(x->lo), "=d"(x->hi) : "c"(0));
}

static void ymm_set(uint64_t v)
{
    uint64_t m[4] = { v, ~v, v * 3, v ^ 0x55 };

    __asm__ volatile("vmovdqu %0, %%ymm5" : : "m"(m));
}

static bool ymm_is(uint64_t v)
{
    uint64_t m[4];

    __asm__ volatile("vmovdqu %%ymm5, %0" : "=m"(m));
    return m[0] == v && m[1] == ~v && m[2] == v * 3 && m[3] == (v ^ 0x55);
}

static void second_main(void *arg)
{
    struct xcr all = { 7, 0 }, narrow = { 3, 0 };
    uint64_t n = 0;

    (void)arg;
    cr4_set(1UL << 18);
    do_xsetbv(&all);
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        ymm_set(++n << 32);
        if (n % 2)                      /* no matter of the first vcpu's       */
            do_xsetbv(&narrow);
        hc_sched_op(SCHEDOP_yield, NULL);
        do_xsetbv(&all);
        __atomic_store_n(&running, ymm_is(n << 32) ? 1 : 2, __ATOMIC_SEQ_CST);
    }
}

static void check_avx(void)
{
    bool same = true;

    running = stop = 0;
    expect_eq(0, rt_vcpu_start(1, second_main, NULL), "start");
    expect_true(wait_for(&running, 2000000000), "the second vcpu never ran");
    for (uint64_t n = 1; n < 1000; n++) {
        ymm_set(n);
        hc_sched_op(SCHEDOP_yield, NULL);
        if (!ymm_is(n))
            same = false;
    }
    expect_true(same, "YMM5 of the first vcpu changed");
    expect_eq(1, running, "state of the second vcpu");
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    while (hc_vcpu_op(VCPUOP_is_up, 1, NULL) == 1)
        hc_sched_op(SCHEDOP_yield, NULL);
}

void test_main(void)
{
    struct xcr x = { 0 };
    struct trap_caught c;
    uint32_t features;

    if (!offered(&features)) {
        expect_true(trap_run(&c, do_xgetbv, &x), "xgetbv without XSAVE");
        expect_eq(6, c.frame.vector, "vector");
        return;
    }
    cr4_set(1UL << 18);
    expect_true(!trap_run(&c, do_xgetbv, &x), "xgetbv");
    expect_eq(1, x.lo & 1, "x87 in XCR0");
    x = (struct xcr){ 3, 0 };
    expect_true(!trap_run(&c, do_xsetbv, &x), "xsetbv of x87 and SSE");
    expect_true(!trap_run(&c, do_xgetbv, &x), "xgetbv");
    expect_eq(3, x.lo, "XCR0");
    x = (struct xcr){ 2, 0 };
    expect_true(trap_run(&c, do_xsetbv, &x), "xsetbv without x87");
    expect_eq(13, c.frame.vector, "vector");
    x = (struct xcr){ 3, 0x80000000 };
    expect_true(trap_run(&c, do_xsetbv, &x), "xsetbv of bit 63");
    if (features & 1U << 28) {
        x = (struct xcr){ 7, 0 };
        expect_true(!trap_run(&c, do_xsetbv, &x), "xsetbv with AVX");
        check_avx();
    }
}
