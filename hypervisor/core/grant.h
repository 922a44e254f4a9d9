/* SPDX-License-Identifier: MIT */
/*
 * grant.h - grant tables, version 1: map, unmap, copy, and what owns them.
 *
 * The gnttab_*_op functions do one element of a GNTTABOP: they set op->status
 * and return 0, or -ERESTART with nothing done: the same element comes again.
 */
#ifndef SPLITRING_CORE_GRANT_H
#define SPLITRING_CORE_GRANT_H

#include "mm/page.h"
#include "public/grant_table.h"

struct domain;
struct vcpu;

int gnttab_create(struct domain *d, unsigned max_frames, unsigned max_maptrack);
/* Drops every mapping d holds of others' frames: 0, or -ERESTART. Its page
 * tables are gone already. */
int gnttab_release_mappings(struct domain *d);
/* Gives up d's shared frames; what others still map of d stays accounted. */
void gnttab_retire(struct domain *d);
void gnttab_destroy(struct domain *d);      /* with the domain's record        */

/* The frame n of d's shared table, growing it if need be (acquire_resource and
 * the control domain's builder). MFN_NONE: over the limit. */
mfn_t gnttab_shared_frame(struct domain *d, unsigned n);
void gnttab_size(struct domain *d, unsigned *now, unsigned *max);

int gnttab_map_op(struct vcpu *cur, struct gnttab_map_grant_ref *op);
void gnttab_copy_op(struct vcpu *cur, struct gnttab_copy *op);
int16_t gnttab_swap(struct domain *d, grant_ref_t a, grant_ref_t b);

/* Unmaps in batches, so that TLBs are flushed once for all of them. */
#define GNTTAB_UNMAP_BATCH BATCH(32)
struct gnttab_unmap {
    uint64_t host_addr, dev_bus_addr, new_addr; /* IN                          */
    grant_handle_t handle;
    int16_t status;                             /* OUT                         */
    unsigned done;                              /* grant_map.c's own           */
    domid_t domid;
    grant_ref_t ref;
    uint32_t frame;
    uint8_t flags;
};
/* How many of the n were done (all, or fewer when it has to come back). */
unsigned gnttab_unmap_batch(struct vcpu *cur, struct gnttab_unmap *u, unsigned n,
                            bool replace);

/* How many of d's grants somebody uses, and how many of others' it maps. */
void gnttab_count(struct domain *d, unsigned *pinned, unsigned *mapped);

/* R2 and R3 of grant_table.h over the whole table; the number of faults. */
unsigned gnttab_audit(struct domain *d);

#endif
