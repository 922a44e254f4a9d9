/* SPDX-License-Identifier: MIT */
/*
 * grant_map.c - another domain's page into the caller's page tables, and out.
 *
 * The rules are in grant_table.h. An unmap has three steps, so that a batch of
 * them costs one flush: the entry is taken out of the page table, all TLBs
 * are flushed, and only then are the page and the pin given back.
 */
#include "core/grant_table.h"
#include "core/trace.h"
#include "arch/tlb.h"
#include "mm/pt.h"

/* ---- map ---- */

static int host_map(struct vcpu *cur, const struct gnttab_map_grant_ref *op,
                    struct page *pg)
{
    pte_t e = pt_grant_entry(page_mfn(pg), op->flags & GNTMAP_readonly,
                             op->flags & GNTMAP_application_map,
                             (op->flags >> _GNTMAP_guest_avail0) & 7);

    return pt_grant_map(&cur->d->mm, cur->pv.kernel_root, op->host_addr,
                        op->flags & GNTMAP_contains_pte, e);
}

static int map_from(struct vcpu *cur, struct domain *rd,
                    struct gnttab_map_grant_ref *op)
{
    struct grant_table *gt = cur->d->gt;
    unsigned ways = pin_ways(op->flags);
    grant_handle_t h = gnttab_handle_new(gt);
    struct maptrack *m;
    struct page *pg;
    int rc;

    op->status = GNTST_no_space;
    if (h == HANDLE_NONE)
        return 0;
    op->status = (int16_t)gnttab_pin(rd, op->ref, cur->d->id, ways, &pg);
    if (op->status != GNTST_okay) {
        gnttab_handle_free(gt, h);
        return 0;
    }
    rc = op->flags & GNTMAP_host_map ? host_map(cur, op, pg) : 0;
    if (rc) {
        gnttab_put_page(pg, ways);
        gnttab_unpin(rd, op->ref, ways);
        gnttab_handle_free(gt, h);
        op->status = GNTST_general_error;
        return rc == -ERESTART ? rc : 0;
    }
    op->handle = h;
    op->dev_bus_addr = mfn_maddr(page_mfn(pg));
    m = gnttab_maptrack(gt, h);
    m->frame = (uint32_t)page_mfn(pg).n;
    m->ref = op->ref;
    m->domid = rd->id;
    __atomic_store_n(&m->flags, (uint8_t)op->flags, __ATOMIC_RELEASE);
    TRACE(TRC_MEM_PAGE_GRANT_MAP, 1, rd->id, 0, 0);
    return 0;
}

int gnttab_map_op(struct vcpu *cur, struct gnttab_map_grant_ref *op)
{
    struct domain *rd;
    int rc;

    if (!(op->flags & MAPTRACK_KINDS)) {
        op->status = GNTST_bad_gntref;
        return 0;
    }
    rd = op->dom == DOMID_SELF ? NULL : domain_get(op->dom);
    if (!rd) {
        op->status = GNTST_bad_domain;
        return 0;
    }
    rc = map_from(cur, rd, op);
    domain_put(rd);
    return rc;
}

/* ---- unmap ---- */

/* Step 1a: claims the kinds to be undone (R5) and copies what is known. */
static void claim(struct grant_table *gt, struct gnttab_unmap *u)
{
    struct maptrack *m = gnttab_maptrack(gt, u->handle);

    u->done = 0;
    u->status = GNTST_bad_handle;
    if (!m)
        return;
    spin_lock(&gt->lock);
    if (m->flags & MAPTRACK_KINDS) {
        u->status = GNTST_okay;
        u->domid = m->domid;
        u->ref = m->ref;
        u->frame = m->frame;
        u->flags = m->flags;
        if (u->host_addr)
            u->done |= m->flags & GNTMAP_host_map;
        if (u->dev_bus_addr)
            u->done |= m->flags & GNTMAP_device_map;
        if ((u->done & GNTMAP_device_map) &&
            u->dev_bus_addr != mfn_maddr(MFN(u->frame))) {
            u->status = GNTST_bad_dev_addr;
            u->done = 0;
        }
        if (u->done) {
            m->flags &= (uint8_t)~u->done;
            m->claims++;
        }
    }
    spin_unlock(&gt->lock);
}

/* Gives up the claim on `kinds`, which stay mapped. */
static void unclaim(struct grant_table *gt, struct gnttab_unmap *u,
                    unsigned kinds)
{
    struct maptrack *m = gnttab_maptrack(gt, u->handle);

    spin_lock(&gt->lock);
    m->flags |= (uint8_t)kinds;
    u->done &= ~kinds;
    if (!u->done)
        m->claims--;
    spin_unlock(&gt->lock);
}

static int host_unmap(struct vcpu *cur, const struct gnttab_unmap *u)
{
    return pt_grant_unmap(&cur->d->mm, cur->pv.kernel_root, u->host_addr,
                          u->flags & GNTMAP_contains_pte, MFN(u->frame),
                          u->flags & GNTMAP_readonly);
}

/* Where the entries of replace() are; asked before anything is unmapped. */
static bool find_both(struct vcpu *cur, const struct gnttab_unmap *u, mfn_t table[2],
                      unsigned index[2])
{
    mfn_t root = cur->pv.kernel_root;

    return !(u->flags & GNTMAP_contains_pte) &&
           pt_find_l1(root, u->host_addr, &table[0], &index[0]) &&
           pt_find_l1(root, u->new_addr, &table[1], &index[1]);
}

/* Moves the entry that maps u->new_addr to where the grant was mapped. */
static int replace(struct vcpu *cur, const struct gnttab_unmap *u)
{
    struct mm_domain *d = &cur->d->mm;
    unsigned index[2];
    mfn_t table[2];
    pte_t e;
    int rc;

    if (!u->new_addr)
        return 0;
    if (!find_both(cur, u, table, index))
        return fail(EINVAL, "d%u replaces a grant by %#lx", d->id, u->new_addr);
    e = pt_lookup(cur->pv.kernel_root, u->new_addr);
    rc = pt_update(d, table[0], index[0], e, d, 0);
    return rc ? rc : pt_update(d, table[1], index[1], 0, d, 0);
}

/* Step 1: 0, or -ERESTART with nothing done. */
static int unmap_begin(struct vcpu *cur, struct gnttab_unmap *u)
{
    struct grant_table *gt = cur->d->gt;
    unsigned index[2];
    mfn_t table[2];
    int rc;

    claim(gt, u);
    if (!(u->done & GNTMAP_host_map))
        return 0;
    rc = u->new_addr && !find_both(cur, u, table, index) ? -EINVAL
                                                         : host_unmap(cur, u);
    if (rc == -ERESTART) {
        unclaim(gt, u, u->done);
        return rc;
    }
    if (rc) {
        unclaim(gt, u, u->done);
        u->status = GNTST_general_error;
    }
    return 0;
}

/* Step 3. */
static void unmap_finish(struct vcpu *cur, struct gnttab_unmap *u)
{
    unsigned ways = pin_ways((u->flags & GNTMAP_readonly) | u->done);
    struct grant_table *gt = cur->d->gt;
    struct maptrack *m;
    struct domain *rd;

    if (!u->done)
        return;
    /* The page that we hold a ref of keeps its owner, who granted it */
    rd = mm_to_domain(page_owner(page_of(MFN(u->frame))));
    gnttab_unpin(rd, u->ref, ways);
    gnttab_put_page(page_of(MFN(u->frame)), ways);
    TRACE(TRC_MEM_PAGE_GRANT_UNMAP, 1, u->domid, 0, 0);

    m = gnttab_maptrack(gt, u->handle);
    spin_lock(&gt->lock);
    m->claims--;
    if (!m->claims && !(m->flags & MAPTRACK_KINDS)) {               /* R5 */
        *m = (struct maptrack){ .ref = gt->free_handle };
        gt->free_handle = u->handle;
    }
    spin_unlock(&gt->lock);
}

unsigned gnttab_unmap_batch(struct vcpu *cur, struct gnttab_unmap *u, unsigned n,
                            bool with_replace)
{
    unsigned i, nr;
    bool mapped = false;

    for (nr = 0; nr < n; nr++) {
        if (unmap_begin(cur, &u[nr]) == -ERESTART)
            break;
        if (!(u[nr].done & GNTMAP_host_map))
            continue;
        mapped = true;
        if (with_replace && replace(cur, &u[nr]))
            u[nr].status = GNTST_general_error;
    }
    if (mapped)
        tlb_flush(cur->d->mm.cpus, TLB_ALL);    /* its L1 may be in two places    */
    for (i = 0; i < nr; i++)
        unmap_finish(cur, &u[i]);
    return nr;
}
