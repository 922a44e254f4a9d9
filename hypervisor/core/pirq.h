/* SPDX-License-Identifier: MIT */
/* pirq.h - a domain's numbers for device interrupts, bound to event channels. */
#ifndef SPLITRING_CORE_PIRQ_H
#define SPLITRING_CORE_PIRQ_H

#include "public/event_channel.h"
#include "sync/spinlock.h"

struct domain;
struct vcpu;

void pirq_init(struct domain *d);
void pirq_destroy(struct domain *d);
/* Called by evtchn bind/close with d's evtchn lock held: enables the line. */
int pirq_bind(struct vcpu *v, unsigned pirq, evtchn_port_t port, bool share);
void pirq_unbind(struct domain *d, unsigned pirq);
/* The guest has handled it (PHYSDEVOP_eoi, or unmask with auto-eoi frames). */
bool pirq_eoi(struct domain *d, unsigned pirq);   /* false: it is not mapped */
/* The port of a pirq moved to another vcpu: its line follows. */
void pirq_set_vcpu(struct domain *d, unsigned pirq, struct vcpu *v);
/* What comes to this CPU comes to CPU 0 from now on. */
void pirqs_leave(void);

#endif
