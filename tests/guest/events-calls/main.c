/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "status tells each kind of port, bind_vcpu moves those that may move, unmask "
    "delivers, priorities and arrays of the other layout are refused, reset closes "
    "all";

/* covers use: event_channel_op event_channel_op.alloc_unbound */
/* covers use: event_channel_op.bind_ipi event_channel_op.bind_virq */
/* covers use: event_channel_op.bind_vcpu event_channel_op.close */
/* covers use: event_channel_op.send event_channel_op.status */
/* covers use: event_channel_op.unmask event_channel_op.reset */
/* covers abuse: event_channel_op.reset */

static long op(unsigned cmd, void *arg)
{
    return hc_event_channel_op(cmd, arg);
}

static struct evtchn_status status(evtchn_port_t port)
{
    struct evtchn_status st = { .dom = DOMID_SELF, .port = port };

    expect_eq(0, op(EVTCHNOP_status, &st), "status of %u", port);
    return st;
}

static void check_kinds(void)
{
    struct evtchn_alloc_unbound un = { .dom = DOMID_SELF,
                                       .remote_dom = NOBODY };
    struct evtchn_bind_ipi ipi = { .vcpu = 0 };
    struct evtchn_bind_virq virq = { .virq = VIRQ_DEBUG, .vcpu = 0 };
    struct evtchn_bind_vcpu bv = { .vcpu = 0 };

    expect_eq(0, op(EVTCHNOP_alloc_unbound, &un), "a port for nobody");
    expect_eq(EVTCHNSTAT_unbound, status(un.port).status, "its status");
    expect_eq(NOBODY, status(un.port).u.unbound.dom, "its domain");
    expect_eq(0, op(EVTCHNOP_bind_ipi, &ipi), "an IPI");
    expect_eq(EVTCHNSTAT_ipi, status(ipi.port).status, "its status");
    expect_eq(0, op(EVTCHNOP_bind_virq, &virq), "a virtual interrupt");
    expect_eq(EVTCHNSTAT_virq, status(virq.port).status, "its status");

    bv.port = un.port;
    bv.vcpu = 1;
    expect_eq(0, op(EVTCHNOP_bind_vcpu, &bv), "an unbound port moves");
    expect_eq(1, status(un.port).vcpu, "its vcpu");
    bv.vcpu = 8191;
    expect_eq(-XEN_ENOENT, op(EVTCHNOP_bind_vcpu, &bv), "to vcpu 8191");
    bv.vcpu = ~0U;
    expect_eq(-XEN_ENOENT, op(EVTCHNOP_bind_vcpu, &bv), "to vcpu ~0");
    expect_eq(1, status(un.port).vcpu, "its vcpu after that");
    bv.vcpu = 0;
    bv.port = ipi.port;
    expect_eq(-XEN_EINVAL, op(EVTCHNOP_bind_vcpu, &bv), "an IPI moves");
    bv.port = virq.port;
    expect_eq(-XEN_EINVAL, op(EVTCHNOP_bind_vcpu, &bv),
              "a virtual interrupt of one vcpu moves");
    expect_eq(-XEN_EINVAL, op(EVTCHNOP_send, &virq.port),
              "send by a virtual interrupt's port");
    expect_eq(0, op(EVTCHNOP_close, &un.port), "close");
    expect_eq(EVTCHNSTAT_closed, status(un.port).status, "status after it");
    expect_eq(-XEN_EINVAL, op(EVTCHNOP_close, &un.port), "close again");
    expect_eq(-XEN_EINVAL, op(EVTCHNOP_send, &un.port), "send when closed");
    expect_eq(0, op(EVTCHNOP_close, &ipi.port), "close the IPI");
    expect_eq(0, op(EVTCHNOP_close, &virq.port), "close the interrupt");
}

static unsigned hits;

static void on_event(unsigned port)
{
    (void)port;
    hits++;
}

static void check_unmask(void)
{
    struct evtchn_bind_ipi ipi = { .vcpu = 0 };

    expect_eq(0, op(EVTCHNOP_bind_ipi, &ipi), "an IPI");
    event_on(ipi.port, on_event);
    hits = 0;
    event_mask(ipi.port);
    expect_eq(0, op(EVTCHNOP_send, &ipi.port), "send while masked");
    expect_eq(0, hits, "hits while masked");
    expect_true(event_pending(ipi.port), "not pending");
    expect_eq(0, op(EVTCHNOP_unmask, &ipi.port), "unmask");
    expect_eq(1, hits, "hits after it");
    expect_eq(0, op(EVTCHNOP_unmask, &ipi.port), "unmask again");
    expect_eq(1, hits, "hits after that");
    event_on(ipi.port, NULL);
    expect_eq(0, op(EVTCHNOP_close, &ipi.port), "close");
}

/* A domain that has not taken the other layout has no priorities. */
static void check_other_layout(void)
{
    struct evtchn_bind_ipi ipi = { .vcpu = 0 };
    struct evtchn_set_priority pr = { .priority = EVTCHN_FIFO_PRIORITY_MAX };
    struct evtchn_expand_array ex = { .array_gfn = va_to_mfn(page_alloc()) };
    struct evtchn_init_control in = { .control_gfn = NO_FRAME, .vcpu = 8191 };

    expect_eq(0, op(EVTCHNOP_bind_ipi, &ipi), "an IPI");
    pr.port = ipi.port;
    expect_eq(-XEN_ENOSYS, op(EVTCHNOP_set_priority, &pr), "a priority");
    expect_eq(0, op(EVTCHNOP_close, &ipi.port), "close");
    expect_true(op(EVTCHNOP_expand_array, &ex) < 0, "an array too early");
    expect_true(op(EVTCHNOP_init_control, &in) < 0, "a block for vcpu 8191");
    in.vcpu = 0;
    in.offset = PAGE_SIZE;
    expect_true(op(EVTCHNOP_init_control, &in) < 0, "a block past its page");
    expect_true(op(EVTCHNOP_init_control, UNMAPPED) < 0, "one from nowhere");
}

static void check_reset(void)
{
    struct evtchn_bind_ipi ipi = { .vcpu = 0 };
    struct evtchn_reset r = { .dom = NOBODY };

    expect_eq(-XEN_ESRCH, op(EVTCHNOP_reset, &r), "reset of nobody");
    if (!rt_is_dom0()) {
        r.dom = 0;
        expect_eq(-XEN_EPERM, op(EVTCHNOP_reset, &r), "of the control domain");
        return;             /* its own console needs its port */
    }
    for (unsigned i = 0; i < 200; i++)
        expect_eq(0, op(EVTCHNOP_bind_ipi, &ipi), "an IPI");
    r.dom = DOMID_SELF;
    expect_eq(0, op(EVTCHNOP_reset, &r), "reset");
    expect_eq(EVTCHNSTAT_closed, status(ipi.port).status, "the last one");
    expect_eq(0, op(EVTCHNOP_reset, &r), "reset of no ports");
    expect_eq(0, op(EVTCHNOP_bind_ipi, &ipi), "an IPI after it");
    expect_true(ipi.port < 4, "its port: %u", ipi.port);
    expect_eq(0, op(EVTCHNOP_close, &ipi.port), "close");
}

void test_main(void)
{
    check_kinds();
    check_unmask();
    check_other_layout();
    check_reset();
}
