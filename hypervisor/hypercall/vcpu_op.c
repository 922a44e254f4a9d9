/* SPDX-License-Identifier: MIT */
/*
 * vcpu_op.c - HYPERVISOR_vcpu_op: a domain starts, stops and asks about its vcpus.
 */
#include "hypercall/hypercall.h"
#include "arch/smp.h"
#include "arch/x86/cpu.h"

#define MIN_PERIOD MILLISECS(1)

#define OP(name) \
    static long op_##name(struct vcpu *cur, struct vcpu *v, struct hc_args *in)

OP(initialise)
{
    struct vcpu_guest_context *c;
    long rc;

    if (v->info == &dummy_vcpu_info)
        return fail(EINVAL, "d%uv%u has no vcpu_info yet", v->d->id, v->id);
    c = heap_alloc(sizeof(*c));
    if (!c)
        return fail(ENOMEM, "vcpu context");
    if (guest_read(c, in->a[2], sizeof(*c))) {
        rc = -EFAULT;
        goto out;
    }
    spin_lock(&v->d->lock);
    rc = v->initialised ? fail(EEXIST, "d%uv%u has a context", v->d->id, v->id)
                        : pv_vcpu_set_context(v, c);
    spin_unlock(&v->d->lock);
out:
    heap_free(c);
    return rc == -ERESTART ? hc_resume_later(in) : rc;
}

OP(up)
{
    uint32_t was;

    if (!v->initialised)
        return fail(EINVAL, "d%uv%u has no context", v->d->id, v->id);
    was = __atomic_fetch_and(&v->flags, ~VCPU_DOWN, __ATOMIC_SEQ_CST);
    if (was & VCPU_DOWN)
        vcpu_wake(v);
    return 0;
}

OP(down)
{
    struct vcpu *o;
    bool last = true;

    /* The last one to go takes the domain with it. */
    for_each_vcpu(v->d, o)
        if (o != v && !(READ_ONCE(o->flags) & VCPU_DOWN))
            last = false;
    if (last)
        return domain_shutdown(v->d, 0);
    if (!(__atomic_fetch_or(&v->flags, VCPU_DOWN, __ATOMIC_SEQ_CST) & VCPU_DOWN)) {
        if (v == cur)
            work_raise(WORK_SCHED);
        else
            vcpu_sleep(v, false);
    }
    return 0;
}

static void runstate_read(struct vcpu *v, struct vcpu_runstate_info *out)
{
    memset(out, 0, sizeof(*out));
    out->state = v->runstate;
    out->state_entry_time = (uint64_t)v->runstate_since;
    vcpu_runstate_get(v, out->time);
}

OP(get_runstate_info)
{
    struct vcpu_runstate_info info;

    runstate_read(v, &info);
    return guest_write(in->a[2], &info, sizeof(info));
}

OP(register_runstate_memory_area)
{
    struct vcpu_register_runstate_memory_area op;

    if (guest_read(&op, in->a[2], sizeof(op)))
        return -EFAULT;
    if (op.addr.p && !guest_range_ok(op.addr.p, 1,
                                     sizeof(struct vcpu_runstate_info)))
        return -EFAULT;
    WRITE_ONCE(v->runstate_area, op.addr.p);
    if (v == cur) {
        pv_runstate_update(v);
    } else if (op.addr.p) {
        struct vcpu_runstate_info info;

        runstate_read(v, &info);
        if (guest_write(op.addr.p, &info, sizeof(info)))
            return 0;               /* it may be there when v runs             */
    }
    return 0;
}

OP(register_vcpu_time_memory_area)
{
    struct vcpu_register_time_memory_area op;

    if (guest_read(&op, in->a[2], sizeof(op)))
        return -EFAULT;
    if (op.addr.p && !guest_range_ok(op.addr.p, 1, sizeof(struct vcpu_time_info)))
        return -EFAULT;
    WRITE_ONCE(v->time_area, op.addr.p);
    if (v == cur)
        pv_time_area_update(v);
    return 0;
}

OP(set_periodic_timer)
{
    struct vcpu_set_periodic_timer op;

    if (guest_read(&op, in->a[2], sizeof(op)))
        return -EFAULT;
    if (op.period_ns < (uint64_t)MIN_PERIOD || op.period_ns > INT64_MAX / 2)
        return fail(EINVAL, "timer period of %lu ns", op.period_ns);
    WRITE_ONCE(v->periodic_period, (s_time_t)op.period_ns);
    timer_set(&v->periodic_timer, time_now() + (s_time_t)op.period_ns);
    return 0;
}

OP(stop_periodic_timer)
{
    WRITE_ONCE(v->periodic_period, 0);
    timer_stop(&v->periodic_timer);
    return 0;
}

OP(set_singleshot_timer)
{
    struct vcpu_set_singleshot_timer op;
    s_time_t when;

    if (v != cur)
        return fail(EINVAL, "a timer of another vcpu");
    if (guest_read(&op, in->a[2], sizeof(op)))
        return -EFAULT;
    when = op.timeout_abs_ns > INT64_MAX ? TIME_NEVER - 1
                                         : (s_time_t)op.timeout_abs_ns;
    if ((op.flags & VCPU_SSHOTTMR_future) && when < time_now())
        return -ETIME;
    vcpu_singleshot_set(v, when);
    return 0;
}

OP(register_vcpu_info)
{
    struct vcpu_register_vcpu_info op;
    int rc;

    if (guest_read(&op, in->a[2], sizeof(op)))
        return -EFAULT;
    spin_lock(&v->d->lock);
    rc = vcpu_register_info(v, MFN(op.mfn), op.offset);
    spin_unlock(&v->d->lock);
    return rc == -ERESTART ? hc_resume_later(in) : rc;
}

OP(get_physid)
{
    struct vcpu_get_physid op;
    cpumask_t hard = v->sched.hard & cpus_all();
    unsigned cpu;

    if (!v->d->is_control || !hard || (hard & (hard - 1)))
        return fail(EINVAL, "d%uv%u is not pinned", v->d->id, v->id);
    cpu = (unsigned)__builtin_ctzll(hard);
    op.phys_id = (uint64_t)cpu_acpi_id[cpu] << 32 | cpu_apic_id[cpu];
    return guest_write(in->a[2], &op, sizeof(op));
}

OP(stop_singleshot_timer)
{
    if (v != cur)
        return fail(EINVAL, "a timer of another vcpu");
    timer_stop(&v->singleshot_timer);
    return 0;
}

#define op_is_up(cur, v, in)    !(READ_ONCE((v)->flags) & VCPU_DOWN)
#define op_send_nmi(cur, v, in) (vcpu_send_nmi(v), 0)

#define DO(name, out) return op_##name(cur, v, in)

long hc_vcpu_op(struct vcpu *cur, struct hc_args *in)
{
    struct vcpu *v = domain_vcpu(cur->d, (uint32_t)in->a[1]);

    if (!v)
        return -ENOENT;             /* kernels count their vcpus this way      */
    HC_CASES(vcpu_op, (uint32_t)in->a[0])
}
