/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "a cache flush is done on a page of one's own alone, within the page, and with "
    "operations that exist";

/* covers use: grant_table_op.cache_flush */
/* covers abuse: grant_table_op.cache_flush */

static long flush(uint64_t ma, unsigned offset, unsigned length, unsigned what)
{
    struct gnttab_cache_flush op = { .a.dev_bus_addr = ma, .op = what,
                                     .offset = (uint16_t)offset,
                                     .length = (uint16_t)length };

    return hc_grant_table_op(GNTTABOP_cache_flush, &op, 1);
}

void test_main(void)
{
    uint64_t *page = page_alloc();
    uint64_t ma = va_to_mfn(page) << 12;

    *page = 5;
    expect_eq(0, flush(ma, 0, 4096, GNTTAB_CACHE_CLEAN), "clean");
    expect_eq(0, flush(ma, 64, 64, GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_INVAL),
              "clean and invalidate");
    expect_eq(5, *page, "the page after it");
    expect_eq(0, flush(ma, 0, 0, GNTTAB_CACHE_CLEAN), "nothing");
    expect_eq(0, flush(ma, 0, 64, 0), "no operation");
    expect_eq(-XEN_EINVAL, flush(ma, 4095, 2, GNTTAB_CACHE_CLEAN),
              "past the page");
    expect_eq(-XEN_EINVAL, flush(ma, 4096, 0, GNTTAB_CACHE_CLEAN),
              "after the page");
    expect_eq(-XEN_EINVAL, flush(ma, 0xffff, 0xffff, GNTTAB_CACHE_CLEAN),
              "largest numbers");
    expect_eq(-XEN_EINVAL, flush(ma, 0, 64, 4), "operation 4");
    expect_true(flush(NO_FRAME << 12, 0, 64, GNTTAB_CACHE_CLEAN) < 0,
                "no such frame");
    expect_true(flush(hypervisor_frame() << 12, 0, 64, GNTTAB_CACHE_CLEAN) < 0,
                "the hypervisor's");
    expect_true(flush(7, 0, 64, GNTTAB_CACHE_CLEAN |
                      GNTTAB_CACHE_SOURCE_GREF) < 0, "by a grant");
    expect_eq(-XEN_EFAULT,
              hc_grant_table_op(GNTTABOP_cache_flush, UNMAPPED, 1),
              "from nowhere");
}
