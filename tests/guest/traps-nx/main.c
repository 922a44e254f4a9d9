/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "code on a page without execute permission faults with the fetch bit";

static void jump(void *arg)
{
    ((void (*)(void))arg)();
}

void test_main(void)
{
    char *hole = va_hole();
    uint8_t *page = page_alloc();
    uint64_t pte = va_to_mfn(page) << 12 | PTE_P | PTE_US | PTE_A;
    struct trap_caught c;

    page[0] = 0xc3;                 /* ret */
    expect_eq(0, page_set(hole, pte), "map");
    expect_true(!trap_run(&c, jump, hole), "code on an ordinary page");
    expect_eq(0, page_set(hole, pte | PTE_NX), "map without execution");
    expect_true(trap_run(&c, jump, hole), "code on such a page");
    expect_eq(14, c.frame.vector, "vector");
    expect_eq(0x11, c.frame.error, "error code: fetch, present");
    expect_eq(hole, c.cr2, "CR2");
    expect_eq(hole, c.frame.rip, "RIP");
    page_set(hole, 0);
    expect_true(trap_run(&c, jump, hole), "code where nothing is");
    expect_eq(0x10, c.frame.error, "error code: fetch, absent");
}
