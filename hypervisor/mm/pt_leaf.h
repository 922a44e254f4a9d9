/* SPDX-License-Identifier: MIT */
/*
 * pt_leaf.h - an L1 entry's uses and flags, inline: most of what a guest asks of
 * its page tables passes here. The rules are those of pt_entry.c.
 */
#ifndef SPLITRING_MM_PT_LEAF_H
#define SPLITRING_MM_PT_LEAF_H

#include "mm/logdirty.h"
#include "mm/page_internal.h"
#include "mm/pt.h"

#define CACHE_BITS (PTE_PWT | PTE_PCD | PTE_PAT)

/* pt_entry.c: for frames that are not RAM of `frames`: device memory, or why not. */
int leaf_get_other(struct mm_domain *d, struct mm_domain *frames, pte_t *e);

/* R4. 0, -EINVAL. */
static inline int leaf_check_flags(const struct mm_domain *d, pte_t *e)
{
    if (unlikely((*e & CACHE_BITS) != 0) && !d->control)
        return fail(EINVAL, "entry %#lx chooses caching", *e);
    if ((*e & (PTE_US | PTE_GUEST_KERNEL)) == PTE_US)
        *e |= PTE_G;
    else
        *e = (*e & ~PTE_G) | PTE_GUEST_KERNEL | PTE_US;
    return 0;
}

/* On success *e is what is to be stored, and the uses it needs are held (R1). */
static inline int leaf_get(struct mm_domain *d, struct mm_domain *frames, pte_t *e)
{
    struct page *pg;
    int rc;

    if ((*e & PTE_P) == 0)
        return 0;
    rc = leaf_check_flags(d, e);
    if (unlikely(rc != 0))
        return rc;
    pg = ref_get(pte_mfn(*e), owner_word(frames));
    if (unlikely(pg == NULL))
        return leaf_get_other(d, frames, e);
    if ((*e & PTE_RW) == 0)
        return 0;
    rc = writable_get(pg, frames != d);
    if (likely(rc == 0))
        return 0;
    ref_drop(pg);
    return fail(EBUSY, "frame %#lx is in use as type %d", pte_mfn(*e).n,
                (int)page_type(pg));
}

static inline void leaf_put(pte_t e)
{
    struct page *pg = page_of(pte_mfn(e));

    if ((e & PTE_P) == 0 || unlikely(!is_ram_frame(pte_mfn(e))))
        return;
    if ((e & PTE_RW) != 0)
        writable_put(pg);
    ref_drop(pg);
}

/* Only flags differ, so the uses held are the same. */
static inline bool leaf_same_uses(pte_t a, pte_t b)
{
    return (a & PTE_P) != 0 && ((a ^ b) & (PTE_ADDR | PTE_P | PTE_RW)) == 0;
}

/* The one store; what was there before. */
static inline pte_t pt_store(pte_t *slot, pte_t e, unsigned flags)
{
    const pte_t ad = PTE_A | PTE_D;
    pte_t old = READ_ONCE(*slot);
    pte_t val;

    do {
        val = e;
        if (unlikely((flags & PT_PRESERVE_AD) != 0))
            val = (e & ~ad) | (old & ad);
    } while (!word_swap(slot, &old, val));
    logdirty_stored(slot, old);
    return old;
}
/* Its other form: only in place of *old, which becomes what is there if not. */
static inline bool pt_store_if(pte_t *slot, pte_t *old, pte_t e)
{
    if (!word_swap(slot, old, e))
        return false;
    logdirty_stored(slot, *old);
    return true;
}

#endif
