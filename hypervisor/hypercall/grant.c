/* SPDX-License-Identifier: MIT */
/*
 * grant.c - HYPERVISOR_grant_table_op(cmd, array, count): each element is read
 * once, done, and its results are written back.
 *
 * Progress over a long array is kept in the arguments: the array's address
 * moves on and the count goes down.
 */
#include "hypercall/hypercall.h"

/* The domain that a set-up call names; a GNTST_* for why not. */
static int16_t target_get(struct vcpu *cur, domid_t id, struct domain **out)
{
    int rc = hc_target_get(cur, id, out);

    return rc == -ESRCH ? GNTST_bad_domain :
           rc == -EPERM ? GNTST_permission_denied : GNTST_okay;
}

/* One element at va: 0, -EFAULT, or -ERESTART (the same element again). */
typedef int element_fn(struct vcpu *cur, vaddr_t va);

/* The results begin here, but for the domid in the same word. */
#define MAP_OUT offsetof(struct gnttab_map_grant_ref, dom)

static int do_map(struct vcpu *cur, vaddr_t va)
{
    struct gnttab_map_grant_ref op;
    int rc;

    if (guest_read(&op, va, sizeof(op)))
        return -EFAULT;
    rc = gnttab_map_op(cur, &op);
    return rc ? rc : guest_write(va + MAP_OUT, (char *)&op + MAP_OUT,
                                 sizeof(op) - MAP_OUT);
}

static int do_copy(struct vcpu *cur, vaddr_t va)
{
    struct gnttab_copy op;

    if (guest_read(&op, va, sizeof(op)))
        return -EFAULT;
    gnttab_copy_op(cur, &op);
    return guest_write(va + offsetof(struct gnttab_copy, status), &op.status,
                       sizeof(op.status));
}

static int do_swap(struct vcpu *cur, vaddr_t va)
{
    struct gnttab_swap_grant_ref op;

    if (guest_read(&op, va, sizeof(op)))
        return -EFAULT;
    op.status = gnttab_swap(cur->d, op.ref_a, op.ref_b);
    return guest_write(va, &op, sizeof(op));
}

/* The caches of x86 are coherent with devices: only the claim is checked. */
static int do_cache_flush(struct vcpu *cur, vaddr_t va)
{
    struct gnttab_cache_flush op;
    struct page *pg;

    if (guest_read(&op, va, sizeof(op)))
        return -EFAULT;
    if (op.offset >= PAGE_SIZE || op.length > PAGE_SIZE - op.offset ||
        (op.op & ~(GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_INVAL | GNTTAB_CACHE_SOURCE_GREF)))
        return fail(EINVAL, "cache flush %#x of %u at %u", op.op, op.length,
                    op.offset);
    if (!op.length || !op.op)
        return 0;
    if (op.op & GNTTAB_CACHE_SOURCE_GREF)
        return fail(EOPNOTSUPP, "cache flush by grant");
    pg = page_get(maddr_mfn(op.a.dev_bus_addr), &cur->d->mm);
    if (!pg)
        return fail(EPERM, "cache flush of %#lx", op.a.dev_bus_addr);
    page_put(pg);
    return op.op == GNTTAB_CACHE_INVAL ? -EOPNOTSUPP : 0;  /* without writing back */
}

static long each(struct vcpu *cur, struct hc_args *in, size_t size, element_fn *fn)
{
    uint32_t count = (uint32_t)in->a[2];
    int rc = 0;

    for (; count; count--) {
        rc = fn(cur, in->a[1]);
        if (rc && rc != -ERESTART)
            return rc;
        if (rc == -ERESTART)
            break;
        in->a[1] += size;
        if (count > 1 && hc_should_yield()) {
            count--;
            break;
        }
    }
    in->a[2] = count;
    return count ? hc_resume_later(in) : 0;
}

/* ---- unmap: in batches ---- */

/* The two kinds of element differ in what their second word means. */
#define SAME_PLACE(member, other)                                                   \
    _Static_assert(offsetof(struct gnttab_unmap_grant_ref, member) ==               \
                   offsetof(struct gnttab_unmap_and_replace, other), #member)
SAME_PLACE(host_addr, host_addr);
SAME_PLACE(dev_bus_addr, new_addr);
SAME_PLACE(handle, handle);
SAME_PLACE(status, status);

static int unmap_in(struct gnttab_unmap *u, vaddr_t va, bool replace)
{
    struct gnttab_unmap_grant_ref g;

    if (guest_read(&g, va, sizeof(g)))
        return -EFAULT;
    u->host_addr = g.host_addr;
    u->dev_bus_addr = replace ? 0 : g.dev_bus_addr;
    u->new_addr = replace ? g.dev_bus_addr : 0;
    u->handle = g.handle;
    return 0;
}

static long unmap(struct vcpu *cur, struct hc_args *in, bool replace)
{
    const size_t size = sizeof(struct gnttab_unmap_grant_ref);
    const size_t status = offsetof(struct gnttab_unmap_grant_ref, status);
    uint32_t count = (uint32_t)in->a[2];
    struct gnttab_unmap batch[GNTTAB_UNMAP_BATCH];
    unsigned i, n, done;
    int rc = 0;

    while (count && !rc) {
        for (n = 0; n < MIN(count, ARRAY_SIZE(batch)) && !rc; n++)
            rc = unmap_in(&batch[n], in->a[1] + n * size, replace);
        if (rc)
            n--;                    /* the last one could not be read          */
        done = gnttab_unmap_batch(cur, batch, n, replace);
        for (i = 0; i < done; i++)
            if (guest_write(in->a[1] + i * size + status, &batch[i].status,
                            sizeof(batch[i].status)))
                rc = -EFAULT;
        in->a[1] += done * size;
        count -= done;
        in->a[2] = count;
        if (!rc && count && (done < n || hc_should_yield()))
            return hc_resume_later(in);
    }
    return rc;
}

/* ---- set-up ---- */

/* One element that names a domain, d, in which op is looked up or answered. */
#define SETUP_OP(name)                                                              \
    static void name##_on(struct domain *d, struct gnttab_##name *op);              \
    static long op_##name(struct vcpu *cur, struct hc_args *in)                     \
    {                                                                               \
        struct gnttab_##name op;                                                    \
        struct domain *d;                                                           \
                                                                                    \
        if (in->a[2] != 1)                                                          \
            return fail(EINVAL, #name " of %lu", in->a[2]);                         \
        if (guest_read(&op, in->a[1], sizeof(op)))                                  \
            return -EFAULT;                                                         \
        op.status = target_get(cur, op.dom, &d);                                    \
        if (op.status == GNTST_okay) {                                              \
            name##_on(d, &op);                                                      \
            domain_put(d);                                                          \
        }                                                                           \
        return guest_write(in->a[1], &op, sizeof(op));                              \
    }                                                                               \
    static void name##_on(struct domain *d, struct gnttab_##name *op)

SETUP_OP(setup_table)
{
    unsigned i, now, max;
    xen_pfn_t frame;

    gnttab_size(d, &now, &max);
    if (op->nr_frames > max || (op->nr_frames && mfn_eq(
            gnttab_shared_frame(d, op->nr_frames - 1), MFN_NONE)))
        op->status = GNTST_general_error;
    for (i = 0; op->status == GNTST_okay && i < op->nr_frames; i++) {
        frame = gnttab_shared_frame(d, i).n;
        if (copy_out(op->frame_list, i, &frame))
            op->status = GNTST_bad_virt_addr;
    }
}

SETUP_OP(query_size)
{
    gnttab_size(d, &op->nr_frames, &op->max_nr_frames);
}

/* Only version 2 has status frames. */
SETUP_OP(get_status_frames)
{
    if (op->nr_frames)
        op->status = GNTST_general_error;
}

HC_OP(get_version, struct gnttab_get_version)
{
    struct domain *d;
    int rc = hc_target_get(cur, op->dom, &d);

    if (rc)
        return rc;
    domain_put(d);
    op->version = 1;
    return guest_write(in->a[1], op, sizeof(*op));
}

HC_OP(set_version, struct gnttab_set_version)
{
    int rc = 0;

    if (op->version != 1)
        rc = fail(op->version == 2 ? ENOSYS : EINVAL, "grant version %u", op->version);
    op->version = 1;
    return guest_write(in->a[1], op, sizeof(*op)) ? -EFAULT : rc;
}

#define EACH(type, fn) each(cur, in, sizeof(struct gnttab_##type), fn)
#define op_map_grant_ref(cur, in)     EACH(map_grant_ref, do_map)
#define op_copy(cur, in)              EACH(copy, do_copy)
#define op_swap_grant_ref(cur, in)    EACH(swap_grant_ref, do_swap)
#define op_cache_flush(cur, in)       EACH(cache_flush, do_cache_flush)
#define op_unmap_grant_ref(cur, in)   unmap(cur, in, false)
#define op_unmap_and_replace(cur, in) unmap(cur, in, true)

#define DO(name, out) return op_##name(cur, in)

long hc_grant_table_op(struct vcpu *cur, struct hc_args *in)
{
    if ((int32_t)in->a[2] < 0)
        return fail(EINVAL, "%lu grant operations", in->a[2]);
    HC_CASES(grant_table_op, (uint32_t)in->a[0])
}
