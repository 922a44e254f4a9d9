/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "frontends/rt/domain.h"

const char test_title[] =
    "a domain ends with the reason that it gives, that it gave ahead, or that a "
    "control domain gives, and a reason that is none ends it too";

/* covers use: sched_op.shutdown sched_op.shutdown_code sched_op.remote_shutdown */
/* covers use: vcpu_op.down */

#define AHEAD 0x100u            /* give the reason by shutdown_code first */
#define DOWN  0x200u            /* end by taking the only vcpu down       */
#define STAY  0x400u

static void body(uint64_t arg)
{
    struct sched_shutdown op = { .reason = (unsigned)(arg & 0xff) };

    if (arg & AHEAD) {
        hc_sched_op(SCHEDOP_shutdown_code, &op);
        op.reason = SHUTDOWN_poweroff;
    }
    while (arg & STAY)
        hc_sched_op(SCHEDOP_yield, NULL);
    if (arg & DOWN)
        hc_vcpu_op(VCPUOP_down, 0, NULL);
    hc_sched_op(SCHEDOP_shutdown, &op);
}

static int end_of(struct rt_domain *d)
{
    int reason = -1;

    for (unsigned i = 0; i < 3000 && reason < 0; i++) {
        struct sched_poll poll = { .timeout = time_ns() + 1000000 };

        hc_sched_op(SCHEDOP_poll, &poll);
        reason = domain_ended(d);
    }
    return reason;
}

static void check(uint64_t arg, int want, const char *what)
{
    static struct rt_domain child;
    struct rt_domain_spec spec = { .fn = body, .arg = arg };
    struct sched_remote_shutdown kill = { .reason = SHUTDOWN_reboot };

    if (!domain_build(&child, &spec))
        return;
    domain_unpause(&child);
    if (arg & STAY) {
        kill.domain_id = child.id;
        expect_eq(0, hc_sched_op(SCHEDOP_remote_shutdown, &kill),
                  "remote_shutdown");
        expect_true(hc_sched_op(SCHEDOP_remote_shutdown, &kill) <= 0,
                    "again");
    }
    expect_eq(want, end_of(&child), "%s", what);
    domain_destroy(&child);
}

void test_main(void)
{
    struct sched_remote_shutdown kill = { .domain_id = 0 };

    if (!rt_is_dom0()) {
        expect_eq(-XEN_EPERM, hc_sched_op(SCHEDOP_remote_shutdown, &kill),
                  "a guest ends the control domain");
        return;
    }
    for (int reason = 0; reason <= SHUTDOWN_soft_reset; reason++)
        check((uint64_t)reason, reason, "its reason");
    check(AHEAD | SHUTDOWN_reboot, SHUTDOWN_reboot, "the reason given ahead");
    check(DOWN, SHUTDOWN_poweroff, "the last vcpu down");
    check(STAY, SHUTDOWN_reboot, "ended from outside");
    check(0xff, 0xff, "reason 255");
}
