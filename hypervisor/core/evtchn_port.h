/* SPDX-License-Identifier: MIT */
/*
 * evtchn_port.h - what evtchn*.c share: one port, and the layout of its bits.
 *
 *   R1  A port's state and what it is bound to change under the evtchn lock of
 *       its domain and the port's own lock, both; either is enough to read.
 *   R2  Of an interdomain pair each names the other, and the peer's domain is
 *       kept by that: a domain ends only after all its ports were closed, which
 *       takes the peer's lock. So a sender that holds its own port's lock may
 *       use the peer's domain.
 *   R3  Two evtchn locks, two port locks: the lower address first.
 *   R4  Ports are not freed before their domain's record.
 */
#ifndef SPLITRING_CORE_EVTCHN_PORT_H
#define SPLITRING_CORE_EVTCHN_PORT_H

#include "core/domain.h"

enum port_state {
    PORT_FREE, PORT_UNBOUND, PORT_INTERDOMAIN, PORT_PIRQ, PORT_VIRQ, PORT_IPI,
};

struct evtchn {
    spinlock_t lock;
    uint8_t state;
    uint8_t priority;               /* EVTCHN_FIFO_PRIORITY_*                  */
    uint16_t vcpu;                  /* who is notified                         */
    /* FIFO layout only, evtchn_fifo.c R1: the queue it was last in, and whether
     * it was raised before it had a word. */
    uint16_t last_vcpu : 11, last_prio : 4, held : 1;
    evtchn_port_t port;
    union {
        struct { struct domain *d; evtchn_port_t port; } peer;
        unsigned number;            /* one of those that follow                */
        unsigned unbound;           /* the domain that may bind                */
        unsigned pirq, virq;
    } u;
};

#define BUCKET_PORTS 64             /* as in 4.17: a guest can tell            */
_Static_assert(sizeof(struct evtchn) == 32, "buckets fill half a page");

struct evtchn_state {
    spinlock_t lock;
    unsigned max_ports;             /* (c) ports are below, in any layout      */
    unsigned limit;                 /* ports are below, in this one            */
    unsigned nr_open;               /* ports that are not free                 */
    unsigned free_hint;             /* no port below is free                   */
    unsigned reset_cursor;
    const struct evtchn_ops *ops;
    struct evtchn_fifo *fifo;       /* NULL in the 2-level layout              */
    struct evtchn *bucket[];        /* of max_ports; appear once, in order     */
};
int evtchn_add_bucket(struct evtchn_state *ev, unsigned n);     /* or -ENOMEM */

enum { EVENT_PENDING = 1, EVENT_MASKED = 2 };

/* How the guest sees a port's pending and mask bits. */
struct evtchn_ops {
    void (*set_pending)(struct vcpu *v, struct evtchn *chn);
    void (*clear_pending)(struct domain *d, struct evtchn *chn);
    void (*unmask)(struct vcpu *v, struct evtchn *chn);
    unsigned (*bits)(struct domain *d, struct evtchn *chn);     /* EVENT_*      */
    unsigned nr_ports;              /* that the layout has room for            */
};
extern const struct evtchn_ops evtchn_2l;
/* The layout from now on; ev's lock is held, or ev is new. */
void evtchn_set_ops(struct evtchn_state *ev, const struct evtchn_ops *ops);
/* Back to the 2-level layout. ev's lock is held, and no port is open. */
void evtchn_fifo_leave(struct domain *d);

/* NULL: no such port (yet). */
struct evtchn *evtchn_port(struct domain *d, evtchn_port_t port);
/* The port's notified vcpu is made to see it. The port is locked. */
void evtchn_raise(struct domain *d, struct evtchn *chn);
bool virq_is_global(unsigned virq);

#endif
