/* SPDX-License-Identifier: MIT */
/* mmu.h - between the calls that change page tables. */
#ifndef SPLITRING_HYPERCALL_MMU_H
#define SPLITRING_HYPERCALL_MMU_H

#include "hypercall/hypercall.h"

/* The owner of frames that cur names by domid (DOMID_SELF, DOMID_IO, DOMID_XEN or
 * a number): 0 and *out, or -EPERM, -ESRCH. mmu_owner_put() gives it back. */
int mmu_owner_get(struct vcpu *cur, domid_t id, struct domain **out);
void mmu_owner_put(struct vcpu *cur, struct domain *d);

/* The CPUs on which the current domain's vcpus of a guest's bitmap may have
 * left translations: 0 or -EFAULT. */
int mmu_vcpu_mask(struct vcpu *cur, vaddr_t bitmap, cpumask_t *out);
static inline cpumask_t mmu_domain_mask(struct vcpu *cur)
{
    return __atomic_load_n(&cur->d->mm.cpus, __ATOMIC_ACQUIRE);
}

/* How mmu_update and mmuext_op keep count over continuations: the list moves on
 * in a[0], the rest is in a[1] with this bit, the sum is in the guest's word. */
#define MMU_UPDATE_PREEMPTED (1u << 31)
int mmu_batch_start(struct hc_args *in, unsigned *count, unsigned *before);
/* done elements of the list of this size were carried out. */
long mmu_batch_stop(struct hc_args *in, unsigned count, unsigned before,
                    unsigned done, size_t size, bool again, long rc);

#endif
