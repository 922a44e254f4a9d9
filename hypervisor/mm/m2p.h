/* SPDX-License-Identifier: MIT */
/* m2p.h - machine to physical: what each frame is called by its owner. */
#ifndef SPLITRING_MM_M2P_H
#define SPLITRING_MM_M2P_H

#include "lib/types.h"

#define M2P_INVALID (~0ull)                 /* of a frame that has no pfn      */

uint64_t m2p_get(mfn_t m);
void m2p_set(mfn_t m, uint64_t pfn);
/* The first frame of each 2 MiB piece of the table: XENMEM_machphys_mfn_list. */
unsigned m2p_extents(void);
mfn_t m2p_extent(unsigned i);

/* Boot: 2 MiB piece i is at frame `first`. */
void m2p_add_piece(unsigned i, mfn_t first);
/* The table's frames belong to xen from now on (core/domain.c, when domain_xen is
 * made): the control domain may map them read-only. */
struct mm_domain;
void m2p_share(struct mm_domain *xen);

#endif
