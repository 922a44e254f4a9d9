/* SPDX-License-Identifier: MIT */
/*
 * evtchn.c - HYPERVISOR_event_channel_op: arguments in, one call of core/, results
 * out.
 */
#include "hypercall/hypercall.h"

static int op_alloc_unbound(struct vcpu *cur, struct evtchn_alloc_unbound *op)
{
    domid_t remote = op->remote_dom == DOMID_SELF ? cur->d->id : op->remote_dom;
    struct domain *d;
    int rc = hc_target_get(cur, op->dom, &d);

    if (rc)
        return rc;
    rc = evtchn_alloc_unbound(d, remote, &op->port);
    domain_put(d);
    return rc;
}

static int op_bind_interdomain(struct vcpu *cur, struct evtchn_bind_interdomain *op)
{
    struct domain *rd = domain_get(op->remote_dom);
    int rc;

    if (!rd)
        return fail(ESRCH, "no domain %u", op->remote_dom);
    rc = evtchn_bind_interdomain(cur->d, rd, op->remote_port, &op->local_port);
    domain_put(rd);
    return rc;
}

static int op_status(struct vcpu *cur, struct evtchn_status *op)
{
    struct domain *d;
    int rc = hc_target_get(cur, op->dom, &d);

    if (rc)
        return rc;
    rc = evtchn_status(d, op->port, op);
    domain_put(d);
    return rc;
}

static int op_init_control(struct vcpu *cur, struct evtchn_init_control *op)
{
    op->link_bits = EVTCHN_FIFO_LINK_BITS;
    return evtchn_fifo_init_control(cur->d, op->vcpu, MFN(op->control_gfn),
                                    op->offset);
}

static int op_reset(struct vcpu *cur, struct evtchn_reset *op)
{
    struct domain *d;
    int rc = hc_target_get(cur, op->dom, &d);

    if (rc)
        return rc;
    rc = d != cur->d && !READ_ONCE(d->tool_pauses) ?
        fail(EINVAL, "d%u is not paused", d->id) : evtchn_reset(d);
    domain_put(d);
    return rc;
}

/* The rows that are one call of core/. */
#define op_bind_virq(cur, op)    evtchn_bind_virq(cur->d, op->virq, op->vcpu, &op->port)
#define op_bind_ipi(cur, op)     evtchn_bind_ipi(cur->d, op->vcpu, &op->port)
#define op_bind_pirq(cur, op)    evtchn_bind_pirq(cur->d, op->pirq, \
                                     op->flags & BIND_PIRQ__WILL_SHARE, &op->port)
#define op_close(cur, op)        evtchn_close(cur->d, op->port)
#define op_send(cur, op)         evtchn_send(cur->d, op->port)
#define op_bind_vcpu(cur, op)    evtchn_bind_vcpu(cur->d, op->port, op->vcpu)
#define op_unmask(cur, op)       evtchn_unmask(cur->d, op->port)
#define op_expand_array(cur, op) evtchn_fifo_expand_array(cur->d, MFN(op->array_gfn))
#define op_set_priority(cur, op) evtchn_set_priority(cur->d, op->port, op->priority)

#define DO(name, out) {                                                            \
        struct evtchn_##name arg, *op = &arg;                                      \
                                                                                   \
        if (guest_read(op, in->a[1], sizeof(*op)))                                 \
            return -EFAULT;                                                        \
        rc = op_##name(cur, op);                                                   \
        if (out && !rc && guest_write(in->a[1], op, sizeof(*op)))                  \
            return -EFAULT;                                                        \
        return rc == -ERESTART ? hc_resume_later(in) : rc;                         \
    }

static __attribute__((noinline)) long other_op(struct vcpu *cur, struct hc_args *in)
{
    int rc;

    HC_CASES(event_channel_op, (uint32_t)in->a[0])
}

/* Most are sends. */
long hc_event_channel_op(struct vcpu *cur, struct hc_args *in)
{
    struct evtchn_send op;

    if (unlikely((uint32_t)in->a[0] != EVTCHNOP_send))
        return other_op(cur, in);
    HC_COUNT(cur, event_channel_op, send);
    if (guest_read(&op, in->a[1], sizeof(op)))
        return -EFAULT;
    return evtchn_send(cur->d, op.port);
}
