/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "mappings change by update_va_mapping and by mmu_update, in batches, and the "
    "count of what was done is exact";

static void check_va_mapping(char *hole)
{
    uint64_t *page = page_alloc(), v = 0;
    uint64_t pte = va_to_mfn(page) << 12 | PTE_FLAGS;
    struct trap_caught c;

    *page = 0x1234;
    expect_eq(0, page_set(hole, pte), "map");
    expect_true(try_read(&c, hole, &v), "read of a new mapping");
    expect_eq(0x1234, v, "what is read");
    expect_true(try_write(&c, hole, 0x5678), "write to it");
    expect_eq(0x5678, *page, "what was written");
    expect_eq(0, page_set(hole, pte & ~PTE_RW), "make it read-only");
    expect_true(!try_write(&c, hole, 1), "a read-only page was written");
    expect_eq(14, c.frame.vector, "trap of it");
    /* The kernel runs in ring 3 but does not see the user bit. */
    expect_eq(3, c.frame.error, "error code of it");
    expect_eq(0, page_set(hole, 0), "unmap");
    expect_true(!try_read(&c, hole, &v), "an unmapped page was read");
    expect_eq(0, hc_update_va_mapping(hole, pte, UVMF_NONE), "map, no flush");
    expect_true(try_read(&c, hole, &v), "read after a map without a flush");
    expect_eq(0, hc_update_va_mapping(hole, 0, UVMF_TLB_FLUSH), "flush all");
    expect_true(!try_read(&c, hole, &v), "an unmapped page was read");
    expect_true(hc_update_va_mapping((void *)0x7f0000000000UL, pte, UVMF_NONE)
                < 0, "map where there is no table");
}

static void check_batch(char *hole)
{
    enum { N = 64 };
    static struct mmu_update req[N];
    unsigned done = 99;
    uint64_t *page = page_alloc();

    for (unsigned i = 0; i < N; i++) {
        req[i].ptr = pte_ma(pte_of(hole + i * PAGE_SIZE, 1));
        req[i].val = va_to_mfn(page) << 12 | PTE_FLAGS;
    }
    expect_eq(0, hc_mmu_update(req, N, &done, DOMID_SELF), "batch of 64");
    expect_eq(N, done, "done");
    for (unsigned i = 0; i < N; i++)
        ((uint64_t *)(hole + i * PAGE_SIZE))[i] = i + 1;
    for (unsigned i = 0; i < N; i++)
        expect_eq(i + 1, page[i], "word %u through mapping %u", i, i);

    for (unsigned i = 0; i < N; i++)
        req[i].val = 0;
    req[40].val = 0x3ffffffffUL << 12 | PTE_FLAGS;      /* no such frame */
    expect_true(hc_mmu_update(req, N, &done, DOMID_SELF) < 0, "bad entry 40");
    expect_eq(40, done, "done before a bad entry");
    expect_eq(0, *pte_of(hole + 39 * PAGE_SIZE, 1), "entry 39");
    expect_true(*pte_of(hole + 41 * PAGE_SIZE, 1) != 0, "entry 41 was changed");
    req[40].val = 0;
    expect_eq(0, hc_mmu_update(&req[40], N - 40, &done, DOMID_SELF), "the rest");
    expect_eq(N - 40, done, "done of the rest");
    expect_eq(0, hc_mmu_update(req, 0, &done, DOMID_SELF), "none");
    expect_eq(0, done, "done of none");
}

static void check_ad(char *hole)
{
    uint64_t *page = page_alloc(), v;
    const uint64_t *e = pte_of(hole, 1);
    uint64_t pte = va_to_mfn(page) << 12 | PTE_P | PTE_RW | PTE_US;
    struct mmu_update req = { pte_ma(e) | MMU_PT_UPDATE_PRESERVE_AD, pte };
    struct trap_caught c;

    expect_eq(0, page_set(hole, pte), "map without A and D");
    expect_eq(0, *e & (PTE_A | PTE_D), "A and D of a new entry");
    expect_true(try_read(&c, hole, &v), "read");
    expect_eq(PTE_A, *e & (PTE_A | PTE_D), "A and D after a read");
    expect_true(try_write(&c, hole, 1), "write");
    expect_eq(PTE_A | PTE_D, *e & (PTE_A | PTE_D), "A and D after a write");
    expect_eq(0, hc_mmu_update(&req, 1, NULL, DOMID_SELF), "preserve");
    expect_eq(PTE_A | PTE_D, *e & (PTE_A | PTE_D), "A and D preserved");
    req.ptr = pte_ma(e) | MMU_NORMAL_PT_UPDATE;
    expect_eq(0, hc_mmu_update(&req, 1, NULL, DOMID_SELF), "normal");
    expect_eq(0, *e & (PTE_A | PTE_D), "A and D after a normal update");
    page_set(hole, 0);
}

/* A guest reads its own tables: the hypervisor adds the user bit, and may use
 * bits that the processor ignores (52 to 58). */
static void check_as_read(char *hole)
{
    uint64_t *page = page_alloc();
    uint64_t pte = va_to_mfn(page) << 12 | PTE_P | PTE_RW;

    expect_eq(0, page_set(hole, pte | PTE_NX | PTE_AVAIL), "map");
    expect_eq(pte | PTE_NX | PTE_AVAIL | PTE_US,
              *pte_of(hole, 1) & ~(PTE_A | PTE_D | PTE_G | 0x7fUL << 52), "entry as read");
    page_set(hole, 0);
}

void test_main(void)
{
    char *hole = va_hole();

    check_va_mapping(hole);
    check_batch(hole);
    check_ad(hole);
    check_as_read(hole);
}
