/* SPDX-License-Identifier: MIT */
/* descriptors.c - set_gdt and update_descriptor. */
#include "hypercall/hypercall.h"
#include "mm/logdirty.h"
#include "pv/pv_mmu.h"

long hc_set_gdt(struct vcpu *cur, struct hc_args *in)
{
    XEN_GUEST_HANDLE(xen_pfn_t) list = { (xen_pfn_t *)in->a[0] };
    mfn_t frames[GUEST_GDT_FRAMES];
    unsigned nr_ents = (unsigned)in->a[1];
    int rc;

    if (nr_ents > FIRST_RESERVED_GDT_ENTRY)
        return fail(EINVAL, "a GDT of %u descriptors", nr_ents);
    for (unsigned i = 0; i < (nr_ents + 511) / 512; i++) {
        xen_pfn_t frame;

        if (copy_in(&frame, list, i) != 0)
            return -EFAULT;
        frames[i] = MFN(frame);
    }
    do
        rc = pv_gdt_set(cur, frames, nr_ents);
    while (rc == -ERESTART && !hc_should_yield());
    return rc == -ERESTART ? hc_resume_later(in) : rc;
}

long hc_update_descriptor(struct vcpu *cur, struct hc_args *in)
{
    maddr_t at = in->a[0];
    uint64_t desc = in->a[1];
    struct page *pg;
    int rc;

    if ((at & 7) != 0 || !desc_fix(&desc))
        return fail(EINVAL, "descriptor %#lx at %#lx", in->a[1], in->a[0]);
    pg = page_get(maddr_mfn(at), &cur->d->mm);
    if (pg == NULL)
        return fail(EINVAL, "descriptor in frame %#lx of another", at >> PAGE_SHIFT);
    do
        rc = page_get_type(pg, page_type(pg) == PGT_DESC ? PGT_DESC : PGT_WRITABLE);
    while (rc == -ERESTART && !hc_should_yield());
    if (rc == 0) {
        uint64_t *frame = frame_map(maddr_mfn(at));

        WRITE_ONCE(frame[(at & (PAGE_SIZE - 1)) / 8], desc);
        logdirty_mark(maddr_mfn(at));
        page_put_type(pg);
    }
    page_put(pg);
    return rc == -ERESTART ? hc_resume_later(in) : rc;
}
