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

static int find_vcpu(struct vcpu *cur, struct domain *d, uint32_t id,
                     struct vcpu **out)
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
    int rc = find_vcpu(cur, d, id, out);

    if (!rc && (d == cur->d || *out == cur))
        rc = fail(EINVAL, "d%u: its own vcpu", d->id);
    return rc;
}

/* A command on one vcpu of d, v; arg is its argument. which: find_vcpu, or find_other
 * where nobody may do it to himself. */
#define DOMCTL_VCPU(name, which, member)                                            \
    typedef __typeof__(((struct xen_domctl *)0)->u.member) name##_arg;              \
    static int name##_on(struct domain *d, struct vcpu *v, name##_arg *arg);        \
    DOMCTL(name)                                                                    \
    {                                                                               \
        struct vcpu *v;                                                             \
        int rc = which(cur, d, op->u.member.vcpu, &v);                              \
                                                                                    \
        return rc ? rc : name##_on(d, v, &op->u.member);                            \
    }                                                                               \
    static int name##_on(struct domain *d, struct vcpu *v, name##_arg *arg)

/* Takes a vcpu's context away. */
static void vcpu_reset(struct vcpu *v)
{
    __atomic_fetch_or(&v->flags, VCPU_DOWN, __ATOMIC_SEQ_CST);
    pv_vcpu_drop_roots(v);
    v->initialised = false;
}

DOMCTL_VCPU(setvcpucontext, find_other, vcpucontext)
{
    struct vcpu_guest_context *c;
    int rc = 0;

    c = heap_alloc(sizeof(*c));
    if (!c)
        return fail(ENOMEM, "vcpu context");
    if (!handle_is_null(arg->ctxt))
        rc = copy_in(c, arg->ctxt, 0);
    if (!rc) {
        domain_pause(d);
        if (handle_is_null(arg->ctxt)) {
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

DOMCTL_VCPU(getvcpucontext, find_other, vcpucontext)
{
    struct vcpu_guest_context *c;
    int rc;

    if (!v->initialised)
        return fail(ENODATA, "d%uv%u has no context", d->id, v->id);
    c = heap_alloc(sizeof(*c));
    if (!c)
        return fail(ENOMEM, "vcpu context");
    vcpu_pause(v);
    pv_vcpu_get_context(v, c);
    vcpu_unpause(v);
    rc = copy_out(arg->ctxt, 0, c);
    heap_free(c);
    return rc;
}

DOMCTL_VCPU(getvcpuinfo, find_vcpu, getvcpuinfo)
{
    uint64_t time[4];

    vcpu_runstate_get(v, time);
    arg->online = !(READ_ONCE(v->flags) & VCPU_DOWN);
    arg->blocked = !!(READ_ONCE(v->flags) & VCPU_BLOCKED);
    arg->running = READ_ONCE(v->sched.running);
    arg->cpu_time = time[RUNSTATE_running];
    arg->cpu = READ_ONCE(v->cpu);
    return 0;
}

DOMCTL_VCPU(setvcpuaffinity, find_vcpu, vcpuaffinity)
{
    cpumask_t hard, soft;
    int rc = 0;

    if (!arg->flags)
        return fail(EINVAL, "affinity without flags");
    if (arg->flags & XEN_VCPUAFFINITY_FORCE)
        (void)sched_override(v, -1);        /* not pinned is as good           */
    if (arg->flags & XEN_VCPUAFFINITY_HARD)
        rc = bitmap_in(&hard, &arg->cpumap_hard);
    if (!rc && (arg->flags & XEN_VCPUAFFINITY_SOFT))
        rc = bitmap_in(&soft, &arg->cpumap_soft);
    if (!rc && (arg->flags & (XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT)))
        rc = sched_set_affinity(v, arg->flags & XEN_VCPUAFFINITY_HARD ? &hard : NULL,
                                arg->flags & XEN_VCPUAFFINITY_SOFT ? &soft : NULL);
    if (!rc && (arg->flags & XEN_VCPUAFFINITY_HARD))
        rc = bitmap_out(&arg->cpumap_hard, v->sched.cpus);
    if (!rc && (arg->flags & XEN_VCPUAFFINITY_SOFT))
        rc = bitmap_out(&arg->cpumap_soft, v->sched.soft & v->sched.cpus);
    return rc;
}

DOMCTL_VCPU(getvcpuaffinity, find_vcpu, vcpuaffinity)
{
    int rc = 0;

    if (arg->flags & XEN_VCPUAFFINITY_HARD)
        rc = bitmap_out(&arg->cpumap_hard, v->sched.hard & cpus_all());
    if (!rc && (arg->flags & XEN_VCPUAFFINITY_SOFT))
        rc = bitmap_out(&arg->cpumap_soft, v->sched.soft & cpus_all());
    return rc;
}

DOMCTL_VCPU(get_ext_vcpucontext, find_other, ext_vcpucontext)
{
    const struct pv_callback *cb = v->pv.callback;

    vcpu_pause(v);
    arg->size = sizeof(*arg);
    arg->sysenter_callback_eip = cb[CALLBACKTYPE_sysenter].address;
    arg->sysenter_callback_cs = v->pv.sysenter_cs;
    arg->sysenter_disables_events = cb[CALLBACKTYPE_sysenter].masks;
    arg->syscall32_callback_eip = cb[CALLBACKTYPE_syscall32].address;
    arg->syscall32_callback_cs = v->pv.syscall32_cs;
    arg->syscall32_disables_events = cb[CALLBACKTYPE_syscall32].masks;
    memset(&arg->vmce, 0, sizeof(arg->vmce));
    vcpu_unpause(v);
    return 0;
}

DOMCTL_VCPU(set_ext_vcpucontext, find_other, ext_vcpucontext)
{
    if (arg->size < offsetof(struct xen_domctl_ext_vcpucontext, vmce) ||
        !is_canonical(arg->sysenter_callback_eip) ||
        !is_canonical(arg->syscall32_callback_eip))
        return fail(EINVAL, "d%uv%u: extended context", d->id, v->id);
    domain_pause(d);
    v->pv.callback[CALLBACKTYPE_sysenter] = (struct pv_callback){
        arg->sysenter_callback_eip, arg->sysenter_disables_events };
    v->pv.sysenter_cs = arg->sysenter_callback_cs ? arg->sysenter_callback_cs | 3 : 0;
    v->pv.callback[CALLBACKTYPE_syscall32] = (struct pv_callback){
        arg->syscall32_callback_eip, arg->syscall32_disables_events };
    v->pv.syscall32_cs = arg->syscall32_callback_cs ?
        arg->syscall32_callback_cs | 3 : 0;
    domain_unpause(d);
    return 0;
}

DOMCTL_VCPU(getvcpuextstate, find_other, vcpuextstate)
{
    vaddr_t va = (vaddr_t)arg->buffer.p;
    struct xstate_head head;
    uint64_t size;
    int rc;

    size = cpu_features.has_xsave ? sizeof(head) + cpu_features.fpu_size : 0;
    if (handle_is_null(arg->buffer)) {
        arg->size = size;
        arg->xfeature_mask = cpu_features.xcr0;
        return 0;
    }
    if (!size || arg->size != size || arg->xfeature_mask != cpu_features.xcr0)
        return fail(EINVAL, "extended state of %lu bytes", arg->size);
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

DOMCTL_VCPU(setvcpuextstate, find_other, vcpuextstate)
{
    vaddr_t va = (vaddr_t)arg->buffer.p;
    struct xstate_head head;
    uint8_t *area;
    uint64_t n;
    int rc;

    if (arg->size == 0)
        return 0;
    if (!cpu_features.has_xsave || arg->size < sizeof(head) + XSAVE_MIN ||
        arg->size > sizeof(head) + cpu_features.fpu_size)
        return fail(EINVAL, "extended state of %lu bytes", arg->size);
    n = arg->size - sizeof(head);
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
DOMCTL_VCPU(get_vcpu_msrs, find_other, vcpu_msrs)
{
    arg->msr_count = 0;
    return 0;
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

DOMCTL_VCPU(set_vcpu_msrs, find_other, vcpu_msrs)
{
    struct xen_domctl_vcpu_msr one;
    uint32_t i;
    int rc = 0;

    for (i = 0; !rc && i < MIN(arg->msr_count, 256u); i++) {
        rc = copy_in(&one, arg->msrs, i);
        if (!rc && (one.reserved || one.value || !msr_is_known(one.index))) {
            arg->msr_count = i;       /* tells which one                         */
            rc = fail(EINVAL, "MSR %#x = %#lx", one.index, one.value);
        }
    }
    return rc;
}

DOMCTL_VCPU(sendtrigger, find_vcpu, sendtrigger)
{
    if (arg->trigger != XEN_DOMCTL_SENDTRIGGER_NMI)
        return fail(ENOSYS, "trigger %u", arg->trigger);
    vcpu_send_nmi(v);
    return 0;
}
