/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "frames of the hypervisor, of nobody, and beyond memory are never mapped, "
    "pinned, copied, cleared, given up or granted";

static char *hole;

static void check_frame(const char *what, uint64_t mfn)
{
    uint64_t *mine = page_alloc();
    struct mmuext_op op = { .cmd = MMUEXT_COPY_PAGE };
    struct mmu_update req = { pte_ma(pte_of(hole, 1)),
                              mfn << 12 | PTE_FLAGS };
    struct gnttab_copy copy = {
        .source = { .u.gmfn = mfn, .domid = DOMID_SELF },
        .dest = { .u.gmfn = va_to_mfn(mine), .domid = DOMID_SELF }, .len = 8,
    };
    struct trap_caught c;
    uint64_t v;

    expect_true(page_set(hole, mfn << 12 | PTE_FLAGS) < 0, "%s: map", what);
    expect_true(hc_mmu_update(&req, 1, NULL, DOMID_SELF) < 0,
                "%s: map by mmu_update", what);
    expect_true(hc_mmu_update(&req, 1, NULL, 0) < 0,
                "%s: map as domain 0's", what);
    expect_true(page_set(hole, mfn << 12 | PTE_P | PTE_US) < 0,
                "%s: map read-only", what);
    expect_eq(0, *pte_of(hole, 1), "%s: entry", what);
    expect_true(!try_read(&c, hole, &v), "%s: was read", what);
    for (unsigned l = 0; l < 4; l++)
        expect_true(mmuext(MMUEXT_PIN_L1_TABLE + l, mfn) < 0, "%s: pin L%u",
                    what, l + 1);
    expect_true(mmuext(MMUEXT_UNPIN_TABLE, mfn) < 0, "%s: unpin", what);
    expect_true(mmuext(MMUEXT_NEW_BASEPTR, mfn) < 0, "%s: CR3", what);
    expect_true(mmuext(MMUEXT_NEW_USER_BASEPTR, mfn) < 0, "%s: user CR3", what);
    expect_true(mmuext(MMUEXT_CLEAR_PAGE, mfn) < 0, "%s: clear", what);
    op.arg1.mfn = va_to_mfn(mine);
    op.arg2.src_mfn = mfn;
    expect_true(hc_mmuext_op(&op, 1, NULL, DOMID_SELF) < 0, "%s: copy", what);
    op.arg1.mfn = mfn;
    op.arg2.src_mfn = va_to_mfn(mine);
    expect_true(hc_mmuext_op(&op, 1, NULL, DOMID_SELF) < 0, "%s: copy to",
                what);
    req.ptr = (mfn << 12) | MMU_MACHPHYS_UPDATE;
    expect_true(hc_mmu_update(&req, 1, NULL, DOMID_SELF) < 0, "%s: m2p", what);
    req.ptr = mfn << 12;
    req.val = 0;
    expect_true(hc_mmu_update(&req, 1, NULL, DOMID_SELF) < 0,
                "%s: an entry in it", what);
    expect_eq(0, hc_grant_table_op(GNTTABOP_copy, &copy, 1), "%s: grant copy",
              what);
    expect_true(copy.status < 0, "%s: grant copy from it", what);
    expect_eq(0, *mine, "%s: bytes of it", what);
}

static void check_grant(const char *what, uint64_t mfn)
{
    grant_ref_t ref = grant_new(rt_domid(), mfn, false);
    struct gnttab_map_grant_ref m = { .host_addr = (uint64_t)hole, .ref = ref,
                                      .flags = GNTMAP_host_map,
                                      .dom = rt_domid() };

    expect_eq(0, hc_grant_table_op(GNTTABOP_map_grant_ref, &m, 1), "map");
    expect_true(m.status < 0, "%s: a grant of it was mapped", what);
    expect_true(grant_end(ref), "%s: its grant is in use", what);
}

void test_main(void)
{
    static const struct { const char *name; uint64_t mfn; } rows[] = {
        { "frame 2^36 - 1", NO_FRAME },
        { "frame 2^40 - 1", 0xffffffffffUL },
    };

    hole = va_hole();
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check_frame(rows[i].name, rows[i].mfn);
    check_frame("a frame of the hypervisor", hypervisor_frame());
    check_grant("a frame of the hypervisor", hypervisor_frame());
    check_grant("frame 2^32 - 1", 0xffffffffUL);
}
