/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "an event sent to oneself arrives once, not while masked, and again after";

static unsigned hits, last;

static void on_event(unsigned port)
{
    hits++;
    last = port;
}

static long send(unsigned port)
{
    struct evtchn_send op = { .port = port };

    return hc_event_channel_op(EVTCHNOP_send, &op);
}

static evtchn_port_t bind_ipi(void)
{
    struct evtchn_bind_ipi op = { .vcpu = 0 };

    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_ipi, &op), "bind_ipi");
    expect_true(op.port != 0, "port 0 was given out");
    return op.port;
}

static void check_masks(evtchn_port_t port)
{
    event_mask(port);
    expect_eq(0, send(port), "send to a masked port");
    expect_eq(0, hits, "hits of a masked port");
    expect_true(event_pending(port), "a masked port is not pending");
    event_unmask(port);
    expect_eq(1, hits, "hits after unmask");
    expect_true(!event_pending(port), "still pending after its handler");

    events_disable();
    expect_eq(0, send(port), "send with the vcpu masked");
    expect_eq(0, send(port), "send again");
    expect_eq(1, hits, "hits with the vcpu masked");
    expect_eq(1, vcpu_info_self()->evtchn_upcall_pending, "upcall pending");
    events_enable();
    expect_eq(2, hits, "two sends while masked are one event");
}

static void check_status(evtchn_port_t port)
{
    struct evtchn_status st = { .dom = DOMID_SELF, .port = port };
    struct evtchn_close cl = { .port = port };

    expect_eq(0, hc_event_channel_op(EVTCHNOP_status, &st), "status");
    expect_eq(EVTCHNSTAT_ipi, st.status, "status of an ipi");
    expect_eq(0, st.vcpu, "vcpu of an ipi");
    event_mask(port);
    expect_eq(0, hc_event_channel_op(EVTCHNOP_close, &cl), "close");
    expect_eq(-XEN_EINVAL, hc_event_channel_op(EVTCHNOP_close, &cl),
              "close again");
    expect_eq(-XEN_EINVAL, send(port), "send to a closed port");
    expect_eq(0, hc_event_channel_op(EVTCHNOP_status, &st), "status, closed");
    expect_eq(EVTCHNSTAT_closed, st.status, "status of a closed port");
}

void test_main(void)
{
    evtchn_port_t port = bind_ipi();

    hits = 0;
    event_on(port, on_event);
    expect_eq(0, send(port), "send");
    expect_eq(1, hits, "hits");
    expect_eq(port, last, "port");
    hits = 0;
    check_masks(port);
    check_status(port);
}
