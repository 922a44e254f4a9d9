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
#include "arch/tlb.h"

enum page_type page_type(const struct page *pg)
{
    uint64_t t = __atomic_load_n(&pg->type, __ATOMIC_ACQUIRE);

    return (t & PGT_COUNT) == 0 ? PGT_NONE : type_of(t);
}

bool page_is_pinned(const struct page *pg)
{
    return (__atomic_load_n(&pg->type, __ATOMIC_RELAXED) & PGT_PINNED) != 0;
}

void page_stamp(struct page *pg)
{
    uint32_t now = tlb_stamp();
    uint32_t old = __atomic_load_n(&pg->stamp, __ATOMIC_ACQUIRE);

    while ((int32_t)(now - old) > 0 &&
           !__atomic_compare_exchange_n(&pg->stamp, &old, now, false,
                                        __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        continue;
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
        if ((old & PGT_COUNT) == 0) {
            if (!word_swap(&pg->type, &old, PGT_OF(PGT_WRITABLE) | mark | 1))
                continue;
            if (type_of(old) != PGT_WRITABLE)
                page_flush_former(pg, old);
            else if ((old & PGT_SHARED) != 0)
                __atomic_fetch_or(&pg->type, PGT_SHARED, __ATOMIC_RELAXED);
            __atomic_fetch_or(&pg->type, PGT_VALIDATED, __ATOMIC_RELEASE);
            return 0;
        }
        if (type_of(old) != PGT_WRITABLE || (old & PGT_COUNT) == PGT_COUNT)
            return -EBUSY;                                      /* R2 */
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
                return -EBUSY;                                  /* R2 */
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
        return fail(EINVAL, "frame %#llx holds a descriptor that no guest may have",
                    (unsigned long long)page_mfn(pg).n);
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

int page_get_type(struct page *pg, enum page_type type)
{
    struct mm_domain *d = page_owner(pg);
    int rc;

    if (type == PGT_WRITABLE)
        return page_get_writable(pg, false);
    if (type == PGT_NONE || d == NULL)
        return fail(EINVAL, "no typed use as %d", (int)type);
    rc = pt_enter(d);
    if (rc != 0)
        return rc;
    rc = type == PGT_DESC ? desc_get(pg) : table_get(d, pg, type);
    pt_leave(d);
    return rc;
}

void page_put_type(struct page *pg)
{
    struct mm_domain *d = page_owner(pg);
    uint64_t t = __atomic_load_n(&pg->type, __ATOMIC_ACQUIRE);

    if (!type_is_table(type_of(t))) {
        page_put_simple(pg);
        return;
    }
    spin_lock(&d->pt_lock);
    if (d->pt_work.depth == 0) {
        table_put(d, pg);
    } else if ((READ_ONCE(pg->type) & PGT_COUNT) > 1) {
        page_stamp(pg);
        __atomic_fetch_sub(&pg->type, 1, __ATOMIC_ACQ_REL);
    } else {
        /* Not now: the use becomes a pin, to be dropped with the domain. */
        BUG_ON(page_is_pinned(pg) || !page_get_any(pg));
        __atomic_fetch_or(&pg->type, PGT_PINNED, __ATOMIC_RELAXED);
    }
    spin_unlock(&d->pt_lock);
}

int page_get_and_type(mfn_t m, struct mm_domain *d, enum page_type type,
                      struct page **out)
{
    struct page *pg = page_get(m, d);
    int rc;

    if (pg == NULL)
        return fail(EINVAL, "frame %#llx is not of domain %u",
                    (unsigned long long)m.n, d->id);
    rc = page_get_type(pg, type);
    if (rc != 0) {
        page_put(pg);
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
