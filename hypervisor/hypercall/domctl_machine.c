/* SPDX-License-Identifier: MIT */
/*
 * domctl_machine.c - domctl: what machine a domain sees: CPUID, time, frames,
 * ports.
 */
#include "hypercall/domctl.h"
#include "lib/bitmap.h"
#include "mm/logdirty.h"
#include "pv/policy.h"
#include "pv/pv.h"
#include "pv/pv_mmu.h"

#define LEAVES_MAX     512          /* of a policy that is handed in           */
#define FRAMEINFO_MAX  1024
#define MSR_PLATFORM_INFO 0xce
#define MSR_ARCH_CAPS     0x10a

DOMCTL(get_cpu_policy)
{
    struct xen_domctl_cpu_policy *p = &op->u.cpu_policy;

    return policy_out(d, POLICY_PV, &p->nr_leaves, p->leaves, &p->nr_msrs, p->msrs);
}

static int policy_msrs_check(struct xen_domctl_cpu_policy *p)
{
    xen_msr_entry_t m;
    uint32_t i;

    for (i = 0; i < p->nr_msrs; i++) {
        if (i >= LEAVES_MAX)
            return fail(E2BIG, "%u MSRs", p->nr_msrs);
        if (copy_in(&m, p->msrs, i))
            return -EFAULT;
        if (m.flags || (m.idx != MSR_PLATFORM_INFO && m.idx != MSR_ARCH_CAPS)) {
            p->err_msr = m.idx;
            return fail(EINVAL, "MSR %#x of a policy", m.idx);
        }
    }
    return 0;
}

DOMCTL(set_cpu_policy)
{
    struct xen_domctl_cpu_policy *p = &op->u.cpu_policy;
    xen_cpuid_leaf_t *l;
    unsigned bad = 0;
    uint32_t i;
    int rc;

    if (d == cur->d)
        return fail(EINVAL, "d%u's own policy", d->id);
    p->err_leaf = p->err_subleaf = p->err_msr = ~0u;
    if (p->nr_leaves > LEAVES_MAX)
        return fail(E2BIG, "%u leaves", p->nr_leaves);
    rc = policy_msrs_check(p);
    if (rc)
        return rc;
    l = heap_alloc(MAX(p->nr_leaves, 1u) * sizeof(*l));
    if (!l)
        return fail(ENOMEM, "CPU policy");
    for (i = 0; !rc && i < p->nr_leaves; i++)
        rc = copy_in(&l[i], p->leaves, i);
    if (!rc) {
        domain_pause(d);
        rc = pv_policy_set(d, l, p->nr_leaves, &bad);
        domain_unpause(d);
        if (rc == -ERANGE) {
            p->err_leaf = l[bad].leaf;
            p->err_subleaf = l[bad].subleaf;
        }
    }
    heap_free(l);
    return rc;
}

DOMCTL(gettscinfo)
{
    struct xen_domctl_tsc_info *t = &op->u.tsc_info;

    if (d == cur->d)
        return fail(EINVAL, "d%u's own TSC", d->id);
    memset(t, 0, sizeof(*t));
    t->tsc_mode = d->tsc.mode;
    t->incarnation = d->tsc.incarnation;
    if (d->tsc.mode == TSC_MODE_NEVER_EMULATE)
        return 0;
    t->gtsc_khz = d->tsc.khz;
    t->elapsed_nsec = pv_tsc_elapsed(d);
    return 0;
}

DOMCTL(settscinfo)
{
    const struct xen_domctl_tsc_info *t = &op->u.tsc_info;

    if (d == cur->d)
        return fail(EINVAL, "d%u's own TSC", d->id);
    if (t->tsc_mode > TSC_MODE_NEVER_EMULATE)
        return fail(EINVAL, "d%u: TSC mode %u", d->id, t->tsc_mode);
    domain_pause(d);
    d->tsc.mode = t->tsc_mode;
    d->tsc.incarnation = t->incarnation + 1;
    d->tsc.khz = t->gtsc_khz && pv_tsc_emulated(d) ? t->gtsc_khz : time_tsc_khz();
    if (t->tsc_mode != TSC_MODE_NEVER_EMULATE)
        d->tsc.offset = time_now() - (s_time_t)t->elapsed_nsec;
    domain_unpause(d);
    return 0;
}

DOMCTL(settimeoffset)
{
    d->time_offset_seconds = op->u.settimeoffset.time_offset_seconds;
    pv_wallclock_update(d);
    return 0;
}

DOMCTL(getpageframeinfo3)
{
    struct xen_domctl_getpageframeinfo3 *g = &op->u.getpageframeinfo3;
    xen_pfn_t pfn;
    uint64_t i;

    if (d == cur->d)
        return fail(EINVAL, "d%u's own frames", d->id);
    if (g->num > FRAMEINFO_MAX)
        return fail(E2BIG, "%lu frames at once", g->num);
    for (i = 0; i < g->num; i++) {
        if (copy_in(&pfn, g->array, i))
            return -EFAULT;
        pfn = pv_page_type_info(d, MFN(pfn));
        if (copy_out(g->array, i, &pfn))
            return -EFAULT;
    }
    return 0;
}

DOMCTL(hypercall_init)
{
    mfn_t m = MFN(op->u.hypercall_init.gmfn);
    struct page *pg;
    int rc = page_get_and_type(m, &d->mm, PGT_WRITABLE, &pg);

    if (rc)
        return rc == -ERESTART ? rc : fail(EACCES, "d%u: frame %#lx", d->id, m.n);
    pv_hypercall_page_fill(frame_map(m));
    logdirty_mark(m);
    page_put_and_type(pg);
    return 0;
}

DOMCTL(ioport_permission)
{
    const struct xen_domctl_ioport_permission *p = &op->u.ioport_permission;
    uint64_t end = (uint64_t)p->first_port + p->nr_ports;
    uint32_t port;

    if (end > 65536)
        return fail(EINVAL, "ports from %#x", p->first_port);
    if (!d->ioports) {
        if (!p->allow_access)
            return 0;
        d->ioports = heap_alloc(65536 / 8);
        if (!d->ioports)
            return fail(ENOMEM, "port bitmap of d%u", d->id);
    }
    for (port = p->first_port; port < end; port++) {
        if (p->allow_access)
            bit_set(d->ioports, port);
        else
            bit_clear(d->ioports, port);
    }
    return 0;
}
