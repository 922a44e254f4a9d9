/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "counts of nothing, of everything and beyond end in bounded time with an error "
    "or a short count";

/* covers abuse: memory_op.exchange multicall */

static void check_memory(void)
{
    struct xen_memory_reservation r = { .domid = DOMID_SELF };
    xen_pfn_t *list = page_alloc();

    for (unsigned i = 0; i < 512; i++)
        list[i] = NO_FRAME;
    set_xen_guest_handle(r.extent_start, list);
    r.nr_extents = ~0UL;
    expect_true(hc_memory_op(XENMEM_decrease_reservation, &r) <= 0,
                "decrease by 2^64 - 1");
    r.nr_extents = 1UL << 63;
    expect_true(hc_memory_op(XENMEM_populate_physmap, &r) <= 0,
                "populate 2^63");
    r.nr_extents = 512;
    expect_true(hc_memory_op(XENMEM_decrease_reservation, &r) <= 0,
                "decrease by 512 frames that are none");
    r.domid = 0x7fe0;
    expect_true(hc_memory_op(XENMEM_populate_physmap, &r) <= 0,
                "extents done in no such domain");
    r.domid = DOMID_SELF;
    r.extent_order = 255;
    r.nr_extents = 1;
    expect_true(hc_memory_op(XENMEM_increase_reservation, &r) <= 0,
                "order 255");
}

static void check_exchange(void)
{
    struct xen_memory_exchange ex = {
        .in = { .nr_extents = 1, .domid = DOMID_SELF },
        .out = { .nr_extents = 1, .domid = DOMID_SELF },
    };
    xen_pfn_t list = NO_FRAME, pfn = va_to_pfn(page_alloc());

    set_xen_guest_handle(ex.in.extent_start, &list);
    set_xen_guest_handle(ex.out.extent_start, &pfn);
    expect_true(hc_memory_op(XENMEM_exchange, &ex) < 0, "no such frame");
    ex.in.extent_order = 63;
    ex.out.extent_order = 63;
    expect_true(hc_memory_op(XENMEM_exchange, &ex) < 0, "order 63");
    ex.in.extent_order = ex.out.extent_order = 0;
    ex.in.nr_extents = ex.out.nr_extents = ~0UL;
    expect_true(hc_memory_op(XENMEM_exchange, &ex) < 0, "2^64 - 1 extents");
    ex.in.nr_extents = ex.out.nr_extents = 1;
    ex.nr_exchanged = 5;
    expect_true(hc_memory_op(XENMEM_exchange, &ex) < 0, "more done than asked");
    ex.nr_exchanged = 0;
    ex.out.domid = 0x7fe0;
    expect_true(hc_memory_op(XENMEM_exchange, &ex) < 0, "two domains");
    set_xen_guest_handle(ex.in.extent_start, HYPERVISOR);
    ex.out.domid = DOMID_SELF;
    expect_true(hc_memory_op(XENMEM_exchange, &ex) < 0, "list in hypervisor");
}

static void check_batches(void)
{
    struct mmu_update req = { 0 };
    struct mmuext_op op = { .cmd = 99 };
    struct gnttab_map_grant_ref m = { .dom = 0x7fe0 };

    req.ptr = NO_FRAME << 12;
    expect_true(hc_mmu_update(&req, 0x7fffffff, NULL, DOMID_SELF) < 0,
                "mmu_update of 2^31 - 1");
    expect_true(hc_mmu_update(&req, 0xffffffff, NULL, DOMID_SELF) < 0,
                "mmu_update of 2^32 - 1");
    expect_true(hc_mmuext_op(&op, 1, NULL, DOMID_SELF) < 0, "mmuext 99");
    expect_true(hc_mmuext_op(&op, 0x7fffffff, NULL, DOMID_SELF) < 0,
                "mmuext_op of 2^31 - 1");
    expect_eq(-XEN_EINVAL,
              hc_grant_table_op(GNTTABOP_map_grant_ref, &m, 0xffffffff),
              "a map of 2^32 - 1");
    expect_true(hc_multicall(UNMAPPED, 0xffffffff) < 0,
                "a multicall of 2^32 - 1");
    expect_eq(-XEN_EINVAL, hc_set_gdt(NULL, 0xffffffff), "set_gdt of 2^32 - 1");
}

static void check_grants(void)
{
    struct gnttab_setup_table setup = { .dom = DOMID_SELF,
                                        .nr_frames = 0xffffffff };
    struct gnttab_unmap_grant_ref un = { .handle = 0xffffffff };
    struct gnttab_set_version ver = { .version = 3 };

    expect_eq(0, hc_grant_table_op(GNTTABOP_setup_table, &setup, 1), "setup");
    expect_true(setup.status < 0, "2^32 - 1 grant frames");
    setup.dom = 0x7fe0;
    setup.nr_frames = 1;
    expect_eq(0, hc_grant_table_op(GNTTABOP_setup_table, &setup, 1), "setup");
    expect_eq(GNTST_bad_domain, setup.status, "no such domain");
    expect_eq(0, hc_grant_table_op(GNTTABOP_unmap_grant_ref, &un, 1), "unmap");
    expect_eq(GNTST_bad_handle, un.status, "handle ~0");
    un.handle = 0x7fffffff;
    hc_grant_table_op(GNTTABOP_unmap_grant_ref, &un, 1);
    expect_eq(GNTST_bad_handle, un.status, "handle 2^31 - 1");
    expect_eq(-XEN_EINVAL, hc_grant_table_op(GNTTABOP_set_version, &ver, 1),
              "version 3");
}

void test_main(void)
{
    check_memory();
    check_exchange();
    check_batches();
    check_grants();
}
