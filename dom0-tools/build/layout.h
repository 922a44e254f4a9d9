/* SPDX-License-Identifier: MIT */
/*
 * layout.h - where everything goes in a new PV guest's memory, and the page
 * tables that say so. Pure: no domain is needed to plan or to check a plan.
 *
 * The order of frames is the one public/xen.h promises to guests: kernel,
 * initrd, p2m list, start info, store ring, console ring, page tables, stack,
 * all mapped from VIRT_BASE on, with at least 512 KiB of mapped room after the
 * stack and the end on a 4 MiB boundary. A kernel with INIT_P2M gets the list
 * (and the tables that map it) after that, mapped at INIT_P2M; one with
 * MOD_START_PFN gets its initrd after that, unmapped.
 *
 * Rules:
 *   R1  Every frame of a page table is mapped read-only, or not at all.
 *   R2  Nothing is placed past the last page of the guest.
 */
#ifndef SPLITRING_TOOLS_LAYOUT_H
#define SPLITRING_TOOLS_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "dom0-tools/build/kernel.h"

#define PAGE_BYTES 4096u
#define TABLE_ENTRIES 512u

/* A run of guest frames. */
struct frames {
    uint64_t pfn, n;
};

struct layout {
    uint64_t nr_pages;
    uint64_t virt_base, map_end; /* what the boot tables map */
    struct frames initrd, p2m, info, store, console, tables, stack;
    bool initrd_mapped;
    bool p2m_apart;           /* the list stands at p2m_va, not in the run */
    uint64_t p2m_va;
    struct frames p2m_tables; /* below the one L4, for p2m_apart */
};

/* 0, or -1 with the reason said. */
int layout_plan(const char *path, const struct kernel *k, uint64_t nr_pages,
                uint64_t initrd_bytes, struct layout *out);

uint64_t layout_va(const struct layout *l, uint64_t pfn);

/*
 * Fill the boot page tables. @boot holds l->tables.n tables, the L4 first;
 * @apart holds l->p2m_tables.n. @p2m gives the machine frame of each guest
 * frame.
 */
typedef uint64_t page_table[TABLE_ENTRIES];
void layout_fill_tables(const struct layout *l, const uint64_t *p2m,
                        page_table *boot, page_table *apart);

#endif
