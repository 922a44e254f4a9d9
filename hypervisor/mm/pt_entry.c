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
#include "mm/boot_mm.h"

#define TABLE_REFUSED (PTE_PWT | PTE_PCD | PTE_PSE | PTE_G)
#define CACHE_BITS    (PTE_PWT | PTE_PCD | PTE_PAT)

int leaf_check_flags(struct mm_domain *d, pte_t *e)
{
    if ((*e & CACHE_BITS) != 0 && !d->control)
        return fail(EINVAL, "entry %#llx chooses caching",
                    (unsigned long long)*e);
    if ((*e & PTE_US) != 0 && (*e & PTE_GUEST_KERNEL) == 0)     /* R4 */
        *e |= PTE_G;
    else
        *e = (*e & ~PTE_G) | PTE_GUEST_KERNEL | PTE_US;
    return 0;
}

static int device_get(struct mm_domain *d, struct mm_domain *frames, pte_t *e)
{
    if (!d->control || (frames != d && !frames->system))        /* R3 */
        return fail(EPERM, "domain %u maps device frame %#llx", d->id,
                    (unsigned long long)pte_mfn(*e).n);
    switch (io_frame_access(pte_mfn(*e))) {
    case 0:
        return fail(EPERM, "device frame %#llx is the hypervisor's own",
                    (unsigned long long)pte_mfn(*e).n);
    case 1:
        *e &= ~PTE_RW;
        return 0;
    default:
        return 0;
    }
}

int leaf_get(struct mm_domain *d, struct mm_domain *frames, pte_t *e)
{
    struct page *pg;
    int rc;

    if ((*e & PTE_P) == 0)
        return 0;
    rc = leaf_check_flags(d, e);
    if (rc != 0)
        return rc;
    if (!is_ram_frame(pte_mfn(*e)))
        return device_get(d, frames, e);
    pg = page_get(pte_mfn(*e), frames);
    if (pg == NULL)
        return fail(EINVAL, "frame %#llx is not of domain %u",
                    (unsigned long long)pte_mfn(*e).n, frames->id);
    if ((*e & PTE_RW) != 0) {
        rc = page_get_writable(pg, frames != d);                /* R1 */
        if (rc != 0) {
            page_put(pg);
            return fail(EINVAL, "frame %#llx is in use as type %d",
                        (unsigned long long)pte_mfn(*e).n, (int)page_type(pg));
        }
    }
    return 0;
}

void leaf_put(pte_t e)
{
    struct page *pg;

    if ((e & PTE_P) == 0 || !is_ram_frame(pte_mfn(e)))
        return;
    pg = page_of(pte_mfn(e));
    if ((e & PTE_RW) != 0)
        page_put_simple(pg);
    page_put(pg);
}

bool leaf_same_uses(pte_t a, pte_t b)
{
    const pte_t matter = PTE_ADDR | PTE_P | PTE_RW;

    return (a & PTE_P) != 0 && ((a ^ b) & matter) == 0;
}

int table_entry_check(struct mm_domain *d, pte_t *e, struct page **child)
{
    if ((*e & TABLE_REFUSED) != 0)
        return fail(EINVAL, "table entry %#llx has flags that no guest may set",
                    (unsigned long long)*e);
    *child = page_get(pte_mfn(*e), d);
    if (*child == NULL)
        return fail(EINVAL, "table frame %#llx is not of domain %u",
                    (unsigned long long)pte_mfn(*e).n, d->id);
    *e |= PTE_US;                                               /* R4 */
    return 0;
}

pte_t pt_store(pte_t *slot, pte_t e, unsigned flags)
{
    const pte_t ad = PTE_A | PTE_D;
    pte_t old = READ_ONCE(*slot);
    pte_t val;

    do {
        val = e;
        if ((flags & PT_PRESERVE_AD) != 0)
            val = (e & ~ad) | (old & ad);
    } while (!word_swap(slot, &old, val));
    return old;
}
