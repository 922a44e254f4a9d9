/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "a kernel that sets CR4.TSD takes RDTSC and RDTSCP from its users and keeps "
    "them for itself, and gives them back";

extern const char tsc_start[], tsc_read[], tsc_read_aux[], tsc_end[];

__asm__(".pushsection .rodata\n"
        "tsc_start:\n"
        "tsc_read:\n"
        "    rdtsc\n"
        "    ud2\n"
        "tsc_read_aux:\n"
        "    rdtscp\n"
        "    ud2\n"
        "tsc_end:\n"
        ".popsection");

#define TSD 4UL

static uint64_t cr4_toggle(uint64_t bits)
{
    uint64_t cr4;

    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    __asm__ volatile("mov %0, %%cr4" : : "r"(cr4 ^ bits));
    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    return cr4;
}

/* As the user: the trap that ends it, #UD where the instruction did its work. */
static void check_user(const char *at, unsigned vector, const char *what)
{
    struct trap_caught c;
    uint64_t before = rdtsc();

    user_run(&c, (uint64_t)(at - tsc_start));
    expect_eq(vector, c.frame.vector, "%s: vector", what);
    expect_eq(0, c.frame.error, "%s: error code", what);
    if (vector != 6)
        return;
    before = (uint32_t)c.frame.rax + (c.frame.rdx << 32) - before;
    expect_true(before < 1UL << 40, "%s: %ld ticks after the kernel's", what, before);
}

void test_main(void)
{
    uint32_t r[4];
    bool aux;
    uint64_t before;

    cpuid(0x80000001, 0, r);
    aux = r[3] >> 27 & 1;
    if (!user_init(tsc_start, (size_t)(tsc_end - tsc_start)))
        return;
    check_user(tsc_read, 6, "RDTSC");
    if (aux)
        check_user(tsc_read_aux, 6, "RDTSCP");

    expect_eq(TSD, cr4_toggle(TSD) & TSD, "TSD set");
    check_user(tsc_read, 13, "RDTSC with TSD");
    if (aux)
        check_user(tsc_read_aux, 13, "RDTSCP with TSD");
    before = rdtsc();
    expect_true(rdtsc() >= before, "the kernel's own");
    hc_sched_op(SCHEDOP_yield, NULL);
    check_user(tsc_read, 13, "RDTSC with TSD, later");

    expect_eq(0, cr4_toggle(TSD) & TSD, "TSD cleared");
    check_user(tsc_read, 6, "RDTSC again");
    expect_eq(0, mmuext(MMUEXT_NEW_USER_BASEPTR, 0), "no user tables");
}
