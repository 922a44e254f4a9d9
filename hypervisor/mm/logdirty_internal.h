/* SPDX-License-Identifier: MIT */
/* logdirty_internal.h - between logdirty.c and twin.c. */
#ifndef SPLITRING_MM_LOGDIRTY_INTERNAL_H
#define SPLITRING_MM_LOGDIRTY_INTERNAL_H

#include "mm/logdirty.h"
#include "mm/pt_internal.h"

#define PFNS_PER_CHUNK ((uint64_t)PAGE_SIZE * 8)
#define TWIN_BUCKETS   512

struct twin {                   /* on a bucket's list, or on that of free ones */
    uint32_t table;             /* the guest's frame; 0 free                   */
    uint32_t frame;             /* ours                                        */
    uint32_t next;              /* index + 1; 0 none                           */
};

struct twin_root {
    uint32_t frame;             /* an L4 of ours                               */
    uint32_t guest;             /* the root that it stands for; 0 none         */
    bool filled;                /* has what twins there were                   */
};

/* Key: (c) constant (a) atomic (l) the domain's pt_lock. Lives as long as the
 * domain, for marks come from any CPU; its twins only while it is logged. */
struct logdirty {
    struct logdirty *older;     /* (c) one that was too small                  */
    uint64_t **chunk;           /* (c) the bitmap, by pages                    */
    uint64_t nr_chunks;         /* (c)                                         */
    uint64_t scan;              /* (domctl lock) the next frame to look at     */
    const void *scanner;        /* (domctl lock) for whom                      */
    uint32_t faults;            /* (l)                                         */
    struct twin *twin;          /* (l)                                         */
    uint32_t nr_twins, nr_roots;
    uint32_t free_first, free_last;     /* (l) the longest free first          */
    uint32_t bucket[TWIN_BUCKETS];      /* (l)                                 */
    struct twin_root *root;     /* (l), but see twin_root_switch()             */
};

/* logdirty.c: m is d's and its bit is clear. */
bool logdirty_is_clean(const struct mm_domain *d, mfn_t m);

/* twin.c. All but start, stop and root_switch with the pt_lock held. */
int twins_start(struct mm_domain *d, struct logdirty *log, unsigned nr_roots);
void twins_stop(struct logdirty *log);
/* Every translation of the guest's addresses faults anew. */
void twins_drop_all(struct mm_domain *d);
void twin_drop(struct mm_domain *d, mfn_t table);
void twin_drop_entry(struct mm_domain *d, mfn_t table, unsigned index);
/* Makes the twins' entries for the path of a walk, slot[4] to slot[1]. */
void twin_path(struct mm_domain *d, unsigned nr, mfn_t guest_root, vaddr_t va,
               pte_t *const slot[5]);

#endif
