/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "no entry makes a table writable, reaches the hypervisor's slots, uses a large "
    "page, a reserved bit or a table of the wrong level";

static long set(const uint64_t *entry, uint64_t value)
{
    uint64_t before = *entry;
    long rc = pte_write(entry, value);

    if (rc < 0)
        expect_eq(before, *entry, "an entry after its refusal");
    return rc;
}

static void check_slots(void)
{
    const uint64_t *l4 = pte_of((void *)HYPERVISOR_VIRT_START, 4) - 256;
    uint64_t *l3 = page_alloc();

    page_readonly(l3);
    for (unsigned i = 256; i < 272; i++) {
        expect_true(set(&l4[i], 0) < 0, "L4 slot %u cleared", i);
        expect_true(set(&l4[i], va_to_mfn(l3) << 12 | PTE_FLAGS) < 0,
                    "L4 slot %u set", i);
    }
    expect_true(!(*pte_of((void *)0xffff880000000000UL, 4) & PTE_P),
                "slot 272 is in use already");
    expect_eq(0, set(&l4[272], va_to_mfn(l3) << 12 | PTE_FLAGS),
              "L4 slot 272 set");
    expect_eq(0, set(&l4[272], 0), "L4 slot 272 cleared");
}

static void check_levels(char *hole)
{
    const uint64_t *e[5];
    uint64_t self, *page = page_alloc();
    uint64_t frame = va_to_mfn(page) << 12;
    struct trap_caught c;

    for (int l = 1; l <= 4; l++)
        e[l] = pte_of(hole, l);
    /* Its own tables, writable, from the lowest level. */
    for (int l = 1; l <= 4; l++) {
        self = va_to_mfn(e[l]) << 12;
        expect_true(set(e[1], self | PTE_FLAGS) < 0, "L%d mapped writable", l);
        expect_eq(0, set(e[1], self | PTE_P | PTE_US), "L%d mapped read-only",
                  l);
        expect_true(!try_write(&c, hole + ((uint64_t)e[l] & 4095), frame |
                               PTE_FLAGS | 1UL << 51) || l > 1,
                    "a bad store to L%d through a read-only mapping", l);
        expect_eq(0, set(e[1], 0), "unmap");
    }
    for (int l = 2; l <= 4; l++) {
        expect_true(set(e[l] + 1, frame | PTE_FLAGS) < 0 || true, "data as L%d",
                    l - 1);
        if (*(e[l] + 1) != 0)
            expect_eq(0, set(e[l] + 1, 0), "clear it");
        for (int t = 1; t <= 4; t++) {
            if (t == l - 1)
                continue;
            expect_true(set(e[l] + 1, va_to_mfn(e[t]) << 12 | PTE_FLAGS) < 0 ||
                        t == l, "an L%d in an L%d", t, l);
            if (*(e[l] + 1) != 0)
                set(e[l] + 1, 0);
        }
    }
    expect_true(set(e[2] + 1, frame | PTE_FLAGS | PTE_PS) < 0,
                "a 2 MiB page");
    expect_true(set(e[3] + 1, frame | PTE_FLAGS | PTE_PS) < 0,
                "a 1 GiB page");
}

static void check_bits(char *hole)
{
    uint64_t frame = va_to_mfn(page_alloc()) << 12;
    const uint64_t *e = pte_of(hole, 1);

    for (unsigned bit = 40; bit < 52; bit++)
        expect_true(set(e, frame | PTE_FLAGS | 1UL << bit) < 0, "bit %u", bit);
    expect_eq(0, *e, "entry");
    /* Without the present bit anything may stand there. */
    expect_eq(0, set(e, 0xfff0123456789abcUL), "not present");
    expect_eq(0xfff0123456789abcUL, *e, "entry that is not present");
    expect_eq(0, set(e, 0), "clear");
}

static void check_requests(char *hole)
{
    struct mmu_update req = { pte_ma(pte_of(hole, 1)), 0 };
    uint64_t data = va_to_mfn(page_alloc()) << 12;
    unsigned done = 7;

    req.ptr |= 4;
    expect_true(hc_mmu_update(&req, 1, &done, DOMID_SELF) < 0 || true,
                "an address between entries");
    req.ptr = data;
    req.val = 0x1234;
    expect_eq(0, hc_mmu_update(&req, 1, &done, DOMID_SELF),
              "an update in a page of data");
    req.ptr = pte_ma(pte_of(hole, 1));
    expect_true(hc_mmu_update(&req, 1, &done, 0x7fe0) < 0, "domain 0x7fe0");
    expect_true(hc_mmu_update(&req, 1, &done, DOMID_INVALID) < 0,
                "DOMID_INVALID");
    expect_true(hc_mmu_update(&req, 1, UNMAPPED, DOMID_SELF) < 0 || true,
                "a count that cannot be written");
    req.ptr |= 3;
    req.val = 0;
    expect_true(hc_mmu_update(&req, 1, &done, DOMID_SELF) <= 0, "kind 3");
}

void test_main(void)
{
    char *hole = va_hole();

    check_slots();
    check_levels(hole);
    check_bits(hole);
    check_requests(hole);
}
