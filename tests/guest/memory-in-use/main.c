/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "a page that is a pinned table, a GDT, granted or vcpu_info is not anybody else's "
    "while it is in use, though its owner gives it up, and every count is right";

/* covers abuse: memory_op.decrease_reservation memory_op.exchange */

static long give_up(uint64_t mfn)
{
    struct xen_memory_reservation r = { .nr_extents = 1, .domid = DOMID_SELF };
    xen_pfn_t list = mfn;

    set_xen_guest_handle(r.extent_start, &list);
    return hc_memory_op(XENMEM_decrease_reservation, &r);
}

static long exchange(uint64_t mfn, uint64_t pfn)
{
    struct xen_memory_exchange ex = {
        .in = { .nr_extents = 1, .domid = DOMID_SELF },
        .out = { .nr_extents = 1, .domid = DOMID_SELF },
    };
    xen_pfn_t in = mfn, out = pfn;

    set_xen_guest_handle(ex.in.extent_start, &in);
    set_xen_guest_handle(ex.out.extent_start, &out);
    return hc_memory_op(XENMEM_exchange, &ex);
}

static void check_table(void)
{
    uint64_t *page = page_alloc(), mfn = va_to_mfn(page);
    long rc;

    expect_eq(0, page_readonly(page), "read-only");
    expect_eq(0, mmuext(MMUEXT_PIN_L1_TABLE, mfn), "pin");
    expect_true(exchange(mfn, va_to_pfn(page)) < 0, "exchange a table");
    rc = give_up(mfn);
    expect_true(rc == 0 || rc == 1, "give up a table: %ld", rc);
    expect_eq(0, *page, "what is read there");
    expect_true(page_writable(page) < 0, "writable while pinned");
    mmuext(MMUEXT_UNPIN_TABLE, mfn);
    expect_eq(0, page_set(page, 0), "unmap");
}

static void check_gdt(void)
{
    uint64_t *page = page_alloc();
    xen_pfn_t mfn = va_to_mfn(page);

    expect_eq(0, page_set(page, 0), "unmap");
    expect_eq(0, hc_set_gdt(&mfn, 512), "a GDT");
    expect_true(exchange(mfn, va_to_pfn(page)) < 0, "exchange a GDT");
    give_up(mfn);
    expect_true(page_writable(page) < 0, "a GDT in use mapped writable");
    expect_eq(0, hc_set_gdt(NULL, 0), "no GDT");
}

static void check_granted(void)
{
    uint64_t *page = page_alloc(), v;
    domid_t self = rt_domid();
    grant_ref_t ref = grant_new(self, va_to_mfn(page), false);
    struct gnttab_map_grant_ref m = { .flags = GNTMAP_host_map, .ref = ref,
                                      .dom = self };
    struct gnttab_unmap_grant_ref u = { 0 };
    struct trap_caught c;

    *page = 0x99;
    m.host_addr = u.host_addr = (uint64_t)va_hole();
    expect_eq(0, hc_grant_table_op(GNTTABOP_map_grant_ref, &m, 1), "map");
    expect_eq(GNTST_okay, m.status, "map");
    expect_true(exchange(va_to_mfn(page), va_to_pfn(page)) < 0,
                "exchange a page that is mapped by grant");
    give_up(va_to_mfn(page));
    expect_eq(0, page_set(page, 0), "unmap it ourselves");
    expect_true(try_read(&c, (void *)m.host_addr, &v), "read by the grant");
    expect_eq(0x99, v, "its word");
    u.handle = m.handle;
    expect_eq(0, hc_grant_table_op(GNTTABOP_unmap_grant_ref, &u, 1), "unmap");
    expect_eq(GNTST_okay, u.status, "unmap");
    expect_true(grant_end(ref), "its grant is in use");
}

void test_main(void)
{
    check_table();
    check_gdt();
    check_granted();
    if (rt_is_dom0())
        expect_true(audit_is_clean(), "a count is wrong");
}
