/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "timers fire at their time, not before, and one set into the past answers";

/* On a busy host the clocks of emulated CPUs are some milliseconds apart, and a
 * vcpu may have its timer on one and look at the time on another. */
#define APART 15000000

static unsigned fired;
static uint64_t fired_at;

static void on_timer(unsigned port)
{
    (void)port;
    fired_at = time_ns();
    __atomic_store_n(&fired, 1, __ATOMIC_SEQ_CST);
}

static void check_fired(uint64_t when, const char *what)
{
    expect_true(wait_for(&fired, 2000000000), "%s never fired", what);
    expect_true(fired_at + APART >= when, "%s fired %lu ns early", what,
                when - fired_at);
    expect_true(fired_at < when + 500000000, "%s fired %lu ns late", what,
                fired_at - when);
    fired = 0;
}

/* A poll may end for an event of before; not again and again. */
static void poll_for(struct sched_poll *poll, evtchn_port_t port, uint64_t when,
                     const char *what)
{
    unsigned wakes = 0;

    do {
        expect_eq(0, hc_sched_op(SCHEDOP_poll, poll), "poll");
        wakes++;
    } while (time_ns() < when && !event_pending(port) && wakes < 100);
    expect_true(wakes <= 3, "%s: ended early %u times", what, wakes - 1);
}

static void check_block(evtchn_port_t port)
{
    struct sched_poll poll = { .nr_ports = 1 };
    uint64_t when = time_ns() + 40000000;

    events_disable();           /* if it fires at once, it ends the block too   */
    expect_eq(0, hc_set_timer_op(when), "set_timer_op");
    expect_eq(0, hc_sched_op(SCHEDOP_block, NULL), "block");
    check_fired(when, "a timer that is blocked for");

    event_mask(port);
    when = time_ns() + 40000000;
    hc_set_timer_op(when);
    set_xen_guest_handle(poll.ports, &port);
    poll.timeout = time_ns() + 1000000000;
    poll_for(&poll, port, when, "poll");
    expect_true(event_pending(port), "poll ended without the event");
    event_unmask(port);
    check_fired(when, "a timer that is polled for");

    poll.timeout = when = time_ns() + 40000000;
    event_mask(port);
    poll_for(&poll, port, when, "poll with a timeout");
    expect_true(!event_pending(port), "an event from nowhere");
    event_unmask(port);
}

void test_main(void)
{
    struct evtchn_bind_virq bind = { .virq = VIRQ_TIMER, .vcpu = 0 };
    struct vcpu_set_singleshot_timer shot;
    struct vcpu_set_periodic_timer period = { .period_ns = 10 };
    struct evtchn_close cl;
    uint64_t when;

    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_virq, &bind), "bind_virq");
    hc_vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL);
    event_on(bind.port, on_timer);
    fired = 0;                  /* by a tick from before                        */

    when = time_ns() + 30000000;
    expect_eq(0, hc_set_timer_op(when), "set_timer_op");
    check_fired(when, "set_timer_op");

    shot.timeout_abs_ns = when = time_ns() + 30000000;
    shot.flags = 0;
    expect_eq(0, hc_vcpu_op(VCPUOP_set_singleshot_timer, 0, &shot),
              "singleshot");
    check_fired(when, "singleshot");

    shot.timeout_abs_ns = time_ns() - 1000;
    shot.flags = VCPU_SSHOTTMR_future;
    when = shot.timeout_abs_ns;
    /* A hypervisor may refuse such a time, or ignore the wish and fire. */
    if (hc_vcpu_op(VCPUOP_set_singleshot_timer, 0, &shot) == -XEN_ETIME)
        expect_eq(0, fired, "a refused timer fired");
    else
        check_fired(when, "singleshot into the past, refusable");
    shot.flags = 0;
    when = shot.timeout_abs_ns;
    expect_eq(0, hc_vcpu_op(VCPUOP_set_singleshot_timer, 0, &shot),
              "singleshot into the past, allowed");
    check_fired(when, "singleshot into the past");

    expect_eq(-XEN_EINVAL, hc_vcpu_op(VCPUOP_set_periodic_timer, 0, &period),
              "a period of 10 ns");
    shot.timeout_abs_ns = time_ns() + 30000000;
    hc_vcpu_op(VCPUOP_set_singleshot_timer, 0, &shot);
    expect_eq(0, hc_vcpu_op(VCPUOP_stop_singleshot_timer, 0, NULL), "stop");
    time_spin(50000000);
    expect_eq(0, fired, "a stopped timer fired");
    check_block(bind.port);

    event_on(bind.port, NULL);
    cl.port = bind.port;
    hc_event_channel_op(EVTCHNOP_close, &cl);
}
