/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "a PV domain's frames have no place to be moved to: add_to_physmap in every "
    "space is refused, and so is remove_from_physmap";

/* covers use: memory_op.add_to_physmap memory_op.add_to_physmap_batch */
/* covers use: memory_op.remove_from_physmap */
/* covers abuse: memory_op.add_to_physmap memory_op.add_to_physmap_batch */
/* covers abuse: memory_op.remove_from_physmap */

static void check_add(void)
{
    struct xen_add_to_physmap a = { .domid = DOMID_SELF, .size = 1 };
    uint64_t *page = page_alloc();

    *page = 0x77;
    a.gpfn = va_to_pfn(page);
    for (unsigned space = 0; space < 8; space++) {
        a.space = space;
        expect_true(hc_memory_op(XENMEM_add_to_physmap, &a) < 0, "space %u",
                    space);
    }
    a.space = XENMAPSPACE_shared_info;
    expect_eq(-XEN_EACCES, hc_memory_op(XENMEM_add_to_physmap, &a),
              "shared_info");
    a.gpfn = ~0UL;
    a.idx = ~0UL;
    expect_true(hc_memory_op(XENMEM_add_to_physmap, &a) < 0, "largest numbers");
    a.domid = NOBODY;
    expect_true(hc_memory_op(XENMEM_add_to_physmap, &a) < 0, "of nobody");
    expect_eq(-XEN_EFAULT, hc_memory_op(XENMEM_add_to_physmap, UNMAPPED),
              "from nowhere");
    expect_eq(0x77, *page, "the page after it");
}

static void check_batch(void)
{
    xen_ulong_t idx = 0;
    xen_pfn_t pfn = va_to_pfn(page_alloc());
    int err = 77;
    struct xen_add_to_physmap_batch b = { .domid = DOMID_SELF, .size = 1 };

    set_xen_guest_handle(b.idxs, &idx);
    set_xen_guest_handle(b.gpfns, &pfn);
    set_xen_guest_handle(b.errs, &err);
    for (unsigned space = 0; space < 8; space++) {
        b.space = (uint16_t)space;
        expect_true(hc_memory_op(XENMEM_add_to_physmap_batch, &b) < 0,
                    "batch in space %u", space);
    }
    b.size = 0xffff;
    expect_true(hc_memory_op(XENMEM_add_to_physmap_batch, &b) < 0,
                "a batch of 65535");
    b.domid = NOBODY;
    expect_true(hc_memory_op(XENMEM_add_to_physmap_batch, &b) < 0,
                "a batch of nobody");
    expect_eq(-XEN_EFAULT, hc_memory_op(XENMEM_add_to_physmap_batch, UNMAPPED),
              "a batch from nowhere");
}

static void check_remove(void)
{
    uint64_t *page = page_alloc();
    struct xen_remove_from_physmap r = { .domid = DOMID_SELF,
                                         .gpfn = va_to_mfn(page) };

    expect_eq(-XEN_EACCES, hc_memory_op(XENMEM_remove_from_physmap, &r),
              "remove");
    *page = 5;
    expect_eq(va_to_mfn(page), PTE_MFN(*pte_of(page, 1)), "its entry");
    r.gpfn = NO_FRAME;
    expect_eq(-XEN_EACCES, hc_memory_op(XENMEM_remove_from_physmap, &r),
              "no such frame");
    r.gpfn = hypervisor_frame();
    expect_true(hc_memory_op(XENMEM_remove_from_physmap, &r) < 0,
                "the hypervisor's");
    r.domid = NOBODY;
    expect_eq(-XEN_ESRCH, hc_memory_op(XENMEM_remove_from_physmap, &r),
              "of nobody");
    if (!rt_is_dom0()) {
        r.domid = 0;
        expect_true(hc_memory_op(XENMEM_remove_from_physmap, &r) < 0,
                    "of the control domain");
    }
    expect_eq(-XEN_EFAULT, hc_memory_op(XENMEM_remove_from_physmap, UNMAPPED),
              "from nowhere");
}

void test_main(void)
{
    check_add();
    check_batch();
    check_remove();
}
