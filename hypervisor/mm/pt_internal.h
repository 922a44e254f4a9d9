/* SPDX-License-Identifier: MIT */
/* pt_internal.h - between page_type.c, pt_work.c, pt_entry.c and pt.c. */
#ifndef SPLITRING_MM_PT_INTERNAL_H
#define SPLITRING_MM_PT_INTERNAL_H

#include "mm/pt_leaf.h"

/* Entries looked at before a promotion or demotion says -ERESTART. Tests set
 * another number. */
#ifndef PT_BUDGET
#define PT_BUDGET BATCH(4096)
#endif

/* pt_entry.c: the frame that a present L2..L4 entry names, with one ref and no
 * typed use. *e becomes what is to be stored. */
int table_entry_check(struct mm_domain *d, pte_t *e, struct page **child);

/* pt_work.c; the owner's pt_lock is held in all. */
int pt_work_run(struct mm_domain *d, unsigned budget);
/* One typed use of pg (of d, a reference is held by the caller) as a table.
 * Nothing is under way. 0, -EBUSY, -EINVAL, -ERESTART. */
int table_get(struct mm_domain *d, struct page *pg, enum page_type want);
/* Drops one typed use; may leave a demotion under way. Nothing was under way. */
void table_put(struct mm_domain *d, struct page *pg);

/* page_type.c: flushes what may hold pg in its former use. */
void page_flush_former(struct page *pg, uint64_t old);

/* Whether entry `index` of a table of this type is never the guest's. */
static inline bool slot_is_ours(enum page_type type, unsigned index)
{
    return type == PGT_L4 && index >= HV_SLOT_FIRST && index <= HV_SLOT_LAST;
}

/* Takes d's pt_lock with nothing under way. -ERESTART, -ESRCH: dying; the lock is
 * then not held. */
int pt_enter_late(struct mm_domain *d);         /* pt.c: there is, or it dies  */
static inline int pt_enter(struct mm_domain *d)
{
    spin_lock(&d->pt_lock);
    return likely(d->pt_work.depth == 0 && !d->dying) ? 0 : pt_enter_late(d);
}
static inline void pt_leave(struct mm_domain *d)
{
    spin_unlock(&d->pt_lock);
}

#endif
