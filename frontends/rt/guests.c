/* SPDX-License-Identifier: MIT */
/*
 * guests.c - with `as=guests` on the command line: each test runs in a guest of
 * its own, beside one that ticks, and is judged from here.
 *
 *   pass guest/NAME    it said so and ended, or is a crash-* test and crashed;
 *                      its neighbour ticked on; its pages are free again; and the
 *                      hypervisor, if it is ours, finds every count right
 *
 * A guest's console is a ring in its own memory that is read from here.
 */
#include "frontends/rt/domain.h"
#include "frontends/rt/private.h"
#include "public/io/console.h"
#include "public/sysctl.h"

#define TICK       10000000UL       /* ns */
#define PATIENCE   3000             /* ticks that a test may take             */
#define SLACK      8                /* pages that a heap may keep             */
#define POOL       300

/* A page in each domain; ours is used by nobody. */
static struct xencons_interface child_ring __attribute__((aligned(4096)));
static uint64_t beats;              /* the neighbour's                        */

static struct rt_domain neighbour, child;

/* What a child has printed. */
static struct {
    char line[512];
    unsigned length;
    bool passed, failed;
} heard;

/* ---- in the children ---- */

static void on_timer(unsigned port)
{
    (void)port;
}

static void beat(uint64_t arg)
{
    struct evtchn_bind_virq bind = { .virq = VIRQ_TIMER, .vcpu = 0 };

    (void)arg;
    if (hc_event_channel_op(EVTCHNOP_bind_virq, &bind) != 0)
        rt_shutdown(SHUTDOWN_crash);
    event_on(bind.port, on_timer);
    for (;;) {
        uint64_t next = time_ns() + TICK;   /* what was missed stays missed    */

        while (time_ns() < next) {
            events_disable();               /* or it fires before the block    */
            hc_set_timer_op(next);
            hc_sched_op(SCHEDOP_block, NULL);
        }
        store64(&beats, beats + 1);
    }
}

static void run_one(uint64_t index)
{
    console_attach(&child_ring);
    events_enable();
    test_run(&rt_tests[index]);
}

/* ---- the control domain ---- */

static void line_end(void)
{
    static const char *const words[] = { "test ", "pass ", "fail " };
    char *line = heard.line;

    line[heard.length] = '\0';
    heard.length = 0;
    for (unsigned i = 0; i < 3; i++) {
        if (strncmp(line, words[i], 5) != 0)
            continue;
        heard.passed |= i == 1;
        heard.failed |= i == 2;
        if (i != 1)                         /* the verdict is ours to give     */
            rt_printf("%sguest/%s\n", words[i], line + 5);
        return;
    }
    rt_printf("%s\n", line);
}

static void listen(void)
{
    struct xencons_interface *r = domain_at(&child, &child_ring);
    XENCONS_RING_IDX cons = r->out_cons;
    XENCONS_RING_IDX prod = __atomic_load_n(&r->out_prod, __ATOMIC_ACQUIRE);

    if (prod - cons > sizeof(r->out))
        return;                             /* a test that crashed wrote there */
    for (; cons != prod; cons++) {
        char c = r->out[MASK_XENCONS_IDX(cons, r->out)];

        if (c == '\n')
            line_end();
        else if (c != '\r' && heard.length < sizeof(heard.line) - 1)
            heard.line[heard.length++] = c;
    }
    __atomic_store_n(&r->out_cons, cons, __ATOMIC_RELEASE);
}

static void doze(void)
{
    struct sched_poll poll = { .timeout = time_ns() + 1000000 };

    hc_sched_op(SCHEDOP_poll, &poll);
}

static uint64_t beats_now(void)
{
    return load64(domain_at(&neighbour, &beats));
}

/* The last of a domain goes when every CPU has let go of it. */
static bool pages_are_back(uint64_t before)
{
    for (unsigned i = 0; i < 2000; i++) {
        if (free_pages() + SLACK >= before)
            return true;
        doze();
    }
    return false;
}

/* The reason why the child's test has not passed, or null. */
static const char *wait_end(const char *name)
{
    bool crash = strncmp(name, "crash-", 6) == 0;
    uint64_t end = beats_now() + PATIENCE;
    int reason;

    while ((reason = domain_ended(&child)) < 0) {
        listen();
        doze();
        if (beats_now() > end)
            return "it did not end";
    }
    listen();
    if (heard.failed)
        return "";                          /* it has said why                 */
    if (crash)
        return reason == SHUTDOWN_crash || reason == SHUTDOWN_watchdog ?
               NULL : "its domain did not crash";
    if (reason != SHUTDOWN_poweroff)
        return "its domain crashed";
    return heard.passed ? NULL : "it said nothing";
}

static const char *run_guest(unsigned index)
{
    uint64_t pages = free_pages(), tick;
    struct rt_domain_spec spec = { .fn = run_one, .arg = index, .vcpus = 4,
                                   .pool = POOL, .spare = 64 };
    const char *why;

    memset(&heard, 0, sizeof(heard));
    if (!domain_build(&child, &spec))
        return "its domain was not built";
    domain_unpause(&child);
    why = wait_end(rt_tests[index].name);
    if (!domain_destroy(&child))
        return "its domain was not destroyed";
    if (why != NULL)
        return why;
    tick = beats_now();
    for (unsigned i = 0; i < 5000 && beats_now() == tick; i++)
        doze();
    if (beats_now() == tick)
        return "its neighbour ticks no more";
    if (!pages_are_back(pages))
        return "its pages are not free again";
    return audit_is_clean() ? NULL : "a count is wrong: see the log";
}

bool guest_run(unsigned index)
{
    static bool ticking;
    const char *name = rt_tests[index].name, *why = "its neighbour was not built";

    if (!ticking) {
        ticking = domain_build(&neighbour,
                               &(struct rt_domain_spec){ .fn = beat });
        if (ticking)
            domain_unpause(&neighbour);
    }
    if (ticking)
        why = run_guest(index);
    if (why == NULL)
        rt_printf("pass guest/%s\n", name);
    else if (*why != '\0')
        rt_printf("fail guest/%s: %s\n", name, why);
    return why == NULL;
}
