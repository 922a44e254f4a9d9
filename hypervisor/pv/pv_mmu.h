/* SPDX-License-Identifier: MIT */
/* pv_mmu.h - what the rest of pv/ and the control calls need of the guest's MMU. */
#ifndef SPLITRING_PV_PV_MMU_H
#define SPLITRING_PV_PV_MMU_H

#include "core/domain.h"
#include "mm/pt.h"
#include "pv/x86.h"

/* Loads CR3 for v's mode (in_kernel: kernel_root, else user_root); flush drops
 * global entries too (another address space, not just another mode). */
void pv_load_root(struct vcpu *v, bool flush);
/* What that is, but for a domain that is logged. */
static inline maddr_t pv_root(const struct vcpu *v)
{
    return mfn_maddr(v->pv.in_kernel ? v->pv.kernel_root : v->pv.user_root);
}

/* A fault on the window that shows v's LDT: maps the page in. */
bool pv_ldt_fault(struct vcpu *v, vaddr_t va);

/* A page fault of guest code that the guest never sees: a trapped write to one
 * of its L1 tables, an LDT page to be mapped in. true: go on with the instruction
 * now at regs->rip. A translation that this CPU has cached and the tables no longer
 * say is not among them: the fault drops it, and the guest takes it as it would
 * take one from the processor. */
bool pv_mmu_solve_table_write(struct vcpu *v, vaddr_t va, struct cpu_user_regs *regs);
bool pv_mmu_solve_logged(struct vcpu *v, vaddr_t va, struct cpu_user_regs *regs);
static inline bool pv_mmu_solve_fault(struct vcpu *v, vaddr_t va,
                                      struct cpu_user_regs *regs)
{
    if (unlikely(va >= HV_VA_START && va < HV_VA_END))
        return pv_ldt_fault(v, va);
    if (unlikely(v->d->mm.logging) && pv_mmu_solve_logged(v, va, regs))
        return true;
    return (regs->error_code & (PF_PRESENT | PF_WRITE | PF_RSVD)) ==
               (PF_PRESENT | PF_WRITE) &&
           v->pv.in_kernel && pv_mmu_solve_table_write(v, va, regs);
}
/* A page fault of our own, at rip: an LDT page, or a translation that has become
 * stale; a fault that the tables allow again and again is not solved. */
bool pv_mmu_fixup_fault(struct vcpu *v, vaddr_t va, uint32_t error, uint64_t rip);

/* pt_emulate.c: the write at regs->rip to va has trapped because va maps an L1 table:
 * does it through the one door. false: it is not that, or the entry is refused. */
bool pv_pt_emulate(struct vcpu *v, vaddr_t va, struct cpu_user_regs *regs);

/* Replaces v's GDT: nr_ents descriptors in frames[], each typed DESC. 0, -EINVAL,
 * -ERESTART; the old one stays on failure. destroy leaves only our page 14. */
int pv_gdt_set(struct vcpu *v, const mfn_t *frames, unsigned nr_ents);
void pv_gdt_destroy(struct vcpu *v);
/* Unmaps what the LDT window shows; true: something was mapped. The caller
 * sets ldt_base and ldt_ents and reloads LDTR. */
bool pv_ldt_destroy(struct vcpu *v);

/* One vcpu's windows in the domain's slot 260 (created empty, with page 14 in its
 * GDT); the slot itself is pv_domain_create()'s. */
int pv_perdomain_create_vcpu(struct vcpu *v);
void pv_perdomain_destroy(struct domain *d);

/* Makes m a root of v: 0, -EINVAL, -ERESTART. The old root's uses are dropped.
 * m is what the guest says, whatever its bits: no number of it means none. */
int pv_set_root(struct vcpu *v, bool user, mfn_t m);
/* None from now on; of the kernel only when v never runs again (R2 of mmu.c). */
void pv_drop_root(struct vcpu *v, bool user);

/* XEN_DOMCTL_getpageframeinfo3: the type word of a frame (XEN_DOMCTL_PFINFO_*). */
uint32_t pv_page_type_info(struct domain *d, mfn_t m);

#endif
