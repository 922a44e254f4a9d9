/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "a guest sets its debug registers and gets its #DB, but cannot watch the "
    "hypervisor";

static uint64_t watched;

static void touch(void *arg)
{
    (void)arg;
    store64(&watched, 1);
}

static void step(void *arg)
{
    (void)arg;
    __asm__ volatile("pushf; orq $0x100, (%%rsp); popf; nop; nop" : : :
                     "memory", "cc");
}

void test_main(void)
{
    struct trap_caught c;

    expect_eq(0, hc_set_debugreg(0, (unsigned long)&watched), "set DR0");
    expect_eq(&watched, hc_get_debugreg(0), "DR0");
    expect_eq(0, hc_set_debugreg(7, 0xd0302), "set DR7: 8 bytes, writes");
    expect_true(trap_run(&c, touch, NULL), "a watched store");
    expect_eq(1, c.frame.vector, "vector");
    expect_true((hc_get_debugreg(6) & 1) != 0, "DR6 %#lx does not name DR0",
                hc_get_debugreg(6));
    expect_eq(0, hc_set_debugreg(7, 0), "clear DR7");
    expect_true(!trap_run(&c, touch, NULL), "a store that is not watched");

    expect_eq(-XEN_EPERM, hc_set_debugreg(0, HYPERVISOR_VIRT_START),
              "watch the hypervisor");
    expect_eq(-XEN_EPERM, hc_set_debugreg(1, 0x8000000000000000UL),
              "watch an address that is none");
    expect_true(hc_set_debugreg(8, 0) < 0, "set DR8");
    expect_true(hc_set_debugreg(7, 1UL << 32) < 0, "set DR7's upper half");
    expect_true(hc_set_debugreg(7, 0x2000) < 0, "set DR7's GD bit");

    expect_true(trap_run(&c, step, NULL), "single step");
    expect_eq(1, c.frame.vector, "vector of a single step");
    expect_true((hc_get_debugreg(6) & 0x4000) != 0, "DR6 has no BS");
    hc_set_debugreg(0, 0);
    hc_set_debugreg(6, 0);
}
