/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "a multicall runs every entry, reports each result, refuses nesting and goes "
    "on after an error";

/* covers use: multicall */

void test_main(void)
{
    enum { N = 300 };
    static struct multicall_entry calls[N];
    char *hole = va_hole();
    uint64_t *page = page_alloc();
    struct multicall_entry inner = { .op = __HYPERVISOR_xen_version };

    for (unsigned i = 0; i < N; i++) {
        calls[i].op = __HYPERVISOR_update_va_mapping;
        calls[i].args[0] = (uint64_t)hole + i * PAGE_SIZE;
        calls[i].args[1] = va_to_mfn(page) << 12 | PTE_FLAGS;
        calls[i].args[2] = i == N - 1 ? UVMF_TLB_FLUSH : UVMF_NONE;
        calls[i].result = 0x1111;
    }
    calls[100].op = 63;
    calls[101].op = __HYPERVISOR_xen_version;
    calls[101].args[0] = 0;
    expect_eq(0, hc_multicall(calls, N), "multicall");
    for (unsigned i = 0; i < N; i++) {
        if (i == 100)
            expect_eq(-XEN_ENOSYS, calls[i].result, "an unknown call");
        else if (i == 101)
            expect_eq(hc_xen_version(0, NULL), calls[i].result, "the version");
        else
            expect_eq(0, calls[i].result, "entry %u", i);
    }
    *(uint64_t *)(hole + 299 * PAGE_SIZE) = 5;
    expect_eq(5, *page, "a store through the last mapping");
    for (unsigned i = 0; i < N; i++)
        page_set(hole + i * PAGE_SIZE, 0);

    calls[0].op = __HYPERVISOR_multicall;
    calls[0].args[0] = (uint64_t)&inner;
    calls[0].args[1] = 1;
    hc_multicall(calls, 1);
    expect_eq(-XEN_EINVAL, calls[0].result, "a multicall in a multicall");
    expect_eq(0, hc_multicall(NULL, 0), "an empty list");
    expect_eq(-XEN_EFAULT,
              hc_multicall((void *)0x7f0000000000UL, 1), "an unmapped list");
    expect_eq(-XEN_EFAULT,
              hc_multicall((void *)HYPERVISOR_VIRT_START, 1),
              "a list in the hypervisor");
}
