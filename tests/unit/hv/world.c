/* SPDX-License-Identifier: MIT */
/* world.c - see world.h. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/bug.h"
#include "mm/page_internal.h"
#include "pte.h"
#include "world.h"

static uint64_t rnd_state;

void rnd_seed(uint32_t seed)
{
    rnd_state = seed * 2654435761u + 1;
}

uint32_t rnd(uint32_t below)
{
    rnd_state = rnd_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(rnd_state >> 33) % below;
}

void mm_domain_put(struct mm_domain *d)
{
    __atomic_sub_fetch(&d->refs, 1, __ATOMIC_ACQ_REL);
}

struct mm_domain *world_domain(uint16_t id, uint32_t max_pages, cpumask_t cpus)
{
    struct mm_domain *d = hv_pages_alloc(0);

    BUG_ON(d == NULL);
    d->id = id;
    d->max_pages = max_pages;
    d->refs = 1;
    d->cpus = cpus;
    spin_lock_init(&d->pages_lock, domain_pages);
    spin_lock_init(&d->pt_lock, page_table);
    return d;
}

void world_domain_end(struct mm_domain *d)
{
    BUG_ON(d->refs != 1 || d->tot_pages != 0 || d->nr_xen_pages != 0 ||
           d->pages != 0 || d->xen_pages != 0 || d->relinquished != 0);
    hv_pages_free(d, 0);
}

static uint32_t refs[FAKE_FRAMES], typed[FAKE_FRAMES];

static void count_entry(enum page_type type, pte_t e)
{
    uint64_t f = pte_mfn(e).n;

    if ((e & PTE_P) == 0 || !mfn_valid(pte_mfn(e)))
        return;
    refs[f]++;
    if (type != PGT_L1 || (e & PTE_RW) != 0)
        typed[f]++;
}

static void count_frame(uint64_t f)
{
    const struct page *pg = page_of(MFN(f));
    const pte_t *table = frame_map(MFN(f));
    enum page_type type = page_type(pg);

    if ((pg->refs & PGR_ALLOC) != 0)
        refs[f]++;
    if ((pg->refs & PGR_XEN) != 0 && (pg->refs & PGR_ALLOC) != 0)
        typed[f]++;
    if (page_is_pinned(pg)) {
        refs[f]++;
        typed[f]++;
    }
    if (type < PGT_L1 || type > PGT_L4)
        return;
    for (unsigned i = 0; i < 512; i++)
        if (type != PGT_L4 || i < HV_SLOT_FIRST || i > HV_SLOT_LAST)
            count_entry(type, table[i]);
}

static void count_held(uint32_t frame)
{
    if (frame != 0) {
        refs[frame]++;
        typed[frame]++;
    }
}

unsigned world_recount(const struct world *w, unsigned n, const uint8_t *extra)
{
    unsigned wrong = 0;

    for (uint64_t f = 0; f < FAKE_FRAMES; f++) {
        refs[f] = extra != NULL ? extra[f] : 0;
        typed[f] = 0;
    }
    for (uint64_t f = FAKE_FIRST; f < FAKE_FRAMES; f++)
        if (page_of(MFN(f))->owner != 0)
            count_frame(f);
    for (unsigned i = 0; i < n; i++) {
        count_held(w[i].d->pt_work.held);
        for (unsigned r = 0; r < WORLD_ROOTS; r++)
            if (!mfn_eq(w[i].root[r], MFN_NONE))
                count_held((uint32_t)w[i].root[r].n);
    }
    for (uint64_t f = FAKE_FIRST; f < FAKE_FRAMES; f++) {
        const struct page *pg = page_of(MFN(f));

        if (pg->owner == 0 || ((pg->refs & PGR_COUNT) == refs[f] &&
                               (pg->type & PGT_COUNT) == typed[f]))
            continue;
        fprintf(stderr, "frame %#lx: refs %lu, %u expected; typed %lu, %u expected\n",
                (unsigned long)f, (unsigned long)(pg->refs & PGR_COUNT), refs[f],
                (unsigned long)(pg->type & PGT_COUNT), typed[f]);
        wrong++;
    }
    return wrong;
}
