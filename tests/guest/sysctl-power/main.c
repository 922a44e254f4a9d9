/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "public/sysctl.h"

const char test_title[] =
    "a CPU's time running and halted adds up, what limits idle states is kept, frames "
    "are online, and speeds, CPUs and frames that are none are refused";

/* covers use: sysctl.get_pmstat sysctl.pm_op sysctl.page_offline_op */
/* covers abuse: sysctl.get_pmstat sysctl.pm_op sysctl.page_offline_op */

#define UNTOUCHED 0x7e7e7e7e7e7e7e7eUL

static struct xen_sysctl op;
static uint64_t times[4], residency[4];
static uint32_t status[2048];

static long ctl(unsigned cmd)
{
    op.cmd = cmd;
    op.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    return hc_sysctl(&op);
}

static long stat_of(unsigned type, unsigned cpu)
{
    memset(&op, 0, sizeof(op));
    op.u.get_pmstat.type = type;
    op.u.get_pmstat.cpuid = cpu;
    return ctl(XEN_SYSCTL_get_pmstat);
}

static long idle_stat(unsigned room, void *t, void *r)
{
    struct pm_cx_stat *s = &op.u.get_pmstat.u.getcx;

    memset(&op, 0, sizeof(op));
    memset(times, 0x7e, sizeof(times));
    memset(residency, 0x7e, sizeof(residency));
    op.u.get_pmstat.type = PMSTAT_get_cxstat;
    s->nr = room;
    set_xen_guest_handle(s->triggers, t);
    set_xen_guest_handle(s->residencies, r);
    return ctl(XEN_SYSCTL_get_pmstat);
}

static void check_idle(void)
{
    struct pm_cx_stat *s = &op.u.get_pmstat.u.getcx;
    uint64_t before = time_ns();

    expect_eq(0, stat_of(PMSTAT_get_max_cx, 0), "how many states");
    expect_eq(2, s->nr, "running and halted");
    expect_eq(0, idle_stat(2, times, residency), "both");
    expect_eq(2, s->nr, "states");
    /* On Xen less, once its idle loop has done other things than halt. */
    expect_true(residency[1] <= s->idle_time, "%lu ns halted of %lu idle",
                residency[1], s->idle_time);
    expect_true(residency[0] + residency[1] + 1000000000 > before &&
                residency[0] + residency[1] < time_ns() + 1000000000,
                "%lu and %lu ns of %lu", residency[0], residency[1], before);
    expect_eq(UNTOUCHED, residency[2], "behind the room");
    expect_eq(0, idle_stat(1, times, residency), "one");
    expect_eq(2, s->nr, "states there are");
    expect_eq(UNTOUCHED, residency[1], "the second");
    expect_eq(0, idle_stat(0, NULL, NULL), "none");
    expect_eq(0, idle_stat(~0u, times, residency), "2^32 - 1");
    expect_eq(UNTOUCHED, residency[2], "behind those there are");
    expect_eq(-XEN_EFAULT, idle_stat(2, UNMAPPED, residency), "to nowhere");
    expect_eq(-XEN_EFAULT, idle_stat(2, times, HYPERVISOR), "to the hypervisor");
    expect_eq(0, stat_of(PMSTAT_reset_cxstat, 0), "reset");
    expect_eq(-XEN_ENOSYS, stat_of(PMSTAT_CX | 4, 0), "no such question");
    expect_eq(-XEN_ENODEV, stat_of(PMSTAT_get_max_px, 0), "speeds");
    expect_eq(-XEN_ENODEV, stat_of(0, 0), "neither");
    expect_eq(-XEN_EINVAL, stat_of(PMSTAT_get_max_cx, 64), "CPU 64");
    expect_eq(-XEN_EINVAL, stat_of(PMSTAT_get_max_cx, ~0u), "CPU ~0");
}

static long power(unsigned cmd, unsigned cpu, unsigned value)
{
    memset(&op, 0, sizeof(op));
    op.u.pm_op.cmd = cmd;
    op.u.pm_op.cpuid = cpu;
    op.u.pm_op.u.set_max_cstate = value;
    return ctl(XEN_SYSCTL_pm_op);
}

static void check_limits(void)
{
    static const unsigned speeds[] = {
        GET_CPUFREQ_PARA, SET_CPUFREQ_GOV, SET_CPUFREQ_PARA, GET_CPUFREQ_AVGFREQ,
    };

    expect_eq(0, power(XEN_SYSCTL_pm_op_set_max_cstate, 0, 7), "at most C7");
    expect_eq(0, power(XEN_SYSCTL_pm_op_get_max_cstate, 0, 0), "at most");
    expect_eq(7, op.u.pm_op.u.get_max_cstate, "the limit");
    expect_eq(0, power(XEN_SYSCTL_pm_op_set_max_cstate, 0, XEN_SYSCTL_CX_UNLIMITED), "any");
    expect_eq(0, power(XEN_SYSCTL_pm_op_get_max_cstate, 0, 0), "at most");
    expect_eq(XEN_SYSCTL_CX_UNLIMITED, op.u.pm_op.u.get_max_cstate, "no limit");
    expect_eq(0, power(XEN_SYSCTL_pm_op_set_sched_opt_smt, 0, 1), "on");
    expect_eq(0, power(XEN_SYSCTL_pm_op_set_sched_opt_smt, 0, 0), "off");
    expect_eq(1, op.u.pm_op.u.set_sched_opt_smt, "what it was");
    expect_eq(-XEN_EINVAL, power(XEN_SYSCTL_pm_op_set_sched_opt_smt, 1, 0), "of a CPU");
    for (unsigned i = 0; i < 4; i++)
        expect_eq(-XEN_EINVAL, power(speeds[i], 0, 0), "speed %x", speeds[i]);
    expect_eq(-XEN_EACCES, power(XEN_SYSCTL_pm_op_enable_turbo, 0, 0), "turbo");
    expect_eq(-XEN_EACCES, power(XEN_SYSCTL_pm_op_disable_turbo, 0, 0), "no turbo");
    expect_eq(-XEN_EINVAL, power(XEN_SYSCTL_pm_op_get_max_cstate, 2, 0), "limit 2");
    expect_eq(-XEN_EINVAL, power(XEN_SYSCTL_pm_op_set_max_cstate, 2, 0), "limit 2");
    expect_eq(-XEN_EINVAL, power(XEN_SYSCTL_pm_op_set_max_cstate, ~0u, 0), "limit ~0");
    expect_eq(-XEN_ENOSYS, power(XEN_SYSCTL_pm_op_get_vcpu_migration_delay, 0, 0), "delay");
    expect_eq(-XEN_ENOSYS, power(0, 0, 0), "command 0");
    expect_eq(-XEN_ENOSYS, power(~0u, 0, 0), "command ~0");
}

static long frames(unsigned cmd, uint64_t start, uint64_t end, void *to)
{
    memset(&op, 0, sizeof(op));
    memset(status, 0x7e, sizeof(status));
    op.u.page_offline.cmd = cmd;
    op.u.page_offline.start = (uint32_t)start;
    op.u.page_offline.end = (uint32_t)end;
    set_xen_guest_handle(op.u.page_offline.status, to);
    return ctl(XEN_SYSCTL_page_offline_op);
}

/* Of a frame that there is not, Xen says EINVAL to a query and 2^32 - 22 to the rest;
 * frames 0 to 2^32 - 1 in one call make it panic. */
static void check_frames(void)
{
    uint64_t own = va_to_mfn(&op);

    for (unsigned cmd = sysctl_page_online; cmd <= sysctl_query_page_offline; cmd++) {
        expect_eq(0, frames(cmd, own, own, status), "one");
        expect_eq(0, status[0], "its status");
        expect_eq(0x7e7e7e7e, status[1], "behind it");
        expect_eq(0, frames(cmd, 0x1000, 0x1003, status), "four");
        expect_eq(0, status[3], "the last's");
        expect_eq(0x7e7e7e7e, status[4], "behind them");
        expect_eq(0, frames(cmd, 0x1000, 0x13ff, status), "a thousand");
        expect_eq(0, frames(cmd, hypervisor_frame(), hypervisor_frame(), status), "theirs");
        expect_eq(-XEN_EINVAL, frames(cmd, 3, 2, status), "the other way round");
        expect_eq(-XEN_ENOMEM, frames(cmd, 0x1000, ~0u, status), "all above");
        expect_eq(-XEN_EFAULT, frames(cmd, own, own, UNMAPPED), "to nowhere");
        expect_eq(-XEN_EFAULT, frames(cmd, own, own, HYPERVISOR), "to the hypervisor");
    }
    expect_eq(-XEN_EINVAL, frames(sysctl_query_page_offline, ~0u, ~0u, status), "the last");
    expect_eq(PG_OFFLINE_INVALID, status[0] & PG_OFFLINE_STATUS_MASK, "its status");
    expect_eq(-XEN_EINVAL, frames(sysctl_query_page_offline, 0xfee00, 0xfee00, status),
              "the APIC");
    expect_eq(-XEN_EINVAL, frames(0, own, own, status), "command 0");
    expect_eq(-XEN_EINVAL, frames(4, own, own, status), "command 4");
}

void test_main(void)
{
    if (!rt_is_dom0()) {
        expect_eq(-XEN_EPERM, stat_of(PMSTAT_get_max_cx, 0), "states");
        expect_eq(-XEN_EPERM, power(XEN_SYSCTL_pm_op_set_max_cstate, 0, 0), "a limit");
        expect_eq(-XEN_EPERM, frames(sysctl_query_page_offline, 0, 0, status), "a frame");
        return;
    }
    check_idle();
    check_limits();
    check_frames();
}
