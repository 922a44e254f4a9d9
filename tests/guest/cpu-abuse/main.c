/* SPDX-License-Identifier: MIT */
#include "frontends/rt/domain.h"
#include "public/platform.h"
#include "public/sysctl.h"

const char test_title[] =
    "CPU 0, CPUs that are not there, pinned ones and a CPU out of use are refused what "
    "they cannot do, and vcpus that race for one CPU leave it whole; asked for a CPU of "
    "another pool, Xen refuses it for ever, which is not tried there";

/* covers abuse: platform_op.cpu_offline platform_op.cpu_online */
/* covers abuse: sysctl.cpu_hotplug */

#define POOL(x) XEN_SYSCTL_CPUPOOL_OP_##x
#define TRIES   200

static uint64_t all;
static unsigned last, stop, wrong, turns;

static long sysctl(unsigned cmd, struct xen_sysctl *s)
{
    s->cmd = cmd;
    s->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    return hc_sysctl(s);
}

static long hotplug(unsigned op, unsigned cpu)
{
    struct xen_sysctl s = { .u.cpu_hotplug = { .cpu = cpu, .op = op } };

    return sysctl(XEN_SYSCTL_cpu_hotplug, &s);
}

#define on(cpu)  hotplug(XEN_SYSCTL_CPU_HOTPLUG_ONLINE, cpu)
#define off(cpu) hotplug(XEN_SYSCTL_CPU_HOTPLUG_OFFLINE, cpu)

static long platform(unsigned cmd, unsigned cpu)
{
    struct xen_platform_op p = { .cmd = cmd, .u.cpu_ol.cpuid = cpu,
        .interface_version = XENPF_INTERFACE_VERSION };

    return hc_platform_op(&p);
}

static long pool(unsigned op, unsigned id, unsigned cpu)
{
    struct xen_sysctl s = { .u.cpupool_op = { .op = op, .cpupool_id = id,
        .cpu = cpu, .sched_id = XEN_SCHEDULER_CREDIT2 } };

    return sysctl(XEN_SYSCTL_cpupool_op, &s);
}

static long set_affinity(uint64_t hard)
{
    return domain_affinity(XEN_DOMCTL_setvcpuaffinity, 0, &hard);
}

static long pin(int cpu)
{
    struct sched_pin_override o = { .pcpu = cpu };

    return hc_sched_op(SCHEDOP_pin_override, &o);
}

static void check_numbers(void)
{
    const unsigned no[] = { last + 1, 63, 64, 0xffff, 0x80000000, ~0u };

    for (unsigned i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        expect_eq(-XEN_EINVAL, on(no[i]), "CPU %#x on", no[i]);
        expect_eq(-XEN_EINVAL, off(no[i]), "CPU %#x off", no[i]);
        expect_eq(-XEN_EINVAL, platform(XENPF_cpu_online, no[i]), "CPU %#x on", no[i]);
        expect_eq(-XEN_EINVAL, platform(XENPF_cpu_offline, no[i]), "CPU %#x off",
                  no[i]);
    }
    expect_eq(-XEN_EEXIST, on(0), "CPU 0 on");
    expect_eq(-XEN_EINVAL, off(0), "CPU 0 off");
    expect_eq(0, platform(XENPF_cpu_online, 0), "CPU 0 on");
    expect_eq(-XEN_EOPNOTSUPP, platform(XENPF_cpu_offline, 0), "CPU 0 off");
    for (unsigned op = 2; op < 8; op++)
        expect_eq(-XEN_EOPNOTSUPP, hotplug(op, 0), "operation %u", op);
    expect_eq(-XEN_EOPNOTSUPP, hotplug(~0u, 0), "operation ~0");
}

/* What a CPU out of use is refused. */
static void check_out(void)
{
    uint64_t map;

    expect_eq(0, off(last), "CPU %u off", last);
    expect_eq(-XEN_EEXIST, off(last), "again");
    expect_eq(0, platform(XENPF_cpu_offline, last), "again");
    expect_eq(-XEN_EINVAL, pool(POOL(RMCPU), 0, last), "out of its pool");
    expect_eq(-XEN_ENODEV, pool(POOL(ADDCPU), 0, last), "into pool 0");
    expect_eq(-XEN_EINVAL, set_affinity(1UL << last), "affinity with it alone");
    expect_eq(-XEN_EINVAL, pin((int)last), "pinned to it");
    expect_eq(0, set_affinity(1UL << last | 1), "affinity with it and CPU 0");
    expect_eq(0, on(last), "CPU %u on", last);
    expect_eq(0, domain_affinity(XEN_DOMCTL_getvcpuaffinity, 0, &map), "affinity");
    expect_eq(1UL << last | 1, map, "affinity that was kept");
    expect_eq(-XEN_EEXIST, on(last), "again");
    expect_eq(0, platform(XENPF_cpu_online, last), "again");
}

/* A vcpu that is on the CPU alone loses its affinity; one that has pinned itself,
 * to whatever CPU, keeps all of its pool. */
static void check_pinned(void)
{
    uint64_t map = 0;

    expect_eq(0, set_affinity(1UL << last), "ourselves there alone");
    expect_eq(0, off(last), "the CPU below us off");
    expect_eq(0, domain_affinity(XEN_DOMCTL_getvcpuaffinity, 0, &map), "affinity");
    expect_eq(all, map, "affinity after that");
    expect_eq(0, on(last), "CPU %u on", last);
    expect_eq(0, pin((int)last), "pin");
    expect_eq(-XEN_EADDRINUSE, off(last), "the CPU that we are pinned to");
    expect_eq(-XEN_EADDRINUSE, platform(XENPF_cpu_offline, last), "the same");
    expect_eq(0, pin(-1), "unpin");
    expect_eq(0, pin(0), "pin to CPU 0");
    expect_eq(-XEN_EADDRINUSE, off(last), "another CPU");
    expect_eq(0, pin(-1), "unpin");
    expect_eq(0, off(last), "CPU %u off", last);
    expect_eq(0, on(last), "CPU %u on", last);
}

/* A free CPU goes, and comes back in pool 0. */
static void check_pools(void)
{
    expect_eq(-XEN_EINVAL, pool(POOL(RMCPU), 0, 0), "CPU 0 out of pool 0");
    expect_eq(0, pool(POOL(RMCPU), 0, last), "CPU %u out of pool 0", last);
    expect_eq(0, off(last), "off");
    expect_eq(-XEN_ENODEV, pool(POOL(ADDCPU), 0, last), "back into pool 0");
    expect_eq(0, on(last), "on");
    expect_eq(-XEN_ENODEV, pool(POOL(ADDCPU), 0, last), "where it is");
    if (!on_splitring())
        return;
    expect_eq(0, pool(POOL(CREATE), 1, 0), "pool 1");
    expect_eq(0, pool(POOL(RMCPU), 0, last), "out of pool 0");
    expect_eq(0, pool(POOL(ADDCPU), 1, last), "into pool 1");
    expect_eq(-XEN_ENODEV, off(last), "off, from pool 1");
    expect_eq(-XEN_ENODEV, platform(XENPF_cpu_offline, last), "the same");
    expect_eq(0, pool(POOL(RMCPU), 1, last), "out of pool 1");
    expect_eq(0, pool(POOL(ADDCPU), 0, last), "into pool 0");
    expect_eq(0, pool(POOL(DESTROY), 1, 0), "no pool 1");
}

/* EBUSY is Xen's, which changes one CPU at a time. */
static void second_main(void *arg)
{
    (void)arg;
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        long rc = turns % 2 ? on(last) : off(last);

        if (rc != 0 && rc != -XEN_EEXIST && rc != -XEN_EBUSY)
            __atomic_store_n(&wrong, (unsigned)-rc, __ATOMIC_SEQ_CST);
        __atomic_add_fetch(&turns, 1, __ATOMIC_SEQ_CST);
    }
}

static void check_race(void)
{
    struct sched_poll poll = { 0 };
    long rc;

    stop = wrong = turns = 0;
    expect_eq(0, rt_vcpu_start(1, second_main, NULL), "start vcpu 1");
    for (unsigned i = 0; i < 1000 && !__atomic_load_n(&turns, __ATOMIC_SEQ_CST); i++) {
        poll.timeout = time_ns() + 1000000;
        hc_sched_op(SCHEDOP_poll, &poll);
    }
    expect_true(turns != 0, "vcpu 1 did not get to it");
    for (unsigned i = 0; i < TRIES; i++) {
        rc = i % 2 ? on(last) : off(last);
        expect_true(rc == 0 || rc == -XEN_EEXIST || rc == -XEN_EBUSY, "race: %ld", rc);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    while (hc_vcpu_op(VCPUOP_is_up, 1, NULL) == 1)
        hc_sched_op(SCHEDOP_yield, NULL);
    expect_eq(0, wrong, "what vcpu 1 was told");
    expect_eq(0, platform(XENPF_cpu_online, last), "on in the end");
}

void test_main(void)
{
    if (!rt_is_dom0()) {
        for (unsigned cpu = 0; cpu < 4; cpu++) {
            expect_eq(-XEN_EPERM, on(cpu), "CPU %u on", cpu);
            expect_eq(-XEN_EPERM, off(cpu), "CPU %u off", cpu);
            expect_eq(-XEN_EPERM, platform(XENPF_cpu_online, cpu), "CPU %u on", cpu);
            expect_eq(-XEN_EPERM, platform(XENPF_cpu_offline, cpu), "CPU %u off", cpu);
        }
        return;
    }
    expect_eq(0, domain_affinity(XEN_DOMCTL_getvcpuaffinity, 0, &all), "CPUs");
    last = 63 - (unsigned)__builtin_clzl(all);
    check_numbers();
    if (last == 0)
        return;
    check_out();
    check_pinned();
    check_pools();
    check_race();
    expect_eq(0, set_affinity(~0UL), "all CPUs");
}
