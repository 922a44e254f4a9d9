/* SPDX-License-Identifier: MIT */
/*
 * main.c - the fuzzing guest: episodes of random calls.
 *
 * On the command line:
 *   seed=N        the first seed, and seeds=N how many
 *   episodes=N    of each seed; first=N the first of them (0)
 *   guest=1       fuzz in a domain of its own beside one that ticks, not as the
 *                 control domain
 *   vcpus=2       two vcpus fuzz at the same time
 *   log=MODE      e: the results of each episode, as hexadecimal digits; c: each
 *                 call; b: each call before it is made; else a checkpoint a seed
 *   only=HEX      the calls to make, a bit each (to shrink a failure)
 *   until=N       calls of an episode; from=N the first that log=c prints
 *   xen=1         leave out the rows that Debian's Xen cannot bear
 *   lax=1         do not ask that 30 % of the calls succeed
 *
 * Lines: `row N NAME` for each; `seed N` when one begins, `at SEED EPISODE HASH` (a
 * chain of hashes over all results), `fuzz failure: ...`, after a seed `total CALLS
 * SUCCESSES` and `outcomes` (steps.c), at the end the table of counts, `fuzz done`.
 */
#include "frontends/rt/private.h"
#include "tests/fuzz/guest/fuzz.h"

/* Not zero at first: a domain that is built from this image gets a copy. */
struct options opt = { .seeds = 1, .episodes = 10, .until = CALLS };

static unsigned now_episode, go, ready;
static uint64_t chain;
static char line[CALLS * 7 * 3 + 64];
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

static void options_read(void)
{
    const char *mode = rt_option("log"), *only = rt_option("only");

    opt.seed = number("seed", 1);
    opt.seeds = number("seeds", 1);
    opt.episodes = (unsigned)number("episodes", 10);
    opt.first = (unsigned)number("first", 0);
    opt.until = (unsigned)number("until", CALLS);
    opt.from = (unsigned)number("from", 0);
    opt.vcpus = (unsigned)number("vcpus", 1);
    opt.guest = number("guest", 0) != 0;
    opt.xen = number("xen", 0) != 0;
    opt.lax = number("lax", 0) != 0;
    opt.log = mode != NULL ? *mode : 0;
    for (unsigned i = 0; only != NULL && i < sizeof(opt.only) - 1; i++) {
        if (only[i] == ' ' || only[i] == '\0')
            break;
        opt.only[i] = only[i];
    }
}

/* only=HEX has a bit for each call, four in a digit, the first the highest. */
static bool skipped(unsigned n)
{
    char c = opt.only[n / 4];
    int digit = c <= '9' ? c - '0' : c - 'a' + 10;

    if (opt.only[0] == '\0')
        return false;
    for (unsigned i = 0; i <= n / 4; i++)
        if (opt.only[i] == '\0')
            return true;
    return !(digit & 8 >> n % 4);
}

static void hex(uint64_t v, unsigned digits)
{
    while (digits-- > 0)
        line[line_used++] = "0123456789abcdef"[v >> 4 * digits & 15];
}

static void record_one(const struct step *s, bool inner)
{
    uint16_t r = step_result(s);
    unsigned row = row_index(s->row);

    chain = (chain ^ r ^ (uint64_t)row << 16) * 0x100000001b3UL;
    if (opt.log != 'e')
        return;
    line[line_used++] = inner ? '+' : '.';
    hex(row, 2);
    hex(r, 4);
}

/* A call, before it those that it is a list of. */
static void record(const struct step *s)
{
    const struct step *in;

    for (unsigned i = 0; (in = multicall_inner(s, i)) != NULL; i++)
        record_one(in, true);
    record_one(s, false);
}

static void episode_run(struct model *m)
{
    static struct step steps[NR_FUZZERS];
    struct step *s = &steps[m->vcpu];

    for (unsigned n = 0; n < opt.until; n++) {
        step_draw(s, m, opt.seed, now_episode, n);
        if (skipped(n))
            continue;
        if (opt.log == 'b' && n >= opt.from)
            step_print(s, n);
        step_run(s);
        rows_count(s);
        if (opt.log == 'c' && n >= opt.from)
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
        cpu_put_back();
        events_disable();
        __atomic_store_n(&ready, last, __ATOMIC_SEQ_CST);
    }
}

static void episode(unsigned n, bool last)
{
    now_episode = n;
    /* Compared, most episodes end where one allocator gives a frame again and the
     * other does not; half of them have no such calls. */
    frames_stay = opt.xen && n % 2 != 0;
    line_used = 0;
    if (opt.log == 'c' || opt.log == 'b')
        say("\nepisode %lu %u\n", opt.seed, n);
    __atomic_add_fetch(&go, 1, __ATOMIC_SEQ_CST);
    episode_run(&models[0]);
    while (nr_fuzzers > 1 && __atomic_load_n(&ready, __ATOMIC_SEQ_CST) != go)
        hc_sched_op(SCHEDOP_yield, NULL);
    if (opt.log == 'e') {
        say("\ne %lu %u ", opt.seed, n);
        line[line_used++] = '\n';
        say_text(line, line_used);
    }
    /* A domain of its own ends in the middle of what it has (I8). */
    if (!last || !opt.guest)
        state_reset(opt.seed, n);
}

void fuzz_start(void)
{
    steps_init(opt.guest ? GUEST : CONTROL);
    state_init();
    if (opt.vcpus == 2) {
        nr_fuzzers = 2;
        if (rt_vcpu_start(1, second, NULL) != 0)
            fuzz_failed("there is no second vcpu");
    }
    state_reset(0, 0);
}

void fuzz_seed(void)
{
    unsigned end = opt.first + opt.episodes;

    say("\nseed %lu\n", opt.seed);
    for (unsigned n = opt.first; n < end && (failures == 0 || opt.xen); n++)
        episode(n, n + 1 == end);
    say("\nat %lu %u %lx\n", opt.seed, end, chain);
}

const char test_title[] =
    "random calls leave every count where it was, and the hypervisor running";

void test_main(void)
{
    uint64_t end;

    options_read();
    end = opt.seed + opt.seeds;
    if (opt.guest)
        control_start();
    else
        fuzz_start();
    rows_print();
    for (; opt.seed < end && (failures == 0 || opt.xen); opt.seed++) {
        if (opt.guest)
            control_seed();
        else
            fuzz_seed();
        control_audit();
        rows_total();
    }
    expect_true(rows_report() || opt.lax, "three calls of ten succeed");
    expect_eq(0, failures, "failures");
    say("\nfuzz done\n");
}

const struct rt_test rt_tests[] = { { "fuzz", test_title, test_main } };
const unsigned rt_test_count = 1;
