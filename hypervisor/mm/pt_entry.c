/* SPDX-License-Identifier: MIT */
/*
 * pt_entry.c - what one entry of a guest's page table may say.
 *
 *   R1  An L1 entry holds one ref on its frame, and if it is writable one typed
 *       use WRITABLE. Entries for device memory hold nothing.
 *   R2  An L2..L4 entry holds one ref and one typed use of the table below.
 *   R3  A frame is the table owner's own, or that of the domain which the control
 *       domain has named. Frames without a record are device memory, for the
 *       control domain alone.
 *   R4  The CPU runs a guest's kernel in user mode: U is set in every present
 *       entry, G in those that had U before, and PTE_GUEST_KERNEL in the others.
 */
#include "mm/pt_internal.h"

#define TABLE_REFUSED (PTE_PWT | PTE_PCD | PTE_PSE | PTE_G)

static int device_get(struct mm_domain *d, struct mm_domain *frames, pte_t *e)
{
    if (!d->control || (frames != d && !frames->system))        /* R3 */
        return fail(EPERM, "domain %u maps device frame %#lx", d->id, pte_mfn(*e).n);
    switch (io_frame_access(pte_mfn(*e))) {
    case 0:
        return fail(EPERM, "device frame %#lx is our own", pte_mfn(*e).n);
    case 1:
        *e &= ~PTE_RW;
        return 0;
    default:
        return 0;
    }
}

int leaf_get_other(struct mm_domain *d, struct mm_domain *frames, pte_t *e)
{
    bool ram = is_ram_frame(pte_mfn(*e));

    /* A pfn without a frame is written as all ones. */
    if (!ram && pte_mfn(*e).n != (1ull << 40) - 1)
        return device_get(d, frames, e);
    return fail(ram ? EBUSY : EINVAL, "frame %#lx is not of domain %u",
                pte_mfn(*e).n, frames->id);
}

int table_entry_check(struct mm_domain *d, pte_t *e, struct page **child)
{
    if ((*e & TABLE_REFUSED) != 0)
        return fail(EINVAL, "table entry %#lx has flags that no guest may set", *e);
    *child = page_get(pte_mfn(*e), d);
    if (*child == NULL)
        return fail(EINVAL, "table frame %#lx is not of domain %u",
                    pte_mfn(*e).n, d->id);
    *e |= PTE_US;                                               /* R4 */
    return 0;
}
