/* SPDX-License-Identifier: MIT */
/*
 * thief.c - one domain among seven that spin, all of one weight, that gives up its
 * CPU just before a scheduler's tick would find it there, in several ways; and how
 * much it has run of its quarter of a CPU.
 */
#include "sched.h"

enum { YIELD_10MS, BLOCK_10MS, BLOCK_30MS, BLOCK_1MS, WAYS };
static const char *const names[WAYS] = {
    "yields-10ms", "blocks-10ms", "blocks-30ms", "blocks-1ms",
};

/* Runs up to just before a multiple of `tick`, lets it pass, and goes on. */
static void steal(uint64_t tick, uint64_t before, bool blocks)
{
    for (;;) {
        uint64_t next = (time_ns() / tick + 1) * tick;

        spin_until(next - before);
        if (blocks)
            sleep_until(next + before / 4);
        else
            hc_sched_op(SCHEDOP_yield, NULL);
    }
}

static void thief(uint64_t way)
{
    switch (way) {
    case YIELD_10MS: steal(10 * MS, MS / 5, false); break;
    case BLOCK_10MS: steal(10 * MS, MS / 5, true); break;
    case BLOCK_30MS: steal(30 * MS, MS / 2, true); break;
    default: steal(MS, MS / 10, true); break;
    }
}

void measure_thief(void)
{
    uint64_t seconds = option_number("seconds", 10), from, before;
    static struct rt_domain d;

    if (!spinners_build(7, 256))
        return;
    spinners_start(7);
    for (unsigned way = 0; way < WAYS; way++) {
        if (!domain_build(&d, &(struct rt_domain_spec){ .fn = thief,
                                                        .arg = way }))
            break;
        domain_unpause(&d);
        sleep_for(500 * MS);
        from = time_ns();
        before = domain_cpu_time(&d);
        sleep_for(seconds * 1000 * MS);
        from = time_ns() - from;
        before = domain_cpu_time(&d) - before;
        rt_printf("figure thief way=%s ran=%lu of=%lu\n", names[way], before,
                  from);
        domain_destroy(&d);
    }
    spinners_destroy(7);
}
