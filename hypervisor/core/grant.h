/* SPDX-License-Identifier: MIT */
/* grant.h - grant tables, version 1: map, unmap, copy, and what owns them. */
#ifndef SPLITRING_CORE_GRANT_H
#define SPLITRING_CORE_GRANT_H

#include "mm/page.h"
#include "public/grant_table.h"

struct domain;

int gnttab_create(struct domain *d, unsigned max_frames, unsigned max_maptrack);
/* Drops every mapping d holds of others' frames: 0, or -ERESTART. */
int gnttab_release_mappings(struct domain *d);
/* Gives up d's shared frames; what others still map of d stays accounted. */
void gnttab_retire(struct domain *d);
void gnttab_destroy(struct domain *d);      /* with the domain's record        */

/* The frame n of d's shared table, growing it if need be (acquire_resource and
 * the control domain's builder). MFN_NONE: over the limit. */
mfn_t gnttab_shared_frame(struct domain *d, unsigned n);
unsigned gnttab_audit(struct domain *d);

#endif
