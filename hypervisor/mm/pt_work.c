/* SPDX-License-Identifier: MIT */
/*
 * pt_work.c - promotion of a frame to a page table, and demotion, in steps.
 *
 *   R1  d->pt_work is a stack: step[0] is the table that was asked for, each
 *       next one a table that an entry of the one before names. All are WORKING
 *       with one typed use. A promotion holds the uses of entries below index; a
 *       demotion still has those of entries below index to drop.
 *   R2  Types forbid a table on its own stack, so the stack is four deep at most.
 *   R3  A step that fails turns into its own demotion, and takes its parent along.
 *   R4  The work holds one ref on step[0]. A promotion that ends well keeps the
 *       first typed use and that ref in `held` until the call that wanted it
 *       comes again; one that failed leaves its error in `failed` for that call.
 *   R5  Whoever takes the pt_lock finishes the work first, so it belongs to the
 *       domain and not to a vcpu, and no table is seen half done.
 */
#include "mm/pt_internal.h"

static struct page *step_page(const struct pt_step *s)
{
    return page_of(MFN(s->frame));
}

static void step_push(struct pt_work *w, struct page *pg, bool demote)
{
    BUG_ON(w->depth >= ARRAY_SIZE(w->step));                    /* R2 */
    if (demote)
        logdirty_retyped(pg);
    w->step[w->depth++] =
        (struct pt_step){ (uint32_t)page_mfn(pg).n, demote ? 512 : 0, demote };
}

/* Takes one typed use: 0, -EINVAL, or 1 when the frame has just become a table of
 * this type that is yet to be checked. */
static int use_take(struct page *pg, enum page_type want)
{
    uint64_t old = __atomic_load_n(&pg->type, __ATOMIC_ACQUIRE);

    for (;;) {
        if ((old & PGT_COUNT) == 0) {
            if (!word_swap(&pg->type, &old, PGT_OF(want) | PGT_WORKING | 1))
                continue;
            if (type_of(old) != want)
                page_flush_former(pg, old);
            return 1;
        }
        if (type_of(old) != want || (old & PGT_VALIDATED) == 0 ||
            (old & PGT_COUNT) == PGT_COUNT)
            return -EINVAL;             /* R2, as 4.17 says it */
        if (word_swap(&pg->type, &old, old + 1))
            return 0;
    }
}

/* Drops one typed use; true: it is the last, which is still held, and from now on
 * nobody takes another: the frame is to be demoted. */
static bool use_drop(struct page *pg)
{
    uint64_t old = __atomic_load_n(&pg->type, __ATOMIC_ACQUIRE), val;

    page_stamp(pg);
    do {
        BUG_ON((old & PGT_COUNT) == 0 || !type_is_table(type_of(old)));
        val = (old & PGT_COUNT) == 1 ? (old & ~PGT_VALIDATED) | PGT_WORKING : old - 1;
    } while (!word_swap(&pg->type, &old, val));
    return (old & PGT_COUNT) == 1;
}

/* Eight entries that start at a multiple of eight are zero, as most are. */
static __inline_always bool eight_zero(const pte_t *e)
{
    return (e[0] | e[1] | e[2] | e[3] | e[4] | e[5] | e[6] | e[7]) == 0;
}

/* One entry of a promotion: 0 done, 1 its table was pushed, or an error. */
static int promote_entry(struct mm_domain *d, enum page_type type, pte_t *slot)
{
    pte_t e = READ_ONCE(*slot);
    pte_t was = e;
    struct page *child;
    int rc = table_entry_check(d, &e, &child);

    if (rc == 0) {
        rc = use_take(child, type - 1);
        if (rc < 0)
            ref_drop(child);
        else if (rc == 1)
            step_push(&d->pt_work, child, false);
    }
    if (rc >= 0 && e != was)
        pt_store(slot, e, PT_PRESERVE_AD);
    return rc;
}

/* The innermost step has ended with its table promoted. */
static void promote_end(struct mm_domain *d, struct pt_work *w)
{
    struct page *pg = step_page(&w->step[w->depth - 1]);

    if (type_of(pg->type) == PGT_L4)
        pt_fill_hv_slots(d, page_mfn(pg));
    __atomic_fetch_or(&pg->type, PGT_VALIDATED, __ATOMIC_RELEASE);
    __atomic_fetch_and(&pg->type, ~PGT_WORKING, __ATOMIC_RELAXED);
    logdirty_retyped(pg);
    w->depth--;
    if (w->depth > 0)
        w->step[w->depth - 1].index++;
    else
        w->held = (uint32_t)page_mfn(pg).n;                     /* R4 */
}

/* The innermost step has ended with its table a table no more. */
static void demote_end(struct pt_work *w)
{
    struct page *pg = step_page(&w->step[w->depth - 1]);

    page_stamp(pg);
    __atomic_store_n(&pg->type, pg->type & PGT_TYPE_MASK, __ATOMIC_RELEASE);
    w->depth--;
    if (w->depth > 0) {
        struct pt_step *parent = &w->step[w->depth - 1];

        if (parent->demote)
            parent->index--;
        parent->demote = true;                                  /* R3 */
    } else if (w->rc != 0) {
        w->failed = (uint32_t)page_mfn(pg).n;
        w->failed_rc = w->rc;
        w->rc = 0;
    }
    page_put(pg);       /* the entry's reference, or the work's */
}

/* All four go over as many entries as the budget allows; those of upper tables
 * stop when a step was pushed. */
static int promote_leaves(struct mm_domain *d, struct pt_step *s, pte_t *table,
                          unsigned *budget)
{
    unsigned i = s->index, left = *budget;
    int rc = 0;

    for (; i < 512 && left > 0 && rc == 0; left--) {
        pte_t e = READ_ONCE(table[i]), was = e;

        if (i % 8 == 0 && e == 0 && eight_zero(&table[i])) {
            i += 8;
            continue;
        }
        rc = leaf_get(d, d, &e);
        if (unlikely(rc != 0))
            break;
        if (e != was)
            pt_store(&table[i], e, PT_PRESERVE_AD);
        i++;
    }
    s->index = (uint16_t)i;
    *budget = left;
    return rc;
}

static int promote_tables(struct mm_domain *d, struct pt_step *s, pte_t *table,
                          enum page_type type, unsigned *budget)
{
    for (; s->index < 512 && *budget > 0; s->index++, (*budget)--) {
        int rc;

        if (s->index % 8 == 0 && eight_zero(&table[s->index])) {
            s->index += 7;
            continue;
        }
        if ((READ_ONCE(table[s->index]) & PTE_P) == 0 ||
            slot_is_ours(type, s->index))
            continue;
        rc = promote_entry(d, type, &table[s->index]);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static void promote_step(struct mm_domain *d, struct pt_work *w, struct pt_step *s,
                         unsigned *budget)
{
    struct page *pg = step_page(s);
    enum page_type type = type_of(pg->type);
    pte_t *table = frame_map(page_mfn(pg));
    int rc = type == PGT_L1 ? promote_leaves(d, s, table, budget) :
                              promote_tables(d, s, table, type, budget);

    if (rc < 0) {
        w->rc = rc;
        s->demote = true;                                       /* R3 */
    } else if (rc == 0 && s->index == 512) {
        promote_end(d, w);
    }
}

static void demote_leaves(struct pt_step *s, const pte_t *table, unsigned *budget)
{
    unsigned i = s->index, left = *budget;

    for (; i > 0 && left > 0; left--) {
        pte_t e = READ_ONCE(table[i - 1]);

        if (i % 8 == 0 && e == 0 && eight_zero(&table[i - 8])) {
            i -= 8;
            continue;
        }
        leaf_put(e);
        i--;
    }
    s->index = (uint16_t)i;
    *budget = left;
}

/* False: a step was pushed; the index moves when that ends. */
static bool demote_tables(struct pt_work *w, struct pt_step *s, const pte_t *table,
                          enum page_type type, unsigned *budget)
{
    for (; s->index > 0 && *budget > 0; s->index--, (*budget)--) {
        pte_t e = READ_ONCE(table[s->index - 1]);

        if (s->index % 8 == 0 && eight_zero(&table[s->index - 8])) {
            s->index -= 7;
            continue;
        }
        if ((e & PTE_P) == 0 || slot_is_ours(type, s->index - 1))
            continue;
        if (use_drop(page_of(pte_mfn(e)))) {
            step_push(w, page_of(pte_mfn(e)), true);
            return false;
        }
        ref_drop(page_of(pte_mfn(e)));
    }
    return true;
}

static void demote_step(struct pt_work *w, struct pt_step *s, unsigned *budget)
{
    struct page *pg = step_page(s);
    enum page_type type = type_of(pg->type);
    const pte_t *table = frame_map(page_mfn(pg));

    if (type == PGT_L1)
        demote_leaves(s, table, budget);
    else if (!demote_tables(w, s, table, type, budget))
        return;
    if (s->index == 0)
        demote_end(w);
}

int pt_work_run(struct mm_domain *d, unsigned budget)
{
    struct pt_work *w = &d->pt_work;

    while (w->depth > 0) {
        struct pt_step *s = &w->step[w->depth - 1];

        if (budget == 0)
            return -ERESTART;
        if (s->demote)
            demote_step(w, s, &budget);
        else
            promote_step(d, w, s, &budget);
    }
    return 0;
}

/* Gives up a promotion that nobody came back for. */
static void held_drop(struct mm_domain *d)
{
    struct page *pg = page_of(MFN(d->pt_work.held));

    d->pt_work.held = 0;
    table_put(d, pg);
    page_put(pg);
}

int table_get(struct mm_domain *d, struct page *pg, enum page_type want)
{
    struct pt_work *w = &d->pt_work;
    uint32_t frame = (uint32_t)page_mfn(pg).n;
    int rc;

    if (w->failed == frame) {
        w->failed = 0;
        return w->failed_rc;
    }
    rc = use_take(pg, want);
    if (rc == 0 && w->held == frame)
        held_drop(d);                       /* claimed: not the last use */
    if (rc <= 0)
        return rc;

    /* A new promotion. One that was never claimed makes room first; that may
     * take time, in which this frame goes back to what it was. */
    if (w->held != 0) {
        __atomic_store_n(&pg->type, PGT_OF(want), __ATOMIC_RELEASE);
        held_drop(d);
        return -ERESTART;
    }
    BUG_ON(!page_get_any(pg));                                  /* R4 */
    step_push(w, pg, false);
    rc = pt_work_run(d, PT_BUDGET);
    if (rc != 0)
        return rc;
    if (w->held != frame) {
        w->failed = 0;
        return w->failed_rc;
    }
    w->held = 0;
    page_put(pg);
    return 0;
}

void table_put(struct mm_domain *d, struct page *pg)
{
    if (!use_drop(pg))
        return;
    BUG_ON(!page_get_any(pg));                                  /* R4 */
    step_push(&d->pt_work, pg, true);
    (void)pt_work_run(d, PT_BUDGET);
}

int pt_work_finish(struct mm_domain *d)
{
    int rc;

    spin_lock(&d->pt_lock);
    rc = pt_work_run(d, PT_BUDGET);
    if (rc == 0 && d->pt_work.held != 0) {
        held_drop(d);
        rc = pt_work_run(d, PT_BUDGET);
    }
    if (rc == 0)
        d->pt_work.failed = 0;
    spin_unlock(&d->pt_lock);
    return rc;
}
