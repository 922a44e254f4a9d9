/* SPDX-License-Identifier: MIT */
/* domctl.h - what the families of HYPERVISOR_domctl and sysctl share. */
#ifndef SPLITRING_HYPERCALL_DOMCTL_H
#define SPLITRING_HYPERCALL_DOMCTL_H

#include "hypercall/hypercall.h"
#include "public/domctl.h"

/* One command on d, which is kept for the call; op is our copy and goes back to
 * the caller when the table says so. 0, an error, or -ERESTART. */
typedef long domctl_fn(struct vcpu *cur, struct domain *d,
                       struct xen_domctl *op);

/* domctl_life.c */
long domctl_createdomain(struct xen_domctl *op);
long domctl_getdomaininfo(struct xen_domctl *op);
void domain_info_fill(struct domain *d, struct xen_domctl_getdomaininfo *info);
domctl_fn domctl_destroydomain, domctl_pausedomain, domctl_unpausedomain,
    domctl_resumedomain, domctl_max_mem, domctl_max_vcpus,
    domctl_setdomainhandle, domctl_setdebugging, domctl_scheduler_op,
    domctl_setnodeaffinity, domctl_getnodeaffinity, domctl_subscribe,
    domctl_set_virq_handler, domctl_set_address_size, domctl_get_address_size;

/* domctl_vcpu.c */
domctl_fn domctl_setvcpucontext, domctl_getvcpucontext, domctl_getvcpuinfo,
    domctl_setvcpuaffinity, domctl_getvcpuaffinity, domctl_set_ext_vcpucontext,
    domctl_get_ext_vcpucontext, domctl_setvcpuextstate, domctl_getvcpuextstate,
    domctl_get_vcpu_msrs, domctl_set_vcpu_msrs, domctl_sendtrigger;

/* domctl_machine.c */
domctl_fn domctl_get_cpu_policy, domctl_set_cpu_policy, domctl_gettscinfo,
    domctl_settscinfo, domctl_settimeoffset, domctl_getpageframeinfo3,
    domctl_hypercall_init, domctl_ioport_permission, domctl_iomem_permission,
    domctl_irq_permission;

/* Bitmaps of the caller, of any length, from and to one word of ours. */
int bitmap_in(uint64_t *mask, const struct xenctl_bitmap *b);
int bitmap_out(const struct xenctl_bitmap *b, uint64_t mask);

/* Leaves and MSRs of a policy into the caller's arrays; -ENOBUFS. *nr_* are set to
 * how many there are. */
int policy_out(const struct domain *d, int kind, uint32_t *nr_leaves,
               XEN_GUEST_HANDLE_64(xen_cpuid_leaf_t) leaves, uint32_t *nr_msrs,
               XEN_GUEST_HANDLE_64(xen_msr_entry_t) msrs);

#endif
