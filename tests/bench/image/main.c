/* SPDX-License-Identifier: MIT */
/*
 * main.c - measures the rows that the command line names (`rows=a:b`, by how their
 * names begin; all of them without it) and prints of each
 *
 *     row NAME TICKS ROUNDS
 *
 * TICKS of the TSC are what ROUNDS more rounds take: the difference of a run of
 * twice as many and one of as many, less the same difference of an empty loop.
 * Two no-ops that nothing else has stand around the longer run: what counts for the
 * hypervisor's doings looks for them.
 */
#include "bench.h"

#define MARK(n) __asm__ volatile("nopl 0x5b1e000" #n "(%%rax)" ::: "memory")

static uint64_t timed(void (*run)(unsigned long), unsigned long n)
{
    uint64_t from, to;

    MARK(1);
    from = rdtsc();
    run(n);
    to = rdtsc();
    MARK(2);
    return to - from;
}

static uint64_t more(void (*run)(unsigned long), unsigned long n)
{
    uint64_t once, twice;

    run(n);
    once = timed(run, n);
    twice = timed(run, 2 * n);
    return twice - once;
}

static bool wanted(const char *name)
{
    const char *p = rt_option("rows");
    size_t n;

    if (p == NULL)
        return true;
    for (;; p += n + 1) {
        for (n = 0; p[n] != '\0' && p[n] != ' ' && p[n] != ':'; n++)
            continue;
        if (n > 0 && strncmp(p, name, n) == 0)
            return true;
        if (p[n] != ':')
            return false;
    }
}

static void bench_main(void)
{
    for (unsigned i = 0; i < row_count; i++) {
        const struct row *r = &rows[i];
        uint64_t ticks;

        if (!wanted(r->name))
            continue;
        if (r->setup != NULL)
            r->setup();
        ticks = more(r->run, r->rounds) - more(fast_loop, r->rounds);
        if (r->finish != NULL)
            r->finish();
        rt_printf("row %s %lu %u\n", r->name, ticks, r->rounds);
    }
    expect_true(true, "the rows end");
}

const struct rt_test rt_tests[] = { { "bench", "what calls cost", bench_main } };
const unsigned rt_test_count = 1;
