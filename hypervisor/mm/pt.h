/* SPDX-License-Identifier: MIT */
/*
 * pt.h - the guests' page tables: the one door to a validated table.
 *
 * Each call here takes the page-table lock of the table's owner and first
 * finishes promotions and demotions that an earlier call left half done, so
 * each may answer -ERESTART: nothing was changed, call again.
 */
#ifndef SPLITRING_MM_PT_H
#define SPLITRING_MM_PT_H

#include "mm/page.h"
#include "pte.h"

/* Software mark in a guest's L1 entry: a page of its kernel (not global). */
#define PTE_GUEST_KERNEL (1ull << 52)

/* Writes e into entry `index` (below 512) of the table (typed L1..L4, owner d).
 * Frames it names must be of `frames`: d itself, or for the control domain
 * another's; what the old entry held is released. 0, -EINVAL, -EBUSY, -EPERM,
 * -ERESTART, or -ENXIO: the frame is d's but no table nor of any other fixed use. */
#define PT_PRESERVE_AD (1u << 0)    /* A and D stay as the CPU has set them   */
int pt_update(struct mm_domain *d, mfn_t table, unsigned index, pte_t e,
              struct mm_domain *frames, unsigned flags);
/* Updates in a row, which take the lock and look at a table once: set d and frames,
 * the rest zero; between the first update and pt_run_end() nothing else of this
 * interface may be called. Answers as pt_update(). */
struct pt_run {
    struct mm_domain *d, *frames;
    struct page *pg;            /* the table of the last update; NULL: no lock held */
    pte_t *slots;
    enum page_type type;
};
int pt_run_update(struct pt_run *r, mfn_t table, unsigned index, pte_t e,
                  unsigned flags);
void pt_run_end(struct pt_run *r);
/* pt_update() of the L1 entry that maps va in the tree under root, a root that a
 * vcpu of d has loaded. */
int pt_update_va(struct mm_domain *d, mfn_t root, vaddr_t va, pte_t e,
                 struct mm_domain *frames);
/* The same if the entry is still `old` (A and D set by the CPU aside):
 * -EAGAIN when it is not. For writes that trapped. L1 only. */
int pt_update_if(struct mm_domain *d, mfn_t table, unsigned index, pte_t old, pte_t e);

/* R5. Pins the frame as type (L1..L4); unpins it. */
int pt_pin(struct mm_domain *d, mfn_t m, enum page_type type);
int pt_unpin(struct mm_domain *d, mfn_t m);

/* Finds the L1 table and the index for va in the tree under root; false: there
 * is none (or va is ours). pt_lookup gives the entry itself, 0 if none. */
bool pt_find_l1(mfn_t root, vaddr_t va, mfn_t *table, unsigned *index);
pte_t pt_lookup(mfn_t root, vaddr_t va);

/*
 * Grants. The caller holds one ref on the granted frame (and one typed use,
 * WRITABLE, unless readonly). On success of a map these belong to the entry:
 * it drops them if the guest overwrites it. A successful unmap gives them back
 * to the caller, who flushes and then drops them. An unmap that fails (-EINVAL:
 * the entry is not a mapping of that frame any more) gives nothing back.
 */
pte_t pt_grant_entry(mfn_t frame, bool readonly, bool application, unsigned avail);
/* is_entry: `at` is the machine address of an entry of a table of d
 * (GNTMAP_contains_pte); else the tree under root (the caller's kernel_root) maps it. */
int pt_grant_map(struct mm_domain *d, mfn_t root, uint64_t at, bool is_entry, pte_t e);
int pt_grant_unmap(struct mm_domain *d, mfn_t root, uint64_t at, bool is_entry,
                   mfn_t frame, bool readonly);

/* Descriptors (desc.c). Whether a guest may have *desc in its tables; a present
 * one with a DPL below 3 is raised to 3. desc_check does a whole frame. */
bool desc_fix(uint64_t *desc);
bool desc_check(uint64_t *frame);

/* Page-table frames of our own: fills slots 256..271 of a guest's L4. */
void pt_fill_hv_slots(struct mm_domain *d, mfn_t l4);

#endif
