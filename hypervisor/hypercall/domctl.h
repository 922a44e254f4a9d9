/* SPDX-License-Identifier: MIT */
/* domctl.h - what the families of HYPERVISOR_domctl and sysctl share. */
#ifndef SPLITRING_HYPERCALL_DOMCTL_H
#define SPLITRING_HYPERCALL_DOMCTL_H

#include "hypercall/hypercall.h"
#include "public/domctl.h"

/* One command on d, which is kept for the call (null where it need not exist); op
 * is our copy and goes back to the caller if it holds an answer. 0, an error, or
 * -ERESTART. */
#define DOMCTL(name)                                                        \
    long domctl_##name(struct vcpu *cur, struct domain *d, struct xen_domctl *op)

#define DOMCTL_PROTOTYPE(call, prefix, name) DOMCTL(name);
SUBS_domctl(DOMCTL_PROTOTYPE, DOMCTL_PROTOTYPE, HC_NOTHING)

/* domctl_life.c */
void domain_info_fill(struct domain *d, struct xen_domctl_getdomaininfo *info);

/* power.c: these commands of sysctl, on our copy. */
struct xen_sysctl;
long sysctl_get_pmstat(struct xen_sysctl *op);
long sysctl_pm_op(struct xen_sysctl *op);
long sysctl_page_offline_op(struct xen_sysctl *op);

/* Bitmaps of the caller, of any length, from and to one word of ours. */
int bitmap_in(uint64_t *mask, const struct xenctl_bitmap *b);
int bitmap_out(const struct xenctl_bitmap *b, uint64_t mask);

/* Leaves and MSRs of a policy into the caller's arrays; -ENOBUFS. *nr_* are set to
 * how many there are. */
int policy_out(const struct domain *d, int kind, uint32_t *nr_leaves,
               XEN_GUEST_HANDLE_64(xen_cpuid_leaf_t) leaves, uint32_t *nr_msrs,
               XEN_GUEST_HANDLE_64(xen_msr_entry_t) msrs);

#endif
