/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "all ports taken leave none for a virtual interrupt, ports to oneself and sends "
    "without end stop nothing, and resets in a row find nothing left";

/* covers abuse: event_channel_op.bind_virq event_channel_op.send */

static unsigned hits;

static void on_event(unsigned port)
{
    struct evtchn_send send = { .port = port };

    /* Sends to itself, from the handler: once more each time. */
    if (++hits < 1000)
        hc_event_channel_op(EVTCHNOP_send, &send);
}

static void check_all_taken(void)
{
    static evtchn_port_t ports[4096];
    struct evtchn_alloc_unbound un = { .dom = DOMID_SELF, .remote_dom = NOBODY };
    struct evtchn_bind_virq virq = { .virq = VIRQ_DEBUG, .vcpu = 0 };
    struct evtchn_bind_ipi ipi = { .vcpu = 0 };
    unsigned n = 0;

    while (n < 4096 && hc_event_channel_op(EVTCHNOP_alloc_unbound, &un) == 0)
        ports[n++] = un.port;
    expect_true(n > 500, "only %u ports", n);
    expect_eq(-XEN_ENOSPC, hc_event_channel_op(EVTCHNOP_bind_virq, &virq),
              "a virtual interrupt");
    expect_eq(-XEN_ENOSPC, hc_event_channel_op(EVTCHNOP_bind_ipi, &ipi),
              "an IPI");
    for (unsigned i = 0; i < n; i++)
        if (hc_event_channel_op(EVTCHNOP_close, &ports[i]) != 0)
            expect_true(false, "close of port %u", ports[i]);
    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_virq, &virq),
              "a virtual interrupt then");
    expect_eq(0, hc_event_channel_op(EVTCHNOP_close, &virq.port), "close");
}

static void check_loop(void)
{
    struct evtchn_bind_ipi ipi = { .vcpu = 0 };

    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_ipi, &ipi), "an IPI");
    hits = 0;
    event_on(ipi.port, on_event);
    expect_eq(0, hc_event_channel_op(EVTCHNOP_send, &ipi.port), "send");
    while (hits < 1000)
        hc_xen_version(0, NULL);
    expect_eq(1000, hits, "hits");
    event_on(ipi.port, NULL);
    for (unsigned i = 0; i < 20000; i++)
        hc_event_channel_op(EVTCHNOP_send, &ipi.port);
    expect_true(event_pending(ipi.port), "sends while masked");
    expect_eq(0, hc_event_channel_op(EVTCHNOP_close, &ipi.port), "close");
}

static void check_resets(void)
{
    struct evtchn_reset r = { .dom = DOMID_SELF };
    struct evtchn_bind_ipi ipi = { .vcpu = 0 };

    for (unsigned i = 0; i < 200; i++) {
        expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_ipi, &ipi), "an IPI");
        expect_eq(0, hc_event_channel_op(EVTCHNOP_reset, &r), "reset");
    }
    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_ipi, &ipi), "an IPI");
    expect_true(ipi.port < 8, "port %u", ipi.port);
    expect_eq(0, hc_event_channel_op(EVTCHNOP_close, &ipi.port), "close");
}

void test_main(void)
{
    check_all_taken();
    check_loop();
    if (rt_is_dom0())               /* a guest's console may need its port     */
        check_resets();
}
