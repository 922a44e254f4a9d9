/* SPDX-License-Identifier: MIT */
/*
 * grant_copy.c - bytes between two pages, each granted or the caller's own.
 */
#include "core/grant_table.h"
#include "lib/string.h"
#include "mm/logdirty.h"

struct end {                        /* one side of a copy                      */
    struct domain *d;
    struct page *pg;
    bool granted, write;
    grant_ref_t ref;
};

/* Only the caller's own pages may be named by frame number. */
static int end_domain(struct end *e, domid_t id, bool granted)
{
    e->granted = granted;
    if (id != DOMID_SELF && !granted)
        return GNTST_permission_denied;
    e->d = domain_get(id);
    return e->d ? GNTST_okay : GNTST_bad_domain;
}

static int end_claim(struct end *e, const struct gnttab_copy_ptr *p,
                     struct vcpu *cur)
{
    if (e->granted) {
        e->ref = p->u.ref;
        return gnttab_pin(e->d, e->ref, cur->d->id,
                          1u << (e->write ? PIN_HOST_WRITE : PIN_HOST_READ),
                          &e->pg);
    }
    e->pg = page_get(MFN(p->u.gmfn), &e->d->mm);
    if (!e->pg)
        return GNTST_bad_page;
    if (e->write && page_get_type(e->pg, PGT_WRITABLE)) {
        page_put(e->pg);            /* it is a page table now                  */
        return GNTST_general_error;
    }
    return GNTST_okay;
}

static void end_release(struct end *e)
{
    unsigned way = 1u << (e->write ? PIN_HOST_WRITE : PIN_HOST_READ);

    gnttab_put_page(e->pg, way);
    if (e->granted)
        gnttab_unpin(e->d, e->ref, way);
}

static int copy_claimed(const struct gnttab_copy *op, struct end *src,
                        struct end *dst)
{
    if ((uint32_t)op->source.offset + op->len > PAGE_SIZE ||
        (uint32_t)op->dest.offset + op->len > PAGE_SIZE)
        return GNTST_bad_copy_arg;
    memmove((char *)frame_map(page_mfn(dst->pg)) + op->dest.offset,
            (const char *)frame_map(page_mfn(src->pg)) + op->source.offset,
            op->len);
    logdirty_mark(page_mfn(dst->pg));
    return GNTST_okay;
}

void gnttab_copy_op(struct vcpu *cur, struct gnttab_copy *op)
{
    struct end src = { .write = false }, dst = { .write = true };
    int rc;

    rc = end_domain(&src, op->source.domid, op->flags & GNTCOPY_source_gref);
    if (rc == GNTST_okay)
        rc = end_domain(&dst, op->dest.domid, op->flags & GNTCOPY_dest_gref);
    if (rc == GNTST_okay) {
        rc = end_claim(&src, &op->source, cur);
        if (rc == GNTST_okay) {
            rc = end_claim(&dst, &op->dest, cur);
            if (rc == GNTST_okay) {
                rc = copy_claimed(op, &src, &dst);
                end_release(&dst);
            }
            end_release(&src);
        }
    }
    if (src.d)
        domain_put(src.d);
    if (dst.d)
        domain_put(dst.d);
    op->status = (int16_t)rc;
}
