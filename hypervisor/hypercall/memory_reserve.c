/* SPDX-License-Identifier: MIT */
/*
 * memory_reserve.c - memory_op's calls that give memory and take it.
 *
 *   R1  A list stops at the first extent that cannot be done; the result is the
 *       number done, which a short count makes plain.
 *   R2  An exchange goes by chunks of the larger of the two extents: a chunk is
 *       taken away whole, then replaced whole, or left as it was.
 */
#include "hypercall/memory.h"
#include "mm/m2p.h"

#define ORDER_GUEST   9
#define ORDER_CONTROL 12

static unsigned max_order(const struct vcpu *cur)
{
    return cur->d->is_control ? ORDER_CONTROL : ORDER_GUEST;
}

/* What a request's flags ask of the allocator; 0: any address. */
static int address_bits(unsigned mem_flags, unsigned *bits)
{
    *bits = XENMEMF_get_address_bits(mem_flags);
    if (*bits != 0 && *bits <= PAGE_SHIFT)
        return fail(EINVAL, "memory below 2^%u bytes", *bits);
    if (*bits >= 52)
        *bits = 0;
    return 0;
}

static void name_pages(struct page *pg, unsigned order, uint64_t pfn)
{
    for (uint64_t i = 0; i < 1ull << order; i++)
        m2p_set(MFN(page_mfn(pg).n + i), pfn + i);
}

/* Each of these does extent i: true when done. */
static bool extent_populate(struct domain *d, const struct xen_memory_reservation *r,
                            unsigned long i, unsigned bits)
{
    struct page *pg;
    xen_pfn_t pfn;

    if (copy_in(&pfn, r->extent_start, i) != 0)
        return false;
    pg = domain_pages_alloc(&d->mm, r->extent_order, bits);
    if (pg == NULL)
        return false;
    name_pages(pg, r->extent_order, pfn);
    pfn = page_mfn(pg).n;
    return copy_out(r->extent_start, i, &pfn) == 0;
}

static bool extent_increase(struct domain *d, const struct xen_memory_reservation *r,
                            unsigned long i, unsigned bits)
{
    struct page *pg = domain_pages_alloc(&d->mm, r->extent_order, bits);
    xen_pfn_t m;

    if (pg == NULL)
        return false;
    m = page_mfn(pg).n;
    return handle_is_null(r->extent_start) || copy_out(r->extent_start, i, &m) == 0;
}

static bool extent_decrease(struct domain *d, const struct xen_memory_reservation *r,
                            unsigned long i)
{
    xen_pfn_t m;

    if (copy_in(&m, r->extent_start, i) != 0)
        return false;
    for (uint64_t n = 0; n < 1ull << r->extent_order; n++) {
        struct page *pg = page_get(MFN(m + n), &d->mm);
        bool released;

        if (pg == NULL)
            return false;
        released = page_release_alloc(pg);
        if (released)
            m2p_set(MFN(m + n), M2P_INVALID);
        page_put(pg);
        if (!released)
            return false;
    }
    return true;
}

static bool extent_do(struct domain *d, unsigned cmd,
                      const struct xen_memory_reservation *r, unsigned long i,
                      unsigned bits)
{
    return cmd == XENMEM_populate_physmap ? extent_populate(d, r, i, bits) :
           cmd == XENMEM_increase_reservation ? extent_increase(d, r, i, bits) :
           extent_decrease(d, r, i);
}

long mem_increase_reservation(struct vcpu *cur, struct hc_args *in)
{
    unsigned cmd = (unsigned)in->a[0] & MEM_CMD_MASK;
    unsigned long done = in->a[0] >> MEM_CMD_BITS;
    struct xen_memory_reservation r;
    struct domain *d;
    unsigned bits;

    if (MEM_READ(&r, in->a[1]) != 0 || done >= r.nr_extents ||
        r.nr_extents > ~0ul >> MEM_CMD_BITS)
        return (long)done;
    if (r.extent_order > max_order(cur) || address_bits(r.mem_flags, &bits) != 0 ||
        !guest_range_ok((vaddr_t)r.extent_start.p, r.nr_extents, sizeof(xen_pfn_t)))
        return (long)done;
    if (hc_target_get(cur, r.domid, &d) != 0)
        return (long)done;

    while (done < r.nr_extents && extent_do(d, cmd, &r, done, bits)) {  /* R1 */
        done++;
        if (done < r.nr_extents && hc_should_yield()) {
            domain_put(d);
            in->a[0] = cmd | done << MEM_CMD_BITS;
            return hc_resume_later(in);
        }
    }
    domain_put(d);
    return (long)done;
}

/* ---- exchange ---- */

struct exchange {
    struct xen_memory_exchange x;
    struct domain *d;
    unsigned bits;
    unsigned in_order, out_order;       /* extents of a chunk, as orders      */
    xen_pfn_t *stolen;                  /* the frames of a chunk              */
};

static int exchange_check(struct vcpu *cur, struct exchange *e)
{
    const struct xen_memory_reservation *in = &e->x.in, *out = &e->x.out;

    if (in->extent_order > max_order(cur) || out->extent_order > max_order(cur))
        return fail(EPERM, "exchange of order %u for %u", in->extent_order,
                    out->extent_order);
    if (in->domid != out->domid || e->x.nr_exchanged > in->nr_extents ||
        in->nr_extents > ~0ul >> in->extent_order ||
        out->nr_extents > ~0ul >> out->extent_order ||
        in->nr_extents << in->extent_order != out->nr_extents << out->extent_order)
        return fail(EINVAL, "exchange: the two sides differ");
    if (!guest_range_ok((vaddr_t)in->extent_start.p, in->nr_extents,
                        sizeof(xen_pfn_t)) ||
        !guest_range_ok((vaddr_t)out->extent_start.p, out->nr_extents,
                        sizeof(xen_pfn_t)))
        return -EFAULT;
    if (in->extent_order <= out->extent_order)
        e->in_order = out->extent_order - in->extent_order;
    else
        e->out_order = in->extent_order - out->extent_order;
    if ((in->nr_extents & ((1ul << e->in_order) - 1)) != 0 ||
        (e->x.nr_exchanged & ((1ul << e->in_order) - 1)) != 0)
        return fail(EINVAL, "exchange: not whole extents");
    return address_bits(out->mem_flags, &e->bits);
}

static void unsteal(struct exchange *e, unsigned n)
{
    while (n-- > 0)
        page_steal_undo(MFN(e->stolen[n]));
}

/* Takes the frames of a chunk away: their number, or an error and nothing. */
static int chunk_steal(struct exchange *e, unsigned long chunk)
{
    unsigned n = 0;

    for (unsigned long j = 0; j < 1ul << e->in_order; j++) {
        xen_pfn_t m;

        if (copy_in(&m, e->x.in.extent_start, (chunk << e->in_order) + j) != 0) {
            unsteal(e, n);
            return -EFAULT;
        }
        for (uint64_t k = 0; k < 1ull << e->x.in.extent_order; k++) {
            if (!page_steal(&e->d->mm, MFN(m + k))) {
                unsteal(e, n);
                return fail(EINVAL, "exchange: frame %#lx is in use or another's",
                            m + k);
            }
            e->stolen[n++] = m + k;
        }
    }
    return (int)n;
}

static int chunk_replace(struct exchange *e, unsigned long chunk, unsigned n)
{
    unsigned long outs = 1ul << e->out_order;
    struct page **got = heap_alloc(outs * sizeof(*got));
    unsigned long have = 0;
    int rc = 0;

    while (got != NULL && have < outs) {
        got[have] = domain_pages_add(&e->d->mm, e->x.out.extent_order, e->bits);
        if (got[have] == NULL)
            break;
        have++;
    }
    if (got == NULL || have < outs) {
        while (have-- > 0)
            for (uint64_t k = 0; k < 1ull << e->x.out.extent_order; k++)
                page_release_alloc(got[have] + k);
        unsteal(e, n);
        heap_free(got);
        return fail(ENOMEM, "exchange: no memory of order %u below 2^%u",
                    e->x.out.extent_order, e->bits);
    }
    while (n-- > 0)
        page_steal_free(MFN(e->stolen[n]));
    for (unsigned long j = 0; j < outs; j++) {
        unsigned long i = (chunk << e->out_order) + j;
        xen_pfn_t pfn;

        if (copy_in(&pfn, e->x.out.extent_start, i) == 0)
            name_pages(got[j], e->x.out.extent_order, pfn);
        else
            rc = -EFAULT;
        pfn = page_mfn(got[j]).n;
        if (copy_out(e->x.out.extent_start, i, &pfn) != 0)
            rc = -EFAULT;
    }
    heap_free(got);
    return rc;
}

static long exchange_run(struct exchange *e, struct hc_args *in)
{
    vaddr_t count = in->a[1] + offsetof(struct xen_memory_exchange, nr_exchanged);
    unsigned long chunk = e->x.nr_exchanged >> e->in_order;
    unsigned long chunks = e->x.in.nr_extents >> e->in_order;
    bool again = false;
    long rc = 0;

    while (chunk < chunks && rc == 0) {
        rc = chunk_steal(e, chunk);
        if (rc >= 0)
            rc = chunk_replace(e, chunk, (unsigned)rc);
        if (rc != 0)
            break;
        chunk++;
        again = chunk < chunks && hc_should_yield();
        if (again)
            break;
    }
    e->x.nr_exchanged = chunk << e->in_order;
    if (guest_write(count, &e->x.nr_exchanged, sizeof(e->x.nr_exchanged)) != 0)
        return -EFAULT;
    return again ? hc_resume_later(in) : rc;
}

long mem_exchange(struct vcpu *cur, struct hc_args *in)
{
    struct exchange e = { .d = NULL };
    long rc;

    if (MEM_READ(&e.x, in->a[1]) != 0)
        return -EFAULT;
    rc = exchange_check(cur, &e);
    if (rc != 0)
        return rc;
    rc = hc_target_get(cur, e.x.in.domid, &e.d);
    if (rc != 0)
        return rc;
    e.stolen = heap_alloc(sizeof(xen_pfn_t) <<
                          MAX(e.x.in.extent_order, e.x.out.extent_order));
    rc = e.stolen == NULL ? fail(ENOMEM, "exchange: no memory for the list")
                          : exchange_run(&e, in);
    heap_free(e.stolen);
    domain_put(e.d);
    return rc;
}
