/* SPDX-License-Identifier: MIT */
/*
 * page.h - who may use a machine frame, and as what.
 *
 * A frame's record has two counts, changed only by compare-and-swap:
 *   refs   uses of any kind; while refs > 0 the frame is not free
 *   typed  uses that depend on the frame keeping its present type
 *
 *   R1  typed > 0 implies refs > 0.
 *   R2  The type changes only while typed == 0.
 *   R3  A frame of type L1..L4 or DESC is never mapped writable by a guest.
 *   R4  VALIDATED is set only after all entries were checked; it is cleared
 *       when the last typed use goes (then the entries' uses are dropped).
 *   R5  Pinning holds one ref and one typed; it does not nest.
 *   R6  Before a frame changes owner or goes from writable to another type,
 *       TLBs that may hold it are flushed (stamp).
 *
 * page_audit() checks these over every frame.
 */
#ifndef SPLITRING_MM_PAGE_H
#define SPLITRING_MM_PAGE_H

#include "layout.h"
#include "mm/mm_domain.h"

enum page_type {
    PGT_NONE, PGT_L1, PGT_L2, PGT_L3, PGT_L4, PGT_DESC, PGT_WRITABLE,
};

struct page {                   /* 32 bytes                                   */
    uint64_t refs;              /* (a) flags above, count below               */
    uint64_t type;              /* (a) type, VALIDATED, PINNED, PARTIAL and its
                                   cursor, count                               */
    uint32_t owner;             /* frame number of the owner's record, 0 none */
    uint32_t next, prev;        /* (owner's pages_lock, or the allocator's)    */
    uint32_t stamp;             /* TLB stamp of the last typed use; order if free */
};
_Static_assert(sizeof(struct page) == 32, "the frame table's budget");

extern uint64_t ram_frames;     /* of RAM in the machine, ours and guests'   */
extern uint64_t max_frame;      /* frames 0..max_frame-1 have a record        */

/* True for RAM frames that have a record (free, ours or a domain's). */
bool mfn_valid(mfn_t m);
static inline struct page *page_of(mfn_t m)
{
    return (struct page *)FRAME_TABLE_VA + m.n;
}
static inline mfn_t page_mfn(const struct page *pg)
{
    return MFN((uint64_t)(pg - (struct page *)FRAME_TABLE_VA));
}
/* A frame's contents through the direct map; valid as long as its ref is held. */
static inline void *frame_map(mfn_t m)
{
    return (void *)(DIRECT_MAP_VA + (m.n << PAGE_SHIFT));
}
static inline mfn_t frame_of(const void *direct_map_va)
{
    return MFN(((uintptr_t)direct_map_va - DIRECT_MAP_VA) >> PAGE_SHIFT);
}

struct mm_domain *page_owner(const struct page *pg);    /* NULL: none         */

/* One ref, if the frame exists and belongs to d. NULL otherwise. */
struct page *page_get(mfn_t m, struct mm_domain *d);
/* One ref whoever owns it (for a holder that has one already, or a system
 * frame); false when the count is full or the frame is free. */
bool page_get_any(struct page *pg);
void page_put(struct page *pg);         /* the last one frees the frame       */

/* One typed use (and no ref of its own): 0, -EINVAL (other type in use, R2, or an
 * entry is not acceptable), -EBUSY (a writable entry names a frame in other use),
 * -ERESTART (preempted; call again). */
int page_get_type(struct page *pg, enum page_type type);
void page_put_type(struct page *pg);
/* Both at once. page_put_and_type() undoes. */
int page_get_and_type(mfn_t m, struct mm_domain *d, enum page_type type,
                      struct page **out);
void page_put_and_type(struct page *pg);
enum page_type page_type(const struct page *pg);
bool page_is_pinned(const struct page *pg);

/* Audit of R1-R5 over every frame; returns the number of faults found, each
 * logged. Call with all guests paused for a sharp result. */
unsigned page_audit(void);

#endif
