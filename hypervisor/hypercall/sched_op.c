/* SPDX-License-Identifier: MIT */
/*
 * sched_op.c - HYPERVISOR_sched_op and set_timer_op: a vcpu gives up its CPU, and
 * a domain ends.
 *
 * No lost wake-up: a sender sets a pending bit and then looks at the vcpu's
 * BLOCKED flag; we set the flag and then look at the pending bits (full fences
 * in both).
 */
#include "core/trace.h"
#include "hypercall/hypercall.h"
#include "lib/printf.h"
#include "arch/smp.h"
#include "lib/bitmap.h"
#include "public/sched.h"

#define POLL_MAX_PORTS 128

static long op_yield(struct vcpu *cur, struct hc_args *in)
{
    sched_yield();
    return 0;
}

static long op_block(struct vcpu *cur, struct hc_args *in)
{
    WRITE_ONCE(cur->info->evtchn_upcall_mask, 0);
    __atomic_fetch_or(&cur->flags, VCPU_BLOCKED, __ATOMIC_SEQ_CST);
    if (READ_ONCE(cur->info->evtchn_upcall_pending))
        __atomic_fetch_and(&cur->flags, ~VCPU_BLOCKED, __ATOMIC_SEQ_CST);
    else
        work_raise(WORK_SCHED);
    TRACE(TRC_SCHED_BLOCK, 2, TRACE_VCPU(cur), 0, 0);
    return 0;
}

/* The ports again, now that senders will wake us: 1 when one is pending. */
static int poll_check(struct vcpu *cur, const struct sched_poll *op)
{
    evtchn_port_t port;
    unsigned i;
    int rc;

    for (i = 0; i < op->nr_ports; i++) {
        if (copy_in(&port, op->ports, i))
            return -EFAULT;
        rc = evtchn_port_pending(cur->d, port);
        if (rc)
            return rc;
    }
    return 0;
}

HC_OP(poll, struct sched_poll)
{
    evtchn_port_t port = 0;
    int rc;

    if (op->nr_ports > POLL_MAX_PORTS)
        return fail(EINVAL, "poll of %u ports", op->nr_ports);
    if (op->nr_ports == 1 && copy_in(&port, op->ports, 0))
        return -EFAULT;
    WRITE_ONCE(cur->poll_port, op->nr_ports == 1 ? (int)port : -1);
    __atomic_fetch_or(&cur->flags, VCPU_BLOCKED | VCPU_POLLING,
                      __ATOMIC_SEQ_CST);
    bit_set(cur->d->poll_mask, cur->id);
    rc = poll_check(cur, op);
    if (!rc && op->timeout && (s_time_t)op->timeout <= time_now())
        rc = 1;
    /* An event for this vcpu ends a poll as well, if it may be delivered. */
    if (!rc && READ_ONCE(cur->info->evtchn_upcall_pending) &&
        !READ_ONCE(cur->info->evtchn_upcall_mask))
        rc = 1;
    if (rc) {
        __atomic_fetch_and(&cur->flags, ~(VCPU_BLOCKED | VCPU_POLLING),
                           __ATOMIC_SEQ_CST);
        bit_clear(cur->d->poll_mask, cur->id);
        return rc > 0 ? 0 : rc;
    }
    if (op->timeout) {
        timer_migrate(&cur->poll_timer, this_cpu());
        timer_set(&cur->poll_timer, (s_time_t)op->timeout);
    }
    TRACE(TRC_SCHED_BLOCK, 2, TRACE_VCPU(cur), 0, 0);
    work_raise(WORK_SCHED);
    return 0;
}

HC_OP(shutdown_code, struct sched_shutdown)
{
    int none = -1;

    (void)__atomic_compare_exchange_n(&cur->d->shutdown_code, &none, (int)op->reason,
                                      false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return 0;
}

HC_OP(shutdown, struct sched_shutdown)
{
    if (op->reason == SHUTDOWN_crash)
        log_warn("d%uv%u says that it has crashed, at rip %#lx, rsp %#lx\n",
                 cur->d->id, cur->id, guest_regs()->rip, guest_regs()->rsp);
    return domain_shutdown(cur->d, (uint8_t)op->reason);
}

HC_OP(remote_shutdown, struct sched_remote_shutdown)
{
    struct domain *d = op->domain_id == DOMID_SELF ? NULL : domain_get(op->domain_id);
    long rc;

    if (!d)
        return fail(ESRCH, "no domain %u", op->domain_id);
    rc = cur->d->is_control ? domain_shutdown(d, (uint8_t)op->reason)
                            : fail(EPERM, "d%u is not yours", d->id);
    domain_put(d);
    return rc;
}

HC_OP(watchdog, struct sched_watchdog)
{
    struct domain *d = cur->d;
    uint32_t i = op->id - 1;
    long rc = 0;

    if (op->id > ARRAY_SIZE(d->watchdog))
        return fail(EINVAL, "watchdog %u", op->id);
    if (!op->id && !op->timeout)
        return fail(EINVAL, "a new watchdog without a timeout");
    spin_lock(&d->lock);
    if (!op->id) {
        for (i = 0; i < ARRAY_SIZE(d->watchdog); i++)
            if (!(d->watchdog_inuse & (1u << i)))
                break;
        rc = i < ARRAY_SIZE(d->watchdog) ? (long)i + 1 : -ENOSPC;
    } else if (!(d->watchdog_inuse & (1u << i))) {
        rc = fail(EINVAL, "watchdog %u is not in use", op->id);
    }
    if (rc >= 0 && op->timeout) {
        d->watchdog_inuse |= 1u << i;
        timer_set(&d->watchdog[i], time_now() + SECONDS(op->timeout));
    } else if (rc >= 0) {
        d->watchdog_inuse &= ~(1u << i);
        timer_stop(&d->watchdog[i]);
    }
    spin_unlock(&d->lock);
    return rc;
}

static long op_pin_override(struct vcpu *cur, struct hc_args *in)
{
    struct sched_pin_override op;

    if (!cur->d->is_control)
        return fail(EPERM, "pinning by d%u", cur->d->id);
    if (guest_read(&op, in->a[1], sizeof(op)))
        return -EFAULT;
    if (op.pcpu >= (int)nr_cpus)
        return fail(EINVAL, "no CPU %d", op.pcpu);
    return sched_override(cur, MAX(op.pcpu, -1));
}

#define DO(name, out) return op_##name(cur, in)

long hc_sched_op(struct vcpu *cur, struct hc_args *in)
{
    HC_CASES(sched_op, (uint32_t)in->a[0])
}

long hc_set_timer_op(struct vcpu *cur, struct hc_args *in)
{
    if (!in->a[0])
        timer_stop(&cur->singleshot_timer);
    else
        vcpu_singleshot_set(cur, (s_time_t)in->a[0]);
    return 0;
}
