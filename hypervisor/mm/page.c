/* SPDX-License-Identifier: MIT */
/*
 * page.c - references on frames, and the list of frames that a domain owns.
 *
 *   R1  A frame with an owner is on exactly one of its three lists: pages,
 *       xen_pages (PGR_XEN) or relinquished (PGR_DONE).
 *   R2  The owner changes only while there is no reference, so it is steady for
 *       whoever holds one.
 *   R3  tot_pages counts pages and relinquished; it is raised before memory is
 *       looked for, so that max_pages holds at any time.
 *   R4  A frame that we share with its owner (PGR_XEN) keeps a typed use WRITABLE
 *       of ours: the guest can never make it a table or a descriptor page.
 */
#include "mm/page_internal.h"
#include "mm/m2p.h"

#define RELINQUISH_BATCH BATCH(256)

static uint64_t claimed;            /* (a) sum of all domains' claimed         */

bool mfn_valid(mfn_t m)
{
    return is_ram_frame(m);
}

struct mm_domain *page_owner(const struct page *pg)
{
    uint32_t owner = READ_ONCE(pg->owner);

    return owner == 0 ? NULL : frame_map(MFN(owner));
}

bool page_get_any(struct page *pg)
{
    return ref_take(pg);
}

struct page *page_get(mfn_t m, struct mm_domain *d)
{
    return ref_get(m, owner_word(d));
}

void page_put(struct page *pg)
{
    ref_drop(pg);
}

/* pages_lock is held where the list changes, and the flags already say which. */
static uint32_t *list_of(struct mm_domain *d, const struct page *pg)
{
    if ((pg->refs & PGR_XEN) != 0)
        return &d->xen_pages;
    return (pg->refs & PGR_DONE) != 0 ? &d->relinquished : &d->pages;
}

void page_release(struct page *pg)
{
    struct mm_domain *d = page_owner(pg);

    BUG_ON(d == NULL || (pg->type & PGT_COUNT) != 0);
    spin_lock(&d->pages_lock);
    frame_list_del(list_of(d, pg), pg);
    if ((pg->refs & PGR_XEN) != 0)
        d->nr_xen_pages--;
    else
        d->tot_pages--;
    spin_unlock(&d->pages_lock);
    m2p_set(page_mfn(pg), M2P_INVALID);
    chunk_free(pg, 0);
    mm_domain_put(d);
}

static void owner_set(struct mm_domain *d, struct page *pg, uint64_t flags)
{
    pg->owner = (uint32_t)frame_of(d).n;
    __atomic_store_n(&pg->refs, PGR_RAM | flags | 1, __ATOMIC_RELEASE);
    frame_list_add(list_of(d, pg), pg);
}

/* R3. Frames set aside for others are not there for d. */
static bool pages_count(struct mm_domain *d, uint64_t n)
{
    uint64_t others, own;
    bool ok;

    spin_lock(&d->pages_lock);
    others = READ_ONCE(claimed) - d->claimed;
    ok = !d->dying && d->tot_pages + n <= d->max_pages &&
         (others == 0 || free_frames() >= others + n);
    if (ok) {
        own = MIN(n, (uint64_t)d->claimed);
        d->tot_pages += (uint32_t)n;
        d->claimed -= (uint32_t)own;
        __atomic_fetch_sub(&claimed, own, __ATOMIC_RELAXED);
    }
    spin_unlock(&d->pages_lock);
    return ok;
}

int domain_claim(struct mm_domain *d, uint64_t nr)
{
    int rc = 0;

    spin_lock(&d->pages_lock);
    __atomic_fetch_sub(&claimed, d->claimed, __ATOMIC_RELAXED);
    d->claimed = 0;
    if (nr != 0 && (nr <= d->tot_pages || nr > d->max_pages || d->dying)) {
        rc = fail(EINVAL, "a claim of %lu pages", nr);
    } else if (nr != 0) {
        nr -= d->tot_pages;
        if (free_frames() < READ_ONCE(claimed) + nr) {
            rc = fail(ENOMEM, "a claim of %lu pages more", nr);
        } else {
            d->claimed = (uint32_t)nr;
            __atomic_fetch_add(&claimed, nr, __ATOMIC_RELAXED);
        }
    }
    spin_unlock(&d->pages_lock);
    return rc;
}

/* The pages of a chunk become d's, which counts them already; false: it dies. */
static bool pages_give(struct mm_domain *d, struct page *pg, unsigned order)
{
    uint64_t n = 1ull << order;
    bool dying;

    spin_lock(&d->pages_lock);
    dying = d->dying;
    if (dying)
        d->tot_pages -= (uint32_t)n;
    else
        for (uint64_t i = n; i-- > 0;)
            owner_set(d, &pg[i], PGR_ALLOC);
    spin_unlock(&d->pages_lock);

    if (dying)
        chunk_free(pg, order);
    else
        __atomic_fetch_add(&d->refs, (uint32_t)n, __ATOMIC_RELAXED);
    return !dying;
}

static struct page *pages_uncount(struct mm_domain *d, uint64_t n)
{
    spin_lock(&d->pages_lock);
    d->tot_pages -= (uint32_t)n;
    spin_unlock(&d->pages_lock);
    return NULL;
}

struct page *domain_pages_alloc(struct mm_domain *d, unsigned order, unsigned addr_bits)
{
    struct page *pg;

    if (order > MAX_ORDER || !pages_count(d, 1ull << order))
        return NULL;
    pg = chunk_alloc(order, addr_bits, false);
    if (pg == NULL)
        return pages_uncount(d, 1ull << order);
    return pages_give(d, pg, order) ? pg : NULL;
}

struct page *domain_pages_add(struct mm_domain *d, unsigned order, unsigned addr_bits)
{
    struct page *pg = chunk_alloc(order, addr_bits, true);

    if (pg == NULL)
        return NULL;
    spin_lock(&d->pages_lock);
    d->tot_pages += 1u << order;
    spin_unlock(&d->pages_lock);
    return pages_give(d, pg, order) ? pg : NULL;
}

bool page_steal(struct mm_domain *d, mfn_t m)
{
    uint64_t alone = PGR_RAM | PGR_ALLOC | 2;   /* the allocation's and ours */
    struct page *pg = page_get(m, d);

    if (pg == NULL)
        return false;
    if (word_swap(&pg->refs, &alone, PGR_RAM | PGR_ALLOC))
        return true;
    page_put(pg);
    return false;
}

void page_steal_undo(mfn_t m)
{
    __atomic_store_n(&page_of(m)->refs, PGR_RAM | PGR_ALLOC | 1, __ATOMIC_RELEASE);
}

void page_steal_free(mfn_t m)
{
    page_release(page_of(m));
}

bool page_release_alloc(struct page *pg)
{
    uint64_t old = __atomic_load_n(&pg->refs, __ATOMIC_ACQUIRE);

    do {
        if ((old & PGR_ALLOC) == 0 || (old & PGR_XEN) != 0)
            return false;
    } while (!word_swap(&pg->refs, &old, old & ~PGR_ALLOC));
    page_put(pg);
    return true;
}

void *share_page_alloc(struct mm_domain *d)
{
    struct page *pg = chunk_alloc(0, 0, true);
    bool dying;

    if (pg == NULL)
        return NULL;
    pg->type = PGT_OF(PGT_WRITABLE) | PGT_VALIDATED | 1;        /* R4 */
    spin_lock(&d->pages_lock);
    dying = d->dying;
    if (!dying) {
        owner_set(d, pg, PGR_ALLOC | PGR_XEN);
        d->nr_xen_pages++;
    }
    spin_unlock(&d->pages_lock);
    if (dying) {
        chunk_free(pg, 0);
        return NULL;
    }
    __atomic_fetch_add(&d->refs, 1, __ATOMIC_RELAXED);
    return frame_map(page_mfn(pg));
}

void hv_pages_share(struct mm_domain *xen, mfn_t first, uint64_t n, enum page_type as)
{
    for (struct page *pg = page_of(first); n > 0; pg++, n--) {
        pg->type = PGT_OF(as) | PGT_VALIDATED | 1;
        __atomic_store_n(&pg->owner, owner_word(xen), __ATOMIC_RELEASE);
    }
}

void share_page_free(void *va)
{
    struct page *pg;

    if (va == NULL)
        return;
    pg = page_of(frame_of(va));
    BUG_ON((pg->refs & (PGR_ALLOC | PGR_XEN)) != (PGR_ALLOC | PGR_XEN));
    __atomic_fetch_and(&pg->refs, ~PGR_ALLOC, __ATOMIC_RELAXED);
    page_put_simple(pg);
    page_put(pg);
}

/* The next page not seen yet, moved to the list of those seen, with a reference;
 * false: there is none. *pg is NULL when it is being freed right now. */
static bool relinquish_next(struct mm_domain *d, struct page **pg)
{
    bool any;

    spin_lock(&d->pages_lock);
    any = d->pages != 0;
    if (any) {
        *pg = page_of(MFN(d->pages));
        frame_list_del(&d->pages, *pg);
        __atomic_fetch_or(&(*pg)->refs, PGR_DONE, __ATOMIC_RELAXED);
        frame_list_add(&d->relinquished, *pg);
        if (!page_get_any(*pg))
            *pg = NULL;
    }
    spin_unlock(&d->pages_lock);
    return any;
}

int domain_pages_relinquish(struct mm_domain *d)
{
    struct page *pg;
    int rc = pt_work_finish(d);

    spin_lock(&d->pages_lock);
    __atomic_fetch_sub(&claimed, d->claimed, __ATOMIC_RELAXED);
    d->claimed = 0;
    spin_unlock(&d->pages_lock);
    for (unsigned i = 0; rc == 0; i++) {
        if (i == RELINQUISH_BATCH)
            return -ERESTART;
        if (!relinquish_next(d, &pg))
            return 0;
        if (pg == NULL)
            continue;
        rc = page_drop_pin(d, pg);
        page_release_alloc(pg);
        page_put(pg);
    }
    return rc;
}
