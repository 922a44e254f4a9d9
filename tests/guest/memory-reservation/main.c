/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "pages given up and taken again are counted, new ones know their number, and "
    "frames that are not the caller's cannot be given up";

/* covers use: memory_op.decrease_reservation memory_op.populate_physmap */
/* covers use: memory_op.increase_reservation */
/* covers abuse: memory_op.decrease_reservation memory_op.populate_physmap */
/* covers abuse: memory_op.increase_reservation */

enum { N = 8 };

static void *pages[N];

static long reserve(unsigned cmd, xen_pfn_t *list, unsigned n, unsigned order)
{
    struct xen_memory_reservation r = { .nr_extents = n, .extent_order = order,
                                        .domid = DOMID_SELF };

    set_xen_guest_handle(r.extent_start, list);
    return hc_memory_op(cmd, &r);
}

static long current_pages(void)
{
    domid_t self = DOMID_SELF;

    return hc_memory_op(XENMEM_current_reservation, &self);
}

static void check_round(void)
{
    xen_pfn_t list[N];
    long before = current_pages();

    expect_true(before > 100, "current reservation %ld", before);
    for (unsigned i = 0; i < N; i++) {
        pages[i] = page_alloc();
        memset(pages[i], 0x5a, PAGE_SIZE);
        list[i] = va_to_mfn(pages[i]);
        expect_eq(0, page_set(pages[i], 0), "unmap");
    }
    expect_eq(N, reserve(XENMEM_decrease_reservation, list, N, 0), "decrease");
    expect_eq(before - N, current_pages(), "pages after decrease");
    for (unsigned i = 0; i < N; i++)
        list[i] = va_to_pfn(pages[i]);
    expect_eq(N, reserve(XENMEM_populate_physmap, list, N, 0), "populate");
    expect_eq(before, current_pages(), "pages after populate");
    for (unsigned i = 0; i < N; i++) {
        pfn_set_mfn(va_to_pfn(pages[i]), list[i]);
        expect_eq(va_to_pfn(pages[i]), mfn_to_pfn(list[i]),
                  "the machine's view of the new page");
        expect_eq(0, page_writable(pages[i]), "map the new page");
        *(uint64_t *)pages[i] = i;
    }
}

static void check_increase(void)
{
    xen_pfn_t one = 0;
    long before = current_pages();
    long done = reserve(XENMEM_increase_reservation, &one, 1, 0);

    /* A domain that has all it may have gets none. */
    expect_true(done == 0 || done == 1, "increase: %ld", done);
    expect_eq(before + done, current_pages(), "pages after it");
    if (done == 1) {
        expect_true(one != 0, "no frame");
        expect_eq(1, reserve(XENMEM_decrease_reservation, &one, 1, 0),
                  "give it back");
    }
    expect_eq(before, current_pages(), "pages at the end");
    expect_true(reserve(XENMEM_increase_reservation, HYPERVISOR, 1, 0) <= 0,
                "a list in the hypervisor");
    expect_eq(before, current_pages(), "pages after that");
}

static void check_refused(void)
{
    uint64_t *in_use = page_alloc();
    xen_pfn_t one = va_to_mfn(in_use);
    long before = current_pages(), left;

    left = reserve(XENMEM_decrease_reservation, &one, 1, 0);
    /* A page still mapped may leave the count, never the mapping's owner. */
    *in_use = 1;
    expect_true(left == 0 || left == 1, "decrease of a mapped page: %ld", left);
    expect_true(before - current_pages() <= 1, "count after it");
    one = 0xfffffffffUL;
    expect_eq(0, reserve(XENMEM_decrease_reservation, &one, 1, 0),
              "decrease of no such frame");
    one = PTE_MFN(*pte_of((void *)HYPERVISOR_VIRT_START, 4));
    expect_eq(0, reserve(XENMEM_decrease_reservation, &one, 1, 0),
              "decrease of a hypervisor's frame");
    one = va_to_pfn(page_alloc());
    expect_true(reserve(XENMEM_populate_physmap, &one, 1, 64) <= 0, "order 64");
    expect_true(reserve(XENMEM_increase_reservation, &one, 1, 40) <= 0,
                "order 40");
    expect_true(reserve(XENMEM_decrease_reservation,
                        (xen_pfn_t *)0x7f0000000000UL, 1, 0) <= 0,
                "list that cannot be read");
    expect_eq(0, hc_memory_op(XENMEM_populate_physmap,
                              (void *)0x7f0000000000UL),
              "extents done with an argument that cannot be read");
    expect_eq(-XEN_ENOSYS, hc_memory_op(63, NULL), "command 63");
}

void test_main(void)
{
    check_round();
    check_increase();
    check_refused();
}
