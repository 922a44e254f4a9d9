/* SPDX-License-Identifier: MIT */
/*
 * evtchn_bind.c - ports are taken, bound, closed and described.
 *
 * The rules are in evtchn_port.h.
 */
#include "core/evtchn_port.h"
#include "lib/string.h"

#define RESET_BATCH BATCH(128)

/* Both domains' evtchn locks, or two ports' own; they may be one. */
static void lock_two(spinlock_t *a, spinlock_t *b)
{
    if (a == b) {
        spin_lock(a);
        return;
    }
    spin_lock(a < b ? a : b);                                       /* R3 */
    spin_lock_second(a < b ? b : a);
}

static void unlock_two(spinlock_t *a, spinlock_t *b)
{
    if (a != b)
        spin_unlock(b);
    spin_unlock(a);
}

int evtchn_add_bucket(struct evtchn_state *ev, unsigned n)
{
    struct evtchn *bucket = heap_alloc(BUCKET_PORTS * sizeof(*bucket));
    unsigned i;

    if (!bucket)
        return fail(ENOMEM, "event channel ports");
    for (i = 0; i < BUCKET_PORTS; i++) {
        spin_lock_init(&bucket[i].lock, evtchn_port);
        bucket[i].port = n * BUCKET_PORTS + i;
        bucket[i].priority = EVTCHN_FIFO_PRIORITY_DEFAULT;
    }
    __atomic_store_n(&ev->bucket[n], bucket, __ATOMIC_RELEASE);
    return 0;
}

/* The lowest free port of d, whose evtchn lock is held. It stays free. */
static int port_find(struct domain *d, struct evtchn **out)
{
    struct evtchn_state *ev = d->ev;
    unsigned port;
    int rc;

    if (READ_ONCE(d->dying) != DOMDYING_ALIVE)
        return fail(EINVAL, "d%u is dying", d->id);
    for (port = ev->free_hint; port < ev->limit; port++) {
        if (!ev->bucket[port / BUCKET_PORTS]) {
            rc = evtchn_add_bucket(ev, port / BUCKET_PORTS);
            if (rc)
                return rc;
        }
        *out = evtchn_port(d, port);
        if ((*out)->state == PORT_FREE) {
            ev->free_hint = port;
            return 0;
        }
    }
    return fail(ENOSPC, "d%u has used its %u ports", d->id, ev->limit);
}

/* Both locks of the port are held. */
static void port_free(struct domain *d, struct evtchn *chn)
{
    chn->state = PORT_FREE;
    chn->vcpu = 0;
    chn->priority = EVTCHN_FIFO_PRIORITY_DEFAULT;
    memset(&chn->u, 0, sizeof(chn->u));
    d->ev->ops->clear_pending(d, chn);
    d->ev->nr_open--;
    if (chn->port < d->ev->free_hint)
        d->ev->free_hint = chn->port;
}

static void port_take(struct domain *d, struct evtchn *chn,
                      enum port_state state, unsigned vcpu)
{
    d->ev->nr_open++;
    chn->state = state;
    chn->vcpu = (uint16_t)vcpu;
}

/* Takes the lowest free port of d, whose evtchn lock is held, for the PIRQ, VIRQ,
 * waiting domain or nothing of this number. */
static int port_open(struct domain *d, enum port_state state, unsigned vcpu,
                     unsigned number, struct evtchn **out)
{
    int rc = port_find(d, out);

    if (rc)
        return rc;
    spin_lock(&(*out)->lock);
    port_take(d, *out, state, vcpu);
    (*out)->u.number = number;
    spin_unlock(&(*out)->lock);
    return 0;
}

/* The same, with the lock taken: the port goes to the guest. */
static int port_open_alone(struct domain *d, enum port_state state, unsigned vcpu,
                           unsigned number, evtchn_port_t *out)
{
    struct evtchn *chn;
    int rc;

    spin_lock(&d->ev->lock);
    rc = port_open(d, state, vcpu, number, &chn);
    if (!rc)
        *out = chn->port;
    spin_unlock(&d->ev->lock);
    return rc;
}

int evtchn_alloc_unbound(struct domain *d, uint16_t remote, evtchn_port_t *out)
{
    return port_open_alone(d, PORT_UNBOUND, 0, remote, out);
}

int evtchn_bind_interdomain(struct domain *ld, struct domain *rd,
                            evtchn_port_t rport, evtchn_port_t *out)
{
    struct evtchn *lchn, *rchn;
    int rc;

    lock_two(&ld->ev->lock, &rd->ev->lock);
    rc = port_find(ld, &lchn);
    if (rc)
        goto out;
    rchn = evtchn_port(rd, rport);
    if (!rchn || rchn->state != PORT_UNBOUND || rchn->u.unbound != ld->id) {
        rc = fail(EINVAL, "port %u of d%u is not waiting for d%u", rport,
                  rd->id, ld->id);
        goto out;
    }
    lock_two(&lchn->lock, &rchn->lock);
    port_take(ld, lchn, PORT_INTERDOMAIN, 0);
    lchn->u.peer.d = rd;
    lchn->u.peer.port = rport;
    rchn->state = PORT_INTERDOMAIN;
    rchn->u.peer.d = ld;
    rchn->u.peer.port = lchn->port;
    /* What the other side sent while nobody was bound is made up for. */
    evtchn_raise(ld, lchn);
    unlock_two(&lchn->lock, &rchn->lock);
    *out = lchn->port;
out:
    unlock_two(&ld->ev->lock, &rd->ev->lock);
    return rc;
}

int evtchn_bind_virq(struct domain *d, unsigned virq, unsigned vcpu,
                     evtchn_port_t *out)
{
    struct vcpu *v = domain_vcpu(d, vcpu);
    struct evtchn *chn;
    int rc;

    if (virq >= NR_VIRQS || (virq_is_global(virq) && vcpu != 0))
        return fail(EINVAL, "d%u: VIRQ %u on vcpu %u", d->id, virq, vcpu);
    if (!v)
        return fail(ENOENT, "d%u has no vcpu %u", d->id, vcpu);
    spin_lock(&d->ev->lock);
    rc = v->virq_port[virq] ?
        fail(EEXIST, "d%uv%u has bound VIRQ %u", d->id, vcpu, virq) :
        port_open(d, PORT_VIRQ, vcpu, virq, &chn);
    if (!rc) {
        __atomic_store_n(&v->virq_port[virq], chn->port, __ATOMIC_RELEASE);
        *out = chn->port;
    }
    spin_unlock(&d->ev->lock);
    return rc;
}

int evtchn_bind_ipi(struct domain *d, unsigned vcpu, evtchn_port_t *out)
{
    if (!domain_vcpu(d, vcpu))
        return fail(ENOENT, "d%u has no vcpu %u", d->id, vcpu);
    return port_open_alone(d, PORT_IPI, vcpu, 0, out);
}

int evtchn_bind_pirq(struct domain *d, unsigned pirq, bool share,
                     evtchn_port_t *out)
{
    struct vcpu *v = domain_vcpu(d, 0);
    struct evtchn *chn;
    int rc;

    if (!v)
        return fail(ENOENT, "d%u has no vcpu", d->id);
    spin_lock(&d->ev->lock);
    rc = port_open(d, PORT_PIRQ, 0, pirq, &chn);    /* before the line can fire */
    if (rc)
        goto out;
    rc = pirq_bind(v, pirq, chn->port, share);
    if (rc) {
        spin_lock(&chn->lock);
        port_free(d, chn);
        spin_unlock(&chn->lock);
        goto out;
    }
    *out = chn->port;
out:
    spin_unlock(&d->ev->lock);
    return rc;
}

int evtchn_bind_vcpu(struct domain *d, evtchn_port_t port, unsigned vcpu)
{
    struct vcpu *v = domain_vcpu(d, vcpu);
    struct evtchn *chn;
    int rc = 0;

    if (!v)
        return fail(ENOENT, "d%u has no vcpu %u", d->id, vcpu);
    chn = evtchn_port(d, port);
    if (!chn)
        return fail(EINVAL, "d%u has no port %u", d->id, port);
    spin_lock(&d->ev->lock);
    if (chn->state == PORT_UNBOUND || chn->state == PORT_INTERDOMAIN ||
        chn->state == PORT_PIRQ ||
        (chn->state == PORT_VIRQ && virq_is_global(chn->u.virq))) {
        spin_lock(&chn->lock);
        chn->vcpu = (uint16_t)vcpu;
        spin_unlock(&chn->lock);
        if (chn->state == PORT_PIRQ)
            pirq_set_vcpu(d, chn->u.pirq, v);
    } else {
        rc = fail(EINVAL, "d%u: port %u stays with its vcpu", d->id, port);
    }
    spin_unlock(&d->ev->lock);
    return rc;
}

int evtchn_set_priority(struct domain *d, evtchn_port_t port, unsigned priority)
{
    struct evtchn *chn;
    int rc = 0;

    spin_lock(&d->ev->lock);
    chn = evtchn_port(d, port);
    if (!chn || (d->ev->fifo && priority > EVTCHN_FIFO_PRIORITY_MIN)) {
        rc = fail(EINVAL, "d%u: priority %u of port %u", d->id, priority, port);
    } else if (!d->ev->fifo) {
        rc = fail(ENOSYS, "d%u: priorities need the FIFO layout", d->id);
    } else {
        spin_lock(&chn->lock);
        WRITE_ONCE(chn->priority, (uint8_t)priority);
        spin_unlock(&chn->lock);
    }
    spin_unlock(&d->ev->lock);
    return rc;
}

/* ---- closing ---- */

static void close_virq(struct domain *d, struct evtchn *chn)
{
    struct vcpu *v;

    for_each_vcpu(d, v)
        if (v->virq_port[chn->u.virq] == chn->port)
            __atomic_store_n(&v->virq_port[chn->u.virq], 0, __ATOMIC_SEQ_CST);
}

/* A port of d, whose evtchn lock is held, and not interdomain. */
static int close_single(struct domain *d, struct evtchn *chn)
{
    if (chn->state == PORT_FREE)
        return fail(EINVAL, "port %u of d%u is not open", chn->port, d->id);
    if (chn->state == PORT_PIRQ)
        pirq_unbind(d, chn->u.pirq);
    if (chn->state == PORT_VIRQ)
        close_virq(d, chn);
    spin_lock(&chn->lock);
    port_free(d, chn);
    spin_unlock(&chn->lock);
    return 0;
}

/* The domain at the other end, with a ref; NULL when chn is not interdomain. */
static struct domain *peer_get(struct evtchn *chn)
{
    struct domain *rd = NULL;

    spin_lock(&chn->lock);
    if (chn->state == PORT_INTERDOMAIN) {
        rd = chn->u.peer.d;
        __atomic_add_fetch(&rd->mm.refs, 1, __ATOMIC_ACQUIRE);      /* R2 */
    }
    spin_unlock(&chn->lock);
    return rd;
}

int evtchn_close(struct domain *d, evtchn_port_t port)
{
    struct evtchn *chn = evtchn_port(d, port), *peer;
    struct domain *rd;
    bool again;
    int rc = 0;

    if (!chn)
        return fail(EINVAL, "d%u has no port %u", d->id, port);
    do {
        rd = peer_get(chn);
        lock_two(&d->ev->lock, &(rd ? rd : d)->ev->lock);
        if (chn->state != PORT_INTERDOMAIN) {
            again = false;
            rc = close_single(d, chn);
        } else {
            again = chn->u.peer.d != rd;        /* bound anew since we looked  */
        }
        if (!again && chn->state == PORT_INTERDOMAIN) {
            peer = evtchn_port(rd, chn->u.peer.port);
            lock_two(&chn->lock, &peer->lock);
            peer->state = PORT_UNBOUND;
            peer->u.peer.d = NULL;
            peer->u.unbound = d->id;
            port_free(d, chn);
            unlock_two(&chn->lock, &peer->lock);
        }
        unlock_two(&d->ev->lock, &(rd ? rd : d)->ev->lock);
        if (rd)
            domain_put(rd);
    } while (again);
    return rc;
}

static int close_all(struct domain *d)
{
    struct evtchn_state *ev = d->ev;
    unsigned n;

    for (n = 0; ev->reset_cursor < ev->limit; n++) {
        struct evtchn *chn = evtchn_port(d, ev->reset_cursor);

        if (!chn)
            break;
        if (n >= RESET_BATCH)
            return -ERESTART;
        if (READ_ONCE(chn->state) != PORT_FREE)
            (void)evtchn_close(d, ev->reset_cursor);
        ev->reset_cursor++;
    }
    ev->reset_cursor = 0;
    return 0;
}

/* With a port open something may be in the queues: begin again, call by call. */
static int leave_fifo(struct domain *d)
{
    int rc = 0;

    spin_lock(&d->ev->lock);
    if (d->ev->nr_open)
        rc = -ERESTART;
    else
        evtchn_fifo_leave(d);
    spin_unlock(&d->ev->lock);
    return rc;
}

int evtchn_reset(struct domain *d)
{
    int rc = close_all(d);

    return rc ? rc : leave_fifo(d);
}

/* ---- status ---- */

int evtchn_status(struct domain *d, evtchn_port_t port, struct evtchn_status *out)
{
    struct evtchn *chn = evtchn_port(d, port);

    if (!chn)
        return fail(EINVAL, "d%u has no port %u", d->id, port);
    spin_lock(&chn->lock);
    switch (chn->state) {
    case PORT_UNBOUND:
        out->status = EVTCHNSTAT_unbound;
        out->u.unbound.dom = (domid_t)chn->u.unbound;
        break;
    case PORT_INTERDOMAIN:
        out->status = EVTCHNSTAT_interdomain;
        out->u.interdomain.dom = chn->u.peer.d->id;
        out->u.interdomain.port = chn->u.peer.port;
        break;
    case PORT_PIRQ:
        out->status = EVTCHNSTAT_pirq;
        out->u.pirq = chn->u.pirq;
        break;
    case PORT_VIRQ:
        out->status = EVTCHNSTAT_virq;
        out->u.virq = chn->u.virq;
        break;
    case PORT_IPI:
        out->status = EVTCHNSTAT_ipi;
        break;
    default:
        out->status = EVTCHNSTAT_closed;
        break;
    }
    out->vcpu = chn->vcpu;
    spin_unlock(&chn->lock);
    return 0;
}
