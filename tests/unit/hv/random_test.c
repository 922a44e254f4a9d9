/* SPDX-License-Identifier: MIT */
/*
 * random_test.c - hostile domains do anything with their page tables, and after
 * each step every count is exact and no TLB holds what it must not.
 *
 * Three domains on three CPUs that never flush. Each step is one random call with
 * frames, indexes and entries from a small set, so that they collide often. The
 * control domain also maps the others' frames.
 */
#include <stdio.h>
#include <stdlib.h>

#include "arch/tlb.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "mm/page_internal.h"
#include "pte.h"
#include "world.h"

#define DOMAINS 3
#define PAGES   14                      /* frames a domain plays with          */
#define SLOTS   3
#define STEPS   1000u

static struct world w[DOMAINS];
static uint8_t extra[FAKE_FRAMES];

static struct mm_domain *any_domain(void)
{
    return w[rnd(DOMAINS)].d;
}

/* A frame of d, mostly. */
static mfn_t any_frame(struct mm_domain *d)
{
    uint32_t f, n;

    if (rnd(20) == 0)
        return MFN(rnd(FAKE_FRAMES + 8));
    if (rnd(12) == 0)
        d = any_domain();
    if (d->tot_pages == 0)
        return MFN(1);
    f = d->pages;
    for (n = rnd(d->tot_pages); n > 0 && page_of(MFN(f))->next != 0; n--)
        f = page_of(MFN(f))->next;
    return MFN(f);
}

/* A frame of d that is a table, if a few tries find one. */
static mfn_t any_table(struct mm_domain *d)
{
    mfn_t m = any_frame(d);

    for (unsigned n = rnd(20); n > 0; n--) {
        if (mfn_valid(m) && page_owner(page_of(m)) == d &&
            page_type(page_of(m)) >= PGT_L1 && page_type(page_of(m)) <= PGT_L4)
            break;
        m = any_frame(d);
    }
    return m;
}

static unsigned any_index(void)
{
    static const unsigned some[] = { 0, 1, 511, 256, 271, 100 };

    return rnd(4) == 0 ? some[rnd(6)] : rnd(SLOTS);
}

static pte_t any_entry(struct mm_domain *d)
{
    pte_t e = pte_make(any_frame(d), 0);

    if (rnd(5) == 0)
        return 0;
    e |= rnd(10) != 0 ? PTE_P : 0;
    e |= rnd(2) != 0 ? PTE_RW : 0;
    e |= rnd(2) != 0 ? PTE_US : 0;
    if (rnd(16) == 0)
        e |= 1ull << rnd(64);
    return e;
}

/* The guest writes into a frame that it could map writable now. */
static void scribble(struct mm_domain *d)
{
    mfn_t m = any_frame(d);
    struct page *pg = page_get(m, d);

    if (pg == NULL)
        return;
    if (page_get_writable(pg, false) == 0) {
        for (unsigned i = 0; i < 4; i++)
            ((pte_t *)frame_map(m))[any_index()] = any_entry(d);
        page_put_type(pg);
    }
    page_put(pg);
}

static void set_root(struct world *x)
{
    unsigned r = rnd(WORLD_ROOTS);
    mfn_t old = x->root[r], m = any_frame(x->d);
    struct page *pg;

    if (rnd(4) != 0) {
        if (AGAIN(page_get_and_type(m, x->d, PGT_L4, &pg)) != 0)
            return;
        x->root[r] = m;
    } else {
        x->root[r] = MFN_NONE;
    }
    if (!mfn_eq(old, MFN_NONE))
        page_put_and_type(page_of(old));
}

static void balloon(struct mm_domain *d)
{
    mfn_t m = any_frame(d);
    struct page *pg;

    if (d->tot_pages < PAGES) {
        (void)domain_pages_alloc(d, 0, 0);
        return;
    }
    pg = page_get(m, d);
    if (pg != NULL) {
        page_release_alloc(pg);
        page_put(pg);
    }
}

static void pins(struct mm_domain *d)
{
    mfn_t m = any_frame(d);

    if (rnd(3) != 0)
        (void)pt_pin(d, m, PGT_L1 + rnd(4));
    else
        (void)pt_unpin(d, any_table(d));
}

static void descriptors(struct mm_domain *d)
{
    struct page *pg = page_get(any_frame(d), d);

    if (pg == NULL)
        return;
    if (AGAIN(page_get_type(pg, PGT_DESC)) == 0)
        page_put_type(pg);
    page_put(pg);
}

static void grant(struct mm_domain *d)
{
    struct mm_domain *from = any_domain();
    mfn_t m = any_frame(from);
    bool readonly = rnd(2) != 0;
    struct page *pg = page_get(m, from);
    maddr_t at = mfn_maddr(any_table(d)) + any_index() * 8;

    if (pg == NULL)
        return;
    if (!readonly && page_get_type(pg, PGT_WRITABLE) != 0) {
        page_put(pg);
        return;
    }
    if (AGAIN(pt_grant_map(d, MFN_NONE, at, true, pt_grant_entry(m, readonly, true, 0))) != 0) {
        if (!readonly)
            page_put_type(pg);
        page_put(pg);
    } else if (rnd(2) != 0 &&
               AGAIN(pt_grant_unmap(d, MFN_NONE, at, true, m, readonly)) == 0) {
        tlb_flush(~(cpumask_t)0, TLB_ALL);      /* as the grant code does      */
        if (!readonly)
            page_put_type(pg);
        page_put(pg);
    }
}

static void steal(struct mm_domain *d)
{
    mfn_t m = any_frame(d);

    if (!page_steal(d, m))
        return;
    if (rnd(2) != 0) {
        page_steal_undo(m);
        return;
    }
    (void)domain_pages_add(d, 0, 0);
    page_steal_free(m);
}

static void step(void)
{
    unsigned who = rnd(DOMAINS);
    struct mm_domain *d = w[who].d;
    struct mm_domain *frames = who == 0 && rnd(2) != 0 ? any_domain() : d;

    fake_cpu = who;
    switch (rnd(12)) {
    case 0: case 1: case 2: case 3:
        /* not repeated: another vcpu's call may come in between */
        (void)pt_update(d, any_table(d), any_index(), any_entry(frames), frames,
                        rnd(2));
        break;
    case 4: case 5:
        scribble(d);
        break;
    case 6: case 7:
        pins(d);
        break;
    case 8:
        set_root(&w[who]);
        break;
    case 9:
        balloon(d);
        break;
    case 10:
        if (rnd(2) != 0)
            grant(d);
        else
            steal(d);
        break;
    default:
        descriptors(d);
        break;
    }
}

/* The page-table work of all domains comes to its end, as their next calls
 * would bring it. */
static void settle(void)
{
    for (unsigned i = 0; i < DOMAINS; i++)
        while (pt_work_finish(w[i].d) != 0)
            continue;
}

static void walk_all(void)
{
    for (unsigned i = 0; i < DOMAINS; i++)
        for (unsigned r = 0; r < WORLD_ROOTS; r++)
            if (!mfn_eq(w[i].root[r], MFN_NONE))
                fake_walk(i, w[i].root[r]);
}

static bool check(uint32_t seed, unsigned n)
{
    unsigned stale = fake_stale(), wrong, faults;

    if (stale != 0) {
        fprintf(stderr, "seed %u step %u: %u stale translations\n", seed, n, stale);
        return false;
    }
    settle();
    wrong = world_recount(w, DOMAINS, extra);
    faults = n % 16 == 0 ? page_audit() : 0;
    if (wrong != 0 || faults != 0)
        fprintf(stderr, "seed %u step %u: %u counts, %u rules\n", seed, n, wrong,
                faults);
    return wrong == 0 && faults == 0;
}

/* A root with one table below it at each level, so that things happen at once. */
static void first_tree(struct world *x)
{
    mfn_t above = MFN_NONE;
    struct page *pg;
    uint32_t f = x->d->pages;

    for (unsigned level = 1; level <= 4; level++) {
        mfn_t m = MFN(f);

        f = page_of(m)->next;
        if (level > 1)
            ((pte_t *)frame_map(m))[0] = pte_make(above, PTE_P | PTE_RW | PTE_US);
        above = m;
    }
    if (AGAIN(page_get_and_type(above, x->d, PGT_L4, &pg)) == 0)
        x->root[0] = above;
}

static bool play(uint32_t seed, unsigned steps)
{
    uint64_t before = free_frames();
    bool ok = true;

    rnd_seed(seed);
    for (unsigned i = 0; i < DOMAINS; i++) {
        w[i].d = world_domain((uint16_t)i, PAGES + 8, cpumask_of(i));
        w[i].root[0] = w[i].root[1] = MFN_NONE;
        for (unsigned n = 0; n < PAGES; n++)
            (void)domain_pages_alloc(w[i].d, 0, 0);
    }
    w[0].d->control = true;
    for (unsigned i = 0; i < DOMAINS; i++)
        first_tree(&w[i]);
    for (unsigned n = 0; n < steps && ok; n++) {
        step();
        /* now and then several calls pass before anything is settled */
        ok = rnd(3) == 0 || check(seed, n);
        walk_all();
    }
    for (unsigned i = 0; i < DOMAINS; i++) {
        for (unsigned r = 0; r < WORLD_ROOTS; r++)
            if (!mfn_eq(w[i].root[r], MFN_NONE))
                page_put_and_type(page_of(w[i].root[r]));
        w[i].d->dying = true;
    }
    for (unsigned i = 0; i < DOMAINS && ok; i++)
        (void)AGAIN(domain_pages_relinquish(w[i].d));
    for (unsigned i = 0; i < DOMAINS && ok; i++)
        world_domain_end(w[i].d);
    if (ok && free_frames() != before) {
        fprintf(stderr, "seed %u: %llu frames lost\n", seed,
                (unsigned long long)(before - free_frames()));
        ok = false;
    }
    return ok;
}

int main(int argc, char **argv)
{
    unsigned first = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
    unsigned last = argc > 2 ? (unsigned)atoi(argv[2]) : first + 59;

    fake_machine_init();
    for (unsigned seed = first; seed <= last; seed++)
        if (!play(seed, STEPS))
            return 1;
    printf("%u games of %u steps: counts exact, nothing stale, %u flushes\n",
           last - first + 1, STEPS, fake_flushes);
    return 0;
}
