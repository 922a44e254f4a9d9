/* SPDX-License-Identifier: MIT */
/* memory.c - memory_op: which call it is, and the small ones. */
#include "hypercall/memory.h"
#include "mm/boot_mm.h"
#include "mm/m2p.h"

int mem_target_get(struct vcpu *cur, domid_t id, struct domain **out)
{
    if (id != DOMID_SELF && id != cur->d->id && !cur->d->is_control)
        return fail(EPERM, "domain %u names domain %u", cur->d->id, id);
    *out = domain_get(id);
    return *out != NULL ? 0 : fail(ESRCH, "there is no domain %u", id);
}

static long reservation_size(struct vcpu *cur, unsigned cmd, vaddr_t arg)
{
    struct xen_memory_domain who;
    struct domain *d;
    long rc;

    if (MEM_READ(&who, arg) != 0)
        return -EFAULT;
    rc = mem_target_get(cur, who.domid, &d);
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

static long machphys_list(vaddr_t arg)
{
    struct xen_machphys_mfn_list list;
    unsigned n;

    if (MEM_READ(&list, arg) != 0)
        return -EFAULT;
    n = MIN(list.max_extents, m2p_extents());
    for (unsigned i = 0; i < n; i++) {
        xen_pfn_t m = m2p_extent(i).n;

        if (copy_out(list.extent_start, i, &m) != 0)
            return -EFAULT;
    }
    list.nr_extents = n;
    return MEM_WRITE(arg, &list);
}

static long machphys_mapping(vaddr_t arg)
{
    struct xen_machphys_mapping m = {
        .v_start = MACH2PHYS_VIRT_START,
        .v_end = MACH2PHYS_VIRT_END,
        .max_mfn = MACH2PHYS_NR_ENTRIES - 1,
    };

    return MEM_WRITE(arg, &m);
}

/* Neither kind works for a PV domain; what can be read is still read first. */
static long add_to_physmap(vaddr_t arg)
{
    struct xen_add_to_physmap a;

    if (MEM_READ(&a, arg) != 0)
        return -EFAULT;
    return fail(EACCES, "a PV domain's frames have no place to be moved to");
}

static long remove_from_physmap(struct vcpu *cur, vaddr_t arg)
{
    struct xen_remove_from_physmap r;
    struct domain *d;
    long rc;

    if (MEM_READ(&r, arg) != 0)
        return -EFAULT;
    rc = mem_target_get(cur, r.domid, &d);
    if (rc != 0)
        return rc;
    domain_put(d);
    return fail(EACCES, "a PV domain's frames have no place to leave");
}

static long claim_pages(struct vcpu *cur, vaddr_t arg)
{
    struct xen_memory_reservation r;
    struct domain *d;
    long rc;

    if (!cur->d->is_control)
        return fail(EPERM, "domain %u claims memory", cur->d->id);
    if (MEM_READ(&r, arg) != 0)
        return -EFAULT;
    if (!handle_is_null(r.extent_start) || r.extent_order != 0 || r.mem_flags != 0)
        return fail(EINVAL, "a claim with a list, an order or flags");
    d = r.domid == DOMID_SELF ? NULL : domain_get(r.domid); /* by number alone */
    if (d == NULL)
        return fail(EINVAL, "a claim for domain %u", r.domid);
    rc = domain_claim(&d->mm, r.nr_extents);
    domain_put(d);
    return rc;
}

static long vnuma_info(struct vcpu *cur, vaddr_t arg)
{
    struct xen_vnuma_topology_info t;
    struct domain *d;
    long rc;

    if (MEM_READ(&t, arg) != 0)
        return -EFAULT;
    if (t.pad != 0)
        return fail(EINVAL, "get_vnumainfo: padding");
    rc = mem_target_get(cur, t.domid, &d);
    if (rc != 0)
        return rc;
    domain_put(d);
    return fail(EOPNOTSUPP, "domain %u has no virtual NUMA", t.domid);
}

static long pod_target(struct vcpu *cur, vaddr_t arg)
{
    struct xen_pod_target t;
    struct domain *d;
    long rc;

    if (MEM_READ(&t, arg) != 0)
        return -EFAULT;
    rc = mem_target_get(cur, t.domid, &d);
    if (rc != 0)
        return rc;
    domain_put(d);
    return fail(EINVAL, "domain %u is not filled on demand", t.domid);
}

static long reserved_device_memory(vaddr_t arg)
{
    struct xen_reserved_device_memory_map m;

    if (MEM_READ(&m, arg) != 0)
        return -EFAULT;
    if ((m.flags & ~(uint32_t)XENMEM_RDM_ALL) != 0)
        return fail(EINVAL, "reserved_device_memory_map: flags %#x", m.flags);
    m.nr_entries = 0;
    return MEM_WRITE(arg, &m);
}

long hc_memory_op(struct vcpu *cur, struct hc_args *in)
{
    unsigned cmd = (unsigned)in->a[0] & MEM_CMD_MASK;
    vaddr_t arg = in->a[1];

    switch (cmd) {
    case XENMEM_increase_reservation: case XENMEM_decrease_reservation:
    case XENMEM_populate_physmap:
        return mem_reservation(cur, in);
    case XENMEM_exchange:
        return mem_exchange(cur, in);
    case XENMEM_maximum_ram_page:
        return (long)max_frame;
    case XENMEM_current_reservation: case XENMEM_maximum_reservation:
    case XENMEM_maximum_gpfn:
        return reservation_size(cur, cmd, arg);
    case XENMEM_machphys_mfn_list:
        return machphys_list(arg);
    case XENMEM_machphys_mapping:
        return machphys_mapping(arg);
    case XENMEM_memory_map:
        return mem_map_get(cur, arg);
    case XENMEM_set_memory_map:
        return mem_map_set(cur, arg);
    case XENMEM_machine_memory_map:
        return mem_map_machine(cur, arg);
    case XENMEM_add_to_physmap: case XENMEM_add_to_physmap_batch:
        return add_to_physmap(arg);
    case XENMEM_remove_from_physmap:
        return remove_from_physmap(cur, arg);
    case XENMEM_acquire_resource:
        return mem_acquire_resource(cur, arg);
    case XENMEM_claim_pages:
        return claim_pages(cur, arg);
    case XENMEM_get_sharing_freed_pages: case XENMEM_get_sharing_shared_pages:
        return 0;
    case XENMEM_get_vnumainfo:
        return vnuma_info(cur, arg);
    case XENMEM_get_pod_target: case XENMEM_set_pod_target:
        return pod_target(cur, arg);
    case XENMEM_reserved_device_memory_map:
        return reserved_device_memory(arg);
    case XENMEM_paging_op: case XENMEM_access_op: case XENMEM_sharing_op:
        return fail(EOPNOTSUPP, "memory_op %u is for HVM domains", cmd);
    default:
        return fail(ENOSYS, "memory_op %u", cmd);
    }
}
