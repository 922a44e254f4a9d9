/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "virtual interrupts bind once per vcpu, global ones only to vcpu 0, and "
    "numbers out of range are refused";

/* covers abuse: event_channel_op.bind_virq */

static long bind(unsigned virq, unsigned vcpu, evtchn_port_t *port)
{
    struct evtchn_bind_virq op = { .virq = virq, .vcpu = vcpu };
    long rc = hc_event_channel_op(EVTCHNOP_bind_virq, &op);

    *port = op.port;
    return rc;
}

static long close(evtchn_port_t port)
{
    struct evtchn_close op = { .port = port };

    return hc_event_channel_op(EVTCHNOP_close, &op);
}

void test_main(void)
{
    evtchn_port_t a, b;
    struct evtchn_status st = { .dom = DOMID_SELF };
    struct evtchn_bind_vcpu bv = { .vcpu = 0 };

    expect_eq(0, bind(VIRQ_DEBUG, 0, &a), "bind VIRQ_DEBUG");
    expect_eq(-XEN_EEXIST, bind(VIRQ_DEBUG, 0, &b), "bind it again");
    st.port = a;
    expect_eq(0, hc_event_channel_op(EVTCHNOP_status, &st), "status");
    expect_eq(EVTCHNSTAT_virq, st.status, "status");
    expect_eq(VIRQ_DEBUG, st.u.virq, "which virq");
    bv.port = a;
    expect_eq(-XEN_EINVAL, hc_event_channel_op(EVTCHNOP_bind_vcpu, &bv),
              "bind_vcpu of a per-vcpu virq");
    expect_eq(0, close(a), "close");
    expect_eq(0, bind(VIRQ_DEBUG, 0, &a), "bind after close");
    expect_eq(0, close(a), "close");

    expect_eq(-XEN_EINVAL, bind(NR_VIRQS, 0, &a), "virq 24");
    expect_eq(-XEN_EINVAL, bind(0xffffffff, 0, &a), "virq ~0");
    expect_eq(-XEN_EINVAL, bind(VIRQ_CONSOLE, 1, &a), "global virq on vcpu 1");
    expect_eq(-XEN_ENOENT, bind(VIRQ_TIMER, 8191, &a), "vcpu 8191");
    expect_eq(-XEN_ENOENT, bind(VIRQ_TIMER, 0xffffffff, &a), "vcpu ~0");
}
