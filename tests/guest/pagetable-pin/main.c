/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "a pinned table cannot be mapped writable, a writable page cannot be pinned, "
    "and unpinning gives the page back";

static void check_l1(void)
{
    uint64_t *page = page_alloc();
    uint64_t mfn = va_to_mfn(page);
    struct trap_caught c;

    expect_eq(-XEN_EINVAL, mmuext(MMUEXT_PIN_L1_TABLE, mfn),
              "pin a page that is mapped writable");
    expect_eq(0, page_readonly(page), "map it read-only");
    expect_eq(0, mmuext(MMUEXT_PIN_L1_TABLE, mfn), "pin it as L1");
    expect_true(page_writable(page) < 0, "map an L1 writable");
    expect_true(!try_write(&c, page, mfn << 12 | PTE_FLAGS),
                "an L1 was made to map itself writable");
    expect_eq(0, page[0], "entry after that");
    expect_eq(-XEN_EINVAL, mmuext(MMUEXT_PIN_L1_TABLE, mfn), "pin it twice");
    expect_true(mmuext(MMUEXT_PIN_L2_TABLE, mfn) < 0, "pin an L1 as L2");
    expect_eq(0, mmuext(MMUEXT_UNPIN_TABLE, mfn), "unpin");
    expect_eq(-XEN_EINVAL, mmuext(MMUEXT_UNPIN_TABLE, mfn), "unpin twice");
    expect_eq(0, page_writable(page), "map it writable again");
    expect_true(try_write(&c, page, 0), "write to it again");
}

static void check_tree(void)
{
    uint64_t *t[5], slots = 0;
    struct mmu_update req;

    for (int l = 1; l <= 4; l++)
        t[l] = page_alloc();
    t[1][0] = va_to_mfn(page_alloc()) << 12 | PTE_FLAGS;
    for (int l = 2; l <= 4; l++)
        t[l][0] = va_to_mfn(t[l - 1]) << 12 | PTE_FLAGS;
    for (int l = 1; l <= 4; l++)
        expect_eq(0, page_readonly(t[l]), "level %d read-only", l);
    expect_eq(0, mmuext(MMUEXT_PIN_L4_TABLE, va_to_mfn(t[4])), "pin the tree");
    for (int l = 1; l <= 4; l++)
        expect_true(page_writable(t[l]) < 0, "level %d mapped writable", l);
    for (unsigned i = 256; i < 272; i++)
        slots |= t[4][i];
    expect_true(slots != 0, "the hypervisor's slots are not in the L4");
    req.ptr = va_to_mfn(&t[2][1]) * PAGE_SIZE + 8;
    req.val = va_to_mfn(t[4]) << 12 | PTE_FLAGS;
    expect_true(hc_mmu_update(&req, 1, NULL, DOMID_SELF) < 0, "an L4 in an L2");
    req.val = va_to_mfn(t[1]) << 12 | PTE_FLAGS;
    expect_eq(0, hc_mmu_update(&req, 1, NULL, DOMID_SELF), "an L1 twice");
    expect_eq(0, mmuext(MMUEXT_UNPIN_TABLE, va_to_mfn(t[4])), "unpin the tree");
    for (int l = 1; l <= 4; l++)
        expect_eq(0, page_writable(t[l]), "level %d writable again", l);
}

void test_main(void)
{
    check_l1();
    check_tree();
}
