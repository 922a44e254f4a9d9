/* SPDX-License-Identifier: MIT */
/*
 * mm_domain.h - what memory management knows of a domain; embedded first in it.
 *
 * Key: (c) constant after creation  (l) pages_lock  (a) atomic
 */
#ifndef SPLITRING_MM_MM_DOMAIN_H
#define SPLITRING_MM_MM_DOMAIN_H

#include "sync/spinlock.h"

/* A promotion or demotion of page tables under way, kept between hypercalls
 * (page_type.c). Key: all (p) pt_lock. */
struct pt_step {
    uint32_t frame;             /* the table; 0 none                          */
    uint16_t index;             /* next entry up, or one past the next down    */
    bool demote;
};
struct pt_work {
    struct pt_step step[4];     /* the innermost last                          */
    unsigned depth;             /* 0: nothing under way                        */
    int rc;                     /* why a promotion turned into demotion        */
    uint32_t held;              /* promoted, its first use not yet claimed     */
    uint32_t failed;            /* not promoted, its error not yet told        */
    int failed_rc;
};

/* The record must start a frame of hv_pages_alloc(): a frame's record names its
 * owner by that frame's number. */
struct mm_domain {
    uint16_t id;                /* (c) domid                                  */
    bool control;               /* (c) the control domain                     */
    bool system;                /* (c) one of ours: DOMID_XEN, DOMID_IO       */
    bool dying;                 /* (a) set once; no new page is given          */
    spinlock_t pages_lock;
    spinlock_t pt_lock;         /* page-table updates of this domain          */
    uint32_t pages;             /* (l) head of the list of its pages          */
    uint32_t xen_pages;         /* (l) ... of pages we made for it: shared_info,
                                   grant frames; not counted in tot_pages      */
    uint32_t tot_pages;         /* (l)                                        */
    uint32_t max_pages;         /* (l)                                        */
    uint32_t nr_xen_pages;      /* (l)                                        */
    uint32_t refs;              /* (a) references that keep the record: one per
                                   page owned, one per user (domain_get)       */
    cpumask_t cpus;             /* (a) CPUs whose TLB may hold its entries    */
    mfn_t perdomain_l3;         /* (c) fills slot 260 of each of its L4s       */
    uint32_t relinquished;      /* (l) pages seen by domain_pages_relinquish   */
    uint32_t claimed;           /* (l) frames set aside (domain_claim)         */
    struct pt_work pt_work;
    bool logging;               /* (p) its written pages are logged           */
    struct logdirty *log;       /* (c) once made; NULL: it was never logged    */
};
struct logdirty;

/* core/domain.c: drops one of d->refs, and with the last one the record. Callable
 * with any lock held. */
void mm_domain_put(struct mm_domain *d);

#endif
