/* SPDX-License-Identifier: MIT */
/*
 * mmu.c - a vcpu's page-table roots, its faults on its own tables, and what
 * tools ask about the type of a frame.
 *
 *   R1  kernel_root and user_root hold one ref and one typed use as L4 each.
 *   R2  A root that CR3 holds is replaced there before its uses are dropped.
 */
#include "arch/tlb.h"
#include "mm/logdirty.h"
#include "public/domctl.h"
#include "pv/pv_mmu.h"

#define RETRIES     4               /* of a fault of ours that the tables allow */
#define RETRY_TICKS (1u << 20)      /* of the TSC, between two of them         */
#define LOG_ROOT(v, user) ((v)->id * 2 + (user))

void pv_load_root(struct vcpu *v, bool flush)
{
    mfn_t root = v->pv.in_kernel ? v->pv.kernel_root : v->pv.user_root;

    if (unlikely(v->d->mm.logging))
        root = logdirty_root(&v->d->mm, LOG_ROOT(v, !v->pv.in_kernel), root);
    tlb_load_root(mfn_maddr(root), flush);
}

static void root_replace(struct vcpu *v, bool user, mfn_t m)
{
    mfn_t *slot = user ? &v->pv.user_root : &v->pv.kernel_root;
    mfn_t old = *slot;

    *slot = m;
    if (v == current() && v->pv.in_kernel == !user && !mfn_eq(m, MFN_NONE))
        pv_load_root(v, true);                                  /* R2 */
    if (!mfn_eq(old, MFN_NONE))
        page_put_and_type(page_of(old));
}

int pv_set_root(struct vcpu *v, bool user, mfn_t m)
{
    struct page *pg;
    int rc;

    if (v != current())
        pv_switch_sync(v);                                      /* R2 */
    rc = page_get_and_type(m, &v->d->mm, PGT_L4, &pg);
    if (rc == 0)
        root_replace(v, user, m);
    return rc;
}

void pv_drop_root(struct vcpu *v, bool user)
{
    if (v != current())
        pv_switch_sync(v);                                      /* R2 */
    root_replace(v, user, MFN_NONE);
}

/* The entry that maps va for v now, with the rights of all levels in it. */
static pte_t walk_rights(const struct vcpu *v, vaddr_t va)
{
    mfn_t m = v->pv.in_kernel ? v->pv.kernel_root : v->pv.user_root;
    pte_t rights = PTE_RW, e = 0;

    for (unsigned level = 4; level >= 1; level--) {
        if (!mfn_valid(m))
            return 0;
        e = READ_ONCE(((pte_t *)frame_map(m))[pt_index(va, level)]);
        if ((e & PTE_P) == 0)
            return 0;
        rights = (rights & e & PTE_RW) | ((rights | e) & PTE_NX);
        m = pte_mfn(e);
    }
    return (e & ~(PTE_RW | PTE_NX)) | rights;
}

/* The tables allow what has faulted: this CPU remembers how they were. */
static bool is_stale(const struct vcpu *v, vaddr_t va, uint32_t error)
{
    pte_t e = walk_rights(v, va);

    if ((e & PTE_P) == 0 || ((error & PF_WRITE) != 0 && (e & PTE_RW) == 0) ||
        ((error & PF_FETCH) != 0 && (e & PTE_NX) != 0))
        return false;
    tlb_flush_local(va);
    return true;
}

/* A fault on the twins of a logged guest's tables. true: it is solved; else the
 * error code is what the guest's own tables would have given. */
static bool twins_fault(struct vcpu *v, vaddr_t va, uint32_t *error)
{
    mfn_t root = v->pv.in_kernel ? v->pv.kernel_root : v->pv.user_root;

    switch (logdirty_fault(&v->d->mm, LOG_ROOT(v, !v->pv.in_kernel), root, va,
                           *error & PF_WRITE, *error & PF_FETCH)) {
    case LOG_ALLOWED:
        tlb_flush_local(va);
        return true;
    case LOG_ABSENT:
        *error &= ~PF_PRESENT;
        return false;
    default:
        *error |= PF_PRESENT;
        return false;
    }
}

/* What the processor would not have raised is solved first, and then regs has the
 * error code that it would have given. */
bool pv_mmu_solve_logged(struct vcpu *v, vaddr_t va, struct cpu_user_regs *regs)
{
    return (regs->error_code & PF_RSVD) == 0 && twins_fault(v, va, &regs->error_code);
}

bool pv_mmu_solve_table_write(struct vcpu *v, vaddr_t va, struct cpu_user_regs *regs)
{
    return (v->d->vm_assist & 1ul << VMASST_TYPE_writable_pagetables) != 0 &&
           pv_pt_emulate(v, va, regs);
}

/* Not without end: what faults again and again at once is not cured by a retry. */
static bool may_retry(vaddr_t va, uint64_t rip)
{
    static struct last { vaddr_t va; uint64_t rip, tsc; unsigned n; } last[NR_CPUS];
    struct last *l = &last[this_cpu()];
    uint64_t now = rdtsc();

    if (l->va != va || l->rip != rip || now - l->tsc > RETRY_TICKS)
        l->n = 0;
    l->va = va;
    l->rip = rip;
    l->tsc = now;
    return l->n++ < RETRIES;
}

bool pv_mmu_fixup_fault(struct vcpu *v, vaddr_t va, uint32_t error, uint64_t rip)
{
    if (va >= HV_VA_START && va < HV_VA_END)
        return pv_ldt_fault(v, va);
    if ((error & PF_RSVD) != 0)
        return false;
    if (unlikely(v->d->mm.logging) && twins_fault(v, va, &error))
        return true;
    return (error & PF_PRESENT) != 0 && is_stale(v, va, error) && may_retry(va, rip);
}

uint32_t pv_page_type_info(struct domain *d, mfn_t m)
{
    static const uint32_t words[] = {
        [PGT_L1] = XEN_DOMCTL_PFINFO_L1TAB, [PGT_L2] = XEN_DOMCTL_PFINFO_L2TAB,
        [PGT_L3] = XEN_DOMCTL_PFINFO_L3TAB, [PGT_L4] = XEN_DOMCTL_PFINFO_L4TAB,
    };
    struct page *pg = page_get(m, &d->mm);
    enum page_type type;
    uint32_t word = XEN_DOMCTL_PFINFO_NOTAB;

    if (pg == NULL)
        return XEN_DOMCTL_PFINFO_XTAB;
    type = page_type(pg);
    if (type >= PGT_L1 && type <= PGT_L4) {
        word = words[type];
        if (page_is_pinned(pg))
            word |= XEN_DOMCTL_PFINFO_LPINTAB;
    }
    page_put(pg);
    return word;
}
