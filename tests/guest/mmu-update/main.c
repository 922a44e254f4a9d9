/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "each kind of update stores what it says, a list ends at its first bad one with "
    "the count of those before, and frames, domains and kinds that are not the "
    "caller's are refused";

/* covers use: mmu_update mmu_update.NORMAL_PT_UPDATE */
/* covers use: mmu_update.MACHPHYS_UPDATE mmu_update.PT_UPDATE_PRESERVE_AD */
/* covers use: mmu_update.PT_UPDATE_NO_TRANSLATE */
/* covers abuse: mmu_update mmu_update.NORMAL_PT_UPDATE */
/* covers abuse: mmu_update.MACHPHYS_UPDATE mmu_update.PT_UPDATE_PRESERVE_AD */
/* covers abuse: mmu_update.PT_UPDATE_NO_TRANSLATE */

static const unsigned kinds[] = {
    MMU_NORMAL_PT_UPDATE, MMU_PT_UPDATE_PRESERVE_AD,
    MMU_PT_UPDATE_NO_TRANSLATE,
};
static const uint64_t *entry;
static uint64_t *page;

static long update(uint64_t ptr, uint64_t val, unsigned dom)
{
    struct mmu_update req = { ptr, val };

    return hc_mmu_update(&req, 1, NULL, dom);
}

static void check_entries(void)
{
    uint64_t pte = va_to_mfn(page) << 12 | PTE_P | PTE_RW | PTE_US;

    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        uint64_t ma = pte_ma(entry) | kinds[i];

        expect_eq(0, update(ma, pte, DOMID_SELF), "kind %u", kinds[i]);
        expect_eq(pte, *entry & ~(PTE_A | PTE_D | PTE_G), "its entry");
        expect_true(update(ma, hypervisor_frame() << 12 | PTE_FLAGS,
                           DOMID_SELF) < 0, "kind %u: the hypervisor's frame",
                    kinds[i]);
        expect_true(update(ma, NO_FRAME << 12 | PTE_FLAGS, DOMID_SELF) < 0,
                    "kind %u: no frame", kinds[i]);
        expect_true(update(ma, va_to_mfn(entry) << 12 | PTE_FLAGS,
                           DOMID_SELF) < 0, "kind %u: its own table", kinds[i]);
        expect_true(update(NO_FRAME << 12 | kinds[i], 0, DOMID_SELF) < 0,
                    "kind %u: a table that is no frame", kinds[i]);
        expect_true(update(hypervisor_frame() << 12 | kinds[i], 0,
                           DOMID_SELF) < 0,
                    "kind %u: a table of the hypervisor", kinds[i]);
        expect_eq(pte, *entry & ~(PTE_A | PTE_D | PTE_G),
                  "its entry after refusals");
        expect_eq(0, update(ma, 0, DOMID_SELF), "clear");
        expect_eq(0, *entry, "its entry");
    }
}

static void check_m2p(void)
{
    uint64_t mfn = va_to_mfn(page), pfn = va_to_pfn(page);
    uint64_t ma = mfn << 12 | MMU_MACHPHYS_UPDATE;

    expect_eq(0, update(ma, 0x1234, DOMID_SELF), "machphys");
    expect_eq(0x1234, mfn_to_pfn(mfn), "what it says");
    expect_eq(0, update(ma, pfn, DOMID_SELF), "back");
    expect_true(update(NO_FRAME << 12 | MMU_MACHPHYS_UPDATE, 1,
                       DOMID_SELF) < 0, "of no frame");
    expect_true(update(hypervisor_frame() << 12 | MMU_MACHPHYS_UPDATE, 1,
                       DOMID_SELF) < 0, "of the hypervisor's");
}

static void check_lists(void)
{
    static struct mmu_update req[5];
    unsigned done = 77;

    for (unsigned i = 0; i < 5; i++)
        req[i] = (struct mmu_update){ pte_ma(entry + i), 0 };
    expect_eq(0, hc_mmu_update(req, 5, &done, DOMID_SELF), "five");
    expect_eq(5, done, "done");
    req[3].ptr = NO_FRAME << 12;
    expect_true(hc_mmu_update(req, 5, &done, DOMID_SELF) < 0, "a bad one");
    expect_eq(3, done, "done before it");
    expect_eq(0, hc_mmu_update(req, 0, &done, DOMID_SELF), "none");
    expect_eq(0, done, "done");
    expect_eq(-XEN_EFAULT, hc_mmu_update(UNMAPPED, 1, &done, DOMID_SELF),
              "from nowhere");
    req[0].ptr |= 3;
    expect_true(update(pte_ma(entry), va_to_mfn(page) << 12 | PTE_FLAGS,
                       NOBODY) < 0, "nobody's frame");
    expect_true(update(pte_ma(entry), va_to_mfn(page) << 12 | PTE_FLAGS,
                       NOBODY | (NOBODY + 1) << 16) < 0,
                "nobody's frame in nobody's table");
    expect_eq(0, *entry, "the entry after it");
}

/* A frame that is neither the machine's nor ours: of the hypervisor's domain. */
static void check_io(void)
{
    long rc = update(pte_ma(entry), 0xfee00000UL | PTE_FLAGS, DOMID_IO);

    expect_true(rc < 0, "the local APIC: %ld", rc);
    if (!rt_is_dom0()) {
        expect_true(update(pte_ma(entry), 0xa0000UL | PTE_FLAGS, DOMID_IO) < 0,
                    "a guest maps the screen");
        expect_true(update(pte_ma(entry), 0xa0000UL | PTE_FLAGS, 0) < 0,
                    "as the control domain's");
    } else {
        expect_eq(0, update(pte_ma(entry), 0xa0000UL | PTE_FLAGS | PTE_PCD,
                            DOMID_IO), "the screen");
        expect_eq(0, update(pte_ma(entry), 0, DOMID_SELF), "clear");
    }
    expect_eq(0, *entry, "the entry after it");
}

void test_main(void)
{
    entry = pte_of(va_hole(), 1);
    page = page_alloc();
    check_entries();
    check_m2p();
    check_lists();
    check_io();
}
