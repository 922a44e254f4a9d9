/* SPDX-License-Identifier: MIT */
/*
 * evtchn_2l.c - the two-level layout: a bit per port in shared_info, and a bit
 * per word of those in each vcpu's selector.
 *
 * The guest clears a port's mask and then looks at its pending bit; we set the
 * pending bit and then look at the mask, each with a full fence between: one of
 * the two sides sees the other, so no event is lost.
 */
#include "core/evtchn_port.h"
#include "lib/bitmap.h"

static void select_word(struct vcpu *v, evtchn_port_t port)
{
    struct vcpu_info *info = __atomic_load_n(&v->info, __ATOMIC_ACQUIRE);

    if (!bit_test_and_set(&info->evtchn_pending_sel, port / 64))
        vcpu_notify_events(v);
}

static void set_pending(struct vcpu *v, struct evtchn *chn)
{
    struct shared_info *s = v->d->shared;
    evtchn_port_t port = chn->port;

    if (bit_test_and_set(s->evtchn_pending, port))
        return;
    if (!bit_test(s->evtchn_mask, port))
        select_word(v, port);
}

static void clear_pending(struct domain *d, struct evtchn *chn)
{
    bit_clear(d->shared->evtchn_pending, chn->port);
}

static void unmask(struct vcpu *v, struct evtchn *chn)
{
    struct shared_info *s = v->d->shared;

    if (bit_test_and_clear(s->evtchn_mask, chn->port) &&
        bit_test(s->evtchn_pending, chn->port))
        select_word(v, chn->port);
}

static unsigned bits(struct domain *d, struct evtchn *chn)
{
    return (bit_test(d->shared->evtchn_pending, chn->port) ? EVENT_PENDING : 0) |
           (bit_test(d->shared->evtchn_mask, chn->port) ? EVENT_MASKED : 0);
}

const struct evtchn_ops evtchn_2l = {
    .set_pending = set_pending, .clear_pending = clear_pending,
    .unmask = unmask, .bits = bits,
    .nr_ports = EVTCHN_2L_NR_CHANNELS,
};
