/* SPDX-License-Identifier: MIT */
#include "frontends/rt/domain.h"

const char test_title[] =
    "a domain whose TSC is emulated reads a counter of the rate and from the value "
    "that it was given, in its kernel, its users and by CPUID, in step with its "
    "clock; another reads the machine's";

/* covers use: domctl.gettscinfo domctl.settscinfo */

#define KHZ     1234567U            /* no machine's own rate                 */
#define ELAPSED 5000000000000UL     /* ns of its life before                  */

extern const char user_tsc[], user_tsc_end[];

__asm__(".pushsection .rodata\n"
        "user_tsc:\n"
        "    rdtsc\n"
        "    ud2\n"
        "user_tsc_end:\n"
        ".popsection");

static struct rt_domain child;
static struct xen_domctl op;

/* What the child has found. */
static struct {
    uint64_t first, ns;             /* at its start; over a while              */
    uint64_t least, most;           /* ticks within that while, and around it  */
    uint64_t user_before, user, user_after;
    uint32_t leaf[3][4];
    uint64_t done;
} saw;

static void leaf_read(unsigned sub, uint32_t r[4])
{
    __asm__ volatile(".byte 0x0f, 0x0b, 0x78, 0x65, 0x6e; cpuid"
                     : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3])
                     : "a"(0x40000003), "c"(sub));
}

static void body(uint64_t arg)
{
    struct trap_caught c;
    uint64_t ns, begun;

    (void)arg;
    saw.first = rdtsc();
    ns = time_ns();
    begun = rdtsc();
    time_spin(50000000);
    saw.least = rdtsc() - begun;
    saw.ns = time_ns() - ns;
    saw.most = rdtsc() - saw.first;
    for (unsigned i = 0; i < 3; i++)
        leaf_read(i, saw.leaf[i]);
    if (user_init(user_tsc, (size_t)(user_tsc_end - user_tsc))) {
        saw.user_before = rdtsc();
        user_run(&c, 0);
        saw.user = (uint32_t)c.frame.rax | c.frame.rdx << 32;
        saw.user_after = rdtsc();
    }
    store64(&saw.done, 1);
    for (;;)
        hc_sched_op(SCHEDOP_yield, NULL);
}

static long ctl(unsigned cmd)
{
    return domain_ctl(&op, cmd, child.id);
}

/* One child of this mode; what it and the tools saw of it is left in saw and op. */
static bool life(uint32_t mode, uint32_t khz, uint64_t elapsed)
{
    unsigned turns = 0;

    memset(&saw, 0, sizeof(saw));
    if (!domain_build(&child, &(struct rt_domain_spec){ .fn = body, .pool = 32 }))
        return false;
    memset(&op, 0, sizeof(op));
    op.u.tsc_info.tsc_mode = mode;
    op.u.tsc_info.gtsc_khz = khz;
    op.u.tsc_info.elapsed_nsec = elapsed;
    op.u.tsc_info.incarnation = 6;
    expect_eq(0, ctl(XEN_DOMCTL_settscinfo), "settscinfo of mode %u", mode);
    domain_unpause(&child);
    while (!load64(domain_at(&child, &saw.done)) && turns++ < 100000000)
        hc_sched_op(SCHEDOP_yield, NULL);
    memcpy(&saw, domain_at(&child, &saw), sizeof(saw));
    expect_eq(1, saw.done, "mode %u: the child is done", mode);
    expect_eq(0, ctl(XEN_DOMCTL_gettscinfo), "gettscinfo of mode %u", mode);
    expect_eq(mode, op.u.tsc_info.tsc_mode, "its mode");
    expect_eq(7, op.u.tsc_info.incarnation, "its incarnation");
    expect_eq(mode, saw.leaf[0][1], "mode by CPUID");
    expect_eq(7, saw.leaf[0][3], "incarnation by CPUID");
    expect_true(saw.user_before <= saw.user && saw.user <= saw.user_after,
                "mode %u: a user read %lu between %lu and %lu", mode, saw.user,
                saw.user_before, saw.user_after);
    return true;
}

/*
 * As many ticks as `ns` make, within a twentieth. A machine that is held up may lose
 * any time between two reads, so those around the clock's are its bounds.
 */
static void check_rate(uint64_t khz)
{
    uint64_t want = saw.ns / 1000 * khz / 1000;

    expect_true(saw.most > want - want / 20 && saw.least < want + want / 20,
                "%lu to %lu ticks in %lu ns at %lu kHz", saw.least, saw.most,
                saw.ns, khz);
}

/* From a machine that ran for longer than ours: the counter of Xen 4.17, whose
 * unsigned offset cannot be before its boot, then begins anywhere. */
static void check_emulated(void)
{
    uint64_t elapsed = on_splitring() ? ELAPSED : time_ns() / 2;
    uint64_t slack = on_splitring() ? 0 : 20;   /* ms: its clock goes back     */
    uint64_t start = (elapsed / 1000000 - slack) * KHZ;

    if (!life(1, KHZ, elapsed))
        return;
    expect_true(saw.first >= start && saw.first < start + 100UL * 1000 * KHZ,
                "it began with %lu, not %lu", saw.first, start);
    check_rate(KHZ);
    expect_eq(KHZ, op.u.tsc_info.gtsc_khz, "its rate");
    expect_true(op.u.tsc_info.elapsed_nsec > elapsed &&
                op.u.tsc_info.elapsed_nsec < elapsed + 100000000000UL,
                "elapsed %lu", op.u.tsc_info.elapsed_nsec);
    expect_eq(1, saw.leaf[0][0] & 1, "emulated by CPUID");
    expect_eq(KHZ, saw.leaf[0][2], "its rate by CPUID");
    expect_eq(0, saw.leaf[1][0] | saw.leaf[1][1], "the counter's own offset");
    expect_eq((1000000UL << 32) / KHZ, saw.leaf[1][2], "ns in a tick, times 2^32");
    expect_eq(0, saw.leaf[1][3], "as it is");
    expect_true(domain_destroy(&child), "destroyed");
}

static void check_machines(void)
{
    uint64_t now;

    if (!life(2, KHZ, 0))
        return;
    now = rdtsc();
    expect_true(saw.user_after < now, "it read %lu, we %lu later", saw.user_after, now);
    expect_eq(0, saw.leaf[0][0] & 1, "emulated by CPUID");
    expect_true(saw.leaf[2][0] > 1000, "the machine's rate: %u", saw.leaf[2][0]);
    check_rate(saw.leaf[2][0]);
    expect_true(domain_destroy(&child), "destroyed");
}

void test_main(void)
{
    struct xen_domctl own;

    if (!rt_is_dom0()) {
        expect_true(domain_ctl(&own, XEN_DOMCTL_gettscinfo, DOMID_SELF) < 0,
                    "a guest asks");
        return;
    }
    check_emulated();
    check_machines();
}
