/* SPDX-License-Identifier: MIT */
#include "frontends/rt/domain.h"

const char test_title[] =
    "a domain built from this image runs, answers events, ends as it says, and "
    "gives its pages back; a guest may build none";

#define LIVES 8

static unsigned answers;            /* ours: how often the child has sent      */
static uint64_t remote, asked, heard, sum; /* the child's                      */
static evtchn_port_t port;

static void child_event(unsigned p)
{
    struct evtchn_send send = { .port = p };

    store64(&heard, load64(&asked));
    store64(&sum, sum + heard);
    hc_event_channel_op(EVTCHNOP_send, &send);
}

static void child_body(uint64_t dom)
{
    struct evtchn_bind_interdomain bi = { .remote_dom = (domid_t)dom,
                                          .remote_port = (uint32_t)remote };

    if (hc_event_channel_op(EVTCHNOP_bind_interdomain, &bi) != 0)
        rt_shutdown(SHUTDOWN_crash);
    event_on(bi.local_port, child_event);
    while (load64(&heard) != 99) {
        hc_sched_op(SCHEDOP_block, NULL);   /* unmasks: none is lost before it */
        events_disable();
    }
}

static void parent_event(unsigned p)
{
    (void)p;
    __atomic_add_fetch(&answers, 1, __ATOMIC_SEQ_CST);
}

/* By turns, not by the clock: it may jump when this vcpu changes its CPU. */
static bool turns_left(unsigned *turns)
{
    hc_sched_op(SCHEDOP_yield, NULL);
    return ++*turns < 1000000;
}

/* The last of a domain goes when every CPU has let go of it. */
static uint64_t free_pages_settled(void)
{
    uint64_t now = free_pages(), was;

    do {
        was = now;
        time_spin(50000000);
        now = free_pages();
    } while (now != was);
    return now;
}

static void ask(struct rt_domain *d, uint64_t what)
{
    struct evtchn_send send = { .port = port };
    unsigned before = __atomic_load_n(&answers, __ATOMIC_SEQ_CST);
    unsigned turns = 0;

    store64(domain_at(d, &asked), what);
    expect_eq(0, hc_event_channel_op(EVTCHNOP_send, &send), "send");
    while (__atomic_load_n(&answers, __ATOMIC_SEQ_CST) == before &&
           turns_left(&turns))
        continue;
    expect_eq(before + 1, answers, "answers");
}

static void one_life(void)
{
    static struct rt_domain child;
    struct evtchn_alloc_unbound un = { .dom = DOMID_SELF };
    struct evtchn_close cl;
    unsigned turns = 0;

    if (!domain_build(&child, &(struct rt_domain_spec){ .fn = child_body }))
        return;
    expect_true(domain_cpu_time(&child) == 0, "it has not run yet");
    domain_destroy(&child);

    answers = 0;
    if (!domain_build(&child, &(struct rt_domain_spec){ .fn = child_body }))
        return;
    un.remote_dom = child.id;
    expect_eq(0, hc_event_channel_op(EVTCHNOP_alloc_unbound, &un),
              "alloc_unbound");
    port = un.port;
    store64(domain_at(&child, &remote), port);
    event_on(port, parent_event);
    domain_unpause(&child);
    while (!__atomic_load_n(&answers, __ATOMIC_SEQ_CST) && turns_left(&turns))
        continue;                           /* a new channel is pending once   */
    ask(&child, 40);
    ask(&child, 2);
    expect_eq(42, load64(domain_at(&child, &sum)), "the child's sum");
    ask(&child, 99);
    turns = 0;
    while (domain_ended(&child) < 0 && turns_left(&turns))
        continue;
    expect_eq(SHUTDOWN_poweroff, domain_ended(&child), "how it ended");
    domain_destroy(&child);
    event_on(port, NULL);
    cl.port = port;
    expect_eq(0, hc_event_channel_op(EVTCHNOP_close, &cl), "close");
}

void test_main(void)
{
    struct xen_domctl op = { .u.createdomain = {
        .max_vcpus = 1, .max_evtchn_port = 1023, .max_grant_frames = 4,
        .max_maptrack_frames = 4,
        .grant_opts = XEN_DOMCTL_GRANT_version(1) } };
    uint64_t before, after;

    if (!rt_is_dom0()) {
        expect_eq(-XEN_EPERM, domain_ctl(&op, XEN_DOMCTL_createdomain, 0),
                  "createdomain by a guest");
        return;
    }
    one_life();
    before = free_pages_settled();
    for (unsigned i = 0; i < LIVES; i++)
        one_life();
    after = free_pages_settled();
    /* A hypervisor's own heap may keep a page or two. */
    expect_true(after + LIVES > before, "%lu of %lu pages are left after %u lives",
                after, before, LIVES);
}
