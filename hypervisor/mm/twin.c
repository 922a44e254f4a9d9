/* SPDX-License-Identifier: MIT */
/*
 * twin.c - the tables that a logged domain's CPUs really walk.
 *
 *   R1  A twin has entries for some of those of its table that have A set, with
 *       the frame of the table below replaced by that of its twin. The CPU
 *       never has to set A or D in one.
 *   R2  A twin is dropped when its table ceases to be one; by then no entry of
 *       another twin leads to it.
 *   R3  What a CPU remembers of a dropped twin is flushed before its frame serves
 *       as another.
 *   R4  An L4's twin belongs to a vcpu and a mode, so that it can be emptied under
 *       a running CPU, and is never freed under one.
 */
#include "mm/logdirty_internal.h"
#include "lib/string.h"

#define TWINS_MAX 4096u
#define TWINS_MIN 64u

static pte_t *twin_map(uint32_t frame)
{
    return frame_map(MFN(frame));
}

static uint32_t *bucket_of(struct logdirty *log, mfn_t table)
{
    return &log->bucket[(table.n ^ table.n / TWIN_BUCKETS) % TWIN_BUCKETS];
}

static struct twin *twin_find(struct logdirty *log, mfn_t table)
{
    for (uint32_t i = *bucket_of(log, table); i != 0; i = log->twin[i - 1].next)
        if (log->twin[i - 1].table == table.n)
            return &log->twin[i - 1];
    return NULL;
}

static void free_append(struct logdirty *log, struct twin *t)
{
    uint32_t i = (uint32_t)(t - log->twin) + 1;

    t->table = t->next = 0;
    if (log->free_last != 0)
        log->twin[log->free_last - 1].next = i;
    else
        log->free_first = i;
    log->free_last = i;
}

static struct twin *free_take(struct mm_domain *d, struct logdirty *log)
{
    struct twin *t;
    cpumask_t stale;

    if (log->free_first == 0)
        return NULL;
    t = &log->twin[log->free_first - 1];
    log->free_first = t->next;
    if (t->next == 0)
        log->free_last = 0;
    stale = tlb_filter(__atomic_load_n(&d->cpus, __ATOMIC_SEQ_CST),
                       page_of(MFN(t->frame))->stamp);
    if (stale != 0)
        tlb_flush(stale, TLB_ALL);                              /* R3 */
    return t;
}

/* ---- entries ---- */

static pte_t leaf_entry(const struct mm_domain *d, pte_t e)
{
    if ((e & (PTE_P | PTE_A)) != (PTE_P | PTE_A))
        return 0;
    if ((e & PTE_RW) != 0 && ((e & PTE_D) == 0 || logdirty_is_clean(d, pte_mfn(e))))
        e &= ~PTE_RW;
    return e;
}

static pte_t branch_entry(struct logdirty *log, pte_t e)
{
    struct twin *below;

    if ((e & (PTE_P | PTE_A)) != (PTE_P | PTE_A))
        return 0;
    below = twin_find(log, pte_mfn(e));
    return below == NULL ? 0 : (e & ~PTE_ADDR) | pte_make(MFN(below->frame), 0);
}

static void twin_fill(struct mm_domain *d, pte_t *twin, mfn_t table, unsigned level)
{
    const pte_t *from = frame_map(table);

    for (unsigned i = 0; i < 512; i++) {
        pte_t e = READ_ONCE(from[i]);

        if (!slot_is_ours(level == 4 ? PGT_L4 : PGT_NONE, i))
            WRITE_ONCE(twin[i], level == 1 ? leaf_entry(d, e)
                                           : branch_entry(d->log, e));
    }
}

/* The twin of a table, made if need be. NULL: there is no room. */
static struct twin *twin_get(struct mm_domain *d, mfn_t table, unsigned level)
{
    struct logdirty *log = d->log;
    struct twin *t = twin_find(log, table);
    uint32_t *head = bucket_of(log, table);

    if (t != NULL)
        return t;
    t = free_take(d, log);
    if (t == NULL)
        return NULL;
    twin_fill(d, twin_map(t->frame), table, level);
    t->table = (uint32_t)table.n;
    t->next = *head;
    *head = (uint32_t)(t - log->twin) + 1;
    return t;
}

static bool try_path(struct mm_domain *d, struct twin_root *r, mfn_t guest_root,
                     vaddr_t va, pte_t *const slot[5])
{
    pte_t *twin = twin_map(r->frame);

    if (!r->filled) {
        twin_fill(d, twin, guest_root, 4);
        r->filled = true;
    }
    for (unsigned level = 4; level > 1; level--) {
        pte_t e = READ_ONCE(*slot[level]);
        struct twin *below = twin_get(d, pte_mfn(e), level - 1);

        if (below == NULL)
            return false;
        WRITE_ONCE(twin[pt_index(va, level)], branch_entry(d->log, e));
        twin = twin_map(below->frame);
    }
    WRITE_ONCE(twin[pt_index(va, 1)], leaf_entry(d, READ_ONCE(*slot[1])));
    return true;
}

void twin_path(struct mm_domain *d, unsigned nr, mfn_t guest_root, vaddr_t va,
               pte_t *const slot[5])
{
    struct twin_root *r = &d->log->root[nr];

    if (try_path(d, r, guest_root, va, slot))
        return;
    twins_drop_all(d);
    BUG_ON(!try_path(d, r, guest_root, va, slot));
}

/* ---- dropping ---- */

static void root_empty(struct twin_root *r)
{
    pte_t *l4 = twin_map(r->frame);

    memset(l4, 0, HV_SLOT_FIRST * sizeof(*l4));
    memset(l4 + HV_SLOT_LAST + 1, 0, (511 - HV_SLOT_LAST) * sizeof(*l4));
}

/* Only this CPU fills this root, and it is not doing so now; others empty it at
 * most, which does no harm. So it needs no lock. */
mfn_t logdirty_root(struct mm_domain *d, unsigned nr, mfn_t guest_root)
{
    struct twin_root *r = &d->log->root[nr];

    if (READ_ONCE(r->guest) != guest_root.n) {
        WRITE_ONCE(r->guest, 0);
        root_empty(r);
        WRITE_ONCE(r->filled, false);
        __atomic_store_n(&r->guest, (uint32_t)guest_root.n, __ATOMIC_RELEASE);
    }
    return MFN(r->frame);
}

void twin_drop_entry(struct mm_domain *d, mfn_t table, unsigned index)
{
    struct logdirty *log = d->log;
    struct twin *t = twin_find(log, table);

    if (t != NULL) {
        WRITE_ONCE(twin_map(t->frame)[index], 0);
        return;
    }
    for (unsigned i = 0; i < log->nr_roots; i++)
        if (READ_ONCE(log->root[i].guest) == table.n && !slot_is_ours(PGT_L4, index))
            WRITE_ONCE(twin_map(log->root[i].frame)[index], 0);
}

void twin_drop(struct mm_domain *d, mfn_t table)
{
    struct logdirty *log = d->log;
    struct twin *t = twin_find(log, table);
    uint32_t *link = bucket_of(log, table);

    if (t != NULL) {
        while (&log->twin[*link - 1] != t)
            link = &log->twin[*link - 1].next;
        *link = t->next;
        page_stamp(page_of(MFN(t->frame)));                     /* R3 */
        free_append(log, t);
        return;
    }
    for (unsigned i = 0; i < log->nr_roots; i++) {
        uint32_t guest = (uint32_t)table.n;

        if (__atomic_compare_exchange_n(&log->root[i].guest, &guest, 0, false,
                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            root_empty(&log->root[i]);
    }
}

void twins_drop_all(struct mm_domain *d)
{
    struct logdirty *log = d->log;
    cpumask_t cpus;

    for (unsigned i = 0; i < log->nr_roots; i++) {
        root_empty(&log->root[i]);
        log->root[i].filled = false;
    }
    cpus = __atomic_load_n(&d->cpus, __ATOMIC_SEQ_CST);
    if (cpus != 0)
        tlb_flush(cpus, TLB_ALL);
    memset(log->bucket, 0, sizeof(log->bucket));
    for (unsigned i = 0; i < log->nr_twins; i++)
        if (log->twin[i].table != 0)
            free_append(log, &log->twin[i]);
}

/* ---- the frames ---- */

void twins_stop(struct logdirty *log)
{
    for (unsigned i = 0; i < log->nr_twins; i++)
        hv_pages_free(twin_map(log->twin[i].frame), 0);
    for (unsigned i = 0; i < log->nr_roots; i++)
        hv_pages_free(twin_map(log->root[i].frame), 0);
    heap_free(log->twin);
    heap_free(log->root);
    log->twin = NULL;
    log->root = NULL;
    log->nr_twins = log->nr_roots = log->free_first = log->free_last = 0;
    memset(log->bucket, 0, sizeof(log->bucket));
}

static int take_frames(struct mm_domain *d, struct logdirty *log, unsigned twins,
                       unsigned nr_roots)
{
    pte_t *va;

    while (log->nr_roots < nr_roots && (va = hv_pages_alloc(0)) != NULL) {
        pt_fill_hv_slots(d, frame_of(va));
        log->root[log->nr_roots++].frame = (uint32_t)frame_of(va).n;
    }
    while (log->nr_twins < twins && (va = hv_pages_alloc(0)) != NULL) {
        log->twin[log->nr_twins].frame = (uint32_t)frame_of(va).n;
        free_append(log, &log->twin[log->nr_twins++]);
    }
    return log->nr_roots < nr_roots || log->nr_twins < TWINS_MIN ? -ENOMEM : 0;
}

int twins_start(struct mm_domain *d, struct logdirty *log, unsigned nr_roots)
{
    unsigned twins = MIN(TWINS_MIN + d->tot_pages / 128, TWINS_MAX);

    log->twin = heap_alloc(twins * sizeof(*log->twin));
    log->root = heap_alloc(nr_roots * sizeof(*log->root));
    if (log->twin == NULL || log->root == NULL ||
        take_frames(d, log, twins, nr_roots) != 0) {
        twins_stop(log);
        return fail(ENOMEM, "d%u: twins of its page tables", d->id);
    }
    return 0;
}
