/* SPDX-License-Identifier: MIT */
/* memory.c - memory_op: which call it is, and the small ones. */
#include "hypercall/memory.h"
#include "mm/m2p.h"

long mem_current_reservation(struct vcpu *cur, struct hc_args *in)
{
    unsigned cmd = (unsigned)in->a[0] & MEM_CMD_MASK;
    struct xen_memory_domain who;
    struct domain *d;
    long rc;

    if (MEM_READ(&who, in->a[1]) != 0)
        return -EFAULT;
    rc = hc_target_get(cur, who.domid, &d);
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

long mem_maximum_ram_page(struct vcpu *cur, struct hc_args *in)
{
    return (long)max_frame;
}

long mem_machphys_mfn_list(struct vcpu *cur, struct hc_args *in)
{
    struct xen_machphys_mfn_list list;
    unsigned n;

    if (MEM_READ(&list, in->a[1]) != 0)
        return -EFAULT;
    n = MIN(list.max_extents, m2p_extents());
    for (unsigned i = 0; i < n; i++) {
        xen_pfn_t m = m2p_extent(i).n;

        if (copy_out(list.extent_start, i, &m) != 0)
            return -EFAULT;
    }
    list.nr_extents = n;
    return MEM_WRITE(in->a[1], &list);
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
long mem_add_to_physmap(struct vcpu *cur, struct hc_args *in)
{
    struct xen_add_to_physmap a;

    if (MEM_READ(&a, in->a[1]) != 0)
        return -EFAULT;
    return fail(EACCES, "a PV domain's frames have no place to be moved to");
}

/* A frame leaves a map that PV domains do not have: only its owner is judged. */
long mem_remove_from_physmap(struct vcpu *cur, struct hc_args *in)
{
    struct xen_remove_from_physmap r;
    struct domain *d;
    long rc;

    if (MEM_READ(&r, in->a[1]) != 0)
        return -EFAULT;
    rc = hc_target_get(cur, r.domid, &d);
    if (rc != 0)
        return rc;
    domain_put(d);
    return fail(EACCES, "a PV domain's frames have no place to leave");
}

long mem_claim_pages(struct vcpu *cur, struct hc_args *in)
{
    struct xen_memory_reservation r;
    struct domain *d;
    long rc;

    if (MEM_READ(&r, in->a[1]) != 0)
        return -EFAULT;
    if (!handle_is_null(r.extent_start) || r.extent_order != 0 || r.mem_flags != 0)
        return fail(EINVAL, "a claim with a list, an order or flags");
    d = r.domid == DOMID_SELF ? NULL : domain_get(r.domid); /* by number alone */
    if (d == NULL)
        return fail(EINVAL, "a claim for domain %u", r.domid);
    rc = cur->d->is_control ? domain_claim(&d->mm, r.nr_extents)
                            : fail(EPERM, "domain %u claims memory", cur->d->id);
    domain_put(d);
    return rc;
}

long mem_get_vnumainfo(struct vcpu *cur, struct hc_args *in)
{
    struct xen_vnuma_topology_info t;
    struct domain *d;
    long rc;

    if (MEM_READ(&t, in->a[1]) != 0)
        return -EFAULT;
    if (t.pad != 0)
        return fail(EINVAL, "get_vnumainfo: padding");
    rc = hc_target_get(cur, t.domid, &d);
    if (rc != 0)
        return rc;
    domain_put(d);
    return fail(EOPNOTSUPP, "domain %u has no virtual NUMA", t.domid);
}

long mem_set_pod_target(struct vcpu *cur, struct hc_args *in)
{
    struct xen_pod_target t;
    struct domain *d;
    long rc;

    if (MEM_READ(&t, in->a[1]) != 0)
        return -EFAULT;
    rc = hc_target_get(cur, t.domid, &d);
    if (rc != 0)
        return rc;
    domain_put(d);
    return fail(EINVAL, "domain %u is not filled on demand", t.domid);
}

/* Frames of domains are never merged. */
long mem_get_sharing_freed_pages(struct vcpu *cur, struct hc_args *in)
{
    return 0;
}

long mem_reserved_device_memory_map(struct vcpu *cur, struct hc_args *in)
{
    struct xen_reserved_device_memory_map m;

    if (MEM_READ(&m, in->a[1]) != 0)
        return -EFAULT;
    if ((m.flags & ~(uint32_t)XENMEM_RDM_ALL) != 0)
        return fail(EINVAL, "reserved_device_memory_map: flags %#x", m.flags);
    m.nr_entries = 0;
    return MEM_WRITE(in->a[1], &m);
}

#define DO(name, out) return mem_##name(cur, in)

long hc_memory_op(struct vcpu *cur, struct hc_args *in)
{
    HC_CASES(memory_op, (unsigned)in->a[0] & MEM_CMD_MASK)
}
