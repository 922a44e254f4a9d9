/* SPDX-License-Identifier: MIT */
/*
 * domctl_vcpu.c - domctl: one vcpu's registers, state and place.
 */
#include "hypercall/domctl.h"
#include "arch/smp.h"
#include "arch/x86/cpu.h"
#include "pv/pv.h"

/* What a vcpu's extended state starts with, before the XSAVE area. */
struct xstate_head {
    uint64_t xcr0, xcr0_accum;
};
#define XSAVE_HEADER 512            /* offset of XSTATE_BV                     */
#define XSAVE_MIN    576

static int find_vcpu(struct domain *d, uint32_t id, struct vcpu **out)
{
    *out = domain_vcpu(d, id);
    if (!*out)
        return id >= d->max_vcpus ? fail(EINVAL, "d%u has no vcpu %u", d->id, id)
                                  : fail(ESRCH, "d%u has no vcpu %u", d->id, id);
    return 0;
}

static int find_other(struct vcpu *cur, struct domain *d, uint32_t id,
                      struct vcpu **out)
{
    int rc = find_vcpu(d, id, out);

    if (!rc && (d == cur->d || *out == cur))
        rc = fail(EINVAL, "d%u: its own vcpu", d->id);
    return rc;
}

/* Takes a vcpu's context away. */
static void vcpu_reset(struct vcpu *v)
{
    __atomic_fetch_or(&v->flags, VCPU_DOWN, __ATOMIC_SEQ_CST);
    pv_vcpu_drop_roots(v);
    v->initialised = false;
}

DOMCTL(setvcpucontext)
{
    struct vcpu_guest_context *c;
    struct vcpu *v;
    long rc = find_other(cur, d, op->u.vcpucontext.vcpu, &v);

    if (rc)
        return rc;
    c = heap_alloc(sizeof(*c));
    if (!c)
        return fail(ENOMEM, "vcpu context");
    if (!handle_is_null(op->u.vcpucontext.ctxt))
        rc = copy_in(c, op->u.vcpucontext.ctxt, 0);
    if (!rc) {
        domain_pause(d);
        if (handle_is_null(op->u.vcpucontext.ctxt)) {
            vcpu_reset(v);
        } else {
            rc = pv_vcpu_set_context(v, c);
            if (!rc && (c->flags & VGCF_online))
                __atomic_fetch_and(&v->flags, ~VCPU_DOWN, __ATOMIC_SEQ_CST);
            else if (!rc)
                __atomic_fetch_or(&v->flags, VCPU_DOWN, __ATOMIC_SEQ_CST);
            /* The builder has cleared shared_info, and its wall clock, since. */
            if (!rc && v->id == 0)
                pv_wallclock_update(d);
        }
        domain_unpause(d);
    }
    heap_free(c);
    return rc;
}

DOMCTL(getvcpucontext)
{
    struct vcpu_guest_context *c;
    struct vcpu *v;
    long rc = find_other(cur, d, op->u.vcpucontext.vcpu, &v);

    if (rc)
        return rc;
    if (!v->initialised)
        return fail(ENODATA, "d%uv%u has no context", d->id, v->id);
    c = heap_alloc(sizeof(*c));
    if (!c)
        return fail(ENOMEM, "vcpu context");
    vcpu_pause(v);
    pv_vcpu_get_context(v, c);
    vcpu_unpause(v);
    rc = copy_out(op->u.vcpucontext.ctxt, 0, c);
    heap_free(c);
    return rc;
}

DOMCTL(getvcpuinfo)
{
    struct xen_domctl_getvcpuinfo *info = &op->u.getvcpuinfo;
    uint64_t time[4];
    struct vcpu *v;
    int rc = find_vcpu(d, info->vcpu, &v);

    if (rc)
        return rc;
    vcpu_runstate_get(v, time);
    info->online = !(READ_ONCE(v->flags) & VCPU_DOWN);
    info->blocked = !!(READ_ONCE(v->flags) & VCPU_BLOCKED);
    info->running = READ_ONCE(v->sched.running);
    info->cpu_time = time[RUNSTATE_running];
    info->cpu = READ_ONCE(v->cpu);
    return 0;
}

static cpumask_t all_cpus(void)
{
    return nr_cpus < 64 ? cpumask_of(nr_cpus) - 1 : ~(cpumask_t)0;
}

DOMCTL(setvcpuaffinity)
{
    struct xen_domctl_vcpuaffinity *a = &op->u.vcpuaffinity;
    cpumask_t hard, soft;
    struct vcpu *v;
    int rc = find_vcpu(d, a->vcpu, &v);

    if (rc)
        return rc;
    if (!a->flags)
        return fail(EINVAL, "affinity without flags");
    if (a->flags & XEN_VCPUAFFINITY_FORCE)
        (void)sched_override(v, -1);        /* not pinned is as good           */
    if (a->flags & XEN_VCPUAFFINITY_HARD)
        rc = bitmap_in(&hard, &a->cpumap_hard);
    if (!rc && (a->flags & XEN_VCPUAFFINITY_SOFT))
        rc = bitmap_in(&soft, &a->cpumap_soft);
    if (!rc && (a->flags & (XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT)))
        rc = sched_set_affinity(v, a->flags & XEN_VCPUAFFINITY_HARD ? &hard : NULL,
                                a->flags & XEN_VCPUAFFINITY_SOFT ? &soft : NULL);
    if (!rc && (a->flags & XEN_VCPUAFFINITY_HARD))
        rc = bitmap_out(&a->cpumap_hard, v->sched.hard & cpus_online);
    if (!rc && (a->flags & XEN_VCPUAFFINITY_SOFT))
        rc = bitmap_out(&a->cpumap_soft,
                        v->sched.soft & v->sched.hard & cpus_online);
    return rc;
}

DOMCTL(getvcpuaffinity)
{
    struct xen_domctl_vcpuaffinity *a = &op->u.vcpuaffinity;
    struct vcpu *v;
    int rc = find_vcpu(d, a->vcpu, &v);

    if (!rc && (a->flags & XEN_VCPUAFFINITY_HARD))
        rc = bitmap_out(&a->cpumap_hard, v->sched.hard & all_cpus());
    if (!rc && (a->flags & XEN_VCPUAFFINITY_SOFT))
        rc = bitmap_out(&a->cpumap_soft, v->sched.soft & all_cpus());
    return rc;
}

DOMCTL(get_ext_vcpucontext)
{
    struct xen_domctl_ext_vcpucontext *e = &op->u.ext_vcpucontext;
    struct vcpu *v;
    int rc = find_other(cur, d, e->vcpu, &v);

    if (rc)
        return rc;
    vcpu_pause(v);
    e->size = sizeof(*e);
    e->sysenter_callback_eip = v->pv.sysenter_callback;
    e->sysenter_callback_cs = v->pv.sysenter_cs;
    e->sysenter_disables_events = v->pv.sysenter_masks;
    e->syscall32_callback_eip = v->pv.syscall32_callback;
    e->syscall32_callback_cs = v->pv.syscall32_cs;
    e->syscall32_disables_events = v->pv.syscall32_masks;
    memset(&e->vmce, 0, sizeof(e->vmce));
    vcpu_unpause(v);
    return 0;
}

DOMCTL(set_ext_vcpucontext)
{
    const struct xen_domctl_ext_vcpucontext *e = &op->u.ext_vcpucontext;
    struct vcpu *v;
    int rc = find_other(cur, d, e->vcpu, &v);

    if (rc)
        return rc;
    if (e->size < offsetof(struct xen_domctl_ext_vcpucontext, vmce) ||
        !is_canonical(e->sysenter_callback_eip) ||
        !is_canonical(e->syscall32_callback_eip))
        return fail(EINVAL, "d%uv%u: extended context", d->id, v->id);
    domain_pause(d);
    v->pv.sysenter_callback = e->sysenter_callback_eip;
    v->pv.sysenter_cs = e->sysenter_callback_cs ? e->sysenter_callback_cs | 3 : 0;
    v->pv.sysenter_masks = e->sysenter_disables_events;
    v->pv.syscall32_callback = e->syscall32_callback_eip;
    v->pv.syscall32_cs = e->syscall32_callback_cs ?
        e->syscall32_callback_cs | 3 : 0;
    v->pv.syscall32_masks = e->syscall32_disables_events;
    domain_unpause(d);
    return 0;
}

DOMCTL(getvcpuextstate)
{
    struct xen_domctl_vcpuextstate *e = &op->u.vcpuextstate;
    vaddr_t va = (vaddr_t)e->buffer.p;
    struct xstate_head head;
    struct vcpu *v;
    uint64_t size;
    int rc = find_other(cur, d, e->vcpu, &v);

    if (rc)
        return rc;
    size = cpu_features.has_xsave ? sizeof(head) + cpu_features.fpu_size : 0;
    if (handle_is_null(e->buffer)) {
        e->size = size;
        e->xfeature_mask = cpu_features.xcr0;
        return 0;
    }
    if (!size || e->size != size || e->xfeature_mask != cpu_features.xcr0)
        return fail(EINVAL, "extended state of %lu bytes", e->size);
    vcpu_pause(v);
    head.xcr0 = v->pv.xcr0;
    head.xcr0_accum = cpu_features.xcr0;
    rc = guest_write(va, &head, sizeof(head));
    if (!rc)
        rc = guest_write(va + sizeof(head), v->pv.fpu, cpu_features.fpu_size);
    vcpu_unpause(v);
    return rc;
}

/* The area is judged as our copy: XRSTOR must not fault on it. */
static int xsave_check(uint8_t *area, size_t size, uint64_t allowed)
{
    uint64_t *header = (uint64_t *)(area + XSAVE_HEADER);
    unsigned i;

    if (size < XSAVE_MIN || (header[0] & ~allowed))
        return fail(EINVAL, "extended state with features %#lx", header[0]);
    for (i = 1; i < 8; i++)
        if (header[i])
            return fail(EINVAL, "extended state in another format");
    ((uint32_t *)area)[6] &= 0xffff;            /* MXCSR's reserved bits   */
    return 0;
}

DOMCTL(setvcpuextstate)
{
    struct xen_domctl_vcpuextstate *e = &op->u.vcpuextstate;
    vaddr_t va = (vaddr_t)e->buffer.p;
    struct xstate_head head;
    struct vcpu *v;
    uint8_t *area;
    uint64_t n;
    int rc = find_other(cur, d, e->vcpu, &v);

    if (rc)
        return rc;
    if (e->size == 0)
        return 0;
    if (!cpu_features.has_xsave || e->size < sizeof(head) + XSAVE_MIN ||
        e->size > sizeof(head) + cpu_features.fpu_size)
        return fail(EINVAL, "extended state of %lu bytes", e->size);
    n = e->size - sizeof(head);
    area = heap_alloc(cpu_features.fpu_size);
    if (!area)
        return fail(ENOMEM, "extended state");
    rc = guest_read(&head, va, sizeof(head));
    if (!rc)
        rc = guest_read(area, va + sizeof(head), n);
    if (!rc)
        rc = xcr0_valid(head.xcr0) && !(head.xcr0_accum & ~cpu_features.xcr0) ?
            xsave_check(area, n, cpu_features.xcr0) :
            fail(EINVAL, "XCR0 %#lx", head.xcr0);
    if (!rc) {
        domain_pause(d);
        v->pv.xcr0 = head.xcr0;
        memcpy(v->pv.fpu, area, cpu_features.fpu_size);
        domain_unpause(d);
    }
    heap_free(area);
    return rc;
}

/* No MSR of a PV vcpu has a value that is not in its context. */
DOMCTL(get_vcpu_msrs)
{
    struct vcpu *v;
    int rc = find_other(cur, d, op->u.vcpu_msrs.vcpu, &v);

    if (!rc)
        op->u.vcpu_msrs.msr_count = 0;
    return rc;
}

/* What a stream from elsewhere may hold; with us each of them is always 0. */
static bool msr_is_known(uint32_t index)
{
    switch (index) {
    case 0x48:                      /* SPEC_CTRL                               */
    case 0x140:                     /* MISC_FEATURES_ENABLES                   */
    case 0xc0000103:                /* TSC_AUX                                 */
    case 0xc0011027:                /* DR0_ADDRESS_MASK, then DR1 to DR3       */
    case 0xc0011019 ... 0xc001101b:
        return true;
    default:
        return false;
    }
}

DOMCTL(set_vcpu_msrs)
{
    struct xen_domctl_vcpu_msrs *m = &op->u.vcpu_msrs;
    struct xen_domctl_vcpu_msr one;
    struct vcpu *v;
    uint32_t i;
    int rc = find_other(cur, d, m->vcpu, &v);

    for (i = 0; !rc && i < MIN(m->msr_count, 256u); i++) {
        rc = copy_in(&one, m->msrs, i);
        if (!rc && (one.reserved || one.value || !msr_is_known(one.index))) {
            m->msr_count = i;       /* tells which one                         */
            rc = fail(EINVAL, "MSR %#x = %#lx", one.index, one.value);
        }
    }
    return rc;
}

DOMCTL(sendtrigger)
{
    struct vcpu *v;
    int rc = find_vcpu(d, op->u.sendtrigger.vcpu, &v);

    if (rc)
        return rc;
    if (op->u.sendtrigger.trigger != XEN_DOMCTL_SENDTRIGGER_NMI)
        return fail(ENOSYS, "trigger %u", op->u.sendtrigger.trigger);
    vcpu_send_nmi(v);
    return 0;
}
