/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "frontends/rt/domain.h"
#include "public/sysctl.h"

const char test_title[] =
    "the log, the keys, the list of domains, the scheduler and its pools, and the "
    "counters answer a tool, and refuse lists and numbers that are none";

/* covers use: sysctl.readconsole sysctl.debug_keys sysctl.getdomaininfolist */
/* covers use: sysctl.sched_id sysctl.scheduler_op sysctl.cpupool_op */
/* covers use: sysctl.perfc_op */
/* covers abuse: sysctl.readconsole sysctl.debug_keys */
/* covers abuse: sysctl.getdomaininfolist sysctl.sched_id */
/* covers abuse: sysctl.scheduler_op sysctl.cpupool_op sysctl.perfc_op */

static struct xen_sysctl op;

static long ctl(unsigned cmd)
{
    op.cmd = cmd;
    op.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    return hc_sysctl(&op);
}

static void check_log(void)
{
    static char text[256], keys[2] = "h";
    uint32_t at;

    memset(&op, 0, sizeof(op));
    op.u.readconsole.count = sizeof(text);
    set_xen_guest_handle(op.u.readconsole.buffer, text);
    expect_eq(0, ctl(XEN_SYSCTL_readconsole), "readconsole");
    expect_true(op.u.readconsole.count > 0 &&
                op.u.readconsole.count <= sizeof(text), "%u bytes",
                op.u.readconsole.count);
    op.u.readconsole.incremental = 1;
    op.u.readconsole.index = 0;
    op.u.readconsole.count = 16;
    expect_eq(0, ctl(XEN_SYSCTL_readconsole), "from the start on");
    expect_eq(16, op.u.readconsole.count, "bytes");
    at = op.u.readconsole.index;
    expect_true(at >= 16, "where it goes on: %u", at);
    op.u.readconsole.count = 1U << 20;
    set_xen_guest_handle(op.u.readconsole.buffer, UNMAPPED);
    expect_eq(-XEN_EFAULT, ctl(XEN_SYSCTL_readconsole), "to nowhere");
    set_xen_guest_handle(op.u.readconsole.buffer, HYPERVISOR);
    op.u.readconsole.count = 1U << 20;
    expect_eq(-XEN_EFAULT, ctl(XEN_SYSCTL_readconsole), "to the hypervisor");
    memset(&op, 0, sizeof(op));
    op.u.debug_keys.nr_keys = 1;
    set_xen_guest_handle(op.u.debug_keys.keys, keys);
    expect_eq(0, ctl(XEN_SYSCTL_debug_keys), "key h");
    op.u.debug_keys.nr_keys = 0;
    expect_eq(0, ctl(XEN_SYSCTL_debug_keys), "no key");
    op.u.debug_keys.nr_keys = 1;
    set_xen_guest_handle(op.u.debug_keys.keys, UNMAPPED);
    expect_eq(-XEN_EFAULT, ctl(XEN_SYSCTL_debug_keys), "from nowhere");
}

static void check_domains(void)
{
    static struct xen_domctl_getdomaininfo list[3];

    memset(&op, 0, sizeof(op));
    memset(list, 0xee, sizeof(list));
    op.u.getdomaininfolist.max_domains = 2;
    set_xen_guest_handle(op.u.getdomaininfolist.buffer, list);
    expect_eq(0, ctl(XEN_SYSCTL_getdomaininfolist), "getdomaininfolist");
    expect_true(op.u.getdomaininfolist.num_domains >= 1 &&
                op.u.getdomaininfolist.num_domains <= 2, "%u domains",
                op.u.getdomaininfolist.num_domains);
    expect_eq(0, list[0].domain, "the first");
    expect_eq(0xeeee, list[2].domain, "the entry after the room");
    op.u.getdomaininfolist.first_domain = NOBODY;
    expect_eq(0, ctl(XEN_SYSCTL_getdomaininfolist), "after the last");
    expect_eq(0, op.u.getdomaininfolist.num_domains, "domains");
    op.u.getdomaininfolist.first_domain = 0;
    op.u.getdomaininfolist.max_domains = 0;
    expect_eq(0, ctl(XEN_SYSCTL_getdomaininfolist), "room for none");
    op.u.getdomaininfolist.max_domains = ~0U;
    set_xen_guest_handle(op.u.getdomaininfolist.buffer, UNMAPPED);
    expect_eq(-XEN_EFAULT, ctl(XEN_SYSCTL_getdomaininfolist), "to nowhere");
}

static void check_scheduler(void)
{
    memset(&op, 0, sizeof(op));
    expect_eq(0, ctl(XEN_SYSCTL_sched_id), "sched_id");
    expect_eq(XEN_SCHEDULER_CREDIT2, op.u.sched_id.sched_id, "it");
    op.interface_version++;
    expect_eq(-XEN_EACCES, hc_sysctl(&op), "sched_id of another version");
    memset(&op, 0, sizeof(op));
    op.u.scheduler_op.sched_id = XEN_SCHEDULER_CREDIT2;
    op.u.scheduler_op.cmd = XEN_SYSCTL_SCHEDOP_getinfo;
    expect_eq(0, ctl(XEN_SYSCTL_scheduler_op), "its settings");
    expect_true(op.u.scheduler_op.u.sched_credit2.ratelimit_us <=
                XEN_SYSCTL_SCHED_RATELIMIT_MAX, "rate limit %u",
                op.u.scheduler_op.u.sched_credit2.ratelimit_us);
    op.u.scheduler_op.cmd = 99;
    expect_eq(-XEN_EINVAL, ctl(XEN_SYSCTL_scheduler_op), "command 99");
    op.u.scheduler_op.cmd = XEN_SYSCTL_SCHEDOP_getinfo;
    op.u.scheduler_op.sched_id = 99;
    expect_eq(-XEN_EINVAL, ctl(XEN_SYSCTL_scheduler_op), "scheduler 99");
    op.u.scheduler_op.cpupool_id = 77;
    expect_eq(-XEN_ESRCH, ctl(XEN_SYSCTL_scheduler_op), "pool 77");
}

static void check_pools(void)
{
    uint64_t cpus = 0;

    memset(&op, 0, sizeof(op));
    op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_INFO;
    op.u.cpupool_op.cpumap.nr_bits = 64;
    set_xen_guest_handle(op.u.cpupool_op.cpumap.bitmap, (uint8_t *)&cpus);
    expect_eq(0, ctl(XEN_SYSCTL_cpupool_op), "pool 0");
    expect_true(cpus & 1, "CPU 0 is not in it: %#lx", cpus);
    expect_true(op.u.cpupool_op.n_dom >= 1, "%u domains",
                op.u.cpupool_op.n_dom);
    op.u.cpupool_op.cpupool_id = 77;
    expect_eq(-XEN_ENOENT, ctl(XEN_SYSCTL_cpupool_op), "pool 77");
    op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_FREEINFO;
    expect_eq(0, ctl(XEN_SYSCTL_cpupool_op), "CPUs of no pool");
    expect_eq(0, cpus, "they");
    set_xen_guest_handle(op.u.cpupool_op.cpumap.bitmap, UNMAPPED);
    expect_eq(-XEN_EFAULT, ctl(XEN_SYSCTL_cpupool_op), "to nowhere");
    op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_DESTROY;
    expect_true(ctl(XEN_SYSCTL_cpupool_op) < 0, "end pool 77");
    op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN;
    op.u.cpupool_op.domid = NOBODY;
    expect_true(ctl(XEN_SYSCTL_cpupool_op) < 0, "move nobody to pool 77");
    op.u.cpupool_op.op = 99;
    expect_true(ctl(XEN_SYSCTL_cpupool_op) < 0, "command 99");
}

/* Debian's Xen is built without counters and says so to every command. */
static void check_counters(void)
{
    long rc;

    memset(&op, 0, sizeof(op));
    op.u.perfc_op.cmd = XEN_SYSCTL_PERFCOP_query;
    rc = ctl(XEN_SYSCTL_perfc_op);
    expect_true(rc == -XEN_ENOSYS ||
                (rc == 0 && op.u.perfc_op.nr_counters > 0), "counters: %ld", rc);
    op.u.perfc_op.cmd = 99;
    expect_true(ctl(XEN_SYSCTL_perfc_op) < 0, "command 99");
    op.u.perfc_op.cmd = XEN_SYSCTL_PERFCOP_query;
    op.u.perfc_op.nr_counters = 1U << 20;
    op.u.perfc_op.nr_vals = 1U << 20;
    set_xen_guest_handle(op.u.perfc_op.desc, UNMAPPED);
    set_xen_guest_handle(op.u.perfc_op.val, UNMAPPED);
    expect_true(ctl(XEN_SYSCTL_perfc_op) < 0, "to nowhere");
}

void test_main(void)
{
    if (!rt_is_dom0()) {
        memset(&op, 0, sizeof(op));
        op.u.debug_keys.nr_keys = 1;
        expect_eq(-XEN_EPERM, ctl(XEN_SYSCTL_debug_keys), "a guest's key");
        expect_eq(-XEN_EPERM, ctl(XEN_SYSCTL_readconsole), "the log");
        return;
    }
    check_log();
    check_domains();
    check_scheduler();
    check_pools();
    check_counters();
}
