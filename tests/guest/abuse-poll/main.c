/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "a poll of a port that no channel was ever opened near fails, one of an open "
    "port ends in time, and a control domain cannot shut down DOMID_SELF";

static long poll(evtchn_port_t port)
{
    struct sched_poll op = { .nr_ports = 1, .timeout = 1 };

    set_xen_guest_handle(op.ports, &port);
    return hc_sched_op(SCHEDOP_poll, &op);
}

void test_main(void)
{
    struct sched_remote_shutdown op = { .domain_id = DOMID_SELF };
    struct evtchn_alloc_unbound un = { .dom = DOMID_SELF,
                                       .remote_dom = DOMID_SELF };
    struct evtchn_close cl;

    expect_eq(0, hc_event_channel_op(EVTCHNOP_alloc_unbound, &un), "a port");
    cl.port = un.port;
    expect_eq(0, poll(un.port), "an open port");
    expect_eq(0, hc_event_channel_op(EVTCHNOP_close, &cl), "close it");
    expect_eq(-XEN_EINVAL, poll(131071), "a port without a page of ports");
    expect_eq(-XEN_EINVAL, poll(~0U), "no port");
    expect_eq(-XEN_ESRCH, hc_sched_op(SCHEDOP_remote_shutdown, &op),
              "DOMID_SELF is no domain to shut down");
}
