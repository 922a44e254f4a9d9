/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "prints a line ten times a second for ever: count, seconds, longest gap in ms";

#define PERIOD 100000000UL      /* ns */

static unsigned fired;

static void on_timer(unsigned port)
{
    (void)port;
    fired = 1;
}

/* Sleeps until an absolute time. Its lateness is what a neighbour does to us. */
static void sleep_until(uint64_t when)
{
    while (time_ns() < when) {
        events_disable();           /* or it fires before the block           */
        hc_set_timer_op(when);
        hc_sched_op(SCHEDOP_block, NULL);
    }
}

void test_main(void)
{
    struct evtchn_bind_virq bind = { .virq = VIRQ_TIMER, .vcpu = 0 };
    uint64_t start = time_ns(), next = start, last = start, longest = 0;

    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_virq, &bind), "bind_virq");
    event_on(bind.port, on_timer);
    for (unsigned n = 1;; n++) {
        uint64_t now;

        next += PERIOD;
        sleep_until(next);
        now = time_ns();
        if (now - last > longest)
            longest = now - last;
        last = now;
        rt_printf("tick %u %lu.%03lu longest %lu ms\n", n,
                  (now - start) / 1000000000,
                  (now - start) / 1000000 % 1000, longest / 1000000);
        if (now > next)
            next += (now - next) / PERIOD * PERIOD;
    }
}
