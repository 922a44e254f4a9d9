/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "yield returns, a poll ends with its event or its time, a watchdog is set, kept "
    "and taken back, and wrong numbers are refused";

/* covers use: sched_op sched_op.yield sched_op.block sched_op.poll */
/* covers use: sched_op.watchdog */
/* covers abuse: sched_op sched_op.yield sched_op.block sched_op.poll */
/* covers abuse: sched_op.watchdog sched_op.shutdown sched_op.shutdown_code */
/* covers abuse: sched_op.remote_shutdown */

static void check_poll(void)
{
    struct evtchn_bind_ipi ipi = { .vcpu = 0 };
    evtchn_port_t ports[2];
    struct sched_poll poll = { .nr_ports = 1 };
    uint64_t start;

    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_ipi, &ipi), "an IPI");
    ports[0] = ports[1] = ipi.port;
    set_xen_guest_handle(poll.ports, ports);
    expect_eq(0, hc_event_channel_op(EVTCHNOP_send, &ipi.port), "send");
    expect_eq(0, hc_sched_op(SCHEDOP_poll, &poll), "poll of what is pending");
    event_unmask(ipi.port);
    events_disable();
    expect_eq(0, hc_event_channel_op(EVTCHNOP_send, &ipi.port), "send");
    expect_eq(0, hc_sched_op(SCHEDOP_block, NULL), "block with an event");
    events_disable();
    expect_eq(0, hc_event_channel_op(EVTCHNOP_send, &ipi.port), "send");
    expect_eq(0, hc_sched_op(SCHEDOP_block, UNMAPPED), "block from nowhere");
    event_mask(ipi.port);
    expect_eq(0, hc_event_channel_op(EVTCHNOP_send, &ipi.port), "send");
    poll.nr_ports = 2;
    expect_eq(0, hc_sched_op(SCHEDOP_poll, &poll), "poll of two");
    event_clear(ipi.port);
    start = time_ns();
    poll.timeout = start + 2000000;
    while (time_ns() < poll.timeout)
        expect_eq(0, hc_sched_op(SCHEDOP_poll, &poll), "poll with a time");
    poll.timeout = 1;
    expect_eq(0, hc_sched_op(SCHEDOP_poll, &poll), "with a time that is over");
    set_xen_guest_handle(poll.ports, UNMAPPED);
    expect_eq(-XEN_EFAULT, hc_sched_op(SCHEDOP_poll, &poll), "from nowhere");
    set_xen_guest_handle(poll.ports, HYPERVISOR);
    expect_eq(-XEN_EFAULT, hc_sched_op(SCHEDOP_poll, &poll),
              "from the hypervisor");
    set_xen_guest_handle(poll.ports, ports);
    poll.nr_ports = 129;
    expect_eq(-XEN_EINVAL, hc_sched_op(SCHEDOP_poll, &poll), "129 ports");
    poll.nr_ports = 2;
    ports[1] = 0x20000;
    expect_eq(-XEN_EINVAL, hc_sched_op(SCHEDOP_poll, &poll), "port 0x20000");
    expect_eq(0, hc_event_channel_op(EVTCHNOP_close, &ipi.port), "close");
}

static void check_watchdog(void)
{
    struct sched_watchdog w = { .id = 0, .timeout = 1000 };
    long first = hc_sched_op(SCHEDOP_watchdog, &w), second;

    expect_eq(1, first, "the first watchdog");
    second = hc_sched_op(SCHEDOP_watchdog, &w);
    expect_eq(2, second, "the second");
    /* Xen answers with 32 bits of it. */
    expect_eq(-XEN_ENOSPC, (int)hc_sched_op(SCHEDOP_watchdog, &w), "a third");
    w.id = 1;
    expect_eq(0, hc_sched_op(SCHEDOP_watchdog, &w), "set it again");
    w.timeout = 0;
    expect_eq(0, hc_sched_op(SCHEDOP_watchdog, &w), "take it back");
    expect_eq(-XEN_EINVAL, hc_sched_op(SCHEDOP_watchdog, &w), "twice");
    w.timeout = 1000;
    expect_eq(-XEN_EINVAL, hc_sched_op(SCHEDOP_watchdog, &w),
              "set one that is not in use");
    w.id = 3;
    expect_eq(-XEN_EINVAL, hc_sched_op(SCHEDOP_watchdog, &w), "number 3");
    w.id = ~0U;
    expect_eq(-XEN_EINVAL, hc_sched_op(SCHEDOP_watchdog, &w), "number ~0");
    w.id = 2;
    w.timeout = 0;
    expect_eq(0, hc_sched_op(SCHEDOP_watchdog, &w), "take back the second");
}

static void check_ends(void)
{
    struct sched_remote_shutdown r = { .domain_id = NOBODY,
                                       .reason = SHUTDOWN_crash };

    expect_eq(-XEN_ESRCH, hc_sched_op(SCHEDOP_remote_shutdown, &r),
              "shut down nobody");
    expect_eq(-XEN_EFAULT, hc_sched_op(SCHEDOP_shutdown, UNMAPPED),
              "shut down from nowhere");
    expect_eq(-XEN_EFAULT, hc_sched_op(SCHEDOP_shutdown_code, UNMAPPED),
              "a reason from nowhere");
    expect_eq(-XEN_ENOSYS, hc_sched_op(~0U, &r), "command ~0");
}

void test_main(void)
{
    for (unsigned i = 0; i < 100; i++)
        expect_eq(0, hc_sched_op(SCHEDOP_yield, NULL), "yield");
    expect_eq(0, hc_sched_op(SCHEDOP_yield, UNMAPPED), "yield from nowhere");
    check_poll();
    check_watchdog();
    check_ends();
}
