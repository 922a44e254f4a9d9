/* SPDX-License-Identifier: MIT */
/*
 * mmu_update.c - mmu_update and update_va_mapping: entries of page tables.
 *
 *   R1  Requests are carried out in order; the count of those done is exact
 *       whatever stops the list.
 *   R2  Another domain's tables or frames may be named by the control domain
 *       only, and that is decided before anything is looked at.
 */
#include "arch/tlb.h"
#include "hypercall/mmu.h"
#include "mm/logdirty.h"
#include "mm/m2p.h"
#include "pv/pv_mmu.h"

#define CHUNK BATCH(16)

int mmu_owner_get(struct vcpu *cur, domid_t id, struct domain **out)
{
    if (id == DOMID_SELF) {
        *out = cur->d;
        return 0;
    }
    if (id == cur->d->id)
        return fail(ESRCH, "domain %u names itself by its number", id);
    *out = id == DOMID_IO ? domain_io : id == DOMID_XEN ? domain_xen : domain_get(id);
    if (*out == NULL)
        return fail(ESRCH, "there is no domain %u", id);
    if (cur->d->is_control)
        return 0;
    mmu_owner_put(cur, *out);
    return fail(EPERM, "domain %u names domain %u's frames", cur->d->id, id);
}

void mmu_owner_put(struct vcpu *cur, struct domain *d)
{
    if (d != cur->d && d != domain_io && d != domain_xen)
        domain_put(d);
}

int mmu_vcpu_mask(struct vcpu *cur, vaddr_t bitmap, cpumask_t *out)
{
    uint64_t word = 0;
    int rc;

    *out = 0;
    for (unsigned i = 0; i < cur->d->max_vcpus; i++) {
        struct vcpu *v = cur->d->vcpu[i];
        unsigned lazy;

        if (i % 64 == 0) {
            rc = guest_read(&word, bitmap + i / 8, sizeof(word));
            if (rc != 0)
                return rc;
        }
        if (v == NULL || (word >> (i % 64) & 1) == 0)
            continue;
        /* Where v runs, then where it may have left its root: switch.c R3. */
        *out |= cpumask_of(__atomic_load_n(&v->cpu, __ATOMIC_ACQUIRE));
        lazy = READ_ONCE(v->pv.lazy_cpu);
        *out |= lazy ? cpumask_of(lazy - 1) : 0;
    }
    *out &= mmu_domain_mask(cur);
    return 0;
}

int mmu_batch_start(struct hc_args *in, unsigned *count, unsigned *before)
{
    *count = (unsigned)in->a[1];
    *before = 0;
    if ((*count & MMU_UPDATE_PREEMPTED) != 0) {
        *count &= ~MMU_UPDATE_PREEMPTED;
        if (in->a[2] != 0)
            return guest_read(before, in->a[2], sizeof(*before));
    }
    return 0;
}

long mmu_batch_stop(struct hc_args *in, unsigned count, unsigned before,
                    unsigned done, size_t size, bool again, long rc)
{
    before += done;
    if (in->a[2] != 0 && guest_write(in->a[2], &before, sizeof(before)) != 0 && rc == 0)
        rc = -EFAULT;
    if (!again)
        return rc;
    in->a[0] += done * size;
    in->a[1] = (count - done) | MMU_UPDATE_PREEMPTED;
    return hc_resume_later(in);
}

/* An entry of a frame that is no table: plain memory of the owner. */
static int plain_write(struct domain *owner, mfn_t m, unsigned index, uint64_t val)
{
    struct page *pg;
    int rc = page_get_and_type(m, &owner->mm, PGT_WRITABLE, &pg);

    if (rc == 0) {
        WRITE_ONCE(((uint64_t *)frame_map(m))[index], val);
        logdirty_mark(m);
        page_put_and_type(pg);
    }
    return rc;
}

static int machphys_update(struct domain *frames, mfn_t m, uint64_t pfn)
{
    struct page *pg = page_get(m, &frames->mm);

    if (pg == NULL)
        return fail(EINVAL, "machphys: frame %#lx is not of domain %u", m.n,
                    frames->id);
    m2p_set(m, pfn);
    page_put(pg);
    return 0;
}

static __inline_always int update_one(struct vcpu *cur, struct domain *tables,
                                      struct domain *frames, struct pt_run *run,
                                      const struct mmu_update *req)
{
    mfn_t m = maddr_mfn(req->ptr);
    unsigned index = (req->ptr & (PAGE_SIZE - 1)) / 8;
    unsigned flags = 0;
    int rc;

    cur->calls[ROW_mmu_update_NORMAL_PT_UPDATE + (req->ptr & 3)]++;
    switch (req->ptr & 7) {
    case MMU_PT_UPDATE_PRESERVE_AD:
        flags = PT_PRESERVE_AD;
        break;
    case MMU_NORMAL_PT_UPDATE: case MMU_PT_UPDATE_NO_TRANSLATE:
        break;
    case MMU_MACHPHYS_UPDATE: case MMU_MACHPHYS_UPDATE + 4:
        return machphys_update(frames, m, req->val);
    default:
        return fail(ENOSYS, "entry at %#lx", req->ptr);
    }
    if (run != NULL)
        rc = pt_run_update(run, m, index, req->val, flags);
    else
        rc = pt_update(&tables->mm, m, index, req->val, &frames->mm, flags);
    if (unlikely(rc == -ENXIO))
        rc = plain_write(tables, m, index, req->val);
    return rc;
}

/* A list of one, which most are. */
static long update_single(struct vcpu *cur, struct hc_args *in)
{
    struct mmu_update req;
    unsigned done;
    int rc = guest_read(&req, in->a[0], sizeof(req));

    while (rc == 0) {
        rc = update_one(cur, cur->d, cur->d, NULL, &req);
        if (likely(rc != -ERESTART))
            break;
        if (hc_should_yield())
            return hc_resume_later(in);
        rc = 0;
    }
    done = rc == 0;                                             /* R1 */
    if (in->a[2] != 0 && guest_write(in->a[2], &done, sizeof(done)) != 0 && rc == 0)
        rc = -EFAULT;
    return rc;
}

static long update_list(struct vcpu *cur, struct hc_args *in,
                        struct domain *tables, struct domain *frames)
{
    XEN_GUEST_HANDLE(mmu_update_t) list = { (struct mmu_update *)in->a[0] };
    struct pt_run run = { .d = &tables->mm, .frames = &frames->mm };
    struct mmu_update req[CHUNK];
    unsigned count, before, done = 0;
    bool again = false;
    int rc = mmu_batch_start(in, &count, &before);

    if (rc != 0)
        return rc;
    if (!guest_range_ok(in->a[0], count, sizeof(req[0])))
        return -EFAULT;
    while (done < count && rc == 0 && !again) {
        unsigned n = MIN(count - done, (unsigned)CHUNK), i = 0;

        rc = guest_read(req, handle_va(list, done), n * sizeof(req[0]));
        while (rc == 0 && i < n) {
            rc = update_one(cur, tables, frames, &run, &req[i]);
            if (likely(rc == 0)) {
                i++;
                continue;
            }
            pt_run_end(&run);
            if (rc == -ERESTART && !hc_should_yield())
                rc = 0;
        }
        pt_run_end(&run);
        done += i;                                              /* R1 */
        again = rc == -ERESTART || (rc == 0 && done < count && hc_should_yield());
    }
    return mmu_batch_stop(in, count, before, done, sizeof(req[0]), again,
                          again ? 0 : rc);
}

long hc_mmu_update(struct vcpu *cur, struct hc_args *in)
{
    domid_t frames_id = (domid_t)in->a[3], tables_id = (domid_t)(in->a[3] >> 16);
    struct domain *frames, *tables = cur->d;
    long rc;

    if (likely(in->a[1] == 1 && (uint32_t)in->a[3] == DOMID_SELF))
        return update_single(cur, in);
    rc = mmu_owner_get(cur, frames_id, &frames);                /* R2 */
    if (rc != 0)
        return rc;
    if (tables_id != 0 && tables_id - 1 != cur->d->id)
        rc = mmu_owner_get(cur, (domid_t)(tables_id - 1), &tables);
    if (rc == 0) {
        rc = update_list(cur, in, tables, frames);
        mmu_owner_put(cur, tables);
    }
    mmu_owner_put(cur, frames);
    return rc;
}

static int va_flush(struct vcpu *cur, vaddr_t va, uint64_t flags)
{
    uint64_t where = flags & ~UVMF_FLUSHTYPE_MASK;
    vaddr_t what;
    cpumask_t mask;
    int rc;

    switch (flags & UVMF_FLUSHTYPE_MASK) {
    case UVMF_TLB_FLUSH:
        what = TLB_ALL;
        break;
    case UVMF_INVLPG:
        what = va;
        break;
    default:
        return 0;
    }
    if (where == UVMF_LOCAL) {
        tlb_flush_local(what);
        return 0;
    }
    if (where == UVMF_ALL) {
        mask = mmu_domain_mask(cur);
    } else {
        rc = mmu_vcpu_mask(cur, where, &mask);
        if (rc != 0)
            return rc;
    }
    tlb_flush(mask, what);
    return 0;
}

static long va_update(struct vcpu *cur, struct hc_args *in, struct domain *frames)
{
    int rc, flushed;

    do
        rc = pt_update_va(&cur->d->mm, cur->pv.kernel_root, in->a[0], in->a[1],
                          &frames->mm);
    while (rc == -ERESTART && !hc_should_yield());
    if (rc == -ERESTART)
        return hc_resume_later(in);
    flushed = va_flush(cur, in->a[0], in->a[2]);
    return rc != 0 ? rc : flushed;
}

long hc_update_va_mapping(struct vcpu *cur, struct hc_args *in)
{
    return va_update(cur, in, cur->d);
}

long hc_update_va_mapping_otherdomain(struct vcpu *cur, struct hc_args *in)
{
    struct domain *frames;
    long rc = mmu_owner_get(cur, (domid_t)in->a[3], &frames);

    if (rc != 0)
        return rc;
    rc = va_update(cur, in, frames);
    mmu_owner_put(cur, frames);
    return rc;
}
