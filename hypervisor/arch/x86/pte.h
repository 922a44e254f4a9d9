/* SPDX-License-Identifier: MIT */
/* pte.h - page-table entries of the 4-level tables (SDM 4.5). */
#ifndef SPLITRING_ARCH_PTE_H
#define SPLITRING_ARCH_PTE_H

#include "lib/types.h"

typedef uint64_t pte_t;             /* an entry of any level                  */

#define PTE_P      (1ull << 0)
#define PTE_RW     (1ull << 1)
#define PTE_US     (1ull << 2)
#define PTE_PWT    (1ull << 3)
#define PTE_PCD    (1ull << 4)
#define PTE_A      (1ull << 5)
#define PTE_D      (1ull << 6)
#define PTE_PSE    (1ull << 7)      /* L2, L3: superpage                      */
#define PTE_PAT    (1ull << 7)      /* L1                                     */
#define PTE_G      (1ull << 8)
#define PTE_NX     (1ull << 63)
#define PTE_ADDR   0x000ffffffffff000ull

static inline mfn_t pte_mfn(pte_t e) { return MFN((e & PTE_ADDR) >> PAGE_SHIFT); }
static inline pte_t pte_make(mfn_t m, uint64_t flags) { return (m.n << PAGE_SHIFT) | flags; }
/* The index into the table of `level` (1..4) for va. */
static inline unsigned pt_index(vaddr_t va, unsigned level)
{
    return (va >> (PAGE_SHIFT + 9 * (level - 1))) & 511;
}

#endif
