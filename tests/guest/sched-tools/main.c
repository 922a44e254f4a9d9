/* SPDX-License-Identifier: MIT */
#include "frontends/rt/domain.h"
#include "public/sysctl.h"

const char test_title[] =
    "weights, caps, the rate limit, the CPU pool and affinity are what was set, "
    "values out of range are refused, and who pinned itself is moved by force alone";

/* covers use: domctl.scheduler_op domctl.setvcpuaffinity sysctl.scheduler_op */
/* covers use: sysctl.cpupool_op sched_op.pin_override */
/* covers abuse: domctl.scheduler_op domctl.setvcpuaffinity */
/* covers abuse: sysctl.scheduler_op sysctl.cpupool_op sched_op.pin_override */

#define HARD XEN_VCPUAFFINITY_HARD
#define SOFT XEN_VCPUAFFINITY_SOFT
#define FORCE XEN_VCPUAFFINITY_FORCE

static struct rt_domain child;
static struct xen_sysctl s;

static void body(uint64_t arg)
{
    (void)arg;
    for (;;)
        hc_sched_op(SCHEDOP_block, NULL);
}

static long weight(unsigned sched, unsigned cmd, struct xen_domctl_sched_credit2 *w)
{
    struct xen_domctl d = { .u.scheduler_op = {
        .sched_id = sched, .cmd = cmd, .u.credit2 = *w } };
    long rc = domain_ctl(&d, XEN_DOMCTL_scheduler_op, child.id);

    *w = d.u.scheduler_op.u.credit2;
    return rc;
}

static void check_weights(void)
{
    static const struct {
        uint16_t weight, cap;
        int rc;
        uint16_t has_weight, has_cap;
    } rows[] = {
        { 512, 30, 0, 512, 30 },      { 0, 40, 0, 512, 40 },
        { 100, 65535, -XEN_EINVAL, 100, 40 },
        { 100, 101, -XEN_EINVAL, 100, 40 },
        { 100, 100, 0, 100, 100 },    { 65535, 0, 0, 65535, 0 },
        { 1, 1, 0, 1, 1 },            { 256, 0, 0, 256, 0 },
    };
    static const unsigned wrong[][2] = {
        { XEN_SCHEDULER_CREDIT, 0 }, { 0, 0 }, { ~0U, 1 },
        { XEN_SCHEDULER_CREDIT2, XEN_DOMCTL_SCHEDOP_putvcpuinfo },
        { XEN_SCHEDULER_CREDIT2, XEN_DOMCTL_SCHEDOP_getvcpuinfo },
        { XEN_SCHEDULER_CREDIT2, 4 }, { XEN_SCHEDULER_CREDIT2, ~0U },
    };
    struct xen_domctl_sched_credit2 w;

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        w.weight = rows[i].weight;
        w.cap = rows[i].cap;
        expect_eq(rows[i].rc, weight(XEN_SCHEDULER_CREDIT2, 0, &w),
                  "weight %u and cap %u", rows[i].weight, rows[i].cap);
        w.weight = w.cap = 7;
        expect_eq(0, weight(XEN_SCHEDULER_CREDIT2, 1, &w), "getinfo");
        expect_eq(rows[i].has_weight, w.weight, "weight after row %u", i);
        expect_eq(rows[i].has_cap, w.cap, "cap after row %u", i);
    }
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        expect_eq(-XEN_EINVAL, weight(wrong[i][0], wrong[i][1], &w),
                  "scheduler %u, command %u", wrong[i][0], wrong[i][1]);
}

static long sys(unsigned cmd)
{
    s.cmd = cmd;
    s.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    return hc_sysctl(&s);
}

static long limit(unsigned pool, unsigned sched, unsigned cmd, unsigned us)
{
    memset(&s.u, 0, sizeof(s.u));
    s.u.scheduler_op.cpupool_id = pool;
    s.u.scheduler_op.sched_id = sched;
    s.u.scheduler_op.cmd = cmd;
    s.u.scheduler_op.u.sched_credit2.ratelimit_us = us;
    return sys(XEN_SYSCTL_scheduler_op);
}

static void check_limit(void)
{
    static const unsigned us[] = { 2000, 99, 100, 500000, 500001, 0, ~0U, 1000 };
    const unsigned c2 = XEN_SCHEDULER_CREDIT2;
    unsigned now = 1000;

    for (unsigned i = 0; i < sizeof(us) / sizeof(us[0]); i++) {
        bool ok = us[i] == 0 || (us[i] >= 100 && us[i] <= 500000);

        expect_eq(ok ? 0 : -XEN_EINVAL,
                  limit(0, c2, XEN_SYSCTL_SCHEDOP_putinfo, us[i]), "%u us", us[i]);
        now = ok ? us[i] : now;
        expect_eq(0, limit(0, c2, XEN_SYSCTL_SCHEDOP_getinfo, 7), "getinfo");
        expect_eq(now, s.u.scheduler_op.u.sched_credit2.ratelimit_us, "limit");
    }
    expect_eq(-XEN_ESRCH, limit(1, c2, 1, 0), "pool 1");
    expect_eq(-XEN_ESRCH, limit(~0U, c2, 1, 0), "pool ~0");
    expect_eq(-XEN_EINVAL, limit(0, XEN_SCHEDULER_CREDIT, 1, 0), "credit");
    expect_eq(-XEN_EINVAL, limit(0, c2, 2, 0), "command 2");
    expect_eq(-XEN_EINVAL, limit(0, c2, ~0U, 0), "command ~0");
}

static uint64_t pool_cpus;

static long pool(unsigned op, unsigned id, unsigned domid, unsigned cpu)
{
    memset(&s.u, 0, sizeof(s.u));
    pool_cpus = 0;
    s.u.cpupool_op.op = op;
    s.u.cpupool_op.cpupool_id = id;
    s.u.cpupool_op.sched_id = 99;
    s.u.cpupool_op.domid = domid;
    s.u.cpupool_op.cpu = cpu;
    s.u.cpupool_op.cpumap.nr_bits = 64;
    set_xen_guest_handle(s.u.cpupool_op.cpumap.bitmap, (uint8_t *)&pool_cpus);
    return sys(XEN_SYSCTL_cpupool_op);
}

static void check_pool(void)
{
    const struct { unsigned op, id, dom, cpu; int rc; } rows[] = {
        { XEN_SYSCTL_CPUPOOL_OP_INFO, 1, 0, 0, -XEN_ENOENT },
        { XEN_SYSCTL_CPUPOOL_OP_INFO, ~0U, 0, 0, -XEN_ENOENT },
        { XEN_SYSCTL_CPUPOOL_OP_FREEINFO, 9, 0, 0, 0 },
        { XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, 0, child.id, 0, 0 },
        { XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, 1, child.id, 0, -XEN_ENOENT },
        { XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, 0, 0, 0, -XEN_EPERM },
        { XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, 0, 0x7fe0, 0, -XEN_ESRCH },
        { XEN_SYSCTL_CPUPOOL_OP_DESTROY, 0, 0, 0, -XEN_EBUSY },
        { XEN_SYSCTL_CPUPOOL_OP_DESTROY, 1, 0, 0, -XEN_ENOENT },
        { XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 0, 0, 0, -XEN_ENODEV },
        { XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 0, 0, ~0U, -XEN_ENODEV },
        { XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 0, 0, 1000, -XEN_EINVAL },
        { XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 1, 0, 0, -XEN_ENOENT },
        { XEN_SYSCTL_CPUPOOL_OP_RMCPU, 1, 0, 0, -XEN_ENOENT },
        { XEN_SYSCTL_CPUPOOL_OP_RMCPU, 0, 0, 1000, -XEN_EINVAL },
        { XEN_SYSCTL_CPUPOOL_OP_CREATE, 5, 0, 0, -XEN_ENOENT },
        { 0, 0, 0, 0, -XEN_ENOSYS },  { 8, 0, 0, 0, -XEN_ENOSYS },
    };

    expect_eq(0, pool(XEN_SYSCTL_CPUPOOL_OP_INFO, 0, 0, 0), "pool 0");
    expect_eq(XEN_SCHEDULER_CREDIT2, s.u.cpupool_op.sched_id, "its scheduler");
    expect_eq(2, s.u.cpupool_op.n_dom, "its domains");
    expect_true(pool_cpus & 1, "its CPUs: %#lx", pool_cpus);
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        expect_eq(rows[i].rc, pool(rows[i].op, rows[i].id, rows[i].dom,
                                   rows[i].cpu),
                  "pool command %u, pool %u, domain %u, CPU %u", rows[i].op,
                  rows[i].id, rows[i].dom, rows[i].cpu);
    expect_eq(0, pool_cpus, "no CPU is free");
}

struct affinity { uint64_t hard, soft; };

static long affinity(unsigned cmd, domid_t id, unsigned flags, struct affinity *a)
{
    struct xen_domctl d = { .u.vcpuaffinity = {
        .flags = flags, .cpumap_hard.nr_bits = 64, .cpumap_soft.nr_bits = 64 } };

    set_xen_guest_handle(d.u.vcpuaffinity.cpumap_hard.bitmap,
                         (uint8_t *)&a->hard);
    set_xen_guest_handle(d.u.vcpuaffinity.cpumap_soft.bitmap,
                         (uint8_t *)&a->soft);
    return domain_ctl(&d, cmd, id);
}

/* Sets it, and compares what is told to be in force and what is kept. */
static void set(domid_t id, unsigned flags, struct affinity a, int rc,
                struct affinity told, struct affinity kept)
{
    struct affinity now = { 0, 0 };

    expect_eq(rc, affinity(XEN_DOMCTL_setvcpuaffinity, id, flags, &a),
              "set %#lx %#lx with flags %u", a.hard, a.soft, flags);
    expect_eq(told.hard, a.hard, "hard affinity told after flags %u", flags);
    expect_eq(told.soft, a.soft, "soft affinity told after flags %u", flags);
    expect_eq(0, affinity(XEN_DOMCTL_getvcpuaffinity, id, HARD | SOFT, &now),
              "get");
    expect_eq(kept.hard, now.hard, "hard affinity after flags %u", flags);
    expect_eq(kept.soft, now.soft, "soft affinity after flags %u", flags);
}

#define A(h, s) (struct affinity){ (h), (s) }

static void check_affinity(uint64_t all)
{
    domid_t id = child.id;

    set(id, HARD, A(1, 0), 0, A(1, 0), A(1, all));
    set(id, HARD, A(~0UL, 0), 0, A(all, 0), A(all, all));
    set(id, HARD, A(~all, 0), -XEN_EINVAL, A(~all, 0), A(all, all));
    set(id, SOFT, A(0, 1), 0, A(0, 1), A(all, 1));
    set(id, SOFT, A(0, ~all), 0, A(0, 0), A(all, 0));
    set(id, HARD | SOFT, A(1, all & ~1UL), 0, A(1, 0), A(1, all & ~1UL));
    set(id, HARD | SOFT, A(~all, 1), -XEN_EINVAL, A(~all, 1),
        A(1, all & ~1UL));
    set(id, FORCE, A(all, 0), 0, A(all, 0), A(1, all & ~1UL));
    set(id, HARD | SOFT, A(~0UL, ~0UL), 0, A(all, all), A(all, all));
    set(id, 0, A(all, 0), -XEN_EINVAL, A(all, 0), A(all, all));
}

static long pin(int cpu)
{
    struct sched_pin_override op = { .pcpu = cpu };

    return hc_sched_op(SCHEDOP_pin_override, &op);
}

static void check_override(uint64_t all)
{
    expect_eq(0, pin(0), "pin to CPU 0");
    set(0, HARD, A(all, 0), -XEN_EBUSY, A(all, 0), A(1, all));
    set(0, SOFT, A(0, 1), -XEN_EBUSY, A(0, 1), A(1, all));
    set(0, HARD | FORCE, A(all, 0), 0, A(all, 0), A(all, all));
    expect_eq(-XEN_EINVAL, pin(-1), "unpin what was moved by force");
    expect_eq(0, pin(0), "pin to CPU 0");
    set(0, FORCE, A(0, 0), 0, A(0, 0), A(all, all));
    expect_eq(0, pin(0), "pin to CPU 0");
    expect_eq(-XEN_EBUSY, pin(0), "pin twice");
    expect_eq(0, pin(-1), "unpin");
}

void test_main(void)
{
    struct affinity all = { 0, 0 };

    if (!rt_is_dom0()) {
        expect_eq(-XEN_EPERM, limit(0, XEN_SCHEDULER_CREDIT2, 1, 0),
                  "getinfo by a guest");
        return;
    }
    if (!domain_build(&child, &(struct rt_domain_spec){ .fn = body }))
        return;
    expect_eq(0, affinity(XEN_DOMCTL_getvcpuaffinity, 0, HARD, &all), "CPUs");
    check_weights();
    check_limit();
    check_pool();
    check_affinity(all.hard);
    check_override(all.hard);
    domain_destroy(&child);
}
