/* SPDX-License-Identifier: MIT */
/*
 * alloc.h - frames by powers of two, from the top of memory down, and small
 * pieces of them.
 *
 * Memory given to a domain has been cleared (lazily, at the latest here).
 */
#ifndef SPLITRING_MM_ALLOC_H
#define SPLITRING_MM_ALLOC_H

#include "mm/page.h"

#define MAX_ORDER 20

/* boot: adds [start, end) frames to the free lists; a record must exist. */
void page_alloc_add(mfn_t start, mfn_t end);

/* boot, one CPU: with true, frames are handed out as the firmware left them. For
 * the control domain's memory, which is the machine's own anyway, and for buffers
 * that are written before they are read: clearing 1 GiB is a noticeable wait. */
void page_alloc_keep_contents(bool keep);

/* 2^order frames for ourselves, cleared; NULL when there are none. */
void *hv_pages_alloc(unsigned order);
void hv_pages_free(void *va, unsigned order);

/* 2^order frames for d on its page list, each with one ref (the allocation
 * reference, see page_release_alloc) and counted; below 2^addr_bits when
 * addr_bits is not 0. NULL: none, over max_pages, or dying. */
struct page *domain_pages_alloc(struct mm_domain *d, unsigned order, unsigned addr_bits);
/* Drops the allocation reference once (balloon down, destroy): false if it is
 * gone already. */
bool page_release_alloc(struct page *pg);

/* An exchange of frames, for which max_pages does not count. page_steal takes a
 * frame away from d that nothing but its allocation uses; then it is given back
 * or freed. domain_pages_add is domain_pages_alloc without the limit. */
bool page_steal(struct mm_domain *d, mfn_t m);
void page_steal_undo(mfn_t m);
void page_steal_free(mfn_t m);
struct page *domain_pages_add(struct mm_domain *d, unsigned order, unsigned addr_bits);

/* Sets memory aside until d has nr pages in all; 0 drops what is left of that.
 * -EINVAL: less than it has or more than it may have; -ENOMEM. */
int domain_claim(struct mm_domain *d, uint64_t nr);

/* A frame of ours that a guest may map: shared_info, grant frames (owner d, on
 * xen_pages). NULL: no memory. share_free: drops the allocation's reference. */
void *share_page_alloc(struct mm_domain *d);
void share_page_free(void *va);
/* n frames of ours (hv_pages_alloc) are xen's from now on: the control domain may
 * map them, with PGT_NONE read-only, with PGT_WRITABLE also to write. */
void hv_pages_share(struct mm_domain *xen, mfn_t first, uint64_t n, enum page_type as);

/* Preemptible part of destroy: drops pins, types and allocation references of
 * all d's pages: 0 done, -ERESTART call again. */
int domain_pages_relinquish(struct mm_domain *d);

/* Free for requests without an address limit; ever handed to the allocator; free
 * below a limit. */
uint64_t free_frames(void);
uint64_t total_frames(void);
uint64_t free_frames_below(unsigned addr_bits);

/* Small zeroed pieces (1..PAGE_SIZE bytes; larger by pages); NULL if none. */
void *heap_alloc(size_t size);
void heap_free(void *p);        /* NULL is fine                               */
#define heap_new(T) ((T *)heap_alloc(sizeof(T)))

#endif
