/* SPDX-License-Identifier: MIT */
/* m2p.h - machine to physical: what each frame is called by its owner. */
#ifndef SPLITRING_MM_M2P_H
#define SPLITRING_MM_M2P_H

#include "lib/types.h"

#define M2P_INVALID 0x5555555555555555ull   /* (the ABI's INVALID_M2P_ENTRY)  */

uint64_t m2p_get(mfn_t m);
void m2p_set(mfn_t m, uint64_t pfn);
/* The first frame of each 2 MiB piece of the table: XENMEM_machphys_mfn_list. */
unsigned m2p_extents(void);
mfn_t m2p_extent(unsigned i);

#endif
