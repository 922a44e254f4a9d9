/* SPDX-License-Identifier: MIT */
/*
 * main.c - the fuzzing guest: episodes of random calls.
 *
 * On the command line:
 *   seed=N        the first seed, and seeds=N how many
 *   episodes=N    of each seed; first=N the first of them (0)
 *   log=MODE      e: the results of each episode, as hexadecimal digits; c: each
 *                 call; else only a checkpoint of each seed
 *   only=HEX      the calls to make, a bit each (to shrink a failure)
 *   until=N       calls of an episode; from=N the first that log=c prints
 *   vcpus=2       two vcpus fuzz at the same time
 *
 * Lines: `seed N` when one begins, `at SEED EPISODE HASH` (a chain of hashes over
 * all results), `fuzz failure: ...`, and at the end the table of counts and
 * `fuzz done`.
 */
#include "frontends/rt/private.h"
#include "tests/fuzz/guest/fuzz.h"

static uint64_t now_seed;
static unsigned now_episode, go, ready, until, shown_from;
static char log_mode;
static uint64_t chain;
static char line[CALLS * 6 + 64];
static unsigned line_used;

static unsigned long number(const char *word, unsigned long otherwise)
{
    const char *p = rt_option(word);
    unsigned long n = 0;

    if (p == NULL)
        return otherwise;
    while (*p >= '0' && *p <= '9')
        n = n * 10 + (unsigned long)(*p++ - '0');
    return n;
}

/* only=HEX has a bit for each call, four in a digit, the first the highest. */
static bool skipped(unsigned n)
{
    const char *p = rt_option("only");
    int digit;

    if (p == NULL)
        return false;
    for (unsigned i = 0; i < n / 4; i++)
        if (p[i] == ' ' || p[i] == '\0')
            return true;
    digit = p[n / 4] <= '9' ? p[n / 4] - '0' : p[n / 4] - 'a' + 10;
    return digit < 0 || !(digit & 8 >> n % 4);
}

static void hex(uint64_t v, unsigned digits)
{
    while (digits-- > 0)
        line[line_used++] = "0123456789abcdef"[v >> 4 * digits & 15];
}

static void record(const struct step *s)
{
    uint16_t r = step_result(s);
    unsigned row = row_index(s->row);

    chain = (chain ^ r ^ (uint64_t)row << 16) * 0x100000001b3UL;
    if (log_mode == 'e') {
        hex(row, 2);
        hex(r, 4);
    }
}

static void episode_run(struct model *m)
{
    static struct step steps[NR_FUZZERS];
    struct step *s = &steps[m->vcpu];

    for (unsigned n = 0; n < until; n++) {
        step_draw(s, m, now_seed, now_episode, n);
        if (skipped(n))
            continue;
        if (log_mode == 'b' && n >= shown_from)
            step_print(s, n);
        step_run(s);
        rows_count(s);
        if (log_mode == 'c' && n >= shown_from)
            step_print(s, n);
        if (nr_fuzzers == 1)
            record(s);
    }
}

/* The second vcpu: an episode each time that `go` says so. */
static void second(void *arg)
{
    unsigned last = 0;

    (void)arg;
    events_disable();
    for (;;) {
        while (__atomic_load_n(&go, __ATOMIC_SEQ_CST) == last)
            hc_sched_op(SCHEDOP_yield, NULL);
        last++;
        episode_run(&models[1]);
        __atomic_store_n(&ready, last, __ATOMIC_SEQ_CST);
    }
}

static void episode(uint64_t seed, unsigned n)
{
    now_seed = seed;
    now_episode = n;
    line_used = 0;
    if (log_mode == 'c' || log_mode == 'b')
        rt_printf("\nepisode %lu %u\n", seed, n);
    __atomic_add_fetch(&go, 1, __ATOMIC_SEQ_CST);
    episode_run(&models[0]);
    while (nr_fuzzers > 1 && __atomic_load_n(&ready, __ATOMIC_SEQ_CST) != go)
        hc_sched_op(SCHEDOP_yield, NULL);
    if (log_mode == 'e') {
        rt_printf("\ne %lu %u ", seed, n);
        line[line_used++] = '\n';
        rt_puts(line, line_used);
    }
    state_reset(seed, n);
}

const char test_title[] =
    "random calls leave every count where it was, and the hypervisor running";

void test_main(void)
{
    uint64_t seed = number("seed", 1), seeds = number("seeds", 1);
    unsigned episodes = (unsigned)number("episodes", 10);
    unsigned first = (unsigned)number("first", 0);
    const char *mode = rt_option("log");

    log_mode = mode != NULL ? *mode : 0;
    until = (unsigned)number("until", CALLS);
    shown_from = (unsigned)number("from", 0);
    steps_init();
    state_init();
    rows_print();
    if (number("vcpus", 1) == 2) {
        nr_fuzzers = 2;
        expect_eq(0, rt_vcpu_start(1, second, NULL), "a second vcpu");
    }
    state_reset(0, 0);
    for (uint64_t i = 0; i < seeds; i++) {
        rt_printf("\nseed %lu\n", seed + i);
        for (unsigned n = first; n < first + episodes && failures == 0; n++)
            episode(seed + i, n);
        rt_printf("\nat %lu %u %lx\n", seed + i, first + episodes, chain);
    }
    expect_true(rows_report() || number("lax", 0), "each row has both outcomes");
    expect_eq(0, failures, "failures");
    rt_printf("\nfuzz done\n");
}

const struct rt_test rt_tests[] = { { "fuzz", test_title, test_main } };
const unsigned rt_test_count = 1;
