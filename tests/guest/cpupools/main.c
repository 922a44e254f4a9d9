/* SPDX-License-Identifier: MIT */
#include "frontends/rt/domain.h"
#include "public/sysctl.h"

const char test_title[] =
    "CPUs go from pool to pool, a domain runs on those of its pool alone, and a pool "
    "in use keeps its last CPU";

/* covers use: sysctl.cpupool_op domctl.createdomain */
/* covers abuse: sysctl.cpupool_op */

#define OP(x) XEN_SYSCTL_CPUPOOL_OP_##x
#define ANY   XEN_SYSCTL_CPUPOOL_PAR_ANY
#define NEVER 77                        /* a pool that is not                  */

static struct rt_domain child;
static struct xen_sysctl s;
static uint64_t cpus, beats;
static unsigned last;                   /* the CPU that moves                  */

static void body(uint64_t arg)
{
    (void)arg;
    for (;;)
        store64(&beats, beats + 1);
}

/* Xen answers EAGAIN while vcpus are on their way from a CPU that leaves, and then
 * wants to hear its number again, not ANY. */
static long op(unsigned cmd, unsigned id, unsigned what)
{
    unsigned tries = 0;
    long rc;

    memset(&s, 0, sizeof(s));
    cpus = 0;
    s.cmd = XEN_SYSCTL_cpupool_op;
    s.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    s.u.cpupool_op.op = cmd;
    s.u.cpupool_op.cpupool_id = id;
    s.u.cpupool_op.sched_id = XEN_SCHEDULER_CREDIT2;
    s.u.cpupool_op.domid = what;
    s.u.cpupool_op.cpu = what;
    s.u.cpupool_op.cpumap.nr_bits = 64;
    set_xen_guest_handle(s.u.cpupool_op.cpumap.bitmap, (uint8_t *)&cpus);
    while ((rc = hc_sysctl(&s)) == -XEN_EAGAIN && ++tries < 10) {
        s.u.cpupool_op.cpu = what == ANY ? last : what;
        hc_sched_op(SCHEDOP_yield, NULL);
    }
    return rc;
}

static void check_info(unsigned from, unsigned id, uint64_t map, unsigned domains)
{
    expect_eq(0, op(OP(INFO), from, 0), "pool from %u on", from);
    expect_eq(id, s.u.cpupool_op.cpupool_id, "its number");
    expect_eq(XEN_SCHEDULER_CREDIT2, s.u.cpupool_op.sched_id, "its scheduler");
    expect_eq(map, cpus, "CPUs of pool %u", id);
    expect_eq(domains, s.u.cpupool_op.n_dom, "domains of pool %u", id);
}

static long pin(int cpu)
{
    struct sched_pin_override o = { .pcpu = cpu };

    return hc_sched_op(SCHEDOP_pin_override, &o);
}

static long create(unsigned pool, domid_t *id)
{
    struct xen_domctl d = { .u.createdomain = {
        .max_vcpus = 1, .max_evtchn_port = 1023, .max_grant_frames = 4,
        .max_maptrack_frames = 4, .grant_opts = XEN_DOMCTL_GRANT_version(1),
        .cpupool_id = pool } };
    long rc = domain_ctl(&d, XEN_DOMCTL_createdomain, 0);

    *id = d.domain;
    return rc;
}

static unsigned pool_of(domid_t id)
{
    struct xen_domctl_getdomaininfo info = { .cpupool = 999 };

    domain_info(id, &info);
    return info.cpupool;
}

static void doze(void)
{
    struct sched_poll poll = { .timeout = time_ns() + 1000000 };

    hc_sched_op(SCHEDOP_poll, &poll);
}

/* The child gets on, and only on these CPUs. */
static void check_runs_on(uint64_t map)
{
    struct xen_domctl d = { 0 };
    uint64_t seen = load64(domain_at(&child, &beats));

    for (unsigned i = 0; i < 2000 && load64(domain_at(&child, &beats)) == seen;
         i++)
        doze();
    expect_true(load64(domain_at(&child, &beats)) != seen, "it does not run");
    for (unsigned i = 0; i < 50; i++) {
        doze();
        expect_eq(0, domain_ctl(&d, XEN_DOMCTL_getvcpuinfo, child.id), "where");
        expect_true(map >> d.u.getvcpuinfo.cpu & 1, "it is on CPU %u",
                    d.u.getvcpuinfo.cpu);
    }
}

/* Xen has no more pools than CPUs, about. */
static void check_numbers(void)
{
    expect_eq(-XEN_EEXIST, op(OP(CREATE), 1, 0), "create it again");
    expect_eq(0, op(OP(CREATE), 5, 0), "create number 5");
    expect_eq(0, op(OP(CREATE), ANY, 0), "create another");
    expect_eq(6, s.u.cpupool_op.cpupool_id, "its number");
    check_info(1, 1, 0, 0);
    check_info(2, 5, 0, 0);
    expect_eq(0, op(OP(DESTROY), 5, 0), "end number 5");
    expect_eq(-XEN_ENOENT, op(OP(DESTROY), 5, 0), "end it again");
    expect_eq(0, op(OP(DESTROY), 6, 0), "end number 6");
}

static void check_empty(void)
{
    domid_t id;

    expect_eq(0, op(OP(CREATE), ANY, 0), "create one");
    expect_eq(1, s.u.cpupool_op.cpupool_id, "its number");
    if (last > 0)
        check_numbers();
    expect_eq(-XEN_ENOENT, op(OP(INFO), 2, 0), "pools from 2 on");
    expect_eq(-XEN_ENOENT, op(OP(MOVEDOMAIN), 1, child.id), "to a pool without CPU");
    expect_eq(-XEN_ENODEV, create(1, &id), "a new domain in a pool without CPU");
    expect_eq(-XEN_ESRCH, create(NEVER, &id), "a new domain in no pool");
    expect_eq(-XEN_EADDRNOTAVAIL, op(OP(RMCPU), 1, 0), "a CPU from a pool without");
    expect_eq(-XEN_EINVAL, op(OP(RMCPU), 1, ANY), "any CPU from a pool without");
}

static void check_cpu(uint64_t all)
{
    expect_eq(0, op(OP(RMCPU), 0, ANY), "the last CPU leaves pool 0");
    check_info(0, 0, all & ~(1UL << last), 2);
    expect_eq(0, op(OP(FREEINFO), 0, 0), "free CPUs");
    expect_eq(1UL << last, cpus, "free CPUs");
    expect_eq(-XEN_EADDRNOTAVAIL, op(OP(RMCPU), 0, last), "it leaves again");
    expect_eq(-XEN_EINVAL, pin((int)last), "pin to a CPU that is free");
    expect_eq(0, op(OP(ADDCPU), 1, ANY), "it goes to pool 1");
    expect_eq(-XEN_ENODEV, op(OP(ADDCPU), 1, last), "again");
    expect_eq(-XEN_ENODEV, op(OP(ADDCPU), 0, last), "to pool 0 as well");
    expect_eq(-XEN_ENOENT, op(OP(ADDCPU), NEVER, last), "to no pool");
    check_info(1, 1, 1UL << last, 0);
    expect_eq(-XEN_EBUSY, op(OP(DESTROY), 1, 0), "end a pool with a CPU");
}

static void check_domain(uint64_t all)
{
    uint64_t map = all & ~(1UL << last);
    domid_t id;

    expect_eq(0, domain_affinity(XEN_DOMCTL_setvcpuaffinity, child.id, &map), "pin it");
    expect_eq(0, pool_of(child.id), "pool of the child");
    expect_eq(0, op(OP(MOVEDOMAIN), 1, child.id), "to pool 1");
    expect_eq(1, pool_of(child.id), "pool of the child");
    check_info(1, 1, 1UL << last, 1);
    check_info(0, 0, all & ~(1UL << last), 1);
    check_runs_on(1UL << last);
    expect_eq(0, domain_affinity(XEN_DOMCTL_getvcpuaffinity, child.id, &map), "get");
    expect_eq(all, map, "its affinity after the move");
    map = 1;
    expect_eq(-XEN_EINVAL, domain_affinity(XEN_DOMCTL_setvcpuaffinity, child.id,
                                            &map),
              "pin it to a CPU of another pool");
    map = all;
    expect_eq(0, domain_affinity(XEN_DOMCTL_setvcpuaffinity, child.id, &map), "to all");
    expect_eq(1UL << last, map, "what is in force");
    expect_eq(-XEN_EBUSY, op(OP(RMCPU), 1, last), "a domain's last CPU");
    expect_eq(-XEN_EBUSY, op(OP(DESTROY), 1, 0), "end a pool with a domain");
    expect_eq(-XEN_EPERM, op(OP(MOVEDOMAIN), 1, 0), "the control domain");
    expect_eq(-XEN_ENOENT, op(OP(MOVEDOMAIN), NEVER, child.id), "to no pool");
    expect_eq(0, create(1, &id), "a new domain in pool 1");
    expect_eq(1, pool_of(id), "its pool");
    check_info(1, 1, 1UL << last, 2);
    expect_eq(0, domain_ctl(&(struct xen_domctl){ 0 }, XEN_DOMCTL_destroydomain,
                            id), "it ends");
    for (unsigned i = 0; i < 1000 && op(OP(INFO), 1, 0) == 0 &&
                         s.u.cpupool_op.n_dom == 2; i++)
        doze();
    check_info(1, 1, 1UL << last, 1);
    expect_eq(0, op(OP(MOVEDOMAIN), 0, child.id), "back to pool 0");
    check_runs_on(all & ~(1UL << last));
}

/* Who is pinned to a CPU that goes is pinned no more, but for a pin_override. */
static void check_pinned(uint64_t all)
{
    uint64_t map = 1UL << last;

    expect_eq(0, op(OP(RMCPU), 1, last), "the CPU leaves pool 1");
    expect_eq(0, op(OP(ADDCPU), 0, last), "back to pool 0");
    expect_eq(0, domain_affinity(XEN_DOMCTL_setvcpuaffinity, child.id, &map), "pin it");
    check_runs_on(1UL << last);
    expect_eq(0, pin((int)last), "pin ourselves");
    expect_true(op(OP(RMCPU), 0, last) < 0, "where we are pinned");
    expect_eq(0, pin(-1), "unpin");
    expect_eq(0, op(OP(RMCPU), 0, last), "the CPU leaves pool 0");
    expect_eq(0, domain_affinity(XEN_DOMCTL_getvcpuaffinity, child.id, &map), "get");
    expect_eq(all, map, "its affinity after its CPU has gone");
    check_runs_on(all & ~(1UL << last));
    for (unsigned cpu = last - 1; cpu > 0; cpu--)
        expect_eq(0, op(OP(RMCPU), 0, cpu), "CPU %u leaves pool 0", cpu);
    expect_true(op(OP(RMCPU), 0, 0) < 0, "the last CPU of pool 0");
    for (unsigned cpu = 1; cpu < last; cpu++)
        expect_eq(0, op(OP(ADDCPU), 0, cpu), "CPU %u is back in pool 0", cpu);
    expect_eq(0, op(OP(ADDCPU), 0, last), "back to pool 0");
}

void test_main(void)
{
    uint64_t all = 0;

    if (!rt_is_dom0()) {
        expect_eq(-XEN_EPERM, op(OP(CREATE), ANY, 0), "create by a guest");
        return;
    }
    if (!domain_build(&child, &(struct rt_domain_spec){ .fn = body }))
        return;
    expect_eq(0, domain_affinity(XEN_DOMCTL_getvcpuaffinity, 0, &all), "CPUs");
    last = 63 - (unsigned)__builtin_clzl(all);
    check_empty();
    domain_unpause(&child);
    if (last > 0) {
        check_cpu(all);
        check_domain(all);
        check_pinned(all);
    } else {
        expect_true(op(OP(RMCPU), 0, 0) < 0, "the only CPU");
    }
    expect_eq(0, op(OP(DESTROY), 1, 0), "end pool 1");
    domain_destroy(&child);
}
