/* SPDX-License-Identifier: MIT */
#include "frontends/rt/domain.h"

const char test_title[] =
    "32 vcpus of one domain come up, pass an IPI on among all, are woken from a poll "
    "one by one, account for all of their time as run or stolen, go down and come "
    "up once more";

/* covers use: vcpu_op.is_up vcpu_op.get_runstate_info */
/* covers use: event_channel_op.bind_ipi */
/* covers use: sched_op.poll */

#define VCPUS 32
#define LAPS  8
#define SPIN  3000000UL             /* ns of its own that each runs            */

enum stage { RING = 1, POLL, AGAIN };

/* The child's. */
static evtchn_port_t ports[VCPUS];
static uint64_t hits[VCPUS], run[VCPUS], times[VCPUS];
static uint64_t ready, passed, strangers, calls, woken, finished, ups;
static uint64_t failed, not_blocked, not_down, went_back;
static uint64_t stage;
static bool called[VCPUS];

static void add(uint64_t *n)
{
    __atomic_add_fetch(n, 1, __ATOMIC_SEQ_CST);
}

static void yield(void)
{
    hc_sched_op(SCHEDOP_yield, NULL);
}

/* For a while that ends: in turns, for the clock may be what is wrong. */
static bool wait_until(const uint64_t *n, uint64_t value)
{
    for (unsigned turns = 0; turns < 3000000; turns++) {
        if (load64(n) >= value)
            return true;
        yield();
    }
    return false;
}

static void send(unsigned vcpu)
{
    struct evtchn_send op = { .port = ports[vcpu] };

    if (hc_event_channel_op(EVTCHNOP_send, &op) != 0)
        add(&failed);
}

/* Hands it on to the next vcpu until it has been everywhere LAPS times. */
static void on_ipi(unsigned port)
{
    unsigned me = vcpu_self();

    if (ports[me] != port)
        add(&strangers);
    if (load64(&stage) != RING) {
        called[me] = true;
        add(&calls);
        return;
    }
    add(&hits[me]);
    if (__atomic_add_fetch(&passed, 1, __ATOMIC_SEQ_CST) < VCPUS * LAPS)
        send((me + 1) % VCPUS);
}

static void bind(void)
{
    struct evtchn_bind_ipi ipi = { .vcpu = vcpu_self() };

    if (hc_event_channel_op(EVTCHNOP_bind_ipi, &ipi) != 0)
        add(&failed);
    ports[vcpu_self()] = ipi.port;
    event_on(ipi.port, on_ipi);
}

static void runstate(unsigned vcpu, struct vcpu_runstate_info *r)
{
    if (hc_vcpu_op(VCPUOP_get_runstate_info, vcpu, r) != 0)
        add(&failed);
}

/* Until its port is pending; there is no time limit. */
static void poll_port(void)
{
    evtchn_port_t port = ports[vcpu_self()];
    struct sched_poll poll = { .nr_ports = 1 };

    set_xen_guest_handle(poll.ports, &port);
    do {                                /* a poll may end for nothing          */
        if (hc_sched_op(SCHEDOP_poll, &poll) != 0)
            add(&failed);
    } while (!event_pending(port));
    event_clear(port);
    add(&woken);
}

/* Runs for SPIN, whatever others get. What is left of its time it waited for a
 * CPU: nothing blocks it. No account ever goes back. */
static void spin_and_count(void)
{
    unsigned me = vcpu_self();
    struct vcpu_runstate_info from, last, now;

    runstate(me, &from);
    last = from;
    do {
        for (unsigned i = 0; i < 1000; i++)
            __asm__ volatile("" ::: "memory");
        runstate(me, &now);
        for (unsigned i = 0; i < 4; i++)
            if (now.time[i] < last.time[i])
                add(&went_back);
        last = now;
    } while (now.time[RUNSTATE_running] - from.time[RUNSTATE_running] < SPIN);
    run[me] = now.time[RUNSTATE_running] - from.time[RUNSTATE_running];
    times[me] = run[me] + now.time[RUNSTATE_runnable] -
                from.time[RUNSTATE_runnable];
    if (now.time[RUNSTATE_blocked] != from.time[RUNSTATE_blocked] ||
        now.time[RUNSTATE_offline] != from.time[RUNSTATE_offline])
        add(&failed);
}

static void worker(void *arg)
{
    (void)arg;
    if (load64(&stage) == AGAIN) {
        add(&ups);
        return;
    }
    bind();
    add(&ready);
    while (!called[vcpu_self()]) {
        hc_sched_op(SCHEDOP_block, NULL);   /* enables events                  */
        events_disable();
    }
    poll_port();
    poll_port();
    spin_and_count();
    add(&finished);
}

static void start_all(void)
{
    for (unsigned n = 1; n < VCPUS; n++)
        if (rt_vcpu_start(n, worker, NULL) != 0)
            add(&failed);
}

static bool reaches(unsigned vcpu, int state)
{
    struct vcpu_runstate_info r;

    for (unsigned turns = 0; turns < 100000; turns++) {
        runstate(vcpu, &r);
        if (r.state == state)
            return true;
        yield();
    }
    return false;
}

/* Wakes each that is asleep, the last one first; no other wakes. */
static void wake_each(uint64_t already)
{
    for (unsigned n = VCPUS - 1; n > 0; n--) {
        if (!reaches(n, RUNSTATE_blocked) || load64(&woken) != already)
            add(&not_blocked);
        send(n);
        wait_until(&woken, ++already);
    }
}

static void wait_all_down(void)
{
    for (unsigned n = 1; n < VCPUS; n++) {
        if (!reaches(n, RUNSTATE_offline) ||
            hc_vcpu_op(VCPUOP_is_up, n, NULL) != 0)
            add(&not_down);
    }
}

static void body(uint64_t arg)
{
    (void)arg;
    bind();
    events_enable();
    start_all();
    wait_until(&ready, VCPUS - 1);
    store64(&stage, RING);
    send(1);
    wait_until(&passed, VCPUS * LAPS);
    events_disable();
    store64(&stage, POLL);
    for (unsigned n = 1; n < VCPUS; n++) {  /* one at a time: who handles an   */
        send(n);                            /* event handles all of its word   */
        wait_until(&calls, n);
    }
    wake_each(0);
    wake_each(VCPUS - 1);
    spin_and_count();
    wait_until(&finished, VCPUS - 1);
    wait_all_down();
    store64(&stage, AGAIN);
    start_all();
    wait_until(&ups, VCPUS - 1);
    wait_all_down();
}

static void check(struct rt_domain *d)
{
#define OF(v) load64(domain_at(d, &(v)))
    expect_eq(0, OF(failed), "calls that failed");
    expect_eq(VCPUS - 1, OF(ready), "vcpus that came up");
    expect_eq(VCPUS * LAPS, OF(passed), "IPIs");
    expect_eq(0, OF(strangers), "IPIs on another vcpu");
    expect_eq(0, OF(not_blocked), "vcpus that did not sleep in a poll");
    expect_eq(2 * (VCPUS - 1), OF(woken), "polls that ended");
    expect_eq(VCPUS - 1, OF(finished), "vcpus that ran");
    expect_eq(0, OF(went_back), "accounts that went back");
    expect_eq(0, OF(not_down), "vcpus still up");
    expect_eq(VCPUS - 1, OF(ups), "vcpus that came up again");
    for (unsigned n = 0; n < VCPUS; n++) {
        expect_eq(LAPS, OF(hits[n]), "IPIs of vcpu %u", n);
        expect_true(OF(run[n]) >= SPIN && OF(times[n]) >= OF(run[n]),
                    "vcpu %u has run %lu, and waited too %lu", n, OF(run[n]),
                    OF(times[n]));
    }
}

void test_main(void)
{
    static struct rt_domain child;

    if (!rt_is_dom0()) {
        expect_eq(-XEN_ENOENT, hc_vcpu_op(VCPUOP_is_up, 32, NULL),
                  "vcpu 32 of a guest of 4");
        return;
    }
    if (!domain_build(&child, &(struct rt_domain_spec){ .fn = body,
                                                        .vcpus = VCPUS }))
        return;
    domain_unpause(&child);
    for (unsigned i = 0; domain_ended(&child) < 0 && i < 10000000; i++)
        yield();
    expect_eq(SHUTDOWN_poweroff, domain_ended(&child), "how it ended");
    check(&child);
    domain_destroy(&child);
}
