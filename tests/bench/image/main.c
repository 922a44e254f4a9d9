/* SPDX-License-Identifier: MIT */
/*
 * main.c - measures the rows that the command line names (`rows=a:b`, by how their
 * names begin; all of them without it) and prints of each
 *
 *     row NAME TICKS ROUNDS
 *
 * TICKS of the TSC are what ROUNDS more rounds take: the difference of a run of
 * twice as many and one of as many, less the same difference of an empty loop.
 * Two no-ops that nothing else has stand around each run: what counts the
 * hypervisor's doings looks for them.
 *
 *     times=N     N times as many rounds
 *     best=N      of N runs the shortest: for wall time, where others may intervene
 *     second=1    a second vcpu spins meanwhile, in the rows that allow it
 */
#include "bench.h"
#include "tests/bench/mark.h"

static unsigned number(const char *option)
{
    const char *p = rt_option(option);
    unsigned n = 0;

    for (; p != NULL && *p >= '0' && *p <= '9'; p++)
        n = n * 10 + (unsigned)(*p - '0');
    return n != 0 ? n : 1;
}

static uint64_t timed(void (*run)(unsigned long), unsigned long n)
{
    uint64_t from, to, best = UINT64_MAX;

    for (unsigned left = number("best"); left > 0; left--) {
        MARK(1);
        from = rdtsc();
        run(n);
        to = rdtsc();
        MARK(2);
        if (to - from < best)
            best = to - from;
    }
    return best;
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

/* ---- the second vcpu ---- */

static unsigned spinning, stop;

static void spin(void *arg)
{
    (void)arg;
    __atomic_store_n(&spinning, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST))
        __builtin_ia32_pause();
    __atomic_store_n(&spinning, 0, __ATOMIC_SEQ_CST);
}

static void second_start(void)
{
    __atomic_store_n(&stop, 0, __ATOMIC_SEQ_CST);
    expect_eq(0, rt_vcpu_start(1, spin, NULL), "a second vcpu");
    expect_true(wait_for(&spinning, 1000000000), "the second vcpu runs");
}

static void second_stop(void)
{
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    while (hc_vcpu_op(VCPUOP_is_up, 1, NULL) == 1)
        hc_sched_op(SCHEDOP_yield, NULL);
}

static void measure(const struct row *r, unsigned rounds)
{
    bool second = r->beside && rt_option("second") != NULL;
    uint64_t ticks;

    if (r->setup != NULL)
        r->setup();
    if (second)
        second_start();
    ticks = more(r->run, rounds) - more(fast_loop, rounds);
    if (second)
        second_stop();
    if (r->finish != NULL)
        r->finish();
    rt_printf("row %s %ld %u\n", r->name, (long)ticks, rounds);
}

static void bench_main(void)
{
    for (unsigned i = 0; i < row_count; i++) {
        if (wanted(rows[i].name))
            measure(&rows[i], rows[i].rounds * number("times"));
    }
    expect_true(true, "the rows end");
}

const struct rt_test rt_tests[] = { { "bench", "what calls cost", bench_main } };
const unsigned rt_test_count = 1;
