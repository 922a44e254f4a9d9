/* SPDX-License-Identifier: MIT */
/* mmuext_op.c - pins, roots, flushes and the LDT. */
#include "arch/tlb.h"
#include "hypercall/mmu.h"
#include "mm/logdirty.h"
#include "pv/pv.h"
#include "pv/pv_mmu.h"

static int flush_multi(struct vcpu *cur, const struct mmuext_op *op, vaddr_t what)
{
    cpumask_t mask;

    if (mmu_vcpu_mask(cur, (vaddr_t)op->arg2.vcpumask.p, &mask) != 0)
        return -EINVAL;
    tlb_flush(mask, what);
    return 0;
}

static int flush_cache(struct vcpu *cur, int err)
{
    if (!cur->d->is_control)
        return fail(err, "domain %u has no device", cur->d->id);
    __asm__ __volatile__("wbinvd" ::: "memory");
    return 0;
}

static int set_ldt(struct vcpu *v, vaddr_t base, unsigned ents)
{
    if ((base & (PAGE_SIZE - 1)) != 0 || ents > 8192 ||
        !guest_range_ok(base, ents, 8))
        return fail(EINVAL, "LDT of %u descriptors at %#lx", ents, base);
    if (v->pv.ldt_base == base && v->pv.ldt_ents == ents)
        return 0;
    pv_ldt_destroy(v);
    v->pv.ldt_base = base;
    v->pv.ldt_ents = ents;
    pv_ldt_load(v);
    return 0;
}

static int clear_or_copy(struct domain *owner, const struct mmuext_op *op)
{
    struct page *from = NULL, *to;
    int rc;

    if (op->cmd == MMUEXT_COPY_PAGE) {
        from = page_get(MFN(op->arg2.src_mfn), &owner->mm);
        if (from == NULL)
            return fail(EINVAL, "copy from frame %#lx of another", op->arg2.src_mfn);
    }
    rc = page_get_and_type(MFN(op->arg1.mfn), &owner->mm, PGT_WRITABLE, &to);
    if (rc == 0) {
        void *dst = frame_map(page_mfn(to));

        if (from != NULL)
            memcpy(dst, frame_map(page_mfn(from)), PAGE_SIZE);
        else
            memset(dst, 0, PAGE_SIZE);
        logdirty_mark(page_mfn(to));
        page_put_and_type(to);
    }
    if (from != NULL)
        page_put(from);
    return rc;
}

static int new_user_root(struct vcpu *cur, mfn_t m)
{
    if (m.n != 0)
        return pv_set_root(cur, true, m);
    pv_drop_root(cur, true);
    return 0;
}

/* Each row's work, in one_op(). */
#define op_PIN_L1_TABLE       pt_pin(&owner->mm, MFN(op->arg1.mfn), PGT_L1)
#define op_PIN_L2_TABLE       pt_pin(&owner->mm, MFN(op->arg1.mfn), PGT_L2)
#define op_PIN_L3_TABLE       pt_pin(&owner->mm, MFN(op->arg1.mfn), PGT_L3)
#define op_PIN_L4_TABLE       pt_pin(&owner->mm, MFN(op->arg1.mfn), PGT_L4)
#define op_UNPIN_TABLE        pt_unpin(&owner->mm, MFN(op->arg1.mfn))
#define op_NEW_BASEPTR        pv_set_root(cur, false, MFN(op->arg1.mfn))
#define op_NEW_USER_BASEPTR   new_user_root(cur, MFN(op->arg1.mfn))
#define op_TLB_FLUSH_LOCAL    (tlb_flush_local(TLB_ALL), 0)
#define op_INVLPG_LOCAL       (tlb_flush_local(op->arg1.linear_addr), 0)
#define op_TLB_FLUSH_MULTI    flush_multi(cur, op, TLB_ALL)
#define op_INVLPG_MULTI       flush_multi(cur, op, op->arg1.linear_addr)
#define op_TLB_FLUSH_ALL      (tlb_flush(mmu_domain_mask(cur), TLB_ALL), 0)
#define op_INVLPG_ALL \
    (tlb_flush(mmu_domain_mask(cur), op->arg1.linear_addr), 0)
#define op_FLUSH_CACHE        flush_cache(cur, EACCES)
#define op_FLUSH_CACHE_GLOBAL flush_cache(cur, EINVAL)
#define op_SET_LDT            set_ldt(cur, op->arg1.linear_addr, op->arg2.nr_ents)
#define op_CLEAR_PAGE         clear_or_copy(owner, op)
#define op_COPY_PAGE          clear_or_copy(owner, op)

/* What can be done for another domain; the rest is of the caller's own memory. */
#define FOREIGN (1u << MMUEXT_PIN_L1_TABLE | 1u << MMUEXT_PIN_L2_TABLE |           \
                 1u << MMUEXT_PIN_L3_TABLE | 1u << MMUEXT_PIN_L4_TABLE |           \
                 1u << MMUEXT_UNPIN_TABLE | 1u << MMUEXT_CLEAR_PAGE |              \
                 1u << MMUEXT_COPY_PAGE)

#define DO(name, out)                                                              \
    if (owner != cur->d && !(FOREIGN >> MMUEXT_##name & 1))                        \
        return fail(EPERM, "mmuext_op " #name " on another domain");               \
    return op_##name

static int one_op(struct vcpu *cur, struct domain *owner, const struct mmuext_op *op)
{
    HC_CASES(mmuext_op, op->cmd)
}

/* A list of one, which most are. */
static long op_single(struct vcpu *cur, struct hc_args *in)
{
    struct mmuext_op op;
    int rc = guest_read(&op, in->a[0], sizeof(op));

    while (rc == 0) {
        rc = one_op(cur, cur->d, &op);
        if (likely(rc != -ERESTART))
            break;
        if (hc_should_yield())
            return hc_resume_later(in);
        rc = 0;
    }
    return mmu_batch_stop(in, 1, 0, rc == 0, sizeof(op), false, rc);
}

static long op_list(struct vcpu *cur, struct hc_args *in, struct domain *owner)
{
    XEN_GUEST_HANDLE(mmuext_op_t) list = { (struct mmuext_op *)in->a[0] };
    unsigned count, before, done = 0;
    bool again = false;
    int rc = mmu_batch_start(in, &count, &before);

    if (rc != 0)
        return rc;
    if (!guest_range_ok(in->a[0], count, sizeof(struct mmuext_op)))
        return -EFAULT;
    while (done < count && rc == 0) {
        struct mmuext_op op;

        if (done != 0 && hc_should_yield()) {
            again = true;
            break;
        }
        rc = guest_read(&op, handle_va(list, done), sizeof(op));
        if (rc != 0)
            break;
        do
            rc = one_op(cur, owner, &op);
        while (rc == -ERESTART && !hc_should_yield());
        if (rc == -ERESTART)
            again = true;
        else if (rc == 0)
            done++;
    }
    return mmu_batch_stop(in, count, before, done, sizeof(struct mmuext_op), again,
                          again ? 0 : rc);
}

long hc_mmuext_op(struct vcpu *cur, struct hc_args *in)
{
    struct domain *owner;
    long rc;

    if (likely((domid_t)in->a[3] == DOMID_SELF))
        return in->a[1] == 1 ? op_single(cur, in) : op_list(cur, in, cur->d);
    rc = mmu_owner_get(cur, (domid_t)in->a[3], &owner);
    if (rc != 0)
        return rc;
    rc = op_list(cur, in, owner);
    mmu_owner_put(cur, owner);
    return rc;
}
