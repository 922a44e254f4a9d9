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

#define BACK 1u                     /* op goes back to the caller              */

struct domctl_cmd {
    domctl_fn *fn;
    unsigned flags;
};

#define CMD(name, f) [XEN_DOMCTL_##name] = { domctl_##name, f }
static const struct domctl_cmd commands[] = {
    CMD(destroydomain, 0),
    CMD(pausedomain, 0),
    CMD(unpausedomain, 0),
    CMD(setvcpuaffinity, BACK),
    CMD(max_mem, 0),
    CMD(setvcpucontext, 0),
    CMD(getvcpucontext, 0),
    CMD(getvcpuinfo, BACK),
    CMD(max_vcpus, 0),
    CMD(scheduler_op, BACK),
    CMD(setdomainhandle, 0),
    CMD(setdebugging, 0),
    CMD(irq_permission, 0),
    CMD(iomem_permission, 0),
    CMD(ioport_permission, 0),
    CMD(hypercall_init, 0),
    CMD(settimeoffset, 0),
    CMD(getvcpuaffinity, BACK),
    CMD(resumedomain, 0),
    CMD(sendtrigger, 0),
    CMD(subscribe, 0),
    CMD(set_address_size, 0),
    CMD(get_address_size, BACK),
    CMD(set_ext_vcpucontext, 0),
    CMD(get_ext_vcpucontext, BACK),
    CMD(gettscinfo, BACK),
    CMD(settscinfo, 0),
    CMD(getpageframeinfo3, 0),
    CMD(setvcpuextstate, 0),
    CMD(getvcpuextstate, BACK),
    CMD(set_virq_handler, 0),
    CMD(setnodeaffinity, 0),
    CMD(getnodeaffinity, BACK),
    CMD(get_vcpu_msrs, BACK),
    CMD(set_vcpu_msrs, BACK),
    CMD(get_cpu_policy, BACK),
    CMD(set_cpu_policy, BACK),
};
#undef CMD

/* Why a command of an existing domain is not in the table. */
static long unsupported(const struct xen_domctl *op)
{
    switch (op->cmd) {
    case XEN_DOMCTL_shadow_op:      /* no log of written pages yet             */
        return fail(EINVAL, "d%u: shadow_op", op->domain);
    case XEN_DOMCTL_assign_device:
    case XEN_DOMCTL_test_assign_device:
    case XEN_DOMCTL_deassign_device:
    case XEN_DOMCTL_get_device_group:
    case XEN_DOMCTL_get_paging_mempool_size:
    case XEN_DOMCTL_set_paging_mempool_size:
        return fail(EOPNOTSUPP, "d%u: domctl %u", op->domain, op->cmd);
    case XEN_DOMCTL_gethvmcontext:
    case XEN_DOMCTL_sethvmcontext:
    case XEN_DOMCTL_gethvmcontext_partial:
    case XEN_DOMCTL_bind_pt_irq:
    case XEN_DOMCTL_unbind_pt_irq:
    case XEN_DOMCTL_memory_mapping:
    case XEN_DOMCTL_ioport_mapping:
        return fail(EINVAL, "d%u: domctl %u is for HVM", op->domain, op->cmd);
    default:
        return fail(ENOSYS, "domctl %u", op->cmd);
    }
}

static long on_domain(struct vcpu *cur, struct xen_domctl *op, bool *back)
{
    const struct domctl_cmd *c = op->cmd < ARRAY_SIZE(commands) ?
        &commands[op->cmd] : NULL;
    struct domain *d = domain_get(op->domain);
    long rc;

    if (!d)
        return fail(ESRCH, "no domain %u", op->domain);
    if (c && c->fn) {
        rc = c->fn(cur, d, op);
        *back = c->flags & BACK;
    } else {
        rc = unsupported(op);
    }
    domain_put(d);
    return rc;
}

long hc_domctl(struct vcpu *cur, struct hc_args *in)
{
    struct xen_domctl op;
    bool back = true;
    long rc;

    if (guest_read(&op, in->a[0], sizeof(op)))
        return -EFAULT;
    if (op.interface_version != XEN_DOMCTL_INTERFACE_VERSION)
        return fail(EACCES, "domctl version %#x", op.interface_version);
    if (!spin_trylock(&domctl_lock))
        return hc_resume_later(in);
    switch (op.cmd) {
    case XEN_DOMCTL_createdomain:
        rc = domctl_createdomain(&op);
        break;
    case XEN_DOMCTL_getdomaininfo:
        rc = domctl_getdomaininfo(&op);
        break;
    default:
        back = false;
        rc = on_domain(cur, &op, &back);
        break;
    }
    spin_unlock(&domctl_lock);
    if (rc == -ERESTART)
        return hc_resume_later(in);
    /* A refused policy says which leaf: it goes back with the error, too. */
    if (back && (rc >= 0 || op.cmd == XEN_DOMCTL_set_cpu_policy ||
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
