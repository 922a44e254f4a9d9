/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "GNTTABOP_copy copies exact ranges and refuses every range that leaves a page";

/* covers use: grant_table_op.copy */
/* covers abuse: grant_table_op.copy */

static uint8_t *from, *to;
static grant_ref_t ref_from, ref_to;

static int16_t copy(unsigned src_off, unsigned dst_off, unsigned len,
                    unsigned flags)
{
    struct gnttab_copy op = {
        .source = { .domid = DOMID_SELF, .offset = (uint16_t)src_off },
        .dest = { .domid = DOMID_SELF, .offset = (uint16_t)dst_off },
        .len = (uint16_t)len, .flags = (uint16_t)flags, .status = 77,
    };

    if (flags & GNTCOPY_source_gref)
        op.source.u.ref = ref_from;
    else
        op.source.u.gmfn = va_to_mfn(from);
    if (flags & GNTCOPY_dest_gref)
        op.dest.u.ref = ref_to;
    else
        op.dest.u.gmfn = va_to_mfn(to);
    expect_eq(0, hc_grant_table_op(GNTTABOP_copy, &op, 1), "copy");
    return op.status;
}

static void check_contents(void)
{
    for (unsigned flags = 0; flags < 4; flags++) {
        memset(to, 0, PAGE_SIZE);
        expect_eq(GNTST_okay, copy(100, 200, 300, flags), "copy, flags %u",
                  flags);
        expect_eq(0, to[199], "byte before, flags %u", flags);
        expect_eq(0, memcmp(from + 100, to + 200, 300), "bytes, flags %u",
                  flags);
        expect_eq(0, to[500], "byte after, flags %u", flags);
    }
}

static void check_bounds(void)
{
    for (unsigned len = 4090; len <= 4100; len++)
        expect_eq(len <= 4096 ? GNTST_okay : GNTST_bad_copy_arg,
                  copy(0, 0, len, GNTCOPY_source_gref), "length %u", len);
    expect_eq(GNTST_okay, copy(4095, 0, 1, GNTCOPY_source_gref), "last byte");
    expect_eq(GNTST_bad_copy_arg, copy(4095, 0, 2, GNTCOPY_source_gref),
              "source leaves the page");
    expect_eq(GNTST_bad_copy_arg, copy(0, 4095, 2, GNTCOPY_source_gref),
              "destination leaves the page");
    expect_eq(GNTST_bad_copy_arg, copy(65535, 0, 65535, GNTCOPY_source_gref),
              "largest numbers");
    expect_eq(GNTST_bad_copy_arg, copy(4097, 0, 0, GNTCOPY_source_gref),
              "nothing, from outside the page");
}

static void check_rights(void)
{
    grant_ref_t keep = ref_to;

    ref_to = grant_new(rt_domid(), va_to_mfn(to), true);
    expect_true(copy(0, 0, 8, GNTCOPY_dest_gref) < 0,
                "a copy into a read-only grant");
    grant_end(ref_to);
    ref_to = 0x7fffffff;
    expect_eq(GNTST_bad_gntref, copy(0, 0, 8, GNTCOPY_dest_gref), "ref 2^31-1");
    ref_to = keep;
    expect_eq(GTF_permit_access, grant_table()[ref_to].flags & GTF_type_mask,
              "type of the entry after copies");
    expect_true(grant_end(ref_to), "end");
    expect_true(grant_end(ref_from), "end");
    expect_true(copy(0, 0, 8, GNTCOPY_dest_gref) < 0, "copy to an ended grant");
}

void test_main(void)
{
    from = page_alloc();
    to = page_alloc();
    for (unsigned i = 0; i < PAGE_SIZE; i++)
        from[i] = (uint8_t)(i * 7 + 1);
    ref_from = grant_new(rt_domid(), va_to_mfn(from), true);
    ref_to = grant_new(rt_domid(), va_to_mfn(to), false);
    check_contents();
    check_bounds();
    check_rights();
}
