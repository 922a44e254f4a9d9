/* SPDX-License-Identifier: MIT */
/*
 * dom0_layout.h - where everything lies in the new domain, in its own frames.
 *
 *   pfn 0 ... kernel segments, start_info, [frame list], page tables, stack,
 *   (end of the boot mapping, a multiple of 4 MiB with at least 512 KiB to spare)
 *   [frame list where INIT_P2M asks for it], initrd
 */
#ifndef SPLITRING_BOOT_DOM0_LAYOUT_H
#define SPLITRING_BOOT_DOM0_LAYOUT_H

#include "boot/kernel_image.h"
#include "core/domain.h"

struct dom0_layout {
    uint64_t nr_pages;          /* of the domain                              */
    uint64_t *p2m;              /* ours: frame of each pfn                    */
    uint64_t start_info_pfn;
    uint64_t p2m_pfn, nr_p2m_frames;
    bool p2m_mapped_apart;      /* at init_p2m, not in the boot mapping       */
    uint64_t pt_pfn, nr_pt;
    uint64_t stack_pfn;
    uint64_t map_end_pfn;       /* boot mapping covers pfn 0 up to here        */
    uint64_t initrd_pfn, initrd_size;
    bool initrd_mapped;
};

/* NULL, or why it does not fit. */
const char *dom0_layout_make(const struct kernel_image *k, uint64_t nr_pages,
                             uint64_t initrd_size, struct dom0_layout *l);

/* Fills the page-table frames; the first is the L4. */
void dom0_tables_build(const struct kernel_image *k, const struct dom0_layout *l);

static inline void *dom0_frame(const struct dom0_layout *l, uint64_t pfn)
{
    return frame_map(MFN(l->p2m[pfn]));
}

/* dom0_build.c: makes the control domain from the boot modules and lets it run; panics
 * with one clear line when it cannot. */
void dom0_build(void);

#endif
