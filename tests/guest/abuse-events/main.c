/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "ports out of range are refused by every call, all ports can be taken and "
    "given back, and poll checks its list";

/* covers abuse: event_channel_op event_channel_op.send */
/* covers abuse: event_channel_op.close event_channel_op.unmask */
/* covers abuse: event_channel_op.status event_channel_op.bind_interdomain */
/* covers abuse: event_channel_op.bind_vcpu event_channel_op.alloc_unbound */
/* covers abuse: event_channel_op.bind_ipi event_channel_op.bind_pirq */

static long close(evtchn_port_t port)
{
    return hc_event_channel_op(EVTCHNOP_close, &port);
}

static void check_port(evtchn_port_t port)
{
    struct evtchn_status st = { .dom = DOMID_SELF, .port = port };
    struct evtchn_bind_interdomain bi = { .remote_dom = DOMID_SELF,
                                          .remote_port = port };
    struct evtchn_bind_vcpu bv = { .port = port };

    expect_eq(-XEN_EINVAL, hc_event_channel_op(EVTCHNOP_send, &port),
              "send to %#x", port);
    expect_eq(-XEN_EINVAL, close(port), "close of %#x", port);
    expect_eq(-XEN_EINVAL, hc_event_channel_op(EVTCHNOP_unmask, &port),
              "unmask of %#x", port);
    expect_eq(-XEN_EINVAL, hc_event_channel_op(EVTCHNOP_status, &st),
              "status of %#x", port);
    expect_eq(-XEN_EINVAL, hc_event_channel_op(EVTCHNOP_bind_interdomain, &bi),
              "bind to %#x", port);
    expect_eq(-XEN_EINVAL, hc_event_channel_op(EVTCHNOP_bind_vcpu, &bv),
              "bind_vcpu of %#x", port);
}

static void check_domains(void)
{
    struct evtchn_alloc_unbound un = { .dom = 0x7fe0 };
    struct evtchn_bind_interdomain bi = { .remote_dom = 0x7fe0 };
    struct evtchn_status st = { .dom = 0x7fe0 };
    struct evtchn_bind_ipi ipi = { .vcpu = 8191 };
    struct evtchn_bind_pirq pirq = { .pirq = 0xffffffff };

    expect_eq(-XEN_ESRCH, hc_event_channel_op(EVTCHNOP_alloc_unbound, &un),
              "alloc in no such domain");
    expect_eq(-XEN_ESRCH, hc_event_channel_op(EVTCHNOP_bind_interdomain, &bi),
              "bind to no such domain");
    expect_eq(-XEN_ESRCH, hc_event_channel_op(EVTCHNOP_status, &st),
              "status in no such domain");
    expect_eq(-XEN_ENOENT, hc_event_channel_op(EVTCHNOP_bind_ipi, &ipi),
              "IPI to vcpu 8191");
    expect_eq(-XEN_EINVAL, hc_event_channel_op(EVTCHNOP_bind_pirq, &pirq),
              "pirq ~0");
    expect_eq(-XEN_ENOSYS, hc_event_channel_op(99, &pirq), "command 99");
}

static void check_all(void)
{
    static evtchn_port_t ports[4096];
    unsigned n = 0;
    struct evtchn_bind_ipi op = { .vcpu = 0 };
    long rc = 0;

    while (n < 4096 &&
           (rc = hc_event_channel_op(EVTCHNOP_bind_ipi, &op)) == 0)
        ports[n++] = op.port;
    expect_eq(-XEN_ENOSPC, rc, "the end of the ports");
    expect_true(n > 1000, "only %u ports", n);
    for (unsigned i = 0; i < n; i++) {
        if (close(ports[i]) != 0)
            expect_true(false, "close of port %u", ports[i]);
    }
    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_ipi, &op), "one more");
    close(op.port);
}

static void check_poll(void)
{
    evtchn_port_t port = 0xffffffff;
    struct sched_poll poll = { .nr_ports = 1, .timeout = 1 };
    struct sched_shutdown shut = { .reason = 77 };

    set_xen_guest_handle(poll.ports, &port);
    expect_eq(-XEN_EINVAL, hc_sched_op(SCHEDOP_poll, &poll), "poll of ~0");
    poll.nr_ports = 129;
    expect_eq(-XEN_EINVAL, hc_sched_op(SCHEDOP_poll, &poll), "129 ports");
    poll.nr_ports = 0xffffffff;
    expect_eq(-XEN_EINVAL, hc_sched_op(SCHEDOP_poll, &poll), "2^32 - 1 ports");
    expect_eq(-XEN_ENOSYS, hc_sched_op(99, &shut), "command 99");
}

void test_main(void)
{
    static const evtchn_port_t bad[] = { 4096, 4097, 0x1ffff, 0x20000,
                                         0x7fffffff, 0x80000000, 0xffffffff };

    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        check_port(bad[i]);
    check_domains();
    check_all();
    check_poll();
}
