/* SPDX-License-Identifier: MIT */
/*
 * pt.c - updates of validated page tables, pins, grants' entries; see pt.h.
 *
 *   R1  Every store to a validated table is a pt_store() under the owner's
 *       pt_lock. The CPU may set A and D meanwhile, nothing else changes.
 *   R2  The new entry's uses are taken before the store, the old one's dropped
 *       after it, so a frame never has fewer uses than entries.
 *   R3  A guest's own root shows it slots 256..271 as they are, but no call
 *       changes them.
 */
#include "mm/pt_internal.h"
#include "mm/boot_mm.h"

int pt_enter_late(struct mm_domain *d)
{
    int rc = pt_work_run(d, PT_BUDGET);

    if (rc == 0 && d->dying)
        rc = fail(ESRCH, "domain %u is dying", d->id);
    if (rc != 0)
        spin_unlock(&d->pt_lock);
    return rc;
}

/* With a reference and d's lock held: the frame as a table in use, or NONE. */
static enum page_type table_type(const struct page *pg)
{
    uint64_t t = __atomic_load_n(&pg->type, __ATOMIC_ACQUIRE);

    if ((t & PGT_COUNT) == 0 || (t & PGT_VALIDATED) == 0 ||
        !type_is_table(type_of(t)))
        return PGT_NONE;
    return type_of(t);
}

/* Stores e; expect: only in place of *expect, else false. *old: what was there. */
static __inline_always bool store_leaf(pte_t *slot, pte_t e, unsigned flags,
                                       const pte_t *expect, pte_t *old)
{
    if (expect == NULL) {
        *old = pt_store(slot, e, flags);
        return true;
    }
    *old = *expect;
    return pt_store_if(slot, old, e);
}

/* Same frame, other rights: only the typed use comes or goes. */
static __inline_always int update_rights(struct mm_domain *d, pte_t *slot, pte_t e,
                                         unsigned flags, const pte_t *expect)
{
    struct page *pg = page_of(pte_mfn(e));
    int rc = leaf_check_flags(d, &e);
    pte_t old;

    if (rc != 0)
        return rc;
    if ((e & PTE_RW) != 0 && writable_get(pg, false) != 0)
        return fail(EBUSY, "frame %#lx is in use as type %d", pte_mfn(e).n,
                    (int)page_type(pg));
    if (!store_leaf(slot, e, flags, expect, &old)) {
        rc = -EAGAIN;
        old = e;
    }
    if ((old & PTE_RW) != 0)
        writable_put(pg);                                       /* R2 */
    return rc;
}

/* flags: PT_*. expect: -EAGAIN, and nothing is changed, if the entry is another. */
static __inline_always int update_leaf(struct mm_domain *d, struct mm_domain *frames,
                                       pte_t *slot, pte_t e, unsigned flags,
                                       const pte_t *expect)
{
    pte_t old = READ_ONCE(*slot);
    int rc;

    if (leaf_same_uses(old, e)) {
        rc = leaf_check_flags(d, &e);
        if (rc == 0 && !store_leaf(slot, e, flags, expect, &old))
            rc = -EAGAIN;
        return rc;
    }
    if (leaf_same_uses(old | PTE_RW, e | PTE_RW) && frames == d &&
        is_ram_frame(pte_mfn(e)) && page_of(pte_mfn(e))->owner == owner_word(d))
        return update_rights(d, slot, e, flags, expect);
    rc = leaf_get(d, frames, &e);
    if (rc != 0)
        return rc;
    if (!store_leaf(slot, e, flags, expect, &old)) {
        rc = -EAGAIN;
        old = e;
    }
    leaf_put(old);                                              /* R2 */
    return rc;
}

static int update_table(struct mm_domain *d, enum page_type type, pte_t *table,
                        unsigned index, pte_t e, unsigned flags)
{
    struct page *child;
    pte_t old;
    int rc;

    if (slot_is_ours(type, index))
        return fail(EINVAL, "L4 slot %u is the hypervisor's", index); /* R3 */
    if ((e & PTE_P) != 0) {
        rc = table_entry_check(d, &e, &child);
        if (rc == 0) {
            rc = table_get(d, child, type - 1);
            if (rc != 0)
                page_put(child);
        }
        if (rc != 0)
            return rc;
    }
    old = pt_store(&table[index], e, flags);
    if ((old & PTE_P) != 0) {                                   /* R2 */
        child = page_of(pte_mfn(old));
        table_put(d, child);
        page_put(child);
    }
    return 0;
}

/* pg is a frame of d, whose lock is held: why it takes no entries. */
static int not_a_table(const struct page *pg)
{
    enum page_type type = page_type(pg);

    if (type == PGT_NONE || type == PGT_WRITABLE)
        return -ENXIO;
    return fail(EINVAL, "frame %#lx is in use as type %d, not as a table",
                page_mfn(pg).n, (int)type);
}

void pt_run_end(struct pt_run *r)
{
    struct page *pg = r->pg;

    if (pg == NULL)
        return;
    r->pg = NULL;
    pt_leave(r->d);
    ref_drop(pg);
}

/* The run goes on in another table. */
static int run_open(struct pt_run *r, mfn_t table)
{
    struct page *pg = ref_get(table, owner_word(r->d));
    int rc = 0;

    if (pg == NULL)
        return fail(EINVAL, "frame %#lx is no table of domain %u", table.n, r->d->id);
    if (r->pg != NULL)
        ref_drop(r->pg);
    else
        rc = pt_enter(r->d);
    if (rc != 0) {
        ref_drop(pg);
        return rc;
    }
    r->pg = pg;
    r->type = table_type(pg);
    r->slots = frame_map(table);
    if (r->type == PGT_NONE) {
        rc = not_a_table(pg);
        pt_run_end(r);
    }
    return rc;
}

int pt_run_update(struct pt_run *r, mfn_t table, unsigned index, pte_t e,
                  unsigned flags)
{
    int rc;

    if (r->pg == NULL || !mfn_eq(page_mfn(r->pg), table)) {
        rc = run_open(r, table);
        if (unlikely(rc != 0))
            return rc;
    }
    if (likely(r->type == PGT_L1))
        return update_leaf(r->d, r->frames, r->slots + index, e, flags, NULL);
    rc = update_table(r->d, r->type, r->slots, index, e, flags);
    pt_run_end(r);              /* it may have left a demotion under way */
    return rc;
}

/* A frame of d with a reference, and d's lock; or an error with neither. */
static __inline_always int frame_enter(struct mm_domain *d, mfn_t m, struct page **pg)
{
    int rc;

    *pg = ref_get(m, owner_word(d));
    if (*pg == NULL)
        return fail(EINVAL, "frame %#lx is not of domain %u", m.n, d->id);
    rc = pt_enter(d);
    if (unlikely(rc != 0))
        ref_drop(*pg);
    return rc;
}

int pt_update(struct mm_domain *d, mfn_t table, unsigned index, pte_t e,
              struct mm_domain *frames, unsigned flags)
{
    enum page_type type;
    struct page *pg;
    int rc = frame_enter(d, table, &pg);

    if (unlikely(rc != 0))
        return rc;
    type = table_type(pg);
    if (likely(type == PGT_L1))
        rc = update_leaf(d, frames, (pte_t *)frame_map(table) + index, e, flags, NULL);
    else if (type != PGT_NONE)
        rc = update_table(d, type, frame_map(table), index, e, flags);
    else
        rc = not_a_table(pg);
    pt_leave(d);
    ref_drop(pg);
    return rc;
}

/* The L1 entry for va in a validated tree, with the lock held and nothing under
 * way: then each present entry names a validated table. NULL: there is none. */
static pte_t *find_leaf(mfn_t root, vaddr_t va)
{
    const pte_t *table = frame_map(root);

    if (unlikely(va >= HV_VA_START && va < HV_VA_END))
        return NULL;
#pragma GCC unroll 3
    for (unsigned level = 4; level > 1; level--) {
        pte_t e = READ_ONCE(table[pt_index(va, level)]);

        if (unlikely((e & PTE_P) == 0))
            return NULL;
        table = frame_map(pte_mfn(e));
    }
    return (pte_t *)table + pt_index(va, 1);
}

int pt_update_va(struct mm_domain *d, mfn_t root, vaddr_t va, pte_t e,
                 struct mm_domain *frames)
{
    pte_t *slot;
    int rc = pt_enter(d);

    if (rc != 0)
        return rc;
    slot = find_leaf(root, va);
    if (slot != NULL)
        rc = update_leaf(d, frames, slot, e, 0, NULL);
    else
        rc = fail(EINVAL, "no L1 table for %#lx", va);
    pt_leave(d);
    return rc;
}

int pt_update_if(struct mm_domain *d, mfn_t table, unsigned index, pte_t old, pte_t e)
{
    pte_t *slot = (pte_t *)frame_map(table) + index;
    struct page *pg;
    int rc = frame_enter(d, table, &pg);

    if (unlikely(rc != 0))
        return rc;
    if (table_type(pg) != PGT_L1)
        rc = -EINVAL;
    else if (READ_ONCE(*slot) != old)
        rc = -EAGAIN;
    else
        rc = update_leaf(d, d, slot, e, 0, &old);
    pt_leave(d);
    ref_drop(pg);
    return rc;
}

int pt_pin(struct mm_domain *d, mfn_t m, enum page_type type)
{
    struct page *pg;
    int rc = frame_enter(d, m, &pg);

    if (rc != 0)
        return rc;
    rc = page_is_pinned(pg) ? fail(EINVAL, "frame %#lx is pinned", m.n)
                            : table_get(d, pg, type);
    if (rc == 0)
        __atomic_fetch_or(&pg->type, PGT_PINNED, __ATOMIC_RELAXED);
    pt_leave(d);
    if (rc != 0)
        page_put(pg);
    return rc;
}

int pt_unpin(struct mm_domain *d, mfn_t m)
{
    struct page *pg;
    int rc = frame_enter(d, m, &pg);

    if (rc != 0)
        return rc;
    if (page_is_pinned(pg)) {
        __atomic_fetch_and(&pg->type, ~PGT_PINNED, __ATOMIC_RELAXED);
        table_put(d, pg);
        page_put(pg);                       /* the pin's */
    } else {
        rc = fail(EINVAL, "frame %#lx is not pinned", m.n);
    }
    pt_leave(d);
    page_put(pg);
    return rc;
}

/* Without the lock: whether e names a frame that is in use as this. */
static inline bool names_table(pte_t e, enum page_type type)
{
    uint64_t t;

    if (unlikely((e & PTE_P) == 0 || !has_record(pte_mfn(e))))
        return false;
    t = __atomic_load_n(&page_of(pte_mfn(e))->type, __ATOMIC_ACQUIRE);
    return (t & PGT_TYPE_MASK) == PGT_OF(type) && (t & PGT_COUNT) != 0;
}

bool pt_find_l1(mfn_t root, vaddr_t va, mfn_t *table, unsigned *index)
{
    pte_t e = pte_make(root, PTE_P);

    if (unlikely((va >= HV_VA_START && va < HV_VA_END) || !has_record(root)))
        return false;
    for (unsigned level = 4; level > 1; level--) {
        e = READ_ONCE(((pte_t *)frame_map(pte_mfn(e)))[pt_index(va, level)]);
        if (!names_table(e, (enum page_type)(PGT_L1 + level - 2)))
            return false;
    }
    *table = pte_mfn(e);
    *index = pt_index(va, 1);
    return true;
}

pte_t pt_lookup(mfn_t root, vaddr_t va)
{
    unsigned index;
    mfn_t table;

    if (!pt_find_l1(root, va, &table, &index))
        return 0;
    return READ_ONCE(((pte_t *)frame_map(table))[index]);
}

pte_t pt_grant_entry(mfn_t frame, bool readonly, bool application, unsigned avail)
{
    pte_t e = pte_make(frame, PTE_P | PTE_US | PTE_A | PTE_D);

    e |= application ? PTE_G : PTE_GUEST_KERNEL;
    if (!readonly)
        e |= PTE_RW;
    return e | ((pte_t)(avail & 7) << 9);
}

/* The entry where a grant is mapped: by its machine address, or at that address of the
 * tree under root. The lock stays held, which keeps the table one, if there is one. */
static __inline_always int grant_find(struct mm_domain *d, mfn_t root, uint64_t at,
                                      bool is_entry, pte_t **slot)
{
    struct page *pg;
    int rc;

    if (is_entry && (at & 7) != 0)
        return fail(EINVAL, "entry address %#lx", at);
    rc = is_entry ? frame_enter(d, maddr_mfn(at), &pg) : pt_enter(d);
    if (rc != 0)
        return rc;
    if (is_entry) {
        *slot = table_type(pg) == PGT_L1 ? (pte_t *)(DIRECT_MAP_VA + at) : NULL;
        ref_drop(pg);
    } else {
        *slot = find_leaf(root, at);
    }
    if (likely(*slot != NULL))
        return 0;
    pt_leave(d);
    return fail(EINVAL, "no entry of an L1 table at %#lx", at);
}

/* The lock is held. */
static void grant_store(pte_t *slot, pte_t e)
{
    struct page *pg = page_of(pte_mfn(e));

    if ((e & PTE_RW) != 0 && (READ_ONCE(pg->type) & PGT_SHARED) == 0)
        __atomic_fetch_or(&pg->type, PGT_SHARED, __ATOMIC_RELAXED);
    leaf_put(pt_store(slot, e, 0));
}

int pt_grant_map(struct mm_domain *d, mfn_t root, uint64_t at, bool is_entry, pte_t e)
{
    pte_t *slot;
    int rc = grant_find(d, root, at, is_entry, &slot);

    if (rc != 0)
        return rc;
    grant_store(slot, e);
    pt_leave(d);
    return 0;
}

int pt_grant_unmap(struct mm_domain *d, mfn_t root, uint64_t at, bool is_entry,
                   mfn_t frame, bool readonly)
{
    pte_t *slot;
    int rc = grant_find(d, root, at, is_entry, &slot);

    if (rc != 0)
        return rc;
    if (leaf_same_uses(READ_ONCE(*slot),
                       pte_make(frame, PTE_P | (readonly ? 0 : PTE_RW))))
        pt_store(slot, 0, 0);
    else
        rc = fail(EINVAL, "entry %#lx does not map the grant's frame %#lx", *slot, frame.n);
    pt_leave(d);
    return rc;
}

void pt_fill_hv_slots(struct mm_domain *d, mfn_t l4)
{
    pte_t *table = frame_map(l4);

    for (unsigned i = HV_SLOT_FIRST; i <= HV_SLOT_LAST; i++)
        table[i] = hv_root[i];
    if (!mfn_eq(d->perdomain_l3, MFN_NONE) && d->perdomain_l3.n != 0)
        table[PERDOMAIN_SLOT] = pte_make(d->perdomain_l3,
                                         PTE_P | PTE_RW | PTE_A | PTE_D);
    else
        table[PERDOMAIN_SLOT] = 0;
}
