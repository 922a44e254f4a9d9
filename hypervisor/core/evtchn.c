/* SPDX-License-Identifier: MIT */
/*
 * evtchn.c - a domain's ports, and how a notification reaches its vcpu.
 *
 * The rules are in evtchn_port.h. Binding and closing is in evtchn_bind.c.
 */
#include "core/evtchn_port.h"
#include "arch/smp.h"
#include "lib/printf.h"

static domid_t virq_handler[NR_VIRQS];  /* (a) 0: the control domain           */

void evtchn_set_ops(struct evtchn_state *ev, const struct evtchn_ops *ops)
{
    ev->limit = ev->max_ports < ops->nr_ports ? ev->max_ports : ops->nr_ports;
    __atomic_store_n(&ev->ops, ops, __ATOMIC_SEQ_CST);
}

int evtchn_init(struct domain *d, unsigned max_port)
{
    unsigned nr = max_port < EVTCHN_FIFO_NR_CHANNELS ? max_port + 1
                                                     : EVTCHN_FIFO_NR_CHANNELS;
    struct evtchn_state *ev = heap_alloc(sizeof(*ev) + sizeof(ev->bucket[0]) *
                                         ((nr - 1) / BUCKET_PORTS + 1));

    if (!ev)
        return fail(ENOMEM, "event channels of d%u", d->id);
    spin_lock_init(&ev->lock, evtchn);
    ev->max_ports = nr;
    ev->free_hint = 1;              /* port 0 is nobody's */
    evtchn_set_ops(ev, &evtchn_2l);
    d->ev = ev;
    return evtchn_add_bucket(ev, 0);
}

void evtchn_free(struct domain *d)
{
    unsigned i;

    for (i = 0; i * BUCKET_PORTS < d->ev->max_ports; i++)
        heap_free(d->ev->bucket[i]);
    heap_free(d->ev);
    d->ev = NULL;
}

struct evtchn *evtchn_port(struct domain *d, evtchn_port_t port)
{
    struct evtchn *bucket;

    if (port >= READ_ONCE(d->ev->limit))
        return NULL;
    bucket = __atomic_load_n(&d->ev->bucket[port / BUCKET_PORTS], __ATOMIC_ACQUIRE);
    return bucket ? &bucket[port % BUCKET_PORTS] : NULL;
}

/* ---- notification ---- */

static __attribute__((noinline)) void notify_other(struct vcpu *v)
{
    bool running = __atomic_load_n(&v->sched.running, __ATOMIC_SEQ_CST);

    vcpu_unblock(v);
    if (running)
        smp_kick(READ_ONCE(v->cpu));
}

void vcpu_notify_events(struct vcpu *v)
{
    struct vcpu_info *info = __atomic_load_n(&v->info, __ATOMIC_ACQUIRE);

    if (info == &dummy_vcpu_info)
        return;                     /* registering one announces it all        */
    if (__atomic_exchange_n(&info->evtchn_upcall_pending, 1, __ATOMIC_SEQ_CST))
        return;
    if (v == current())
        vcpu_unblock(v);
    else
        notify_other(v);
}

void evtchn_resync_vcpu(struct vcpu *v)
{
    __atomic_store_n(&v->info->evtchn_pending_sel, ~0ul, __ATOMIC_SEQ_CST);
    __atomic_store_n(&v->info->evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST);
    vcpu_notify_events(v);
}

static __attribute__((noinline)) void wake_pollers(struct domain *d, evtchn_port_t port)
{
    unsigned i, id;

    for (i = 0; i < ARRAY_SIZE(d->poll_mask); i++) {
        uint64_t mask = __atomic_load_n(&d->poll_mask[i], __ATOMIC_SEQ_CST);

        for (; mask; mask &= mask - 1) {
            struct vcpu *v;
            int want;

            id = i * 64 + (unsigned)__builtin_ctzll(mask);
            v = domain_vcpu(d, id);
            want = v ? READ_ONCE(v->poll_port) : 0;
            if (v && (want < 0 || want == (int)port))
                vcpu_unblock(v);
        }
    }
}

static inline __attribute__((always_inline)) void raise(struct domain *d,
                                                        struct evtchn *chn)
{
    struct vcpu *v = domain_vcpu(d, chn->vcpu);

    if (!v)
        return;                     /* no vcpu yet: bits come with the first   */
    d->ev->ops->set_pending(v, chn);
    _Static_assert(ARRAY_SIZE(d->poll_mask) == 2, "both words");
    if (unlikely(__atomic_load_n(&d->poll_mask[0], __ATOMIC_SEQ_CST) |
                 __atomic_load_n(&d->poll_mask[1], __ATOMIC_SEQ_CST)))
        wake_pollers(d, chn->port);
}

void evtchn_raise(struct domain *d, struct evtchn *chn)
{
    raise(d, chn);
}

int evtchn_send(struct domain *d, evtchn_port_t port)
{
    struct evtchn *chn = evtchn_port(d, port), *peer;
    struct domain *rd;
    int rc = 0;

    if (!chn)
        return fail(EINVAL, "d%u sends to port %u", d->id, port);
    spin_lock(&chn->lock);
    switch (chn->state) {
    case PORT_INTERDOMAIN:
        rd = chn->u.peer.d;                                         /* R2 */
        peer = evtchn_port(rd, chn->u.peer.port);
        raise(rd, peer);
        break;
    case PORT_IPI:
        raise(d, chn);
        break;
    case PORT_UNBOUND:
        break;                      /* nobody there yet: not an error          */
    default:
        rc = -EINVAL;
        break;
    }
    spin_unlock(&chn->lock);
    return rc;
}

void evtchn_send_pirq(struct domain *d, evtchn_port_t port)
{
    struct evtchn *chn = evtchn_port(d, port);

    if (!chn)
        return;
    spin_lock(&chn->lock);
    if (chn->state == PORT_PIRQ)
        evtchn_raise(d, chn);
    spin_unlock(&chn->lock);
}

/* EVENT_*: none of a port that is not open; or -EINVAL. */
static int port_bits(struct domain *d, evtchn_port_t port)
{
    struct evtchn *chn = evtchn_port(d, port);
    int bits;

    if (!chn)
        return fail(EINVAL, "d%u has no port %u", d->id, port);
    spin_lock(&chn->lock);
    bits = chn->state != PORT_FREE ? (int)d->ev->ops->bits(d, chn) : 0;
    spin_unlock(&chn->lock);
    return bits;
}

int evtchn_port_pending(struct domain *d, evtchn_port_t port)
{
    int bits = port_bits(d, port);

    return bits < 0 ? bits : bits & EVENT_PENDING;
}

bool evtchn_port_masked(struct domain *d, evtchn_port_t port)
{
    return port_bits(d, port) & EVENT_MASKED;
}

int evtchn_unmask(struct domain *d, evtchn_port_t port)
{
    struct evtchn *chn = evtchn_port(d, port);
    struct vcpu *v;

    if (!chn)
        return fail(EINVAL, "d%u unmasks port %u", d->id, port);
    spin_lock(&chn->lock);
    v = domain_vcpu(d, chn->vcpu);
    if (v && chn->state != PORT_FREE)
        d->ev->ops->unmask(v, chn);
    spin_unlock(&chn->lock);
    return 0;
}

/* ---- virtual interrupts ---- */

bool virq_is_global(unsigned virq)
{
    return virq != VIRQ_TIMER && virq != VIRQ_DEBUG && virq != VIRQ_XENOPROF &&
           virq != VIRQ_XENPMU;
}

void virq_send(struct vcpu *v, unsigned virq)
{
    evtchn_port_t port = __atomic_load_n(&v->virq_port[virq], __ATOMIC_ACQUIRE);
    struct evtchn *chn;

    if (!port)
        return;
    chn = evtchn_port(v->d, port);
    spin_lock(&chn->lock);
    if (chn->state == PORT_VIRQ && chn->u.virq == virq)
        evtchn_raise(v->d, chn);
    spin_unlock(&chn->lock);
}

void virq_send_global(unsigned virq)
{
    struct domain *d = domain_get(READ_ONCE(virq_handler[virq]));
    struct vcpu *v;

    if (!d)
        d = domain_get(0);
    if (!d)
        return;
    v = domain_vcpu(d, 0);
    if (v && READ_ONCE(d->dying) == DOMDYING_ALIVE)
        virq_send(v, virq);
    domain_put(d);
}

int virq_set_handler(struct domain *d, unsigned virq)
{
    if (virq >= NR_VIRQS || !virq_is_global(virq))
        return fail(EINVAL, "VIRQ %u has no handler", virq);
    WRITE_ONCE(virq_handler[virq], d->id);
    return 0;
}

/* ---- audit ---- */

static unsigned audit_port(struct domain *d, struct evtchn *chn)
{
    struct evtchn *peer;
    struct vcpu *v;

    switch (chn->state) {
    case PORT_INTERDOMAIN:
        peer = evtchn_port(chn->u.peer.d, chn->u.peer.port);
        if (peer && peer->state == PORT_INTERDOMAIN && peer->u.peer.d == d &&
            peer->u.peer.port == chn->port)
            return 0;
        log_err("d%u port %u: its peer does not know it\n", d->id, chn->port);
        return 1;
    case PORT_VIRQ:
        v = domain_vcpu(d, virq_is_global(chn->u.virq) ? 0 : chn->vcpu);
        if (v && v->virq_port[chn->u.virq] == chn->port)
            return 0;
        log_err("d%u port %u: VIRQ %u is not its\n", d->id, chn->port, chn->u.virq);
        return 1;
    default:
        return 0;
    }
}

unsigned evtchn_count(struct domain *d)
{
    unsigned port, n = 0;

    spin_lock(&d->ev->lock);
    for (port = 0; port < d->ev->limit; port++) {
        struct evtchn *chn = evtchn_port(d, port);

        n += chn && chn->state != PORT_FREE;
    }
    spin_unlock(&d->ev->lock);
    return n;
}

unsigned evtchn_audit(struct domain *d)
{
    unsigned port, bad = 0;

    spin_lock(&d->ev->lock);
    for (port = 0; port < d->ev->limit; port++) {
        struct evtchn *chn = evtchn_port(d, port);

        if (chn)
            bad += audit_port(d, chn);
    }
    spin_unlock(&d->ev->lock);
    return bad;
}
