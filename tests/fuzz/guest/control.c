/* SPDX-License-Identifier: MIT */
/*
 * control.c - the control domain's side of a run with guest=1: a domain that
 * fuzzes, made anew for each seed, and one that ticks beside it for the whole run.
 *
 * The fuzzing domain has no console: it writes into a ring that is read from here
 * as long as it lives. After each seed it is destroyed in the middle of all it
 * has; then the free frames are as many as before and the hypervisor's audit finds
 * nothing. The ticking domain must go on all the time.
 */
#include "frontends/rt/domain.h"
#include "frontends/rt/private.h"
#include "public/sysctl.h"
#include "tests/fuzz/guest/fuzz.h"

#define RING      65536U
#define SILENCE   3000000000UL      /* ns that the ticking domain may be quiet */
#define NR_SHARED 16                /* pages that it grants                   */

/* The fuzzing domain's. Whole pages, for it is read page by page. */
static char ring[RING] __attribute__((aligned(4096)));
static uint64_t ring_in, ring_out;
static uint64_t done;

static uint64_t ticks, grants_to;   /* the ticking domain's                   */

static struct rt_domain fuzzer, ticker;
static uint64_t seen_ticks, seen_at, free_at_first;

/* ---- words ---- */

void say_text(const char *s, size_t n)
{
    if (rt_is_dom0()) {
        rt_puts(s, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        while (load64(&ring_in) - load64(&ring_out) == RING)
            hc_sched_op(SCHEDOP_yield, NULL);
        ring[ring_in % RING] = s[i];
        store64(&ring_in, ring_in + 1);
    }
}

void say(const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    rt_vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    say_text(text, strlen(text));
}

/* What the fuzzing domain has said since. */
static void listen(void)
{
    uint64_t *in = domain_at(&fuzzer, &ring_in);
    uint64_t *out = domain_at(&fuzzer, &ring_out);

    while (load64(in) != load64(out)) {
        uint64_t at = load64(out), n = load64(in) - at;
        uint64_t page = at % RING & ~(PAGE_SIZE - 1);

        if (n > PAGE_SIZE - at % PAGE_SIZE)
            n = PAGE_SIZE - at % PAGE_SIZE;
        rt_puts((char *)domain_at(&fuzzer, ring + page) + at % PAGE_SIZE, n);
        store64(out, at + n);
    }
}

/* ---- the two domains ---- */

/* Ticks, and lets the fuzzing domain map and copy some of its pages. */
static void tick_body(uint64_t arg)
{
    struct sched_poll op = { 0 };
    uint64_t granted = 0;

    (void)arg;
    for (;;) {
        uint64_t to = load64(&grants_to);

        for (unsigned i = 0; to != granted && i < NR_SHARED; i++) {
            static void *page[NR_SHARED];
            struct grant_entry_v1 *e =
                &grant_table()[GNTTAB_NR_RESERVED_ENTRIES + i];

            if (page[i] == NULL)
                page[i] = page_alloc();
            e->domid = (domid_t)to;
            e->frame = (uint32_t)va_to_mfn(page[i]);
            __atomic_store_n(&e->flags, GTF_permit_access |
                             (i % 3 == 2 ? GTF_readonly : 0), __ATOMIC_SEQ_CST);
        }
        granted = to;
        store64(&ticks, ticks + 1);
        op.timeout = time_ns() + 5000000;
        hc_sched_op(SCHEDOP_poll, &op);
    }
}

static void fuzz_body(uint64_t arg)
{
    (void)arg;
    events_disable();
    fuzz_start();
    fuzz_seed();
    store64(&done, 1);
    for (;;)
        hc_sched_op(SCHEDOP_yield, NULL);
}

static void nap(uint64_t ns)
{
    struct sched_poll op = { .timeout = time_ns() + ns };

    hc_sched_op(SCHEDOP_poll, &op);
}

/* Scrubbing and the last of a domain take their time. */
static uint64_t free_pages_settled(void)
{
    uint64_t now = free_pages(), was;

    do {
        was = now;
        nap(20000000);
        now = free_pages();
    } while (now != was);
    return now;
}

static void heart_check(void)
{
    uint64_t now = load64(domain_at(&ticker, &ticks));

    if (now != seen_ticks) {
        seen_ticks = now;
        seen_at = time_ns();
    } else if (time_ns() - seen_at > SILENCE) {
        fuzz_failed("the ticking domain is silent after %lu ticks", now);
    }
}

void control_start(void)
{
    struct rt_domain_spec spec = { .fn = tick_body, .pool = 64 };

    steps_init(GUEST);
    if (!domain_build(&ticker, &spec))
        return;
    domain_unpause(&ticker);
    seen_at = time_ns();
}

void control_seed(void)
{
    struct rt_domain_spec spec = { .fn = fuzz_body, .pool = 330, .vcpus = 4,
                                   .spare = 16 };
    int why = -1;

    opt.ticker = ticker.id;
    opt.ticker_mfn = ticker.mfns[va_to_pfn(&ticks)];
    if (!domain_build(&fuzzer, &spec)) {
        fuzz_failed("seed %lu: no domain", opt.seed);
        return;
    }
    store64(domain_at(&ticker, &grants_to), fuzzer.id);
    nap(20000000);
    domain_unpause(&fuzzer);
    while (!load64(domain_at(&fuzzer, &done)) && why < 0 && (failures == 0 || opt.xen)) {
        nap(10000000);
        listen();
        heart_check();
        why = domain_ended(&fuzzer);
    }
    listen();
    if (why >= 0)
        fuzz_failed("seed %lu: the domain ended with %d", opt.seed, why);
    failures += *(unsigned *)domain_at(&fuzzer, &failures);
    rows_add(&fuzzer);
    if (!domain_destroy(&fuzzer))
        fuzz_failed("seed %lu: the domain cannot be destroyed", opt.seed);
}

/* Between two seeds, when the machine is quiet. */
void control_audit(void)
{
    static char key = 'a';
    struct xen_sysctl op = { .cmd = XEN_SYSCTL_debug_keys,
                             .interface_version = XEN_SYSCTL_INTERFACE_VERSION };
    uint64_t left = free_pages_settled();

    if (free_at_first == 0)
        free_at_first = left;
    if (opt.guest && left + 4 < free_at_first)
        fuzz_failed("seed %lu: %lu frames are free, %lu were", opt.seed, left,
                    free_at_first);
    op.u.debug_keys.nr_keys = 1;
    set_xen_guest_handle(op.u.debug_keys.keys, &key);
    if (!opt.xen && hc_sysctl(&op) != 0)
        fuzz_failed("no audit");
}
