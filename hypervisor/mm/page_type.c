/* SPDX-License-Identifier: MIT */
/*
 * page_type.c - typed uses of a frame (rules R1 to R6 of page.h).
 *
 * Tables are promoted and demoted in pt_work.c under the owner's pt_lock. Other
 * types need no lock: whoever changes the type first takes the only typed use,
 * without VALIDATED, then flushes, and then sets VALIDATED; another taker waits
 * for that. A type stays in the word when its last use has gone, so that the
 * next change of type knows that it must flush.
 */
#include "mm/pt_internal.h"
#include "arch/smp.h"

enum page_type page_type(const struct page *pg)
{
    uint64_t t = __atomic_load_n(&pg->type, __ATOMIC_ACQUIRE);

    return (t & PGT_COUNT) == 0 ? PGT_NONE : type_of(t);
}

bool page_is_pinned(const struct page *pg)
{
    return (__atomic_load_n(&pg->type, __ATOMIC_RELAXED) & PGT_PINNED) != 0;
}

void page_flush_former(struct page *pg, uint64_t old)
{
    struct mm_domain *d = page_owner(pg);
    cpumask_t stale;

    if (type_of(old) == PGT_NONE || d == NULL)
        return;
    stale = (old & PGT_SHARED) != 0 ? cpus_online
                                    : __atomic_load_n(&d->cpus, __ATOMIC_ACQUIRE);
    stale = tlb_filter(stale, __atomic_load_n(&pg->stamp, __ATOMIC_ACQUIRE));
    if (stale != 0)
        tlb_flush(stale, TLB_ALL);                              /* R6 */
}

int page_get_writable(struct page *pg, bool shared)
{
    uint64_t mark = shared ? PGT_SHARED : 0;
    uint64_t old = __atomic_load_n(&pg->type, __ATOMIC_ACQUIRE);

    for (;;) {
        if ((old & PGT_COUNT) == 0 && type_of(old) == PGT_WRITABLE) {
            /* as it was last: there is nothing to flush */
            if (word_swap(&pg->type, &old, (old | mark | PGT_VALIDATED) + 1))
                return 0;
            continue;
        }
        if ((old & PGT_COUNT) == 0) {
            if (!word_swap(&pg->type, &old, PGT_OF(PGT_WRITABLE) | mark | 1))
                continue;
            page_flush_former(pg, old);
            __atomic_fetch_or(&pg->type, PGT_VALIDATED, __ATOMIC_RELEASE);
            return 0;
        }
        if (type_of(old) != PGT_WRITABLE || (old & PGT_COUNT) == PGT_COUNT)
            return -EINVAL;                                     /* R2 */
        if ((old & PGT_VALIDATED) == 0) {
            cpu_relax();
            old = __atomic_load_n(&pg->type, __ATOMIC_ACQUIRE);
        } else if (word_swap(&pg->type, &old, (old | mark) + 1)) {
            return 0;
        }
    }
}

/* pt_lock is held: descriptors have their own check (pv/descriptors.c through
 * desc_check), so that this file knows only that they are never writable. */
static int desc_get(struct page *pg)
{
    uint64_t old = __atomic_load_n(&pg->type, __ATOMIC_ACQUIRE);

    for (;;) {
        if ((old & PGT_COUNT) != 0) {
            if (type_of(old) != PGT_DESC || (old & PGT_COUNT) == PGT_COUNT)
                return -EINVAL;                                 /* R2 */
            if (word_swap(&pg->type, &old, old + 1))
                return 0;
            continue;
        }
        if (!word_swap(&pg->type, &old, PGT_OF(PGT_DESC) | 1))
            continue;
        page_flush_former(pg, old);
        if (desc_check(frame_map(page_mfn(pg)))) {
            __atomic_fetch_or(&pg->type, PGT_VALIDATED, __ATOMIC_RELEASE);
            return 0;
        }
        page_put_simple(pg);
        return fail(EINVAL, "frame %#lx holds a descriptor that no guest may have",
                    page_mfn(pg).n);
    }
}

void page_put_simple(struct page *pg)
{
    uint64_t old = __atomic_load_n(&pg->type, __ATOMIC_ACQUIRE);
    uint64_t val;

    page_stamp(pg);
    do {
        BUG_ON((old & PGT_COUNT) == 0 || type_is_table(type_of(old)));
        val = old - 1;
        if ((val & PGT_COUNT) == 0)
            val &= ~PGT_VALIDATED;
    } while (!word_swap(&pg->type, &old, val));
}

/* One typed use more of a table that has some, without the lock: VALIDATED is
 * cleared by whoever takes the last. One whose first use waits to be claimed
 * (pt_work.c R4) is not for us. */
static bool table_get_more(struct mm_domain *d, struct page *pg, enum page_type type)
{
    uint64_t old = __atomic_load_n(&pg->type, __ATOMIC_ACQUIRE);

    return (old & (PGT_TYPE_MASK | PGT_VALIDATED)) == (PGT_OF(type) | PGT_VALIDATED) &&
           (old & PGT_COUNT) != PGT_COUNT && !d->dying &&
           READ_ONCE(d->pt_work.held) != page_mfn(pg).n &&
           word_swap(&pg->type, &old, old + 1);
}

int page_get_type(struct page *pg, enum page_type type)
{
    struct mm_domain *d = page_owner(pg);
    int rc;

    if (type == PGT_WRITABLE)
        return writable_get(pg, false);
    if (type == PGT_NONE || d == NULL)
        return fail(EINVAL, "no typed use as %d", (int)type);
    if (type_is_table(type) && table_get_more(d, pg, type))
        return 0;
    rc = pt_enter(d);
    if (rc != 0)
        return rc;
    rc = type == PGT_DESC ? desc_get(pg) : table_get(d, pg, type);
    pt_leave(d);
    return rc;
}

/* Drops one typed use of a table unless it is the last: then false. No lock. */
static bool table_put_spare(struct page *pg)
{
    uint64_t old = __atomic_load_n(&pg->type, __ATOMIC_ACQUIRE);

    if ((old & PGT_COUNT) <= 1)
        return false;
    page_stamp(pg);
    do {
        if ((old & PGT_COUNT) <= 1)
            return false;
    } while (!word_swap(&pg->type, &old, old - 1));
    return true;
}

void page_put_type(struct page *pg)
{
    struct mm_domain *d = page_owner(pg);
    uint64_t t = __atomic_load_n(&pg->type, __ATOMIC_ACQUIRE);

    if (!type_is_table(type_of(t))) {
        page_put_simple(pg);
        return;
    }
    if (table_put_spare(pg))
        return;
    spin_lock(&d->pt_lock);
    if (d->pt_work.depth == 0) {
        table_put(d, pg);
    } else if (!table_put_spare(pg)) {
        /* Not now: the use becomes a pin, to be dropped with the domain. */
        BUG_ON(page_is_pinned(pg) || !page_get_any(pg));
        __atomic_fetch_or(&pg->type, PGT_PINNED, __ATOMIC_RELAXED);
    }
    spin_unlock(&d->pt_lock);
}

int page_get_and_type(mfn_t m, struct mm_domain *d, enum page_type type,
                      struct page **out)
{
    struct page *pg = ref_get(m, owner_word(d));
    int rc;

    if (pg == NULL)
        return fail(EINVAL, "frame %#lx is not of domain %u", m.n, d->id);
    rc = page_get_type(pg, type);
    if (rc != 0) {
        ref_drop(pg);
        return rc;
    }
    *out = pg;
    return 0;
}

void page_put_and_type(struct page *pg)
{
    page_put_type(pg);
    page_put(pg);
}

int page_drop_pin(struct mm_domain *d, struct page *pg)
{
    int rc = 0;

    spin_lock(&d->pt_lock);
    if (page_is_pinned(pg)) {
        __atomic_fetch_and(&pg->type, ~PGT_PINNED, __ATOMIC_RELAXED);
        table_put(d, pg);
        rc = pt_work_run(d, PT_BUDGET);
        page_put(pg);
    }
    spin_unlock(&d->pt_lock);
    return rc;
}
