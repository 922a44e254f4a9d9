/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "a multicall in a multicall, numbers that are no call, a list that its own "
    "results overwrite and one that ends early leave each entry with its own answer";

/* covers abuse: multicall */

static struct multicall_entry calls[4];

static void fill(void)
{
    memset(calls, 0, sizeof(calls));
    for (unsigned i = 0; i < 4; i++)
        calls[i].op = __HYPERVISOR_xen_version;
}

static void check_nested(void)
{
    fill();
    calls[1].op = __HYPERVISOR_multicall;
    calls[1].args[0] = (unsigned long)calls;
    calls[1].args[1] = 4;
    expect_eq(0, hc_multicall(calls, 3), "with a multicall in it");
    expect_eq(-XEN_EINVAL, (long)calls[1].result, "its result");
    expect_eq(4 << 16 | 17, (long)calls[2].result, "the one after it");
}

static void check_numbers(void)
{
    fill();
    calls[0].op = 63;
    calls[1].op = ~0UL;
    calls[2].op = 1UL << 32 | __HYPERVISOR_xen_version;
    expect_eq(0, hc_multicall(calls, 4), "of numbers that are no call");
    expect_eq(-XEN_ENOSYS, (long)calls[0].result, "call 63");
    expect_eq(-XEN_ENOSYS, (long)calls[1].result, "call ~0");
    expect_eq(4 << 16 | 17, (long)calls[3].result, "the last");
}

/* The first call's answer is the second entry. */
static void check_overwrite(void)
{
    fill();
    calls[0].args[0] = 1;                   /* the version's text, 16 bytes   */
    calls[0].args[1] = (unsigned long)&calls[1];
    expect_eq(0, hc_multicall(calls, 3), "that overwrites itself");
    expect_eq(0, (long)calls[0].result, "the first");
    expect_eq(-XEN_ENOSYS, (long)calls[1].result, "what it became");
    expect_eq(4 << 16 | 17, (long)calls[2].result, "the third");
}

static void check_ends(void)
{
    char *two = va_hole();
    struct multicall_entry *last;

    expect_eq(0, page_set(two, va_to_mfn(page_alloc()) << 12 | PTE_FLAGS),
              "map");
    last = (struct multicall_entry *)(two + PAGE_SIZE) - 1;
    last->op = __HYPERVISOR_xen_version;
    expect_eq(-XEN_EFAULT, hc_multicall(last, 2), "that ends early");
    expect_eq(4 << 16 | 17, (long)last->result, "the one that is there");
    expect_eq(0, page_readonly(calls), "read-only");
    expect_true(hc_multicall(calls, 1) < 0, "on a read-only page");
    expect_eq(0, page_writable(calls), "writable");
    expect_eq(-XEN_EFAULT, hc_multicall(HYPERVISOR, 1), "of the hypervisor");
    expect_eq(0, hc_multicall(UNMAPPED, 0), "of none");
    expect_eq(0, page_set(two, 0), "unmap");
}

void test_main(void)
{
    check_nested();
    check_numbers();
    check_overwrite();
    check_ends();
}
