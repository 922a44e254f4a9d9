/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "a page stays while it is granted and mapped, whatever its owner does, and "
    "mappings survive in numbers";

static unsigned self;

static int16_t map(void *va, grant_ref_t ref, grant_handle_t *handle)
{
    struct gnttab_map_grant_ref m = { .host_addr = (uint64_t)va, .ref = ref,
                                      .flags = GNTMAP_host_map,
                                      .dom = (domid_t)self };

    expect_eq(0, hc_grant_table_op(GNTTABOP_map_grant_ref, &m, 1), "map");
    *handle = m.handle;
    return m.status;
}

static int16_t unmap(void *va, grant_handle_t handle)
{
    struct gnttab_unmap_grant_ref u = { .host_addr = (uint64_t)va,
                                        .handle = handle };

    expect_eq(0, hc_grant_table_op(GNTTABOP_unmap_grant_ref, &u, 1), "unmap");
    return u.status;
}

static void check_table(char *hole)
{
    uint64_t *page = page_alloc();
    grant_ref_t ref = grant_new(self, va_to_mfn(page), false);
    grant_handle_t h;

    page_readonly(page);
    expect_eq(GNTST_okay, map(hole, ref, &h), "map writable");
    expect_true(mmuext(MMUEXT_PIN_L1_TABLE, va_to_mfn(page)) < 0,
                "a page that is mapped by grant became a page table");
    expect_eq(GNTST_okay, unmap(hole, h), "unmap");
    expect_eq(0, mmuext(MMUEXT_PIN_L1_TABLE, va_to_mfn(page)), "pin");
    expect_true(map(hole, ref, &h) < 0, "a page table was mapped by grant");
    expect_eq(0, mmuext(MMUEXT_UNPIN_TABLE, va_to_mfn(page)), "unpin");
    expect_true(grant_end(ref), "end");
}

static void check_given_up(char *hole)
{
    uint64_t *page = page_alloc(), v = 0;
    xen_pfn_t mfn = va_to_mfn(page);
    grant_ref_t ref = grant_new(self, mfn, false);
    struct xen_memory_reservation r = { .nr_extents = 1, .domid = DOMID_SELF };
    struct trap_caught c;
    grant_handle_t h;
    long n;

    *page = 0xfeed;
    expect_eq(GNTST_okay, map(hole, ref, &h), "map");
    page_set(page, 0);
    set_xen_guest_handle(r.extent_start, &mfn);
    n = hc_memory_op(XENMEM_decrease_reservation, &r);
    expect_true(n == 0 || n == 1, "decrease: %ld", n);
    expect_true(try_read(&c, hole, &v), "read through the mapping");
    expect_eq(0xfeed, v, "the page's contents");
    expect_true(try_write(&c, hole, 1), "write through the mapping");
    expect_eq(GNTST_okay, unmap(hole, h), "unmap");
    expect_true(grant_end(ref), "end");
}

/* Fewer than the 128 uses of one kind that a grant is counted to. */
#define MANY 100

static void check_many(char *hole)
{
    static grant_handle_t handles[MANY];
    grant_ref_t ref = grant_new(self, va_to_mfn(page_alloc()), false);
    unsigned n, bad = 0;

    for (n = 0; n < MANY; n++) {
        if (map(hole + n * PAGE_SIZE, ref, &handles[n]) != GNTST_okay)
            break;
    }
    expect_eq(MANY, n, "mappings of one grant");
    for (unsigned i = 0; i < n; i++) {
        /* Any order will do. */
        unsigned k = i * 7 % MANY;

        if (k < n && unmap(hole + k * PAGE_SIZE, handles[k]) != GNTST_okay)
            bad++;
    }
    expect_eq(0, bad, "unmaps that failed");
    expect_true(grant_end(ref), "end");
}

void test_main(void)
{
    char *hole = va_hole();

    self = rt_domid();
    check_table(hole);
    check_given_up(hole);
    check_many(hole);
}
