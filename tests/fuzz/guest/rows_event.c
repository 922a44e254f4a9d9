/* SPDX-License-Identifier: MIT */
/*
 * rows_event.c - event channels. Events stay masked: what arrives is only a bit, or
 * in the FIFO layout a link. A reset goes back to the two levels.
 */
#include "tests/fuzz/guest/fuzz.h"

FIELDS(f_alloc, F(evtchn_alloc_unbound, dom, K_DOM, 0),
       F(evtchn_alloc_unbound, remote_dom, K_DOM, 0));
FIELDS(f_inter, F(evtchn_bind_interdomain, remote_dom, K_DOM, 0),
       F(evtchn_bind_interdomain, remote_port, K_PORT, 0));
FIELDS(f_virq, F(evtchn_bind_virq, virq, K_SMALL, 25),
       F(evtchn_bind_virq, vcpu, K_VCPU, 0));
FIELDS(f_ipi, F(evtchn_bind_ipi, vcpu, K_VCPU, 0));
FIELDS(f_pirq, F(evtchn_bind_pirq, pirq, K_SMALL, 24),
       F(evtchn_bind_pirq, flags, K_SMALL, 2));
FIELDS(f_port, F(evtchn_close, port, K_PORT, 0));
FIELDS(f_status, F(evtchn_status, dom, K_DOM, 0),
       F(evtchn_status, port, K_PORT, 0));
FIELDS(f_vcpu, F(evtchn_bind_vcpu, port, K_PORT, 0),
       F(evtchn_bind_vcpu, vcpu, K_VCPU, 0));
FIELDS(f_reset, F(evtchn_reset, dom, K_DOM, 0));
FIELDS(f_control, F(evtchn_init_control, control_gfn, K_FRAME, 0),
       F(evtchn_init_control, offset, K_SMALL, 2), F(evtchn_init_control, vcpu, K_VCPU, 0));
FIELDS(f_expand, F(evtchn_expand_array, array_gfn, K_FRAME, 0));
FIELDS(f_priority, F(evtchn_set_priority, port, K_PORT, 0),
       F(evtchn_set_priority, priority, K_SMALL, 16));

static void port_learn(struct step *s, uint32_t port)
{
    struct model *m = s->m;

    s->ok = s->rc == 0;
    if (s->rc != 0)
        return;
    s->more = (uint16_t)port;
    if (m->nr_ports < NR_PORTS)
        m->port[m->nr_ports++] = port;
    else
        m->port[port % NR_PORTS] = port;
}

/* Only a port of our own: with dom another it is another's. */
static void alloc_learn(struct step *s)
{
    struct evtchn_alloc_unbound *op = (struct evtchn_alloc_unbound *)s->arg;

    s->ok = s->rc == 0;
    if (op->dom == DOMID_SELF || op->dom == self_id)
        port_learn(s, op->port);
}

static void inter_learn(struct step *s)
{
    port_learn(s, ((struct evtchn_bind_interdomain *)s->arg)->local_port);
}

static void virq_learn(struct step *s)
{
    port_learn(s, ((struct evtchn_bind_virq *)s->arg)->port);
}

static void ipi_learn(struct step *s)
{
    port_learn(s, ((struct evtchn_bind_ipi *)s->arg)->port);
}

static void pirq_learn(struct step *s)
{
    port_learn(s, ((struct evtchn_bind_pirq *)s->arg)->port);
}

static void close_learn(struct step *s)
{
    uint32_t port = ((struct evtchn_close *)s->arg)->port;
    struct model *m = s->m;

    s->ok = s->rc == 0;
    for (unsigned i = 0; s->rc == 0 && i < m->nr_ports; i++)
        if (m->port[i] == port && chance(s, 80))
            m->port[i] = m->port[--m->nr_ports];
}

/* The waiting side's port, so that some binds fit. */
static void inter_prepare(struct step *s)
{
    struct evtchn_bind_interdomain *op = (struct evtchn_bind_interdomain *)s->arg;

    if (chance(s, 50))
        op->remote_dom = self_id;
}

static void control_prepare(struct step *s)
{
    ((struct evtchn_init_control *)s->arg)->offset *= 8;
}

static void status_learn(struct step *s)
{
    s->ok = s->rc == 0;
    if (s->rc == 0)
        s->more = (uint16_t)((struct evtchn_status *)s->arg)->status;
}

#define EVENT(title, sub_, T, fields_, weight_, ...) \
    { "event_channel_op." title, ANY, weight_, .shape = SUB_ARG, \
      .call = __HYPERVISOR_event_channel_op, .sub = sub_, \
      .size = sizeof(struct T), WITH(fields_), __VA_ARGS__ }

static const struct row table[] = {
    EVENT("alloc_unbound", EVTCHNOP_alloc_unbound, evtchn_alloc_unbound, f_alloc,
          15, .learn = alloc_learn),
    EVENT("bind_interdomain", EVTCHNOP_bind_interdomain, evtchn_bind_interdomain,
          f_inter, 12, .learn = inter_learn, .prepare = inter_prepare),
    EVENT("bind_virq", EVTCHNOP_bind_virq, evtchn_bind_virq, f_virq, 8,
          .learn = virq_learn),
    EVENT("bind_ipi", EVTCHNOP_bind_ipi, evtchn_bind_ipi, f_ipi, 8,
          .learn = ipi_learn),
    EVENT("bind_pirq", EVTCHNOP_bind_pirq, evtchn_bind_pirq, f_pirq, 4,
          .learn = pirq_learn),
    EVENT("close", EVTCHNOP_close, evtchn_close, f_port, 16, .learn = close_learn),
    EVENT("send", EVTCHNOP_send, evtchn_send, f_port, 20),
    EVENT("status", EVTCHNOP_status, evtchn_status, f_status, 10,
          .learn = status_learn),
    EVENT("bind_vcpu", EVTCHNOP_bind_vcpu, evtchn_bind_vcpu, f_vcpu, 10),
    EVENT("unmask", EVTCHNOP_unmask, evtchn_unmask, f_port, 10),
    EVENT("reset", EVTCHNOP_reset, evtchn_reset, f_reset, 1),
    EVENT("init_control", EVTCHNOP_init_control, evtchn_init_control, f_control, 1,
          .prepare = control_prepare),
    EVENT("expand_array", EVTCHNOP_expand_array, evtchn_expand_array, f_expand, 2),
    EVENT("set_priority", EVTCHNOP_set_priority, evtchn_set_priority, f_priority, 2),
};
const struct rows rows_event = { table, COUNT_OF(table) };
