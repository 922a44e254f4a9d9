/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "two ports of one domain bound to each other notify each other, and one end "
    "closed leaves the other unbound";

/* covers use: event_channel_op.bind_interdomain */

static unsigned hits[2];
static evtchn_port_t ends[2];

static void on_event(unsigned port)
{
    hits[port == ends[1]]++;
}

static long send(unsigned port)
{
    struct evtchn_send op = { .port = port };

    return hc_event_channel_op(EVTCHNOP_send, &op);
}

static uint32_t status(evtchn_port_t port)
{
    struct evtchn_status st = { .dom = DOMID_SELF, .port = port };

    expect_eq(0, hc_event_channel_op(EVTCHNOP_status, &st), "status");
    return st.status;
}

void test_main(void)
{
    struct evtchn_alloc_unbound un = { .dom = DOMID_SELF,
                                       .remote_dom = DOMID_SELF };
    struct evtchn_bind_interdomain bi = { .remote_dom = DOMID_SELF };
    struct evtchn_close cl;

    expect_eq(0, hc_event_channel_op(EVTCHNOP_alloc_unbound, &un),
              "alloc_unbound");
    expect_eq(EVTCHNSTAT_unbound, status(un.port), "status before bind");
    expect_eq(0, send(un.port), "send to an unbound port");
    bi.remote_port = un.port;
    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_interdomain, &bi), "bind");
    expect_eq(-XEN_EINVAL, hc_event_channel_op(EVTCHNOP_bind_interdomain, &bi),
              "bind to a bound port");
    ends[0] = un.port;
    ends[1] = bi.local_port;
    hits[0] = hits[1] = 0;
    expect_true(event_pending(ends[1]), "a bound port is made pending once");
    event_clear(ends[1]);
    event_on(ends[0], on_event);
    event_on(ends[1], on_event);
    hits[0] = hits[1] = 0;
    expect_eq(0, send(ends[0]), "send");
    expect_eq(1, hits[1], "hits of the other end");
    expect_eq(0, hits[0], "hits of the sender");
    expect_eq(0, send(ends[1]), "send back");
    expect_eq(1, hits[0], "hits of the first end");
    expect_eq(EVTCHNSTAT_interdomain, status(ends[0]), "status");

    cl.port = ends[1];
    event_on(ends[1], NULL);
    expect_eq(0, hc_event_channel_op(EVTCHNOP_close, &cl), "close");
    expect_eq(EVTCHNSTAT_unbound, status(ends[0]), "the other end's status");
    bi.remote_port = ends[0];
    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_interdomain, &bi),
              "bind again");
    cl.port = bi.local_port;
    hc_event_channel_op(EVTCHNOP_close, &cl);
    cl.port = ends[0];
    event_on(ends[0], NULL);
    expect_eq(0, hc_event_channel_op(EVTCHNOP_close, &cl), "close the first");
}
