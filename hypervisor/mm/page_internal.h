/* SPDX-License-Identifier: MIT */
/* page_internal.h - the bits of a frame's record, for mm/ alone. */
#ifndef SPLITRING_MM_PAGE_INTERNAL_H
#define SPLITRING_MM_PAGE_INTERNAL_H

#include "arch/tlb.h"
#include "lib/bug.h"
#include "mm/alloc.h"

/* refs: a count below, flags above */
#define PGR_COUNT   ((1ull << 48) - 1)
#define PGR_RAM     (1ull << 63)    /* a frame of RAM, whoever has it          */
#define PGR_FREE    (1ull << 62)    /* head of a free chunk; type = its order  */
#define PGR_ALLOC   (1ull << 61)    /* the allocation's reference is held      */
#define PGR_XEN     (1ull << 60)    /* on the owner's xen_pages                */
#define PGR_HV      (1ull << 59)    /* ours: no owner                          */
#define PGR_DONE    (1ull << 58)    /* on the owner's relinquished list        */

/* type: a count below, flags and the type above */
#define PGT_COUNT     ((1ull << 40) - 1)
#define PGT_VALIDATED (1ull << 51)
#define PGT_PINNED    (1ull << 52)
#define PGT_WORKING   (1ull << 53)  /* a step of its owner's pt_work           */
#define PGT_SHARED    (1ull << 54)  /* was mapped writable by another domain   */
#define PGT_SHIFT     56
#define PGT_OF(t)     ((uint64_t)(t) << PGT_SHIFT)
#define PGT_TYPE_MASK PGT_OF(15)

/* Which 2 MiB pieces of the frame table there are (boot_mm.c, arch/fake). */
#define PIECE_RECORDS (MIB(2) / sizeof(struct page))
extern uint64_t frame_pieces[];
static inline bool has_record(mfn_t m)
{
    uint64_t i = m.n / PIECE_RECORDS;

    return m.n < max_frame && (frame_pieces[i / 64] >> (i % 64) & 1) != 0;
}
/* mfn_valid(), inline. */
static inline bool is_ram_frame(mfn_t m)
{
    return has_record(m) && (READ_ONCE(page_of(m)->refs) & PGR_RAM) != 0;
}

static inline enum page_type type_of(uint64_t word)
{
    return (enum page_type)((word & PGT_TYPE_MASK) >> PGT_SHIFT);
}
static inline bool type_is_table(enum page_type t)
{
    return t >= PGT_L1 && t <= PGT_L4;
}
static inline bool word_swap(uint64_t *w, uint64_t *old, uint64_t val)
{
    return __atomic_compare_exchange_n(w, old, val, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

/* Lists through the records' links; *head is a frame number, 0: empty. */
static inline void frame_list_add(uint32_t *head, struct page *pg)
{
    uint32_t frame = (uint32_t)page_mfn(pg).n;

    pg->prev = 0;
    pg->next = *head;
    if (*head != 0)
        page_of(MFN(*head))->prev = frame;
    *head = frame;
}
static inline void frame_list_del(uint32_t *head, struct page *pg)
{
    if (pg->prev != 0)
        page_of(MFN(pg->prev))->next = pg->next;
    else
        *head = pg->next;
    if (pg->next != 0)
        page_of(MFN(pg->next))->prev = pg->prev;
}

/* page.c: takes pg off its owner's list, uncounts it, frees it. */
void page_release(struct page *pg);

/* What the record of d's frames says as their owner. */
static inline uint32_t owner_word(const struct mm_domain *d)
{
    return (uint32_t)frame_of(d).n;
}
/* page_get_any(), page_get() and page_put() where each instruction counts. */
static inline bool ref_take(struct page *pg)
{
    uint64_t old = __atomic_load_n(&pg->refs, __ATOMIC_ACQUIRE);

    do {
        /* no count, a full one, or the flag that says it is free */
        if ((old & (PGR_COUNT | PGR_FREE)) - 1 >= PGR_COUNT - 1)
            return false;
    } while (!word_swap(&pg->refs, &old, old + 1));
    return true;
}
static inline void ref_drop(struct page *pg)
{
    uint64_t left = __atomic_sub_fetch(&pg->refs, 1, __ATOMIC_ACQ_REL);

    /* none is left, or there was none */
    if (unlikely(((left + 1) & PGR_COUNT) <= 1)) {
        BUG_ON((left & PGR_COUNT) == PGR_COUNT);
        page_release(pg);
    }
}
static inline struct page *ref_get(mfn_t m, uint32_t owner)
{
    struct page *pg = page_of(m);

    if (!has_record(m) || !ref_take(pg))
        return NULL;
    if (likely(READ_ONCE(pg->owner) == owner))
        return pg;
    ref_drop(pg);
    return NULL;
}
/* page_alloc.c: 2^order frames, clean of stale translations and cleared. */
struct page *chunk_alloc(unsigned order, unsigned addr_bits, bool reserve_too);
void chunk_free(struct page *pg, unsigned order);

/* page_type.c: one typed use as WRITABLE; shared: for another domain's entry.
 * page_put_simple() drops one typed use of type WRITABLE or DESC. */
int page_get_writable(struct page *pg, bool shared);
void page_put_simple(struct page *pg);

/* Moves pg's stamp forward to now: whoever flushed since its last typed use holds
 * nothing of it. */
static inline void page_stamp(struct page *pg)
{
    uint32_t now = tlb_stamp();
    uint32_t old = __atomic_load_n(&pg->stamp, __ATOMIC_ACQUIRE);

    while ((int32_t)(now - old) > 0 &&
           !__atomic_compare_exchange_n(&pg->stamp, &old, now, false,
                                        __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        continue;
}
/* The two above for a frame that is writable already and stays so. */
static inline int writable_get(struct page *pg, bool shared)
{
    uint64_t old = __atomic_load_n(&pg->type, __ATOMIC_ACQUIRE);
    uint64_t mark = shared ? PGT_SHARED : 0;

    if (likely((old & (PGT_TYPE_MASK | PGT_VALIDATED)) ==
                   (PGT_OF(PGT_WRITABLE) | PGT_VALIDATED) &&
               (old & PGT_COUNT) != PGT_COUNT &&
               word_swap(&pg->type, &old, (old | mark) + 1)))
        return 0;
    return page_get_writable(pg, shared);
}
static inline void writable_put(struct page *pg)
{
    uint64_t old = __atomic_load_n(&pg->type, __ATOMIC_ACQUIRE);

    if (unlikely((old & PGT_TYPE_MASK) != PGT_OF(PGT_WRITABLE) ||
                 (old & PGT_COUNT) <= 1)) {
        page_put_simple(pg);
        return;
    }
    page_stamp(pg);
    if (unlikely(!word_swap(&pg->type, &old, old - 1)))
        page_put_simple(pg);
}
/* page_type.c: unpins pg of the dying d, which has no running vcpu: 0, -ERESTART. */
int page_drop_pin(struct mm_domain *d, struct page *pg);
/* pt_work.c: finishes what is under way and drops what is held: 0, -ERESTART. */
int pt_work_finish(struct mm_domain *d);
/* boot_mm.c (and arch/fake): may the control domain map this frame that has no
 * record? 0 no, 1 read-only, 2 yes. */
int io_frame_access(mfn_t m);

#endif
