/* SPDX-License-Identifier: MIT */
/* common.c - domains that spin, and a control domain that sleeps. */
#include "sched.h"

struct rt_domain spinners[MAX_SPINNERS];

unsigned long option_number(const char *word, unsigned long otherwise)
{
    const char *p = rt_option(word);
    unsigned long n = 0;

    if (p == NULL)
        return otherwise;
    for (; *p >= '0' && *p <= '9'; p++)
        n = n * 10 + (unsigned long)(*p - '0');
    return n;
}

/* A poll of no ports may end early. */
void sleep_until(uint64_t when)
{
    struct sched_poll poll = { .timeout = when };

    while (time_ns() < when)
        hc_sched_op(SCHEDOP_poll, &poll);
}

void sleep_for(uint64_t ns)
{
    sleep_until(time_ns() + ns);
}

/*
 * 2 us of instructions. The PAUSE is what makes QEMU give the next CPU a turn: it
 * runs all CPUs on one thread when it counts instructions, each up to the machine's
 * next timer, and before QEMU 8.1 the first CPU could keep the others from their
 * turns for as long as it set no timer.
 */
#define WORK \
    __asm__ volatile(".rept 1000\n\tadd $1, %%rax\n\t.endr\n\tpause" ::: "rax")

void spin(uint64_t arg)
{
    (void)arg;
    for (;;)
        WORK;
}

void spin_until(uint64_t when)
{
    while (time_ns() < when)
        WORK;
}

void schedule(const struct rt_domain *d, unsigned weight, unsigned cap)
{
    struct xen_domctl op = {
        .u.scheduler_op = {
            .sched_id = XEN_SCHEDULER_CREDIT2,
            .cmd = XEN_DOMCTL_SCHEDOP_putinfo,
            .u.credit2 = { .weight = (uint16_t)weight, .cap = (uint16_t)cap },
        },
    };

    expect_eq(0, domain_ctl(&op, XEN_DOMCTL_scheduler_op, d->id),
              "weight %u and cap %u of domain %u", weight, cap, d->id);
}

bool spinners_build(unsigned n, unsigned weight)
{
    bool ok = true;

    for (unsigned i = 0; ok && i < n; i++) {
        ok = domain_build(&spinners[i], &(struct rt_domain_spec){ .fn = spin });
        if (ok)
            schedule(&spinners[i], weight, 0);
    }
    return ok;
}

void spinners_start(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        domain_unpause(&spinners[i]);
}

void spinners_destroy(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (spinners[i].id != 0)
            domain_destroy(&spinners[i]);
}
