/* SPDX-License-Identifier: MIT */
/*
 * evtchn.h - event channels: 4096 ports of a 64-bit domain in the 2-level layout
 * that it is born with, 131,072 in the FIFO layout that it may go over to.
 *
 * Ports go through a table of operations (set pending, unmask, is pending...), one
 * for each layout of the pending bits (evtchn_2l.c, evtchn_fifo.c). Sending takes
 * the lock of its own port and nothing wider (evtchn_port.h).
 */
#ifndef SPLITRING_CORE_EVTCHN_H
#define SPLITRING_CORE_EVTCHN_H

#include "public/event_channel.h"
#include "sync/spinlock.h"

struct domain;
struct vcpu;

int evtchn_init(struct domain *d, unsigned max_port);
void evtchn_free(struct domain *d);         /* with the domain's record        */

/* A virtual interrupt of v, if it has bound one. Global VIRQs go to the domain
 * that handles them (the control domain unless set otherwise). */
void virq_send(struct vcpu *v, unsigned virq);
void virq_send_global(unsigned virq);
int virq_set_handler(struct domain *d, unsigned virq);

/* The pirq bound to port of d has fired. */
void evtchn_send_pirq(struct domain *d, evtchn_port_t port);
/* 1, 0, or -EINVAL: there is no such port. */
int evtchn_port_pending(struct domain *d, evtchn_port_t port);
bool evtchn_port_masked(struct domain *d, evtchn_port_t port);

/* For the control domain's builder and domctl: an unbound port of d for remote. */
int evtchn_alloc_unbound(struct domain *d, uint16_t remote, evtchn_port_t *out);

/* What EVTCHNOP_* do, on the domain's own ports; errors as in the public header. */
int evtchn_bind_interdomain(struct domain *ld, struct domain *rd,
                            evtchn_port_t rport, evtchn_port_t *out);
int evtchn_bind_virq(struct domain *d, unsigned virq, unsigned vcpu,
                     evtchn_port_t *out);
int evtchn_bind_ipi(struct domain *d, unsigned vcpu, evtchn_port_t *out);
int evtchn_bind_pirq(struct domain *d, unsigned pirq, bool share,
                     evtchn_port_t *out);
int evtchn_bind_vcpu(struct domain *d, evtchn_port_t port, unsigned vcpu);
int evtchn_close(struct domain *d, evtchn_port_t port);
int evtchn_send(struct domain *d, evtchn_port_t port);
int evtchn_unmask(struct domain *d, evtchn_port_t port);
int evtchn_status(struct domain *d, evtchn_port_t port, struct evtchn_status *out);
/* The queue that the port goes into from now on: -EINVAL, -ENOSYS (2-level). */
int evtchn_set_priority(struct domain *d, evtchn_port_t port, unsigned priority);
/* Closes all ports and goes back to the 2-level layout; also the end of a
 * domain's ports: 0, or -ERESTART (call again). */
int evtchn_reset(struct domain *d);
/* vcpu's control block is at offset of d's frame m; the first one goes over to the
 * FIFO layout: -ENOENT no such vcpu; -EINVAL offset, frame, or it has one;
 * -ENOMEM; -ERESTART. */
int evtchn_fifo_init_control(struct domain *d, unsigned vcpu, mfn_t m,
                             unsigned offset);
/* 1024 more ports have their words in d's frame m: -EOPNOTSUPP before
 * init_control; -ENOSPC; -EINVAL; -ERESTART. */
int evtchn_fifo_expand_array(struct domain *d, mfn_t m);

/* v has something to see: sets evtchn_upcall_pending and wakes or kicks it. */
void vcpu_notify_events(struct vcpu *v);
/* After register_vcpu_info: everything pending is announced anew. */
void evtchn_resync_vcpu(struct vcpu *v);

/* How many of d's ports are not free. */
unsigned evtchn_count(struct domain *d);

/* Rules R1 and R2 of evtchn_port.h over all ports; the number of faults. */
unsigned evtchn_audit(struct domain *d);

#endif
