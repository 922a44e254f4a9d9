/* SPDX-License-Identifier: MIT */
/*
 * ping.c - how long after an event is sent to an idle domain its handler runs, and
 * the answer's handler here, beside eight domains that spin. pings= (500) of them,
 * 5 to 12 ms apart.
 */
#include "sched.h"

#define MAX_PINGS 2000

static uint64_t remote;                     /* the child's: our port           */
static uint64_t sent;                       /* the child's: when we did        */
static uint64_t there[MAX_PINGS], back[MAX_PINGS];
static unsigned nr_there;
static unsigned answered;

static void child_event(unsigned port)
{
    struct evtchn_send send = { .port = port };
    uint64_t when = load64(&sent);

    if (when == 0)
        return;                             /* the binding's own event         */
    if (nr_there < MAX_PINGS)
        there[nr_there++] = time_ns() - when;
    hc_event_channel_op(EVTCHNOP_send, &send);
}

static void child_body(uint64_t dom)
{
    struct evtchn_bind_interdomain bi = { .remote_dom = (domid_t)dom,
                                          .remote_port = (uint32_t)remote };

    if (hc_event_channel_op(EVTCHNOP_bind_interdomain, &bi) != 0)
        rt_shutdown(SHUTDOWN_crash);
    event_on(bi.local_port, child_event);
    for (;;) {
        hc_sched_op(SCHEDOP_block, NULL);
        events_disable();
    }
}

static void on_answer(unsigned port)
{
    (void)port;
    __atomic_store_n(&answered, 1, __ATOMIC_SEQ_CST);
}

static void sort(uint64_t *v, unsigned n)
{
    for (unsigned i = 1; i < n; i++) {
        uint64_t x = v[i];
        unsigned j = i;

        for (; j > 0 && v[j - 1] > x; j--)
            v[j] = v[j - 1];
        v[j] = x;
    }
}

static void print(const char *name, uint64_t *v, unsigned n)
{
    sort(v, n);
    rt_printf("figure %s median=%lu p99=%lu max=%lu n=%u\n", name, v[n / 2],
              v[n * 99 / 100], v[n - 1], n);
}

/* One ping, and whether its answer has come within a second. The vcpu gives up its
 * CPU at once after it has sent. */
static bool ping(struct rt_domain *d, unsigned port, unsigned i)
{
    struct evtchn_send send = { .port = port };
    uint64_t end;

    events_disable();
    answered = 0;
    back[i] = time_ns();
    end = back[i] + 1000 * MS;
    store64(domain_at(d, &sent), back[i]);
    hc_event_channel_op(EVTCHNOP_send, &send);
    hc_set_timer_op(end);
    while (!__atomic_load_n(&answered, __ATOMIC_SEQ_CST) && time_ns() < end) {
        hc_sched_op(SCHEDOP_block, NULL);
        events_disable();
    }
    back[i] = time_ns() - back[i];
    hc_set_timer_op(0);
    events_enable();
    return answered != 0;
}

static void pings(struct rt_domain *d, unsigned port, unsigned n)
{
    uint64_t seed = 12345, *child;

    for (unsigned i = 0; i < n; i++) {
        seed = seed * 6364136223846793005UL + 1442695040888963407UL;
        sleep_for(5 * MS + (seed >> 33) % (7 * MS));
        if (!ping(d, port, i)) {
            expect_true(false, "ping %u of %u is not answered", i, n);
            return;
        }
    }
    for (unsigned i = 0; i < n; i++) {
        child = domain_at(d, &there[i]);
        there[i] = *child;
    }
    print("ping-there", there, n);
    print("ping-back", back, n);
}

void measure_ping(void)
{
    static struct rt_domain idle;
    struct evtchn_alloc_unbound un = { .dom = DOMID_SELF };
    struct evtchn_bind_virq timer = { .virq = VIRQ_TIMER };
    unsigned long n = option_number("pings", 500);

    if (!domain_build(&idle, &(struct rt_domain_spec){ .fn = child_body }) ||
        !spinners_build(8, 256))
        return;
    un.remote_dom = idle.id;
    expect_eq(0, hc_event_channel_op(EVTCHNOP_alloc_unbound, &un), "port");
    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_virq, &timer), "timer");
    event_on(un.port, on_answer);
    event_unmask(timer.port);
    store64(domain_at(&idle, &remote), un.port);
    domain_unpause(&idle);
    spinners_start(8);
    sleep_for(300 * MS);
    pings(&idle, un.port, n < MAX_PINGS ? (unsigned)n : MAX_PINGS);
    spinners_destroy(8);
    domain_destroy(&idle);
}
