/* SPDX-License-Identifier: MIT */
/*
 * logdirty.h - which pages of a running guest were written since it was last asked.
 *
 * While a domain is logged, its CPUs do not run on its own tables but on twins of
 * them (twin.c), in which pages that are clean cannot be written. Twins are a
 * cache: they are made entry by entry from the guest's tables when an access
 * faults, lose an entry when the guest's is stored to, and can all be thrown
 * away at any time. So a fixed number of frames, taken when logging starts, is
 * enough for any guest, and neither the guest nor the migration depends on how
 * many tables it makes. Nothing that the guest reads is changed, but for A and D,
 * which are set in its entries as the CPU would.
 *
 * A page is dirty by its owner's number for it (M2P). Those who write to a guest
 * other than through its own tables mark what they have written afterwards.
 *
 *   R1  logging changes under the pt_lock while no vcpu of the domain runs.
 *   R2  A twin's entry never allows what the guest's entry does not allow, nor
 *       writes to a page whose bit is clear.
 *   R3  A page that another domain's entries allow to be written counts as
 *       dirty for as long, and once more when such an entry goes.
 */
#ifndef SPLITRING_MM_LOGDIRTY_H
#define SPLITRING_MM_LOGDIRTY_H

#include "mm/page.h"
#include "pte.h"

/* Domains that are logged: while there are none, all of this is a test of it. */
extern unsigned logdirty_active;

/* Starts with every page clean. nr_roots: the roots that its vcpus can have
 * loaded. 0, -ENOMEM, -EINVAL (it is logged). The domain is paused. */
int logdirty_start(struct mm_domain *d, unsigned nr_roots);
/* The domain is paused, or dying without a running vcpu. */
void logdirty_stop(struct mm_domain *d);
/* With its record. */
void logdirty_free(struct mm_domain *d);

/* R3. Marks what others can write now. scanner: who asks; -ERESTART: it is to
 * call again. */
int logdirty_scan(struct mm_domain *d, const void *scanner);
/* Before bits are taken, with the domain paused: nothing can be written unseen. */
void logdirty_protect(struct mm_domain *d);
/* 64 bits from pfn on, and with clear they are 0 afterwards; add them back. */
uint64_t logdirty_take(struct mm_domain *d, uint64_t pfn, bool clear);
void logdirty_add(struct mm_domain *d, uint64_t pfn, uint64_t bits);
/* How many pfns there can be bits for; faults since the start. */
uint64_t logdirty_pfns(const struct mm_domain *d);
uint32_t logdirty_faults(const struct mm_domain *d);

/* What to load in place of guest_root, on the CPU of the vcpu whose root it is. */
mfn_t logdirty_root(struct mm_domain *d, unsigned nr, mfn_t guest_root);
/* A fault at va on the twins of that root. Says whether the guest's own tables
 * allow the access, and then it may be tried again. */
enum logdirty_verdict { LOG_ALLOWED, LOG_ABSENT, LOG_FORBIDDEN };
enum logdirty_verdict logdirty_fault(struct mm_domain *d, unsigned nr,
                                     mfn_t guest_root, vaddr_t va, bool write,
                                     bool fetch);

/* The frame was written by us, or got another number. */
void logdirty_mark_frame(mfn_t m);
static inline void logdirty_mark(mfn_t m)
{
    if (unlikely(READ_ONCE(logdirty_active) != 0))
        logdirty_mark_frame(m);
}

/* For mm/: old was replaced at *slot; pg becomes or ceases to be a table. The
 * owner's pt_lock is held. */
void logdirty_store(const pte_t *slot, pte_t old);
void logdirty_retype(struct page *pg);
static inline void logdirty_stored(const pte_t *slot, pte_t old)
{
    if (unlikely(READ_ONCE(logdirty_active) != 0))
        logdirty_store(slot, old);
}
static inline void logdirty_retyped(struct page *pg)
{
    if (unlikely(READ_ONCE(logdirty_active) != 0))
        logdirty_retype(pg);
}

#endif
