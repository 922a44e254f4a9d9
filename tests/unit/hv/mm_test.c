/* SPDX-License-Identifier: MIT */
/*
 * mm_test.c - frames, their types and guests' page tables on the fake machine.
 *
 * Built twice: once as it is, once with a budget so small that nearly every
 * promotion and demotion is done over several calls.
 */
#include <CUnit/Basic.h>
#include <stdlib.h>

#include "lib/bug.h"
#include "lib/string.h"
#include "mm/boot_mm.h"
#include "mm/m2p.h"
#include "mm/page_internal.h"
#include "pte.h"
#include "world.h"

#define RW (PTE_P | PTE_RW | PTE_US)
#define RO (PTE_P | PTE_US)

static struct mm_domain *guest, *other, *control;

static mfn_t new_page(struct mm_domain *d)
{
    struct page *pg = domain_pages_alloc(d, 0, 0);

    BUG_ON(pg == NULL);
    return page_mfn(pg);
}

static pte_t *table(mfn_t m)
{
    return frame_map(m);
}

static void start(void)
{
    guest = world_domain(1, 400, 1);
    other = world_domain(2, 400, 2);
    control = world_domain(0, 400, 4);
    control->control = true;
}

static void end_one(struct mm_domain *d)
{
    d->dying = true;
    CU_ASSERT_EQUAL(AGAIN(domain_pages_relinquish(d)), 0);
    world_domain_end(d);
}

static void end(void)
{
    end_one(control);           /* first: it may map what the others own       */
    end_one(guest);
    end_one(other);
}

/* ---- the allocator ---- */

static void test_alloc_all(void)
{
    static struct page *got[FAKE_FRAMES];
    uint64_t before = free_frames_below(52);
    struct mm_domain *d = world_domain(7, FAKE_FRAMES, 1);
    unsigned n = 0;

    while ((got[n] = domain_pages_alloc(d, 0, 0)) != NULL)
        n++;
    CU_ASSERT(n >= total_frames() - total_frames() / 16 - 8);
    for (unsigned i = 1; i < n; i++)
        CU_ASSERT(got[i] != got[i - 1]);
    CU_ASSERT_EQUAL(d->tot_pages, n);
    /* what is kept for requests with a limit is given to one */
    CU_ASSERT_PTR_NOT_NULL(domain_pages_alloc(d, 0, 32));
    end_one(d);
    CU_ASSERT_EQUAL(free_frames_below(52), before);
}

static void test_alloc_orders(void)
{
    uint64_t before = free_frames();
    struct mm_domain *d = world_domain(7, FAKE_FRAMES, 1);

    for (unsigned order = 0; order < 10; order++) {
        struct page *pg = domain_pages_alloc(d, order, 0);
        const uint64_t *words = frame_map(page_mfn(pg));

        CU_ASSERT_EQUAL(page_mfn(pg).n & ((1u << order) - 1), 0);
        for (unsigned i = 0; i < 512u << order; i++)
            BUG_ON(words[i] != 0);
        memset(frame_map(page_mfn(pg)), 0xaa, PAGE_SIZE << order);
    }
    CU_ASSERT_PTR_NULL(domain_pages_alloc(d, MAX_ORDER + 1, 0));
    CU_ASSERT_PTR_NULL(domain_pages_alloc(d, 0, 12));
    end_one(d);
    CU_ASSERT_EQUAL(free_frames(), before);
}

static void test_alloc_limit(void)
{
    struct mm_domain *d = world_domain(7, FAKE_FRAMES, 1);
    struct page *pg;

    for (unsigned bits = 17; bits <= 24; bits++) {
        pg = domain_pages_alloc(d, 0, bits);
        CU_ASSERT_PTR_NOT_NULL_FATAL(pg);
        CU_ASSERT(page_mfn(pg).n < 1ull << (bits - PAGE_SHIFT));
    }
    /* from the top otherwise */
    pg = domain_pages_alloc(d, 0, 0);
    CU_ASSERT(page_mfn(pg).n >= FAKE_FRAMES / 2);
    d->max_pages = d->tot_pages;
    CU_ASSERT_PTR_NULL(domain_pages_alloc(d, 0, 0));
    end_one(d);
}

static void test_claims(void)
{
    struct mm_domain *a = world_domain(7, FAKE_FRAMES, 1);
    struct mm_domain *b = world_domain(8, FAKE_FRAMES, 1);
    uint64_t most = free_frames() - 600;
    unsigned got = 0;

    CU_ASSERT_EQUAL(domain_claim(a, most), 0);
    CU_ASSERT_EQUAL(domain_claim(b, 2000), -ENOMEM);
    while (domain_pages_alloc(b, 0, 0) != NULL)
        got++;
    CU_ASSERT_EQUAL(got, 600);
    CU_ASSERT_PTR_NOT_NULL(domain_pages_alloc(a, 6, 0));
    CU_ASSERT_EQUAL(a->claimed, most - 64);
    CU_ASSERT_EQUAL(domain_claim(a, 10), -EINVAL);
    end_one(a);
    CU_ASSERT_EQUAL(domain_claim(b, b->tot_pages + free_frames()), 0);
    end_one(b);
}

static void test_heap(void)
{
    enum { N = 300 };
    static unsigned char *p[N];
    static size_t size[N];
    uint64_t before = free_frames();

    rnd_seed(3);
    for (unsigned step = 0; step < 20000; step++) {
        unsigned i = rnd(N);

        if (p[i] != NULL) {
            for (size_t b = 0; b < size[i]; b++)
                BUG_ON(p[i][b] != (unsigned char)i);
            heap_free(p[i]);
            p[i] = NULL;
        } else {
            size[i] = 1 + rnd(rnd(10) == 0 ? 9000 : 600);
            p[i] = heap_alloc(size[i]);
            for (size_t b = 0; p[i] != NULL && b < size[i]; b++)
                BUG_ON(p[i][b] != 0);
            memset(p[i], (int)i, size[i]);
        }
    }
    for (unsigned i = 0; i < N; i++)
        heap_free(p[i]);
    CU_ASSERT_EQUAL(free_frames(), before);
}

/* ---- types ---- */

static void test_types_exclude(void)
{
    start();
    for (enum page_type a = PGT_L1; a <= PGT_WRITABLE; a++) {
        for (enum page_type b = PGT_L1; b <= PGT_WRITABLE; b++) {
            struct page *pg = page_of(new_page(guest));

            CU_ASSERT_EQUAL(AGAIN(page_get_type(pg, a)), 0);
            CU_ASSERT_EQUAL(page_type(pg), a);
            CU_ASSERT_EQUAL(AGAIN(page_get_type(pg, b)), a == b ? 0 : -EINVAL);
            if (a == b)
                page_put_type(pg);
            page_put_type(pg);
            CU_ASSERT_EQUAL(AGAIN(pt_work_finish(guest)), 0);
            CU_ASSERT_EQUAL(page_type(pg), PGT_NONE);
            /* a root keeps the entries that we had put into it */
            memset(frame_map(page_mfn(pg)), 0, PAGE_SIZE);
            CU_ASSERT_EQUAL_FATAL(AGAIN(page_get_type(pg, b)), 0);
            page_put_type(pg);
        }
    }
    end();
}

static void test_pins(void)
{
    mfn_t m, foreign;

    start();
    m = new_page(guest);
    foreign = new_page(other);
    CU_ASSERT_EQUAL(AGAIN(pt_unpin(guest, m)), -EINVAL);
    CU_ASSERT_EQUAL(AGAIN(pt_pin(guest, m, PGT_L3)), 0);
    CU_ASSERT_EQUAL(AGAIN(pt_pin(guest, m, PGT_L3)), -EINVAL);
    CU_ASSERT_EQUAL(AGAIN(pt_pin(guest, m, PGT_L2)), -EINVAL);
    CU_ASSERT_EQUAL(AGAIN(pt_pin(guest, foreign, PGT_L1)), -EINVAL);
    CU_ASSERT_EQUAL(AGAIN(pt_pin(guest, MFN(FAKE_FRAMES + 4), PGT_L1)), -EINVAL);
    CU_ASSERT_EQUAL(AGAIN(pt_pin(guest, MFN(1), PGT_L1)), -EINVAL);
    CU_ASSERT_EQUAL(AGAIN(pt_unpin(guest, m)), 0);
    CU_ASSERT_EQUAL(AGAIN(pt_unpin(guest, m)), -EINVAL);
    end();
}

static void test_shared_page(void)
{
    void *va;
    struct page *pg;

    start();
    va = share_page_alloc(guest);
    pg = page_of(frame_of(va));
    CU_ASSERT_EQUAL(AGAIN(pt_pin(guest, frame_of(va), PGT_L1)), -EINVAL);
    CU_ASSERT_EQUAL(page_get_type(pg, PGT_DESC), -EINVAL);
    CU_ASSERT_FALSE(page_release_alloc(pg));
    CU_ASSERT_PTR_EQUAL(page_get(frame_of(va), guest), pg);
    share_page_free(va);
    CU_ASSERT_EQUAL(page_owner(pg), guest);     /* the reference keeps it      */
    page_put(pg);
    CU_ASSERT_EQUAL(page_owner(pg), NULL);
    end();
}

/* ---- entries ---- */

/* One L1 entry for a frame; what is stored then. */
static int try_leaf(struct mm_domain *d, struct mm_domain *frames, mfn_t l1,
                    pte_t e, pte_t *stored)
{
    int rc = AGAIN(pt_update(d, l1, 5, e, frames, 0));

    *stored = table(l1)[5];
    AGAIN(pt_update(d, l1, 5, 0, d, 0));
    return rc;
}

static void test_leaf_rules(void)
{
    mfn_t l1, mine, foreign, l2, big;
    pte_t s;

    start();
    l1 = new_page(guest);
    mine = new_page(guest);
    l2 = new_page(guest);
    foreign = new_page(other);
    big = MFN(0xffffffffffull);
    CU_ASSERT_EQUAL(AGAIN(pt_pin(guest, l1, PGT_L1)), 0);
    CU_ASSERT_EQUAL(AGAIN(pt_pin(guest, l2, PGT_L2)), 0);

    CU_ASSERT_EQUAL(try_leaf(guest, guest, l1, pte_make(mine, RW), &s), 0);
    CU_ASSERT_EQUAL(s, pte_make(mine, RW | PTE_G));
    CU_ASSERT_EQUAL(try_leaf(guest, guest, l1, pte_make(mine, PTE_P), &s), 0);
    CU_ASSERT_EQUAL(s, pte_make(mine, PTE_P | PTE_US | PTE_GUEST_KERNEL));
    /* read back and written again it stays a kernel page */
    CU_ASSERT_EQUAL(try_leaf(guest, guest, l1, s, &s), 0);
    CU_ASSERT_EQUAL(s, pte_make(mine, PTE_P | PTE_US | PTE_GUEST_KERNEL));
    CU_ASSERT_EQUAL(try_leaf(guest, guest, l1, pte_make(mine, RO | PTE_NX), &s), 0);
    CU_ASSERT_EQUAL(try_leaf(guest, guest, l1, 0x1234567ull << 12 | 6, &s), 0);

    CU_ASSERT_EQUAL(try_leaf(guest, guest, l1, pte_make(foreign, RO), &s), -EBUSY);
    CU_ASSERT_EQUAL(try_leaf(guest, guest, l1, pte_make(MFN(1), RO), &s), -EPERM);
    CU_ASSERT_EQUAL(try_leaf(guest, guest, l1, pte_make(big, RO), &s), -EINVAL);
    CU_ASSERT_EQUAL(try_leaf(guest, guest, l1, pte_make(frame_of(guest), RO), &s),
                    -EBUSY);
    CU_ASSERT_EQUAL(s, 0);
    CU_ASSERT_EQUAL(try_leaf(guest, guest, l1, pte_make(l1, RW), &s), -EBUSY);
    CU_ASSERT_EQUAL(try_leaf(guest, guest, l1, pte_make(l2, RW), &s), -EBUSY);
    CU_ASSERT_EQUAL(try_leaf(guest, guest, l1, pte_make(l1, RO), &s), 0);
    CU_ASSERT_EQUAL(try_leaf(guest, guest, l1, pte_make(mine, RO | PTE_PCD), &s),
                    -EINVAL);
    CU_ASSERT_EQUAL(try_leaf(guest, guest, l1, pte_make(mine, RO | PTE_PAT), &s),
                    -EINVAL);
    end();
}

static void test_control_rules(void)
{
    mfn_t l1, foreign, devices = MFN(FAKE_FRAMES + 4);
    pte_t s;

    start();
    l1 = new_page(control);
    foreign = new_page(other);
    CU_ASSERT_EQUAL(AGAIN(pt_pin(control, l1, PGT_L1)), 0);
    CU_ASSERT_EQUAL(try_leaf(control, control, l1, pte_make(foreign, RO), &s), -EBUSY);
    CU_ASSERT_EQUAL(try_leaf(control, guest, l1, pte_make(foreign, RO), &s), -EBUSY);
    CU_ASSERT_EQUAL(try_leaf(control, other, l1, pte_make(foreign, RW), &s), 0);
    CU_ASSERT_EQUAL(try_leaf(control, control, l1,
                             pte_make(devices, RW | PTE_PCD | PTE_PWT), &s), 0);
    CU_ASSERT_EQUAL(s, pte_make(devices, RW | PTE_PCD | PTE_PWT | PTE_G));
    CU_ASSERT_EQUAL(try_leaf(control, control, l1,
                             pte_make(MFN(FAKE_FRAMES), RO), &s), -EPERM);
    CU_ASSERT_EQUAL(try_leaf(control, control, l1,
                             pte_make(MFN(FAKE_FRAMES + 1), RW), &s), 0);
    CU_ASSERT_EQUAL(s & PTE_RW, 0);
    CU_ASSERT_EQUAL(try_leaf(control, control, l1, pte_make(frame_of(other), RO), &s),
                    -EBUSY);
    end();
}

static void test_table_rules(void)
{
    mfn_t l4, l3, l2, l1, foreign;

    start();
    l4 = new_page(guest);
    l3 = new_page(guest);
    l2 = new_page(guest);
    l1 = new_page(guest);
    foreign = new_page(other);
    CU_ASSERT_EQUAL(AGAIN(pt_pin(guest, l4, PGT_L4)), 0);
    for (unsigned i = HV_SLOT_FIRST; i <= HV_SLOT_LAST; i++)
        CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l4, i, 0, guest, 0)), -EINVAL);
    CU_ASSERT_EQUAL(table(l4)[HV_SLOT_FIRST], hv_root[HV_SLOT_FIRST]);

    CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l4, 0, pte_make(l4, RW), guest, 0)), -EINVAL);
    CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l4, 0, pte_make(foreign, RW), guest, 0)),
                    -EINVAL);
    CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l4, 0, pte_make(MFN(1), RW), guest, 0)),
                    -EINVAL);
    CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l4, 0, pte_make(l3, RW | PTE_PSE), guest, 0)),
                    -EINVAL);
    CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l4, 0, pte_make(l3, PTE_P), guest, 0)), 0);
    CU_ASSERT_EQUAL(table(l4)[0], pte_make(l3, PTE_P | PTE_US));
    CU_ASSERT_EQUAL(page_type(page_of(l3)), PGT_L3);
    /* the same frame cannot be a table of another level below */
    CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l3, 1, pte_make(l3, RW), guest, 0)), -EINVAL);
    CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l3, 1, pte_make(l2, RW), guest, 0)), 0);
    CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l2, 1, pte_make(l1, RW | PTE_PSE), guest, 0)),
                    -EINVAL);
    CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l2, 1, pte_make(l1, RW), guest, 0)), 0);
    CU_ASSERT_EQUAL(page_type(page_of(l1)), PGT_L1);
    CU_ASSERT_EQUAL(pt_update(guest, foreign, 0, 0, guest, 0), -EINVAL);
    CU_ASSERT_EQUAL(pt_update(other, l1, 0, 0, other, 0), -EINVAL);
    /* all of it goes with the root's entry */
    CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l4, 0, 0, guest, 0)), 0);
    CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l4, 1, 0, guest, 0)), 0);
    CU_ASSERT_EQUAL(page_type(page_of(l3)), PGT_NONE);
    CU_ASSERT_EQUAL(page_type(page_of(l1)), PGT_NONE);
    end();
}

/* A tree that is bad at its very end is refused whole, and nothing is left. */
static void test_bad_tree(void)
{
    mfn_t l4, l3, l2, l1, page;

    start();
    l4 = new_page(guest);
    l3 = new_page(guest);
    l2 = new_page(guest);
    l1 = new_page(guest);
    page = new_page(guest);
    for (unsigned i = 0; i < 512; i++)
        table(l1)[i] = pte_make(page, RW);
    table(l2)[3] = pte_make(l1, RW);
    table(l2)[9] = pte_make(l1, RW);
    table(l3)[511] = pte_make(l2, RW);
    table(l4)[0] = pte_make(l3, RW);
    CU_ASSERT_EQUAL(AGAIN(pt_pin(guest, l4, PGT_L4)), 0);
    CU_ASSERT_EQUAL(page_of(page)->type & PGT_COUNT, 512);
    CU_ASSERT_EQUAL(page_audit(), 0);
    CU_ASSERT_EQUAL(AGAIN(pt_unpin(guest, l4)), 0);
    CU_ASSERT_EQUAL(AGAIN(pt_pin(guest, page, PGT_L1)), 0);     /* settles      */
    CU_ASSERT_EQUAL(AGAIN(pt_unpin(guest, page)), 0);
    CU_ASSERT_EQUAL(page_type(page_of(l1)), PGT_NONE);

    table(l1)[511] = pte_make(l2, RW);          /* its own L2, writable        */
    CU_ASSERT_EQUAL(AGAIN(pt_pin(guest, l4, PGT_L4)), -EBUSY);
    for (unsigned i = 0; i < 4; i++) {
        mfn_t m[] = { l1, l2, l3, l4 };

        CU_ASSERT_EQUAL(page_of(m[i])->refs & PGR_COUNT, 1);
        CU_ASSERT_EQUAL(page_type(page_of(m[i])), PGT_NONE);
    }
    CU_ASSERT_EQUAL(page_of(page)->refs & PGR_COUNT, 1);
    end();
}

static void test_ad_bits(void)
{
    mfn_t l1, a, b;

    start();
    l1 = new_page(guest);
    a = new_page(guest);
    b = new_page(guest);
    CU_ASSERT_EQUAL(AGAIN(pt_pin(guest, l1, PGT_L1)), 0);
    CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l1, 0, pte_make(a, RW), guest, 0)), 0);
    table(l1)[0] |= PTE_A | PTE_D;              /* as the CPU does             */
    CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l1, 0, pte_make(a, RO), guest,
                                    PT_PRESERVE_AD)), 0);
    CU_ASSERT_EQUAL(table(l1)[0], pte_make(a, RO | PTE_A | PTE_D | PTE_G));
    CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l1, 0, pte_make(b, RO), guest, 0)), 0);
    CU_ASSERT_EQUAL(table(l1)[0], pte_make(b, RO | PTE_G));
    /* a trapped write loses against the CPU's own */
    CU_ASSERT_EQUAL(AGAIN(pt_update_if(guest, l1, 0, pte_make(b, RO), 0)), -EAGAIN);
    CU_ASSERT_EQUAL(AGAIN(pt_update_if(guest, l1, 0, pte_make(b, RO | PTE_G), 0)), 0);
    CU_ASSERT_EQUAL(page_of(b)->refs & PGR_COUNT, 1);
    end();
}

static void test_descriptors(void)
{
    static const struct { uint64_t desc; bool ok; uint64_t stored; } rows[] = {
        { 0, true, 0 },
        { 0x00af9a000000ffff, true, 0x00affa000000ffff },   /* ring 0 code      */
        { 0x00cff2000000ffff, true, 0x00cff2000000ffff },
        { 0x00008c0000000000, false, 0 },                   /* call gate        */
        { 0x00008e0000000000, false, 0 },                   /* interrupt gate   */
        { 0x0000890000000067, false, 0 },                   /* TSS              */
        { 0x0000820000000000, false, 0 },                   /* LDT              */
        { 0x00000c0000000000, true, 0x00000c0000000000 },   /* not present      */
    };

    start();
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        mfn_t m = new_page(guest);
        struct page *pg = page_of(m);

        ((uint64_t *)frame_map(m))[511] = rows[i].desc;
        CU_ASSERT_EQUAL(AGAIN(page_get_type(pg, PGT_DESC)), rows[i].ok ? 0 : -EINVAL);
        if (rows[i].ok) {
            CU_ASSERT_EQUAL(((uint64_t *)frame_map(m))[511], rows[i].stored);
            page_put_type(pg);
        }
        CU_ASSERT_EQUAL(page_type(pg), PGT_NONE);
    }
    end();
}

static void test_grants(void)
{
    mfn_t l4, l3, l2, l1, page;
    struct page *pg;
    vaddr_t va = 0x5000;
    maddr_t at;

    start();
    l4 = new_page(guest);
    l3 = new_page(guest);
    l2 = new_page(guest);
    l1 = new_page(guest);
    page = new_page(other);
    pg = page_of(page);
    table(l2)[0] = pte_make(l1, RW);
    table(l3)[0] = pte_make(l2, RW);
    table(l4)[0] = pte_make(l3, RW);
    CU_ASSERT_EQUAL(AGAIN(pt_pin(guest, l4, PGT_L4)), 0);

    CU_ASSERT_PTR_EQUAL(page_get(page, other), pg);
    CU_ASSERT_EQUAL(page_get_type(pg, PGT_WRITABLE), 0);
    CU_ASSERT_EQUAL(pt_grant_map(guest, l4, va, false, pt_grant_entry(page, false, true, 5)),
                    0);
    CU_ASSERT_EQUAL((pt_lookup(l4, va) >> 9) & 7, 5);
    CU_ASSERT_EQUAL(page_type(pg), PGT_WRITABLE);
    at = mfn_maddr(l1) + 5 * 8;
    CU_ASSERT_EQUAL(pt_grant_unmap(guest, MFN_NONE, at, true, page, true), -EINVAL);
    CU_ASSERT_EQUAL(pt_grant_unmap(guest, MFN_NONE, at, true, l2, false), -EINVAL);
    CU_ASSERT_EQUAL(pt_grant_unmap(guest, MFN_NONE, at + 4, true, page, false), -EINVAL);
    CU_ASSERT_EQUAL(pt_grant_unmap(guest, MFN_NONE, mfn_maddr(l2), true, page, false), -EINVAL);
    CU_ASSERT_EQUAL(pt_grant_unmap(guest, MFN_NONE, at, true, page, false), 0);
    CU_ASSERT_EQUAL(pt_lookup(l4, va), 0);
    /* mapped once more and overwritten by the guest: the entry's uses go */
    CU_ASSERT_EQUAL(pt_grant_map(guest, MFN_NONE, at, true,
                                 pt_grant_entry(page, false, false, 0)), 0);
    CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l1, 5, 0, guest, 0)), 0);
    CU_ASSERT_EQUAL(page_type(pg), PGT_NONE);
    CU_ASSERT_EQUAL(pg->refs & PGR_COUNT, 1);
    CU_ASSERT_EQUAL(pt_grant_unmap(guest, MFN_NONE, at, true, page, false), -EINVAL);
    CU_ASSERT_EQUAL(pt_grant_map(guest, l4, HV_VA_START, false, 0), -EINVAL);
    CU_ASSERT_EQUAL(pt_grant_map(guest, l4, 1ull << 30, false, 0), -EINVAL);
    end();
}

static void test_steal(void)
{
    mfn_t l1, m;
    uint64_t before;

    start();
    before = free_frames();
    l1 = new_page(guest);
    m = new_page(guest);
    CU_ASSERT_EQUAL(AGAIN(pt_pin(guest, l1, PGT_L1)), 0);
    CU_ASSERT_FALSE(page_steal(guest, l1));
    CU_ASSERT_FALSE(page_steal(other, m));
    CU_ASSERT_FALSE(page_steal(guest, MFN(1)));
    CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l1, 0, pte_make(m, RO), guest, 0)), 0);
    CU_ASSERT_FALSE(page_steal(guest, m));
    CU_ASSERT_EQUAL(AGAIN(pt_update(guest, l1, 0, 0, guest, 0)), 0);
    CU_ASSERT_TRUE(page_steal(guest, m));
    CU_ASSERT_FALSE(page_steal(guest, m));
    CU_ASSERT_PTR_NULL(page_get(m, guest));
    page_steal_undo(m);
    CU_ASSERT_TRUE(page_steal(guest, m));
    CU_ASSERT_PTR_NOT_NULL(domain_pages_add(guest, 0, 0));
    page_steal_free(m);
    CU_ASSERT_EQUAL(guest->tot_pages, 2);
    CU_ASSERT_EQUAL(free_frames(), before - 2);
    end();
}

/* A dying domain's frame that another still maps lives until that goes. */
static void test_foreign_outlives(void)
{
    mfn_t l1, page;

    start();
    l1 = new_page(control);
    page = new_page(other);
    CU_ASSERT_EQUAL(AGAIN(pt_pin(control, l1, PGT_L1)), 0);
    CU_ASSERT_EQUAL(AGAIN(pt_update(control, l1, 0, pte_make(page, RW), other, 0)), 0);
    other->dying = true;
    CU_ASSERT_EQUAL(AGAIN(domain_pages_relinquish(other)), 0);
    CU_ASSERT_EQUAL(other->tot_pages, 1);
    CU_ASSERT_PTR_EQUAL(page_owner(page_of(page)), other);
    CU_ASSERT_EQUAL(AGAIN(pt_update(control, l1, 1, pte_make(page, RO), other, 0)), 0);
    CU_ASSERT_PTR_NULL(domain_pages_alloc(other, 0, 0));
    CU_ASSERT_EQUAL(AGAIN(pt_pin(other, page, PGT_L1)), -ESRCH);
    CU_ASSERT_EQUAL(AGAIN(pt_update(control, l1, 0, 0, control, 0)), 0);
    CU_ASSERT_EQUAL(AGAIN(pt_update(control, l1, 1, 0, control, 0)), 0);
    CU_ASSERT_EQUAL(other->tot_pages, 0);
    CU_ASSERT_PTR_NULL(page_owner(page_of(page)));
    end();
}

int main(void)
{
    static CU_TestInfo tests[] = {
        { "all frames are given out once, and come back", test_alloc_all },
        { "orders are aligned and cleared", test_alloc_orders },
        { "address limits and max_pages hold", test_alloc_limit },
        { "a claim is kept from others", test_claims },
        { "small allocations do not overlap, and come back", test_heap },
        { "two types exclude each other", test_types_exclude },
        { "pins do not nest and are of own frames", test_pins },
        { "a shared page is never a table", test_shared_page },
        { "what an L1 entry may say", test_leaf_rules },
        { "what the control domain's L1 entry may say", test_control_rules },
        { "what an L2 to L4 entry may say", test_table_rules },
        { "a tree with one bad entry leaves nothing behind", test_bad_tree },
        { "bits set by the CPU survive", test_ad_bits },
        { "which descriptors are refused", test_descriptors },
        { "a grant's entry carries its uses", test_grants },
        { "only an unused frame is exchanged", test_steal },
        { "a frame outlives its owner while it is mapped", test_foreign_outlives },
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {
        { "mm", NULL, NULL, NULL, NULL, tests }, CU_SUITE_INFO_NULL,
    };
    unsigned failed;

    fake_machine_init();
    if (CU_initialize_registry() != CUE_SUCCESS ||
        CU_register_suites(suites) != CUE_SUCCESS)
        return 2;
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    failed = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failed != 0;
}
