/* SPDX-License-Identifier: MIT */
/* memory.c - memory_op: which call it is, and the small ones. */
#include "hypercall/memory.h"
#include "mm/m2p.h"

MEM_OP(current_reservation, struct xen_memory_domain)
{
    unsigned cmd = (unsigned)in->a[0] & MEM_CMD_MASK;
    struct domain *d;
    long rc = hc_target_get(cur, op->domid, &d);

    if (rc != 0)
        return rc;
    switch (cmd) {
    case XENMEM_current_reservation:
        rc = d->mm.tot_pages;
        break;
    case XENMEM_maximum_reservation:
        rc = d->mm.max_pages;
        break;
    default:
        rc = (long)READ_ONCE(d->shared->arch.max_pfn);
        rc -= rc != 0;                  /* it counts pages; a new domain's is 0 */
        break;
    }
    domain_put(d);
    return rc;
}

MEM_OP(machphys_mfn_list, struct xen_machphys_mfn_list)
{
    unsigned n = MIN(op->max_extents, m2p_extents());

    for (unsigned i = 0; i < n; i++) {
        xen_pfn_t m = m2p_extent(i).n;

        if (copy_out(op->extent_start, i, &m) != 0)
            return -EFAULT;
    }
    op->nr_extents = n;
    return MEM_WRITE(in->a[1], op);
}

long mem_machphys_mapping(struct vcpu *cur, struct hc_args *in)
{
    struct xen_machphys_mapping m = {
        .v_start = MACH2PHYS_VIRT_START,
        .v_end = MACH2PHYS_VIRT_END,
        .max_mfn = MACH2PHYS_NR_ENTRIES - 1,
    };

    return MEM_WRITE(in->a[1], &m);
}

/* Neither kind works for a PV domain; what can be read is still read first. */
MEM_OP(add_to_physmap, struct xen_add_to_physmap)
{
    return fail(EACCES, "a PV domain's frames have no place to be moved to");
}

/* Whether cur may name the domain: 0, or why not. */
static long target_check(struct vcpu *cur, domid_t id)
{
    struct domain *d;
    long rc = hc_target_get(cur, id, &d);

    if (rc == 0)
        domain_put(d);
    return rc;
}

/* A frame leaves a map that PV domains do not have: only its owner is judged. */
MEM_OP(remove_from_physmap, struct xen_remove_from_physmap)
{
    long rc = target_check(cur, op->domid);

    return rc != 0 ? rc : fail(EACCES, "a PV domain's frames have no place to leave");
}

MEM_OP(claim_pages, struct xen_memory_reservation)
{
    struct domain *d;
    long rc;

    if (!handle_is_null(op->extent_start) || op->extent_order != 0 || op->mem_flags != 0)
        return fail(EINVAL, "a claim with a list, an order or flags");
    d = op->domid == DOMID_SELF ? NULL : domain_get(op->domid); /* by number alone */
    if (d == NULL)
        return fail(EINVAL, "a claim for domain %u", op->domid);
    rc = cur->d->is_control ? domain_claim(&d->mm, op->nr_extents)
                            : fail(EPERM, "domain %u claims memory", cur->d->id);
    domain_put(d);
    return rc;
}

MEM_OP(get_vnumainfo, struct xen_vnuma_topology_info)
{
    long rc = op->pad != 0 ? fail(EINVAL, "get_vnumainfo: padding")
                           : target_check(cur, op->domid);

    return rc != 0 ? rc : fail(EOPNOTSUPP, "domain %u has no virtual NUMA", op->domid);
}

MEM_OP(set_pod_target, struct xen_pod_target)
{
    long rc = target_check(cur, op->domid);

    return rc != 0 ? rc : fail(EINVAL, "domain %u is not filled on demand", op->domid);
}

MEM_OP(reserved_device_memory_map, struct xen_reserved_device_memory_map)
{
    if ((op->flags & ~(uint32_t)XENMEM_RDM_ALL) != 0)
        return fail(EINVAL, "reserved_device_memory_map: flags %#x", op->flags);
    op->nr_entries = 0;
    return MEM_WRITE(in->a[1], op);
}

#define mem_maximum_ram_page(cur, in) (long)max_frame
/* Frames of domains are never merged. */
#define mem_get_sharing_freed_pages(cur, in) 0

#define DO(name, out) return mem_##name(cur, in)

long hc_memory_op(struct vcpu *cur, struct hc_args *in)
{
    HC_CASES(memory_op, (unsigned)in->a[0] & MEM_CMD_MASK)
}
