/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

static unsigned self;

const char test_title[] =
    "a grant maps where asked, read-only if it says so, is in use while mapped, "
    "and unmaps by its handle alone";

/* covers use: grant_table_op.map_grant_ref grant_table_op.unmap_grant_ref */
/* covers abuse: grant_table_op.map_grant_ref grant_table_op.unmap_grant_ref */

static int16_t map(void *va, grant_ref_t ref, unsigned flags, unsigned dom,
                   struct gnttab_map_grant_ref *op)
{
    *op = (struct gnttab_map_grant_ref){
        .host_addr = (uint64_t)va, .flags = flags, .ref = ref,
        .dom = (domid_t)dom,
    };
    expect_eq(0, hc_grant_table_op(GNTTABOP_map_grant_ref, op, 1), "map");
    return op->status;
}

static int16_t unmap(void *va, grant_handle_t handle)
{
    struct gnttab_unmap_grant_ref op = { .host_addr = (uint64_t)va,
                                         .handle = handle };

    expect_eq(0, hc_grant_table_op(GNTTABOP_unmap_grant_ref, &op, 1), "unmap");
    return op.status;
}

static void check_map(char *hole, uint64_t *page)
{
    struct gnttab_map_grant_ref m;
    struct trap_caught c;
    grant_ref_t ref = grant_new(DOMID_FIRST_RESERVED, va_to_mfn(page), false);
    uint64_t v;

    /* Granted to nobody in particular first: refused. */
    expect_true(map(hole, ref, GNTMAP_host_map, self, &m) < 0,
                "a grant to somebody else was mapped");
    grant_end(ref);
    ref = grant_new(self, va_to_mfn(page), false);
    *page = 0x1122;
    expect_eq(GNTST_okay, map(hole, ref, GNTMAP_host_map, self, &m),
              "map");
    expect_eq(va_to_mfn(page) << 12, m.dev_bus_addr, "bus address");
    expect_true(try_read(&c, hole, &v), "read through the mapping");
    expect_eq(0x1122, v, "what is read");
    expect_true(try_write(&c, hole, 0x3344), "write through the mapping");
    expect_eq(0x3344, *page, "what is written");
    expect_eq(GTF_permit_access | GTF_reading | GTF_writing,
              grant_table()[ref].flags, "flags while mapped");
    expect_true(!grant_end(ref), "a mapped grant was ended");
    expect_eq(GNTST_bad_handle, unmap(hole, m.handle + 7777), "wrong handle");
    expect_eq(GNTST_okay, unmap(hole, m.handle), "unmap");
    expect_true(!try_read(&c, hole, &v), "read after unmap");
    expect_eq(GNTST_bad_handle, unmap(hole, m.handle), "unmap twice");
    expect_eq(GTF_permit_access, grant_table()[ref].flags, "flags after");
    expect_true(grant_end(ref), "end");
}

static void check_readonly(char *hole, uint64_t *page)
{
    struct gnttab_map_grant_ref m;
    struct trap_caught c;
    grant_ref_t ref = grant_new(self, va_to_mfn(page), true);
    uint64_t v;

    expect_true(map(hole, ref, GNTMAP_host_map, self, &m) < 0,
                "a read-only grant was mapped writable");
    expect_eq(GNTST_okay, map(hole, ref, GNTMAP_host_map | GNTMAP_readonly,
                              self, &m), "map read-only");
    expect_true(try_read(&c, hole, &v), "read");
    expect_true(!try_write(&c, hole, 1), "a read-only mapping was written");
    expect_eq(GTF_permit_access | GTF_readonly | GTF_reading,
              grant_table()[ref].flags, "flags while mapped");
    expect_eq(GNTST_okay, unmap(hole, m.handle), "unmap");
    expect_true(grant_end(ref), "end");
}

/* As gntdev does: by the machine address of the entry. */
static void check_pte(char *hole, uint64_t *page)
{
    struct gnttab_map_grant_ref m;
    grant_ref_t ref = grant_new(self, va_to_mfn(page), false);
    void *ma = (void *)pte_ma(pte_of(hole, 1));
    uint64_t v;
    struct trap_caught c;

    expect_eq(GNTST_okay,
              map(ma, ref, GNTMAP_host_map | GNTMAP_application_map |
                  GNTMAP_contains_pte | 1U << _GNTMAP_guest_avail0,
                  self, &m), "map by entry");
    expect_eq(PTE_US | 1UL << 9, *pte_of(hole, 1) & (PTE_US | PTE_AVAIL),
              "user and available bits of the entry");
    expect_true(try_read(&c, hole, &v), "read");
    expect_eq(GNTST_okay, unmap(ma, m.handle), "unmap");
    expect_eq(0, *pte_of(hole, 1), "entry after");
    expect_true(grant_end(ref), "end");
}

static void check_bad(char *hole, uint64_t *page)
{
    struct gnttab_map_grant_ref m;
    grant_ref_t ref = grant_new(self, va_to_mfn(page), false);

    expect_eq(GNTST_bad_gntref, map(hole, 0x7fffffff, GNTMAP_host_map,
                                    self, &m), "ref 2^31 - 1");
    expect_eq(GNTST_bad_gntref, map(hole, ~0U, GNTMAP_host_map, self,
                                    &m), "ref ~0");
    expect_true(map(hole, 0, GNTMAP_host_map, self, &m) < 0, "ref 0");
    expect_eq(GNTST_bad_domain, map(hole, ref, GNTMAP_host_map, 0x7fe0, &m),
              "no such domain");
    expect_eq(GNTST_bad_domain, map(hole, ref, GNTMAP_host_map, DOMID_SELF,
                                    &m), "the caller by DOMID_SELF");
    expect_eq(GNTST_bad_gntref, map(hole, ref, 0, self, &m), "no flags");
    expect_true(map((void *)HYPERVISOR_VIRT_START, ref, GNTMAP_host_map,
                    self, &m) < 0, "into the hypervisor");
    expect_true(map((void *)0x7f0000000000UL, ref, GNTMAP_host_map, self,
                    &m) < 0, "where there is no table");
    expect_eq(GTF_permit_access, grant_table()[ref].flags, "flags after");
    expect_true(grant_end(ref), "end");
    expect_eq(-XEN_EFAULT, hc_grant_table_op(GNTTABOP_map_grant_ref,
              (void *)0x7f0000000000UL, 1), "array that cannot be read");
    expect_eq(0, hc_grant_table_op(GNTTABOP_map_grant_ref, NULL, 0), "none");
    expect_true(hc_grant_table_op(999, &m, 1) < 0, "command 999");
}

void test_main(void)
{
    char *hole = va_hole();
    uint64_t *page = page_alloc();

    self = rt_domid();
    check_map(hole, page);
    check_readonly(hole, page);
    check_pte(hole, page);
    check_bad(hole, page);
}
