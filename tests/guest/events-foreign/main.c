/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "frontends/rt/domain.h"

const char test_title[] =
    "ports between two domains: only the one named binds, each end sees the other's "
    "close and death, and a paused domain's ports are told, bound and reset for it";

/* covers abuse: event_channel_op.bind_interdomain event_channel_op.reset */

static struct rt_domain child;
static uint64_t offered, bound;     /* the child's                            */

static long op(unsigned cmd, void *arg)
{
    return hc_event_channel_op(cmd, arg);
}

/* Offers a port to the control domain and waits for its end. */
static void body(uint64_t arg)
{
    struct evtchn_alloc_unbound un = { .dom = DOMID_SELF, .remote_dom = 0 };
    struct evtchn_alloc_unbound other = { .dom = DOMID_SELF,
                                          .remote_dom = NOBODY };

    (void)arg;
    op(EVTCHNOP_alloc_unbound, &other);
    store64(&bound, other.port);
    op(EVTCHNOP_alloc_unbound, &un);
    store64(&offered, un.port);
    for (;;)
        hc_sched_op(SCHEDOP_yield, NULL);
}

static uint64_t wait_word(uint64_t *word)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < 3000 && v == 0; i++) {
        struct sched_poll poll = { .timeout = time_ns() + 1000000 };

        hc_sched_op(SCHEDOP_poll, &poll);
        v = load64(domain_at(&child, word));
    }
    expect_true(v != 0, "the child never offered");
    return v;
}

static uint32_t status(domid_t dom, evtchn_port_t port)
{
    struct evtchn_status st = { .dom = dom, .port = port };

    expect_eq(0, op(EVTCHNOP_status, &st), "status of %u's port %u", dom, port);
    return st.status;
}

static evtchn_port_t check_bind(void)
{
    struct evtchn_bind_interdomain bi = { .remote_dom = child.id };
    struct evtchn_close cl;
    evtchn_port_t theirs = (evtchn_port_t)wait_word(&offered);

    bi.remote_port = (evtchn_port_t)load64(domain_at(&child, &bound));
    expect_eq(-XEN_EINVAL, op(EVTCHNOP_bind_interdomain, &bi),
              "a port that is for another");
    bi.remote_port = 1023;
    expect_eq(-XEN_EINVAL, op(EVTCHNOP_bind_interdomain, &bi),
              "a port that is for nobody");
    bi.remote_port = theirs;
    expect_eq(0, op(EVTCHNOP_bind_interdomain, &bi), "the one for us");
    expect_eq(EVTCHNSTAT_interdomain, status(child.id, theirs), "its end");
    expect_eq(EVTCHNSTAT_interdomain, status(DOMID_SELF, bi.local_port), "ours");
    expect_eq(-XEN_EINVAL, op(EVTCHNOP_bind_interdomain, &bi), "it again");
    expect_eq(0, op(EVTCHNOP_send, &bi.local_port), "send");
    cl.port = bi.local_port;
    expect_eq(0, op(EVTCHNOP_close, &cl), "close ours");
    expect_eq(EVTCHNSTAT_unbound, status(child.id, theirs), "its end after it");
    expect_eq(0, op(EVTCHNOP_bind_interdomain, &bi), "bind again");
    return bi.local_port;
}

/* As a toolstack does before a domain's first instruction. */
static void check_for_it(void)
{
    struct evtchn_alloc_unbound un = { .dom = child.id, .remote_dom = 0 };
    struct evtchn_reset r = { .dom = child.id };

    expect_eq(0, op(EVTCHNOP_alloc_unbound, &un), "a port in it for us");
    expect_eq(EVTCHNSTAT_unbound, status(child.id, un.port), "its status");
    un.remote_dom = NOBODY;
    expect_eq(0, op(EVTCHNOP_alloc_unbound, &un), "a port in it for nobody");
    expect_eq(0, op(EVTCHNOP_reset, &r), "reset it, as it is paused");
    expect_eq(EVTCHNSTAT_closed, status(child.id, un.port), "its ports then");
}

void test_main(void)
{
    struct evtchn_bind_interdomain bi = { .remote_dom = 0, .remote_port = 1 };
    evtchn_port_t ours;
    struct evtchn_close cl;

    if (!rt_is_dom0()) {
        for (evtchn_port_t p = 1; p < 50; p++) {
            long rc;

            bi.remote_port = p;
            rc = op(EVTCHNOP_bind_interdomain, &bi);
            expect_true(rc == -XEN_EINVAL || rt_console_needs_port(),
                        "the control domain's port %u: %ld", p, rc);
            cl.port = bi.local_port;        /* one that was offered to us     */
            if (rc == 0)
                expect_eq(0, op(EVTCHNOP_close, &cl), "close");
        }
        return;
    }
    if (!domain_build(&child, &(struct rt_domain_spec){ .fn = body }))
        return;
    check_for_it();
    domain_unpause(&child);
    ours = check_bind();
    domain_destroy(&child);
    expect_eq(EVTCHNSTAT_unbound, status(DOMID_SELF, ours),
              "our end after its death");
    expect_eq(0, op(EVTCHNOP_send, &ours), "send to nobody");
    cl.port = ours;
    expect_eq(0, op(EVTCHNOP_close, &cl), "close");
    expect_true(audit_is_clean(), "a count is wrong");
}
