/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "an unmapped grant is out of reach at every address, though the table that held "
    "its entry is in two places";

void test_main(void)
{
    uint64_t *page = page_alloc(), value;
    char *hole = va_hole(), *alias = va_hole();
    struct trap_caught c;
    grant_ref_t ref = grant_new(rt_domid(), va_to_mfn(page), false);
    struct gnttab_map_grant_ref map = {
        .host_addr = (uint64_t)hole, .flags = GNTMAP_host_map,
        .ref = ref, .dom = rt_domid(),
    };
    struct mmu_update twice = {
        .ptr = pte_ma(pte_of(alias, 2)) | MMU_NORMAL_PT_UPDATE,
        .val = *pte_of(hole, 2),
    };

    page[0] = 0x600d;
    expect_eq(0, hc_mmu_update(&twice, 1, NULL, DOMID_SELF), "the table, once more");
    expect_eq(0, hc_grant_table_op(GNTTABOP_map_grant_ref, &map, 1), "map");
    expect_eq(GNTST_okay, map.status, "map's status");
    expect_true(try_read(&c, hole, &value) && value == 0x600d, "the grant");
    expect_true(try_read(&c, alias, &value) && value == 0x600d, "the grant's alias");

    struct gnttab_unmap_grant_ref unmap = {
        .host_addr = (uint64_t)hole, .handle = map.handle,
    };
    expect_eq(0, hc_grant_table_op(GNTTABOP_unmap_grant_ref, &unmap, 1), "unmap");
    expect_eq(GNTST_okay, unmap.status, "unmap's status");
    expect_true(!try_read(&c, alias, &value), "the alias still reads the page");
    expect_true(!try_read(&c, hole, &value), "the page is still there");
    expect_true(grant_end(ref), "the grant is still in use");
}
