/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "two entries of the table are exchanged, unless one is in use, outside the table "
    "or reserved for nobody";

/* covers use: grant_table_op.swap_grant_ref */
/* covers abuse: grant_table_op.swap_grant_ref */

static int16_t swap(grant_ref_t a, grant_ref_t b)
{
    struct gnttab_swap_grant_ref op = { .ref_a = a, .ref_b = b, .status = 77 };

    expect_eq(0, hc_grant_table_op(GNTTABOP_swap_grant_ref, &op, 1), "swap");
    return op.status;
}

void test_main(void)
{
    uint64_t one = va_to_mfn(page_alloc()), two = va_to_mfn(page_alloc());
    grant_ref_t a = grant_new(rt_domid(), one, false);
    grant_ref_t b = grant_new(rt_domid(), two, true);
    struct gnttab_map_grant_ref m = { .flags = GNTMAP_host_map, .ref = b,
                                      .dom = rt_domid() };
    struct gnttab_unmap_grant_ref u;
    struct grant_entry_v1 *t = grant_table();

    expect_eq(GNTST_okay, swap(a, b), "two entries");
    expect_eq(two, t[a].frame, "frame of the first");
    expect_eq(one, t[b].frame, "frame of the second");
    expect_eq(GTF_permit_access | GTF_readonly, t[a].flags, "flags");
    expect_eq(GNTST_okay, swap(a, a), "one with itself");
    expect_eq(two, t[a].frame, "frame after that");

    m.host_addr = (uint64_t)va_hole();
    expect_eq(0, hc_grant_table_op(GNTTABOP_map_grant_ref, &m, 1), "map");
    expect_eq(GNTST_okay, m.status, "map");
    expect_eq(GNTST_eagain, swap(a, b), "with one in use");
    expect_eq(GNTST_eagain, swap(b, a), "the other way");
    expect_eq(one, t[b].frame, "frame of the one in use");
    u = (struct gnttab_unmap_grant_ref){ .host_addr = m.host_addr,
                                         .handle = m.handle };
    expect_eq(0, hc_grant_table_op(GNTTABOP_unmap_grant_ref, &u, 1), "unmap");
    expect_eq(GNTST_okay, u.status, "unmap");

    expect_eq(GNTST_bad_gntref, swap(a, 0x7fffffff), "with 2^31 - 1");
    expect_eq(GNTST_bad_gntref, swap(~0U, a), "~0 with one");
    expect_eq(-XEN_EFAULT,
              hc_grant_table_op(GNTTABOP_swap_grant_ref, UNMAPPED, 1),
              "from nowhere");
    expect_true(grant_end(a), "end");
    expect_true(grant_end(b), "end");
}
