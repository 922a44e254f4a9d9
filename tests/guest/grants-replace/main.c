/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "unmap_and_replace puts another page where a grant was mapped and takes that "
    "page from its old place, or refuses and changes nothing";

/* covers use: grant_table_op.unmap_and_replace */
/* covers abuse: grant_table_op.unmap_and_replace */

static int16_t replace(uint64_t at, uint64_t from, grant_handle_t handle)
{
    struct gnttab_unmap_and_replace op = { .host_addr = at, .new_addr = from,
                                           .handle = handle, .status = 77 };

    expect_eq(0, hc_grant_table_op(GNTTABOP_unmap_and_replace, &op, 1),
              "unmap_and_replace");
    return op.status;
}

void test_main(void)
{
    uint64_t *page = page_alloc(), *other = page_alloc(), v;
    uint64_t at = (uint64_t)va_hole(), from = at + PAGE_SIZE;
    grant_ref_t ref = grant_new(rt_domid(), va_to_mfn(page), false);
    struct gnttab_map_grant_ref m = { .host_addr = at, .ref = ref,
                                      .flags = GNTMAP_host_map,
                                      .dom = rt_domid() };
    struct trap_caught c;

    *page = 1;
    *other = 2;
    expect_eq(0, page_set((void *)from, va_to_mfn(other) << 12 | PTE_FLAGS),
              "map the other page");
    expect_eq(0, hc_grant_table_op(GNTTABOP_map_grant_ref, &m, 1), "map");
    expect_eq(GNTST_okay, m.status, "map");

    expect_eq(GNTST_bad_handle, replace(at, from, m.handle + 7777),
              "a wrong handle");
    expect_true(replace(at, (uint64_t)HYPERVISOR, m.handle) < 0,
                "from the hypervisor");
    expect_true(grant_table()[ref].flags & GTF_writing,
                "the mapping has ended: %#x", grant_table()[ref].flags);
    expect_eq(GNTST_okay, replace(at, from, m.handle), "replace");
    expect_true(try_read(&c, (void *)at, &v), "read where the grant was");
    expect_eq(2, v, "what is there");
    expect_true(!try_read(&c, (void *)from, &v), "its old place is mapped");
    expect_eq(GTF_permit_access, grant_table()[ref].flags, "flags after");
    expect_eq(GNTST_bad_handle, replace(at, from, m.handle), "again");
    expect_eq(-XEN_EFAULT,
              hc_grant_table_op(GNTTABOP_unmap_and_replace, UNMAPPED, 1),
              "from nowhere");
    expect_eq(0, page_set((void *)at, 0), "unmap");
    expect_true(grant_end(ref), "end");
}
