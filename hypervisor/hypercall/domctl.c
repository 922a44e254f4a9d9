/* SPDX-License-Identifier: MIT */
/*
 * domctl.c - HYPERVISOR_domctl: the table of its commands, and what all share.
 *
 * Permission is checked by the dispatcher, before anything here. One command
 * that changes domains runs at a time (domctl lock); who does not get the lock
 * comes back later.
 */
#include "hypercall/domctl.h"
#include "pv/policy.h"

static spinlock_t domctl_lock = SPINLOCK(domctl);

#define POLICY_ROOM_LEAVES 256      /* more than libxenguest's own form needs  */

/* The rows that are one call or one condition. */
#define domctl_pausedomain(cur, d, op) \
    (d == cur->d ? fail(EINVAL, "d%u stops itself", d->id) : domain_pause_by_tools(d))
#define domctl_resumedomain(cur, d, op) \
    (d == cur->d ? fail(EINVAL, "d%u resumes itself", d->id) : domain_resume(d))
#define domctl_set_address_size(cur, d, op) \
    (op->u.address_size.size == 64 ? 0 : fail(EINVAL, "d%u: not 64-bit", d->id))
#define domctl_get_address_size(cur, d, op) (op->u.address_size.size = 64, 0)
#define domctl_subscribe(cur, d, op)        (d->suspend_port = op->u.subscribe.port, 0)
#define domctl_setdomainhandle(cur, d, op) \
    (memcpy(d->handle, op->u.setdomainhandle.handle, sizeof(d->handle)), 0)
/* Access events are HVM's: the setting has no effect on others. */
#define domctl_set_access_required(cur, d, op) \
    (d == cur->d ? fail(EPERM, "d%u's own access", d->id) : 0)
/* Nothing but the control domain reaches devices: taking away is no work. */
#define NO_ACCESS(d, p, what) \
    ((p)->allow_access ? fail(EOPNOTSUPP, "d%u: " what, d->id) : 0)
#define domctl_iomem_permission(cur, d, op) \
    NO_ACCESS(d, &op->u.iomem_permission, "device memory")
#define domctl_irq_permission(cur, d, op) \
    NO_ACCESS(d, &op->u.irq_permission, "interrupts")
#define domctl_destroydomain(cur, d, op)    domain_kill(d)
#define domctl_unpausedomain(cur, d, op)    domain_unpause_by_tools(d)
#define domctl_scheduler_op(cur, d, op)     sched_adjust(d, &op->u.scheduler_op)
/* There is one node, number 0. */
#define domctl_getnodeaffinity(cur, d, op)  bitmap_out(&op->u.nodeaffinity.nodemap, 1)
#define domctl_set_virq_handler(cur, d, op) \
    virq_set_handler(d, op->u.set_virq_handler.virq)

/* *answers: op goes back to the caller. */
#define DO(name, out) *answers = out; return domctl_##name(cur, d, op)

static long command(struct vcpu *cur, struct domain *d, struct xen_domctl *op,
                    bool *answers)
{
    HC_CASES(domctl, op->cmd)
}

static long command_on_domain(struct vcpu *cur, struct xen_domctl *op, bool *answers)
{
    struct domain *d = domain_get(op->domain);
    long rc;

    if (!d)
        return fail(ESRCH, "no domain %u", op->domain);
    rc = command(cur, d, op, answers);
    domain_put(d);
    return rc;
}

long hc_domctl(struct vcpu *cur, struct hc_args *in)
{
    struct xen_domctl op;
    bool answers = false;
    long rc;

    if (guest_read(&op, in->a[0], sizeof(op)))
        return -EFAULT;
    if (op.interface_version != XEN_DOMCTL_INTERFACE_VERSION)
        return fail(EACCES, "domctl version %#x", op.interface_version);
    if (!spin_trylock(&domctl_lock))
        return hc_resume_later(in);
    if (op.cmd == XEN_DOMCTL_createdomain || op.cmd == XEN_DOMCTL_getdomaininfo)
        rc = command(cur, NULL, &op, &answers);
    else
        rc = command_on_domain(cur, &op, &answers);
    spin_unlock(&domctl_lock);
    if (rc == -ERESTART)
        return hc_resume_later(in);
    /* A refused policy says which leaf: it goes back with the error, too. */
    if (answers && (rc >= 0 || op.cmd == XEN_DOMCTL_set_cpu_policy ||
                    op.cmd == XEN_DOMCTL_get_cpu_policy) &&
        guest_write(in->a[0], &op, sizeof(op)))
        return -EFAULT;
    return rc;
}

int bitmap_in(uint64_t *mask, const struct xenctl_bitmap *b)
{
    unsigned bytes = MIN((b->nr_bits + 7) / 8, (uint32_t)sizeof(*mask));

    *mask = 0;
    if (bytes && guest_read(mask, (vaddr_t)b->bitmap.p, bytes))
        return -EFAULT;
    if (b->nr_bits < 64)
        *mask &= (1ull << b->nr_bits) - 1;
    return 0;
}

int bitmap_out(const struct xenctl_bitmap *b, uint64_t mask)
{
    uint64_t bytes = ((uint64_t)b->nr_bits + 7) / 8;
    uint64_t have = MIN(bytes, (uint64_t)sizeof(mask));
    vaddr_t va = (vaddr_t)b->bitmap.p;

    if (bytes > PAGE_SIZE)
        return fail(EINVAL, "bitmap of %u bits", b->nr_bits);
    if (have && guest_write(va, &mask, have))
        return -EFAULT;
    return bytes > have ? guest_clear(va + have, bytes - have) : 0;
}

/* A null array asks how much room the tools should have. */
int policy_out(const struct domain *d, int kind, uint32_t *nr_leaves,
               XEN_GUEST_HANDLE_64(xen_cpuid_leaf_t) leaves, uint32_t *nr_msrs,
               XEN_GUEST_HANDLE_64(xen_msr_entry_t) msrs)
{
    xen_cpuid_leaf_t *l = heap_alloc(POLICY_MAX_LEAVES * sizeof(*l));
    xen_msr_entry_t m[POLICY_MAX_MSRS];
    uint32_t i, n, room;
    int rc = 0;

    if (!l)
        return fail(ENOMEM, "CPU policy");
    n = pv_policy_leaves((enum policy_kind)kind, d, l);
    room = *nr_leaves;
    *nr_leaves = handle_is_null(leaves) ? POLICY_ROOM_LEAVES : n;
    for (i = 0; !rc && !handle_is_null(leaves) && i < n; i++)
        rc = i < room ? copy_out(leaves, i, &l[i])
                      : fail(ENOBUFS, "%u of %u leaves", room, n);
    n = pv_policy_msrs(m);
    room = *nr_msrs;
    *nr_msrs = handle_is_null(msrs) ? POLICY_MAX_MSRS : n;
    for (i = 0; !rc && !handle_is_null(msrs) && i < n; i++)
        rc = i < room ? copy_out(msrs, i, &m[i])
                      : fail(ENOBUFS, "%u of %u MSRs", room, n);
    heap_free(l);
    return rc;
}
