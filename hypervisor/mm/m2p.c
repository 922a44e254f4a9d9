/* SPDX-License-Identifier: MIT */
/*
 * m2p.c - the table from machine frame to its owner's number for it.
 *
 * Guests read it at M2P_VA; we write through the direct map. It is made of 2
 * MiB pieces, each for 1 GiB of memory, and only where there is memory.
 */
#include "mm/m2p.h"
#include "mm/logdirty.h"
#include "mm/page_internal.h"

#define PIECE_FRAMES (MIB(2) / sizeof(uint64_t))

static uint32_t piece[8192];        /* first frame of each, 0 none            */

static uint64_t *entry(mfn_t m)
{
    uint64_t i = m.n / PIECE_FRAMES;

    if (m.n >= max_frame || i >= ARRAY_SIZE(piece) || piece[i] == 0)
        return NULL;
    return (uint64_t *)frame_map(MFN(piece[i])) + m.n % PIECE_FRAMES;
}

uint64_t m2p_get(mfn_t m)
{
    uint64_t *e = entry(m);

    return e == NULL ? M2P_INVALID : READ_ONCE(*e);
}

void m2p_set(mfn_t m, uint64_t pfn)
{
    uint64_t *e = entry(m);

    if (e != NULL) {
        WRITE_ONCE(*e, pfn);
        logdirty_mark(m);
    }
}

void m2p_add_piece(unsigned i, mfn_t first)
{
    uint64_t *e = frame_map(first);

    BUG_ON(i >= ARRAY_SIZE(piece));
    for (uint64_t n = 0; n < PIECE_FRAMES; n++)
        e[n] = M2P_INVALID;
    piece[i] = (uint32_t)first.n;
}

unsigned m2p_extents(void)
{
    return (unsigned)((max_frame + PIECE_FRAMES - 1) / PIECE_FRAMES);
}

mfn_t m2p_extent(unsigned i)
{
    while (i > 0 && piece[i] == 0)      /* a hole shows what is before it */
        i--;
    return MFN(piece[i]);
}

void m2p_share(struct mm_domain *xen)
{
    for (unsigned i = 0; i < ARRAY_SIZE(piece); i++)
        if (piece[i] != 0)
            hv_pages_share(xen, MFN(piece[i]), 512, PGT_NONE);
}
