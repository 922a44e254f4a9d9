/* SPDX-License-Identifier: MIT */
#include "frontends/rt/domain.h"
#include "public/arch-x86/xen-mca.h"
#include "public/platform.h"
#include "public/sysctl.h"

const char test_title[] =
    "CPUs go out of use and come back, twenty times, while vcpus run, send events, "
    "wait for timers and flush each other's TLBs; all the machine's tables show it";

/* covers use: platform_op.cpu_offline platform_op.cpu_online */
/* covers use: sysctl.cpu_hotplug platform_op.get_cpuinfo */

#define ROUNDS  20
#define SOON    2000000000UL

static struct rt_domain child;
static uint64_t all, beats, turns, sees;
static unsigned last, changes, ticks, echoes, stop;
static evtchn_port_t there, back;       /* to vcpu 1, and its answer           */
static char *hole;

static void child_body(uint64_t arg)
{
    (void)arg;
    for (;;)
        store64(&beats, beats + 1);
}

static void on_change(unsigned port)
{
    (void)port;
    __atomic_add_fetch(&changes, 1, __ATOMIC_SEQ_CST);
}

static void on_tick(unsigned port)
{
    (void)port;
    __atomic_add_fetch(&ticks, 1, __ATOMIC_SEQ_CST);
}

static void on_echo(unsigned port)
{
    (void)port;
    __atomic_add_fetch(&echoes, 1, __ATOMIC_SEQ_CST);
}

static void send(evtchn_port_t port)
{
    struct evtchn_send op = { .port = port };

    hc_event_channel_op(EVTCHNOP_send, &op);
}

static void on_call(unsigned port)
{
    (void)port;
    send(back);
}

static evtchn_port_t ipi(unsigned vcpu, event_handler *h)
{
    struct evtchn_bind_ipi op = { .vcpu = vcpu };

    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_ipi, &op), "bind_ipi");
    event_on(op.port, h);
    return op.port;
}

static evtchn_port_t virq(unsigned which, event_handler *h)
{
    struct evtchn_bind_virq op = { .virq = which };

    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_virq, &op), "bind_virq");
    event_on(op.port, h);
    return op.port;
}

static void end(evtchn_port_t port)
{
    struct evtchn_close op = { .port = port };

    event_mask(port);
    event_on(port, NULL);
    event_mask(port);
    expect_eq(0, hc_event_channel_op(EVTCHNOP_close, &op), "close");
}

/* vcpu 1: looks at the page in the hole all the time, and answers events. */
static void second_main(void *arg)
{
    struct trap_caught c;
    uint64_t v;

    (void)arg;
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        store64(&sees, try_read(&c, hole, &v));
        store64(&turns, turns + 1);
    }
}

static long platform(unsigned cmd, unsigned cpu, struct xen_platform_op *p)
{
    memset(p, 0, sizeof(*p));
    p->cmd = cmd;
    p->interface_version = XENPF_INTERFACE_VERSION;
    if (cmd == XENPF_get_cpuinfo)
        p->u.pcpu_info.xen_cpuid = cpu;
    else
        p->u.cpu_ol.cpuid = cpu;
    return hc_platform_op(p);
}

static long sysctl(unsigned cmd, struct xen_sysctl *s)
{
    s->cmd = cmd;
    s->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    return hc_sysctl(s);
}

/* By either of the two calls that there are. */
static long set_cpu(unsigned cpu, bool on, bool by_platform)
{
    struct xen_platform_op p;
    struct xen_sysctl s = { .u.cpu_hotplug = {
        .cpu = cpu, .op = on ? XEN_SYSCTL_CPU_HOTPLUG_ONLINE
                             : XEN_SYSCTL_CPU_HOTPLUG_OFFLINE } };

    return by_platform ? platform(on ? XENPF_cpu_online : XENPF_cpu_offline, cpu, &p)
                       : sysctl(XEN_SYSCTL_cpu_hotplug, &s);
}

static uint64_t pool_cpus(void)
{
    uint64_t map = 0;
    struct xen_sysctl s = { .u.cpupool_op = { .op = XEN_SYSCTL_CPUPOOL_OP_INFO } };

    s.u.cpupool_op.cpumap.nr_bits = 64;
    set_xen_guest_handle(s.u.cpupool_op.cpumap.bitmap, (uint8_t *)&map);
    expect_eq(0, sysctl(XEN_SYSCTL_cpupool_op, &s), "pool 0");
    return map;
}

/* As many as are in use, each once, and no further record is touched. */
static void check_machine_checks(uint64_t map)
{
    static struct mcinfo_logical_cpu cpu[65];
    struct xen_mc mc = { .cmd = XEN_MC_physcpuinfo,
                         .interface_version = XEN_MCA_INTERFACE_VERSION,
                         .u.mc_physcpuinfo.ncpus = 64 };
    unsigned n;

    memset(cpu, 0xff, sizeof(cpu));
    set_xen_guest_handle(mc.u.mc_physcpuinfo.info, cpu);
    expect_eq(0, hypercall6(__HYPERVISOR_mca, (uint64_t)&mc, 0, 0, 0, 0, 0), "mca");
    n = mc.u.mc_physcpuinfo.ncpus;
    for (unsigned i = 0; i < n && i < 64; i++) {
        expect_true(cpu[i].mc_cpunr <= last && (map >> cpu[i].mc_cpunr & 1),
                    "record %u of CPU %u", i, cpu[i].mc_cpunr);
        map &= ~(1UL << (cpu[i].mc_cpunr & 63));
    }
    expect_eq(0, map, "CPUs without a record");
    expect_eq(~0u, cpu[n & 63].mc_cpunr, "what is behind the last record");
}

/* What the machine says of its CPUs while those of `map` are in use. */
static void check_tables(uint64_t map)
{
    xen_sysctl_cputopo_t topo[64];
    xen_sysctl_cpuinfo_t info[64];
    struct xen_platform_op p;
    struct xen_sysctl s = { 0 };
    unsigned in_use = 0;

    for (unsigned cpu = 0; cpu <= last; cpu++)
        in_use += map >> cpu & 1;
    expect_eq(map, pool_cpus(), "CPUs of pool 0");
    check_machine_checks(map);
    expect_eq(0, sysctl(XEN_SYSCTL_physinfo, &s), "physinfo");
    expect_eq(in_use, s.u.physinfo.nr_cpus, "CPUs in use");
    expect_eq(last, s.u.physinfo.max_cpu_id, "the last CPU");
    s.u.cputopoinfo.num_cpus = 64;
    set_xen_guest_handle(s.u.cputopoinfo.cputopo, topo);
    expect_eq(0, sysctl(XEN_SYSCTL_cputopoinfo, &s), "cputopoinfo");
    expect_eq(last + 1, s.u.cputopoinfo.num_cpus, "CPUs told of");
    s.u.getcpuinfo.max_cpus = 64;
    set_xen_guest_handle(s.u.getcpuinfo.info, info);
    expect_eq(0, sysctl(XEN_SYSCTL_getcpuinfo, &s), "getcpuinfo");
    expect_eq(last + 1, s.u.getcpuinfo.nr_cpus, "CPUs told of");
    for (unsigned cpu = 0; cpu <= last; cpu++) {
        bool on = map >> cpu & 1;

        expect_eq(0, platform(XENPF_get_cpuinfo, cpu, &p), "get_cpuinfo");
        expect_eq(on ? XEN_PCPU_FLAGS_ONLINE : 0, p.u.pcpu_info.flags,
                  "flags of CPU %u", cpu);
        expect_eq(last, p.u.pcpu_info.max_present, "the last CPU");
        expect_eq(on ? cpu : XEN_INVALID_CORE_ID, topo[cpu].core, "core");
        expect_eq(on ? 0 : XEN_INVALID_SOCKET_ID, topo[cpu].socket, "socket");
        if (!on)
            expect_eq(0, info[cpu].idletime, "idle time of CPU %u", cpu);
    }
}

static bool grows(const void *counter)
{
    uint64_t seen = load64(counter);

    for (uint64_t until = time_ns() + SOON; time_ns() < until;) {
        if (load64(counter) > seen + 1)
            return true;
        hc_sched_op(SCHEDOP_yield, NULL);
    }
    return false;
}

/* The second vcpu's TLB, its answer, a timer of each kind, and the child. */
static void check_life(unsigned cpu)
{
    struct xen_domctl d = { 0 };
    struct sched_poll poll = { .timeout = time_ns() + 1000000 };
    unsigned heard = echoes, ticked = ticks;
    uint64_t pte = *pte_of(hole, 1);

    expect_true(grows(&turns), "vcpu 1 stands still");
    expect_eq(1, load64(&sees), "vcpu 1 sees the page");
    expect_eq(0, hc_update_va_mapping(hole, 0, UVMF_INVLPG | UVMF_ALL), "unmap");
    expect_true(grows(&turns), "vcpu 1 stands still");
    expect_eq(0, load64(&sees), "vcpu 1 sees the page that is gone");
    expect_eq(0, page_set(hole, pte), "map again");
    send(there);
    for (uint64_t until = time_ns() + SOON;
         __atomic_load_n(&echoes, __ATOMIC_SEQ_CST) == heard && time_ns() < until;)
        hc_sched_op(SCHEDOP_yield, NULL);
    expect_true(echoes != heard, "vcpu 1 does not answer");
    hc_set_timer_op(time_ns() + 2000000);
    for (uint64_t until = time_ns() + SOON;
         __atomic_load_n(&ticks, __ATOMIC_SEQ_CST) == ticked && time_ns() < until;)
        hc_sched_op(SCHEDOP_poll, &poll);
    expect_true(ticks != ticked, "no timer");
    expect_true(grows(domain_at(&child, &beats)), "the child stands still");
    expect_eq(0, domain_ctl(&d, XEN_DOMCTL_getvcpuinfo, child.id), "where it is");
    expect_true(cpu > last || d.u.getvcpuinfo.cpu != cpu, "it is on CPU %u", cpu);
}

static void check_round(unsigned round)
{
    unsigned cpu = last - round % last, was = changes;
    bool by_platform = round % 2;

    expect_eq(0, set_cpu(cpu, false, by_platform), "CPU %u off", cpu);
    expect_eq(was + 1, changes, "changes of which we are told");
    if (round < 2)
        check_tables(all & ~(1UL << cpu));
    check_life(cpu);
    expect_eq(by_platform ? 0 : -XEN_EEXIST, set_cpu(cpu, false, by_platform),
              "again");
    expect_eq(0, set_cpu(cpu, true, by_platform), "CPU %u on", cpu);
    expect_eq(was + 2, changes, "changes of which we are told");
    if (round < 2)
        check_tables(all);
    check_life(~0u);
    expect_eq(by_platform ? 0 : -XEN_EEXIST, set_cpu(cpu, true, by_platform),
              "again");
    expect_eq(was + 2, changes, "changes of which we are told");
}

/* All but CPU 0, then all. */
static void check_alone(void)
{
    for (unsigned cpu = 1; cpu <= last; cpu++)
        expect_eq(0, set_cpu(cpu, false, true), "CPU %u off", cpu);
    check_tables(1);
    check_life(~0u);
    expect_true(!on_splitring() || audit_is_clean(), "the audit");
    for (unsigned cpu = last; cpu > 0; cpu--)
        expect_eq(0, set_cpu(cpu, true, false), "CPU %u on", cpu);
    check_tables(all);
    check_life(~0u);
}

static void start(void)
{
    stop = changes = ticks = echoes = 0;
    hole = va_hole();
    page_set(hole, va_to_mfn(page_alloc()) << 12 | PTE_FLAGS);
    there = ipi(1, on_call);
    back = ipi(0, on_echo);
    expect_eq(0, rt_vcpu_start(1, second_main, NULL), "start vcpu 1");
    domain_unpause(&child);
}

void test_main(void)
{
    evtchn_port_t ports[2];

    if (!rt_is_dom0()) {
        expect_eq(-XEN_EPERM, set_cpu(1, false, true), "CPU 1 off, by a guest");
        expect_eq(-XEN_EPERM, set_cpu(1, false, false), "CPU 1 off, by a guest");
        return;
    }
    all = pool_cpus();
    last = 63 - (unsigned)__builtin_clzl(all);
    if (last == 0) {
        expect_true(set_cpu(0, false, true) < 0, "the only CPU off");
        return;
    }
    if (!domain_build(&child, &(struct rt_domain_spec){ .fn = child_body }))
        return;
    ports[0] = virq(VIRQ_PCPU_STATE, on_change);
    ports[1] = virq(VIRQ_TIMER, on_tick);
    start();
    check_tables(all);
    for (unsigned round = 0; round < ROUNDS; round++)
        check_round(round);
    check_alone();
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    while (hc_vcpu_op(VCPUOP_is_up, 1, NULL) == 1)
        hc_sched_op(SCHEDOP_yield, NULL);
    end(ports[0]);
    end(ports[1]);
    end(there);
    end(back);
    domain_destroy(&child);
}
