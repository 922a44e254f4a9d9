/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "update_va_mapping sets one entry with each way of flushing, takes masks of vcpus "
    "as pointers, and refuses addresses and frames that are not the caller's";

/* covers use: update_va_mapping */
/* covers abuse: update_va_mapping update_va_mapping_otherdomain */

static char *hole;
static uint64_t *page;

static long set(void *va, uint64_t pte, unsigned long flags)
{
    return hc_update_va_mapping(va, pte, flags);
}

static void check_flags(void)
{
    static const unsigned long ways[] = {
        UVMF_NONE, UVMF_TLB_FLUSH | UVMF_LOCAL, UVMF_TLB_FLUSH | UVMF_ALL,
        UVMF_INVLPG | UVMF_LOCAL, UVMF_INVLPG | UVMF_ALL,
    };
    static uint64_t mask[2] __attribute__((aligned(16))) = { 1, 0 };
    uint64_t pte = va_to_mfn(page) << 12 | PTE_FLAGS, v;
    struct trap_caught c;

    for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        expect_eq(0, set(hole, pte, ways[i]), "set, flags %lu", ways[i]);
        expect_true(try_read(&c, hole, &v), "read, flags %lu", ways[i]);
        expect_eq(0, set(hole, 0, UVMF_INVLPG | UVMF_ALL), "clear");
        expect_true(!try_read(&c, hole, &v), "read after it");
    }
    expect_eq(0, set(hole, pte, (unsigned long)mask | UVMF_TLB_FLUSH),
              "a mask of vcpus");
    expect_eq(-XEN_EFAULT, set(hole, pte, (unsigned long)UNMAPPED |
                               UVMF_TLB_FLUSH), "a mask nowhere");
    expect_eq(-XEN_EFAULT, set(hole, pte, (unsigned long)HYPERVISOR |
                               UVMF_INVLPG), "a mask in the hypervisor");
    expect_eq(0, set(hole, 0, UVMF_INVLPG | UVMF_ALL), "clear");
}

static void check_addresses(void)
{
    uint64_t pte = va_to_mfn(page) << 12 | PTE_FLAGS;

    expect_true(set(UNMAPPED, pte, 0) < 0, "where there is no table");
    expect_true(set(HYPERVISOR, pte, 0) < 0, "in the hypervisor");
    expect_true(set((void *)HYPERVISOR_VIRT_START, pte, 0) < 0,
                "in the machine's table");
    expect_true(set(NONCANONICAL, pte, 0) < 0, "at no address");
    expect_true(set(hole, hypervisor_frame() << 12 | PTE_FLAGS, 0) < 0,
                "the hypervisor's frame");
    expect_true(set(hole, NO_FRAME << 12 | PTE_FLAGS, 0) < 0, "no frame");
    expect_true(set(hole, va_to_mfn(pte_of(hole, 1)) << 12 | PTE_FLAGS, 0) < 0,
                "its own table, writable");
    expect_eq(0, set(hole, va_to_mfn(pte_of(hole, 1)) << 12 | PTE_P | PTE_US,
                     UVMF_INVLPG), "its own table, read-only");
    expect_eq(0, set(hole, 0, UVMF_INVLPG), "clear");
    expect_eq(0, set(hole + 5, pte, UVMF_INVLPG), "in the middle of a page");
    expect_eq(va_to_mfn(page), PTE_MFN(*pte_of(hole, 1)), "its entry");
    expect_eq(0, set(hole, 0, UVMF_INVLPG), "clear");
}

static long other(unsigned dom, uint64_t pte)
{
    return hypercall6(__HYPERVISOR_update_va_mapping_otherdomain,
                      (uint64_t)hole, pte, UVMF_INVLPG, dom, 0, 0);
}

static void check_other(void)
{
    uint64_t pte = va_to_mfn(page) << 12 | PTE_FLAGS;

    expect_true(other(NOBODY, pte) < 0, "nobody's page");
    expect_true(other(DOMID_INVALID, pte) < 0, "DOMID_INVALID's page");
    if (!rt_is_dom0())
        expect_eq(-XEN_EPERM, other(0, pte), "the control domain's page");
    expect_eq(0, *pte_of(hole, 1), "the entry after refusals");
}

void test_main(void)
{
    hole = va_hole();
    page = page_alloc();
    check_flags();
    check_addresses();
    check_other();
}
