/* SPDX-License-Identifier: MIT */
/*
 * evtchn.c - HYPERVISOR_event_channel_op: arguments in, one call of core/, results
 * out.
 */
#include "hypercall/hypercall.h"

/* Another domain than the caller's may be named by the control domain only. */
static int target_get(struct vcpu *cur, domid_t id, struct domain **out)
{
    struct domain *d = domain_get(id);

    if (!d)
        return fail(ESRCH, "no domain %u", id);
    if (d != cur->d && !cur->d->is_control) {
        domain_put(d);
        return fail(EPERM, "d%u names d%u", cur->d->id, id);
    }
    *out = d;
    return 0;
}

static long op_alloc_unbound(struct vcpu *cur, struct hc_args *in)
{
    struct evtchn_alloc_unbound op;
    domid_t remote;
    struct domain *d;
    int rc;

    if (guest_read(&op, in->a[1], sizeof(op)))
        return -EFAULT;
    rc = target_get(cur, op.dom, &d);
    if (rc)
        return rc;
    remote = op.remote_dom == DOMID_SELF ? cur->d->id : op.remote_dom;
    rc = evtchn_alloc_unbound(d, remote, &op.port);
    if (!rc && guest_write(in->a[1], &op, sizeof(op))) {
        (void)evtchn_close(d, op.port);
        rc = -EFAULT;
    }
    domain_put(d);
    return rc;
}

static long op_bind_interdomain(struct vcpu *cur, struct hc_args *in)
{
    struct evtchn_bind_interdomain op;
    struct domain *rd;
    int rc;

    if (guest_read(&op, in->a[1], sizeof(op)))
        return -EFAULT;
    rd = domain_get(op.remote_dom);
    if (!rd)
        return fail(ESRCH, "no domain %u", op.remote_dom);
    rc = evtchn_bind_interdomain(cur->d, rd, op.remote_port, &op.local_port);
    domain_put(rd);
    if (!rc && guest_write(in->a[1], &op, sizeof(op)))
        rc = -EFAULT;
    return rc;
}

static long op_bind_virq(struct vcpu *cur, struct hc_args *in)
{
    struct evtchn_bind_virq op;
    int rc;

    if (guest_read(&op, in->a[1], sizeof(op)))
        return -EFAULT;
    rc = evtchn_bind_virq(cur->d, op.virq, op.vcpu, &op.port);
    if (!rc && guest_write(in->a[1], &op, sizeof(op)))
        rc = -EFAULT;
    return rc;
}

static long op_bind_ipi(struct vcpu *cur, struct hc_args *in)
{
    struct evtchn_bind_ipi op;
    int rc;

    if (guest_read(&op, in->a[1], sizeof(op)))
        return -EFAULT;
    rc = evtchn_bind_ipi(cur->d, op.vcpu, &op.port);
    if (!rc && guest_write(in->a[1], &op, sizeof(op)))
        rc = -EFAULT;
    return rc;
}

static long op_bind_pirq(struct vcpu *cur, struct hc_args *in)
{
    struct evtchn_bind_pirq op;
    int rc;

    if (guest_read(&op, in->a[1], sizeof(op)))
        return -EFAULT;
    rc = evtchn_bind_pirq(cur->d, op.pirq, op.flags & BIND_PIRQ__WILL_SHARE,
                          &op.port);
    if (!rc && guest_write(in->a[1], &op, sizeof(op)))
        rc = -EFAULT;
    return rc;
}

static long op_close(struct vcpu *cur, struct hc_args *in)
{
    struct evtchn_close op;

    if (guest_read(&op, in->a[1], sizeof(op)))
        return -EFAULT;
    return evtchn_close(cur->d, op.port);
}

static long op_send(struct vcpu *cur, struct hc_args *in)
{
    struct evtchn_send op;

    if (guest_read(&op, in->a[1], sizeof(op)))
        return -EFAULT;
    return evtchn_send(cur->d, op.port);
}

static long op_status(struct vcpu *cur, struct hc_args *in)
{
    struct evtchn_status op;
    struct domain *d;
    int rc;

    if (guest_read(&op, in->a[1], sizeof(op)))
        return -EFAULT;
    rc = target_get(cur, op.dom, &d);
    if (rc)
        return rc;
    rc = evtchn_status(d, op.port, &op);
    domain_put(d);
    if (!rc && guest_write(in->a[1], &op, sizeof(op)))
        rc = -EFAULT;
    return rc;
}

static long op_bind_vcpu(struct vcpu *cur, struct hc_args *in)
{
    struct evtchn_bind_vcpu op;

    if (guest_read(&op, in->a[1], sizeof(op)))
        return -EFAULT;
    return evtchn_bind_vcpu(cur->d, op.port, op.vcpu);
}

static long op_unmask(struct vcpu *cur, struct hc_args *in)
{
    struct evtchn_unmask op;

    if (guest_read(&op, in->a[1], sizeof(op)))
        return -EFAULT;
    return evtchn_unmask(cur->d, op.port);
}

static long op_init_control(struct vcpu *cur, struct hc_args *in)
{
    struct evtchn_init_control op;
    int rc;

    if (guest_read(&op, in->a[1], sizeof(op)))
        return -EFAULT;
    rc = evtchn_fifo_init_control(cur->d, op.vcpu, MFN(op.control_gfn),
                                  op.offset);
    if (rc == -ERESTART)
        return hc_resume_later(in);
    op.link_bits = EVTCHN_FIFO_LINK_BITS;
    if (!rc && guest_write(in->a[1], &op, sizeof(op)))
        rc = -EFAULT;
    return rc;
}

static long op_expand_array(struct vcpu *cur, struct hc_args *in)
{
    struct evtchn_expand_array op;
    int rc;

    if (guest_read(&op, in->a[1], sizeof(op)))
        return -EFAULT;
    rc = evtchn_fifo_expand_array(cur->d, MFN(op.array_gfn));
    return rc == -ERESTART ? hc_resume_later(in) : rc;
}

static long op_set_priority(struct vcpu *cur, struct hc_args *in)
{
    struct evtchn_set_priority op;

    if (guest_read(&op, in->a[1], sizeof(op)))
        return -EFAULT;
    return evtchn_set_priority(cur->d, op.port, op.priority);
}

static long op_reset(struct vcpu *cur, struct hc_args *in)
{
    struct evtchn_reset op;
    struct domain *d;
    int rc;

    if (guest_read(&op, in->a[1], sizeof(op)))
        return -EFAULT;
    rc = target_get(cur, op.dom, &d);
    if (rc)
        return rc;
    rc = d != cur->d && !READ_ONCE(d->tool_pauses) ?
        fail(EINVAL, "d%u is not paused", d->id) : evtchn_reset(d);
    domain_put(d);
    return rc == -ERESTART ? hc_resume_later(in) : rc;
}

long hc_event_channel_op(struct vcpu *cur, struct hc_args *in)
{
    switch ((uint32_t)in->a[0]) {
#define SUBS_OF __HYPERVISOR_event_channel_op
#define SUB(call, prefix, name) \
    case prefix##name: HC_COUNT(cur, call, name); return op_##name(cur, in);
#define NO(call, prefix, name, err)
#include "hypercall/hypercalls.def"
    default:
        return hc_refuse(__HYPERVISOR_event_channel_op, (uint32_t)in->a[0]);
    }
}
