/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "public/sysctl.h"
#include "public/trace.h"
#include "public/version.h"

const char test_title[] =
    "the control domain sets the size of the trace buffers once, maps them, and finds "
    "there each of its calls in order, whom a CPU ran, and what was lost; it is told "
    "when half is full, and indices that it scribbles into them turn tracing off";

/* covers use: sysctl.tbuf_op update_va_mapping_otherdomain */
/* covers abuse: sysctl.tbuf_op */

#define PAGES    4U                 /* of each CPU's ring                      */
#define CPUS     16U
#define RING     (PAGES * (uint32_t)PAGE_SIZE - (uint32_t)sizeof(struct t_buf))
#define WITH_ARG(nr, i) ((nr) | (unsigned)TRC_PV_HYPERCALL_V2_ARG_32(i))
#define HYPERCALL TRC_PV_HYPERCALL_V2
#define RUNSTATE_BITS 0xff0U        /* the old and the new in its event        */
#define NS_PER_MS 1000000UL

static struct xen_sysctl op;
static unsigned cpus;
static struct t_buf *ring[CPUS];

static long ctl(unsigned cmd)
{
    op.cmd = XEN_SYSCTL_tbuf_op;
    op.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    op.u.tbuf_op.cmd = cmd;
    return hc_sysctl(&op);
}

static long set_size(uint32_t pages)
{
    op.u.tbuf_op.size = pages;
    return ctl(XEN_SYSCTL_TBUFOP_set_size);
}

static void set_events(uint32_t mask)
{
    op.u.tbuf_op.evt_mask = mask;
    expect_eq(0, ctl(XEN_SYSCTL_TBUFOP_set_evt_mask), "event mask %#x", mask);
}

static void set_cpus(uint64_t mask)
{
    set_xen_guest_handle(op.u.tbuf_op.cpu_mask.bitmap, (uint8_t *)&mask);
    op.u.tbuf_op.cpu_mask.nr_bits = 64;
    expect_eq(0, ctl(XEN_SYSCTL_TBUFOP_set_cpu_mask), "CPUs %#lx", mask);
}

/* ---- the rings ---- */

static long map(void *va, uint64_t mfn, uint64_t flags)
{
    return HC(update_va_mapping_otherdomain, va, mfn << 12 | flags,
              UVMF_INVLPG | UVMF_ALL, DOMID_XEN);
}

static bool map_rings(uint64_t info_mfn, uint32_t info_size)
{
    char *va = va_hole();
    const struct t_info *info = (void *)va;
    const uint32_t *words = (void *)va;

    expect_true(info_size >= PAGE_SIZE && info_size % PAGE_SIZE == 0,
                "a list of %u bytes", info_size);
    expect_true(map(va, info_mfn, PTE_FLAGS) < 0, "the list is writable");
    if (map(va, info_mfn, PTE_FLAGS & ~PTE_RW) != 0) {
        expect_true(false, "the list at %#lx cannot be mapped", info_mfn);
        return false;
    }
    expect_eq(PAGES, info->tbuf_size, "pages of a CPU");
    va += PAGE_SIZE;
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        const uint32_t *mfn = words + info->mfn_offset[cpu];

        expect_true(info->mfn_offset[cpu] * 4 > sizeof(*info) &&
                    info->mfn_offset[cpu] * 4 < PAGE_SIZE, "where CPU %u's are: %u",
                    cpu, info->mfn_offset[cpu]);
        ring[cpu] = (struct t_buf *)va;
        for (unsigned i = 0; i < PAGES; i++, va += PAGE_SIZE)
            expect_eq(0, map(va, mfn[i], PTE_FLAGS), "CPU %u's page %u", cpu, i);
    }
    return true;
}

static uint32_t filled(const struct t_buf *b)
{
    uint32_t prod = __atomic_load_n(&b->prod, __ATOMIC_ACQUIRE);

    return prod >= b->cons ? prod - b->cons : prod + 2 * RING - b->cons;
}

static uint32_t all_filled(void)
{
    uint32_t sum = 0;

    for (unsigned cpu = 0; cpu < cpus; cpu++)
        sum += filled(ring[cpu]);
    return sum;
}

static void drain(void)
{
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        __atomic_store_n(&ring[cpu]->cons, __atomic_load_n(&ring[cpu]->prod,
                         __ATOMIC_ACQUIRE), __ATOMIC_RELEASE);
}

typedef void record_fn(uint32_t event, const uint32_t *words, unsigned n);

/* Each record of a ring in order; each one's time is not before the last one's. */
static void read_ring(struct t_buf *b, record_fn *fn)
{
    uint64_t last = 0;

    while (filled(b) > 0) {
        const uint32_t *rec = (uint32_t *)(b + 1) + b->cons % RING / 4;
        bool timed = TRC_HD_INCLUDES_CYCLE_COUNT(*rec);
        unsigned n = TRC_HD_EXTRA(*rec), size = 4 + (timed ? 8 : 0) + 4 * n;

        if (b->cons % RING + size > RING || size > filled(b)) {
            expect_true(false, "a record %#x at %u goes beyond the end", *rec, b->cons);
            return;
        }
        if (timed) {
            uint64_t tsc = rec[1] | (uint64_t)rec[2] << 32;

            expect_true(tsc >= last, "time goes back by %lu", last - tsc);
            last = tsc;
        }
        fn(TRC_HD_TO_EVENT(*rec), rec + (timed ? 3 : 1), n);
        __atomic_store_n(&b->cons, (b->cons + size) % (2 * RING), __ATOMIC_RELEASE);
    }
}

static void read_all(record_fn *fn)
{
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        read_ring(ring[cpu], fn);
}

/* ---- what is recorded ---- */

static unsigned versions, others, yields, in_list, multicalls, wraps, lost, foreign;
static unsigned blocked, runs;
static uint32_t lost_who;

static void count(uint32_t event, const uint32_t *w, unsigned n)
{
    switch (event) {
    case HYPERCALL:
        if (w[0] == __HYPERVISOR_xen_version && n == 1)
            versions++;
        else if (w[0] == WITH_ARG(__HYPERVISOR_sched_op, 0) &&
                 n == 2 && w[1] == SCHEDOP_yield)
            yields++;
        else if (w[0] == WITH_ARG(__HYPERVISOR_multicall, 1) &&
                 n == 2 && w[1] == 3)
            multicalls++;
        else
            others++;
        break;
    case TRC_PV_HYPERCALL_SUBCALL:
        in_list += w[0] == __HYPERVISOR_xen_version && n == 1;
        break;
    case TRC_TRACE_WRAP_BUFFER:
        wraps++;
        break;
    case TRC_LOST_RECORDS:
        lost += w[0];
        lost_who = w[1];
        break;
    default:
        foreign++;
        break;
    }
}

static void forget(void)
{
    versions = others = yields = in_list = multicalls = wraps = lost = foreign = 0;
}

static void calls(unsigned n)
{
    while (n-- > 0)
        hc_xen_version(XENVER_version, NULL);
}

static void check_calls(void)
{
    struct multicall_entry list[3];

    set_events(0x00201000);
    drain();
    forget();
    calls(20);
    expect_eq(0, hc_sched_op(SCHEDOP_yield, NULL), "yield");
    read_all(count);
    expect_eq(20, versions, "calls seen");
    expect_eq(1, yields, "with its command");
    expect_eq(0, others, "other calls");
    expect_eq(0, foreign, "records that were not asked for");
    memset(list, 0, sizeof(list));
    for (unsigned i = 0; i < 3; i++)
        list[i].op = __HYPERVISOR_xen_version;
    set_events(0x00203000);
    drain();
    forget();
    expect_eq(0, hc_multicall(list, 3), "multicall");
    read_all(count);
    expect_eq(1, multicalls, "lists, with their length");
    expect_eq(3, in_list, "calls in a list");
    expect_eq(0, versions, "calls outside");
}

/* ---- traps ---- */

static unsigned faults, privileged, traps;
static uint64_t fault_words[3], trap_words[2];

static void count_traps(uint32_t event, const uint32_t *w, unsigned n)
{
    if (event == (TRC_PV_PAGE_FAULT | TRC_64_FLAG) && n == 5) {
        memcpy(fault_words, w, 20);
        faults++;
    } else if (event == (TRC_PV_TRAP | TRC_64_FLAG) && n == 3) {
        memcpy(trap_words, w, 12);
        traps++;
    } else if (event == (TRC_PV_EMULATE_PRIVOP | TRC_64_FLAG) && n == 2) {
        privileged++;
    }
}

static void undefined(void *arg)
{
    (void)arg;
    __asm__ volatile("ud2");
}

static void check_traps(void)
{
    uint64_t value = (uint64_t)UNMAPPED;
    struct trap_caught c;

    set_events(0x00201000);
    drain();
    expect_true(!try_read(&c, UNMAPPED, &value), "a read of nothing");
    read_all(count_traps);
    expect_eq(1, faults, "page faults");
    expect_eq(c.frame.rip, fault_words[0], "where");
    expect_eq(c.cr2, fault_words[1], "of what");
    expect_eq(c.frame.error, (uint32_t)fault_words[2], "with which error");
    __asm__ volatile("mov %%cr0, %0" : "=r"(value));
    expect_true(trap_run(&c, undefined, NULL), "ud2");
    read_all(count_traps);
    expect_eq(1, privileged, "privileged instructions");
    expect_eq(1, traps, "traps");
    expect_eq(c.frame.rip, trap_words[0], "where");
    expect_eq(0xffff0006, (uint32_t)trap_words[1], "vector, and no error");
}

/* Many times around the ring, in steps that do not divide it. */
static void check_wrap(void)
{
    set_events(0x00201000);
    drain();
    forget();
    for (unsigned i = 0; i < 300; i++) {
        calls(37);
        if (i % 7 == 0)
            hc_sched_op(SCHEDOP_yield, NULL);
        read_all(count);
    }
    expect_eq(300 * 37, versions, "calls seen");
    expect_eq(43, yields, "yields seen");
    expect_eq(0, lost, "records lost");
    expect_true(wraps > 0, "the ring's end was never met");
}

static void check_full(void)
{
    struct evtchn_bind_virq bind = { .virq = VIRQ_TBUF };
    struct evtchn_close close;

    set_events(0x00201000);
    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_virq, &bind), "bind VIRQ_TBUF");
    drain();
    calls(RING / 16 / 2 - 40);
    expect_true(!event_pending(bind.port), "told before half was full");
    calls(80 * cpus * 20);
    for (uint64_t end = time_ns() + 1000 * NS_PER_MS;
         !event_pending(bind.port) && time_ns() < end;)
        hc_sched_op(SCHEDOP_yield, NULL);
    expect_true(event_pending(bind.port), "not told that half is full");
    close.port = bind.port;
    event_clear(bind.port);
    expect_eq(0, hc_event_channel_op(EVTCHNOP_close, &close), "close");

    drain();
    calls(cpus * 10);               /* tells what has been lost so far         */
    drain();
    forget();
    calls(cpus * RING / 16 + 1000);
    expect_true(all_filled() <= cpus * RING, "more than there is room");
    read_all(count);
    expect_eq(0, lost, "what is lost is told with the next record");
    calls(cpus * 10);
    read_all(count);
    expect_true(lost >= 1000 - 4 * cpus, "lost: %u", lost);
    expect_eq(cpus * RING / 16 + 1000 + cpus * 10, versions + lost,
              "calls seen or told to be lost");
    expect_eq(rt_domid() | vcpu_self() << 16, lost_who, "whose");
}

/* Up to each distance from the end of the room that records of 16 and 20 bytes can
 * leave: the last one that fits is in, and nothing overtakes the reader. */
static void check_brim(void)
{
    for (unsigned i = 0; i < 8; i++) {
        drain();
        for (unsigned n = 0; n < i; n++)
            hc_sched_op(SCHEDOP_yield, NULL);
        calls(cpus * RING / 16 + 10);
        for (unsigned cpu = 0; cpu < cpus; cpu++)
            expect_true(filled(ring[cpu]) <= RING, "CPU %u: %u bytes in a ring of %u",
                        cpu, filled(ring[cpu]), RING);
        expect_true(all_filled() > RING - 16 - 8, "room left: %u", RING - all_filled());
        read_all(count);
    }
}

static void runstate(uint32_t event, const uint32_t *w, unsigned n)
{
    if ((event & ~RUNSTATE_BITS) != TRC_SCHED_RUNSTATE_CHANGE || n != 1)
        return;
    if (w[0] != ((uint32_t)rt_domid() << 16 | vcpu_self()))
        return;
    if ((event & RUNSTATE_BITS) == (RUNSTATE_running << 8 | RUNSTATE_blocked << 4))
        blocked++;
    if ((event >> 4 & 3) == RUNSTATE_running)
        runs++;
}

static void wakes(unsigned port)
{
    event_clear(port);
}

static void check_runstates(void)
{
    struct evtchn_bind_virq bind = { .virq = VIRQ_TIMER, .vcpu = vcpu_self() };
    struct evtchn_close close;

    if (hc_event_channel_op(EVTCHNOP_bind_virq, &bind) != 0)
        return;
    event_on(bind.port, wakes);
    set_events(0x00021000);
    drain();
    for (unsigned i = 0; i < 1000 && (blocked < 3 || runs < 3); i++) {
        events_disable();           /* block lets them in again                */
        hc_set_timer_op(time_ns() + 2 * NS_PER_MS);
        hc_sched_op(SCHEDOP_block, NULL);
        read_all(runstate);
    }
    expect_true(blocked >= 3, "%u times blocked", blocked);
    expect_true(runs >= 3, "%u times running again", runs);
    event_mask(bind.port);
    close.port = bind.port;
    expect_eq(0, hc_event_channel_op(EVTCHNOP_close, &close), "close");
}

static void check_masks(void)
{
    set_events(0);
    drain();
    calls(10);
    expect_eq(0, all_filled(), "bytes while no event is wanted");
    set_events(0x00201000);
    set_cpus(0);
    drain();
    calls(10);
    expect_eq(0, all_filled(), "bytes while no CPU is wanted");
    set_cpus(~0UL);
    drain();
    calls(10);
    expect_true(all_filled() >= 160, "%u bytes of ten calls", all_filled());
    expect_eq(0, ctl(XEN_SYSCTL_TBUFOP_disable), "disable");
    drain();
    calls(10);
    expect_eq(0, all_filled(), "bytes while it is off");
    set_xen_guest_handle(op.u.tbuf_op.cpu_mask.bitmap, UNMAPPED);
    op.u.tbuf_op.cpu_mask.nr_bits = 64;
    expect_eq(-XEN_EFAULT, ctl(XEN_SYSCTL_TBUFOP_set_cpu_mask), "CPUs from nowhere");
    expect_eq(-XEN_EINVAL, ctl(XEN_SYSCTL_TBUFOP_disable + 1), "command 6");
    expect_eq(-XEN_EINVAL, ctl(~0U), "command ~0");
}

static void check_scribble(void)
{
    static const struct t_buf bad[] = {
        { 1, 0 }, { 0, 2 }, { 2 * RING, 0 }, { 0, 2 * RING }, { ~0U, ~0U },
        { ~3U, ~3U }, { 0, ~3U }, { ~3U, 0 },
    };

    set_events(0x00201000);
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        for (unsigned cpu = 0; cpu < cpus; cpu++)
            *ring[cpu] = bad[i];
        expect_eq(0, ctl(XEN_SYSCTL_TBUFOP_enable), "enable");
        calls(5);
        for (unsigned cpu = 0; cpu < cpus; cpu++)
            *ring[cpu] = (struct t_buf){ 0, 0 };
        calls(5);
        expect_eq(0, all_filled(), "bytes after indices %#x and %#x", bad[i].cons,
                  bad[i].prod);
    }
    expect_eq(0, ctl(XEN_SYSCTL_TBUFOP_enable), "enable");
    calls(5);
    expect_true(all_filled() >= 80, "%u bytes after they are right", all_filled());
    expect_eq(0, ctl(XEN_SYSCTL_TBUFOP_disable), "disable");
}

void test_main(void)
{
    uint64_t mfn;

    memset(&op, 0, sizeof(op));
    if (!rt_is_dom0()) {
        expect_eq(-XEN_EPERM, ctl(XEN_SYSCTL_TBUFOP_get_info), "by a guest");
        return;
    }
    op.cmd = XEN_SYSCTL_physinfo;
    op.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    expect_eq(0, hc_sysctl(&op), "physinfo");
    cpus = op.u.physinfo.nr_cpus < CPUS ? op.u.physinfo.nr_cpus : CPUS;
    memset(&op, 0, sizeof(op));
    expect_eq(0, ctl(XEN_SYSCTL_TBUFOP_get_info), "get_info");
    if (op.u.tbuf_op.buffer_mfn == 0) {
        expect_eq(0, op.u.tbuf_op.size, "bytes of no list");
        expect_eq(TRC_ALL, op.u.tbuf_op.evt_mask, "the first mask");
        expect_eq(-XEN_EINVAL, ctl(XEN_SYSCTL_TBUFOP_enable), "without buffers");
        expect_eq(-XEN_EINVAL, set_size(0), "size 0");
        expect_eq(0, set_size(PAGES), "size %u", PAGES);
    }
    expect_eq(-XEN_EBUSY, set_size(PAGES), "the same size again");
    expect_eq(-XEN_EINVAL, set_size(PAGES + 1), "another size");
    expect_eq(-XEN_EINVAL, set_size(0), "size 0 now");
    expect_eq(-XEN_EINVAL, set_size(~0U), "size ~0 now");
    expect_eq(0, ctl(XEN_SYSCTL_TBUFOP_get_info), "get_info");
    mfn = op.u.tbuf_op.buffer_mfn;
    expect_true(mfn != 0, "no list");
    if (!map_rings(mfn, op.u.tbuf_op.size))
        return;
    set_events(TRC_ALL);
    drain();
    calls(1);
    expect_true(all_filled() > 0, "a size alone does not start it");
    expect_eq(0, ctl(XEN_SYSCTL_TBUFOP_disable), "disable");
    expect_eq(0, ctl(XEN_SYSCTL_TBUFOP_enable), "enable");
    check_calls();
    check_traps();
    check_wrap();
    check_full();
    check_brim();
    check_runstates();
    check_masks();
    check_scribble();
    set_events(TRC_ALL);
}
