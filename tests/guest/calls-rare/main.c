/* SPDX-License-Identifier: MIT */
#include "frontends/rt/domain.h"
#include "public/arch-x86/xen-mca.h"
#include "public/physdev.h"
#include "public/platform.h"
#include "public/sysctl.h"
#include "tests/guest/abuse.h"

const char test_title[] =
    "rarely used calls answer: those of Xen 3.0, memory types, symbols, patches, "
    "machine checks, counters; and refuse what makes no sense";

/* covers use: sched_op_compat event_channel_op_compat physdev_op_compat */
/* covers abuse: sched_op_compat event_channel_op_compat physdev_op_compat */
static void old_calls(void)
{
    static struct {
        uint32_t cmd;
        struct evtchn_alloc_unbound un;
    } ev = { EVTCHNOP_alloc_unbound, { DOMID_SELF, DOMID_SELF, 0 } };
    static struct {
        uint32_t cmd;
        struct evtchn_close cl;
    } cl = { EVTCHNOP_close, { 0 } };
    static struct {
        uint64_t cmd;
        struct physdev_set_iopl iopl;
    } ph = { PHYSDEVOP_set_iopl, { 1 } };
    struct evtchn_status st = { .dom = DOMID_SELF };

    expect_eq(0, HC(sched_op_compat, SCHEDOP_yield, 0, 0, 0), "old yield");
    expect_eq(-XEN_ENOSYS, HC(sched_op_compat, SCHEDOP_poll, 0, 0, 0), "old poll");
    expect_eq(0, HC(event_channel_op_compat, &ev, 0, 0, 0), "old alloc_unbound");
    st.port = ev.un.port;
    expect_eq(0, hc_event_channel_op(EVTCHNOP_status, &st), "status");
    expect_eq(EVTCHNSTAT_unbound, st.status, "the old call's port");
    cl.cl.port = ev.un.port;
    expect_eq(0, HC(event_channel_op_compat, &cl, 0, 0, 0), "old close");
    expect_eq(-XEN_EINVAL, HC(event_channel_op_compat, &cl, 0, 0, 0), "again");
    expect_eq(-XEN_EFAULT, HC(event_channel_op_compat, UNMAPPED, 0, 0, 0),
              "old event call from nowhere");
    ev.cmd = EVTCHNOP_reset;
    expect_eq(-XEN_ENOSYS, HC(event_channel_op_compat, &ev, 0, 0, 0), "old reset");
    expect_eq(0, HC(physdev_op_compat, &ph, 0, 0, 0), "old set_iopl");
    ph.iopl.iopl = 0;
    expect_eq(0, HC(physdev_op_compat, &ph, 0, 0, 0), "old set_iopl back");
    ph.iopl.iopl = 4;
    expect_eq(-XEN_EINVAL, HC(physdev_op_compat, &ph, 0, 0, 0), "old iopl 4");
    ph.cmd = 99;
    expect_eq(-XEN_ENOSYS, HC(physdev_op_compat, &ph, 0, 0, 0), "old command 99");
    expect_eq(-XEN_EFAULT, HC(physdev_op_compat, UNMAPPED, 0, 0, 0),
              "old physdev call from nowhere");
}

/* covers use: physdev_op.IRQ_UNMASK_NOTIFY physdev_op.dbgp_op */
/* covers abuse: physdev_op.IRQ_UNMASK_NOTIFY physdev_op.dbgp_op */
static void devices(void)
{
    static struct physdev_dbgp_op dbgp = { .op = PHYSDEVOP_DBGP_RESET_PREPARE };

    expect_eq(0, hc_physdev_op(PHYSDEVOP_IRQ_UNMASK_NOTIFY, NULL), "unmask notify");
    expect_eq(0, hc_physdev_op(PHYSDEVOP_IRQ_UNMASK_NOTIFY, UNMAPPED),
              "its argument is not looked at");
    if (!rt_is_dom0()) {
        expect_eq(-XEN_EPERM, hc_physdev_op(PHYSDEVOP_dbgp_op, &dbgp),
                  "a guest resets the debug port");
        return;
    }
    expect_eq(0, hc_physdev_op(PHYSDEVOP_dbgp_op, &dbgp), "dbgp reset");
    dbgp.op = PHYSDEVOP_DBGP_RESET_DONE;
    expect_eq(0, hc_physdev_op(PHYSDEVOP_dbgp_op, &dbgp), "dbgp done");
    expect_eq(-XEN_EFAULT, hc_physdev_op(PHYSDEVOP_dbgp_op, UNMAPPED),
              "dbgp from nowhere");
}

static long platform(struct xen_platform_op *op, uint32_t cmd)
{
    op->cmd = cmd;
    op->interface_version = XENPF_INTERFACE_VERSION;
    return hc_platform_op(op);
}

/* covers use: platform_op.read_memtype platform_op.platform_quirk */
/* covers abuse: platform_op.read_memtype platform_op.platform_quirk */
/* covers use: platform_op.get_symbol */
/* covers abuse: platform_op.get_symbol */
static void machine(void)
{
    static struct xen_platform_op op;
    static char name[128];
    unsigned ranges = 0, used = 0;

    while (memset(&op, 0, sizeof(op)), op.u.read_memtype.reg = ranges,
           platform(&op, XENPF_read_memtype) == 0) {
        ranges++;
        used += op.u.read_memtype.nr_mfns != 0;
        expect_true(op.u.read_memtype.type < 7, "type %u",
                    op.u.read_memtype.type);
    }
    expect_true(ranges >= 1 && ranges <= 32 && used <= ranges,
                "%u memory types, %u used", ranges, used);
    op.u.read_memtype.reg = ~0u;
    expect_eq(-XEN_EINVAL, platform(&op, XENPF_read_memtype), "the last of all");
    op.u.platform_quirk.quirk_id = QUIRK_NOIRQBALANCING;
    expect_eq(0, platform(&op, XENPF_platform_quirk), "a quirk");
    op.u.platform_quirk.quirk_id = 99;
    expect_eq(-XEN_EINVAL, platform(&op, XENPF_platform_quirk), "quirk 99");

    memset(&op, 0, sizeof(op));
    op.u.symdata.namelen = sizeof(name);
    set_xen_guest_handle(op.u.symdata.name, name);
    expect_eq(0, platform(&op, XENPF_get_symbol), "the first symbol");
    /* Ours has none: its number is not counted up, which ends the list. */
    expect_true(op.u.symdata.namelen > 1 || op.u.symdata.symnum == 0,
                "symbol %u has %u characters", op.u.symdata.symnum,
                op.u.symdata.namelen);
    op.cmd = XENPF_get_symbol;
    op.interface_version = 1;
    expect_eq(-XEN_EACCES, hc_platform_op(&op), "version 1");
}

/* covers use: sysctl.cpu_hotplug sysctl.livepatch_op sysctl.perfc_op */
/* covers abuse: sysctl.cpu_hotplug sysctl.livepatch_op sysctl.perfc_op */
static void tools(void)
{
    static struct xen_sysctl op;
    static xen_sysctl_perfc_desc_t desc[400];
    static xen_sysctl_perfc_val_t val[400];
    long rc;

    op.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    op.cmd = XEN_SYSCTL_cpu_hotplug;
    expect_eq(-XEN_EEXIST, hc_sysctl(&op), "CPU 0 comes up again");
    op.u.cpu_hotplug.cpu = 10000;
    expect_eq(-XEN_EINVAL, hc_sysctl(&op), "CPU 10000 comes up");
    memset(&op.u, 0, sizeof(op.u));
    op.cmd = XEN_SYSCTL_livepatch_op;
    op.u.livepatch.cmd = XEN_SYSCTL_LIVEPATCH_LIST;
    op.u.livepatch.u.list.nr = 0;
    expect_eq(0, hc_sysctl(&op), "list of patches");
    expect_eq(0, op.u.livepatch.u.list.nr, "patches");
    op.u.livepatch.pad = 1;
    expect_eq(-XEN_EINVAL, hc_sysctl(&op), "list of patches with padding");
    memset(&op.u, 0, sizeof(op.u));
    op.u.livepatch.cmd = XEN_SYSCTL_LIVEPATCH_GET;
    set_xen_guest_handle(op.u.livepatch.u.get.name.name, "patch");
    op.u.livepatch.u.get.name.size = 6;
    expect_eq(-XEN_ENOENT, hc_sysctl(&op), "a patch that nobody loaded");
    op.u.livepatch.u.get.name.pad[2] = 1;
    expect_eq(-XEN_EINVAL, hc_sysctl(&op), "its name with padding");
    op.u.livepatch.u.get.name.pad[2] = 0;
    op.u.livepatch.u.get.name.size = 5;
    expect_eq(-XEN_EINVAL, hc_sysctl(&op), "its name without an end");
    op.u.livepatch.u.get.name.size = XEN_LIVEPATCH_NAME_SIZE + 1;
    expect_eq(-XEN_EINVAL, hc_sysctl(&op), "a longer name");
    op.u.livepatch.u.get.name.size = 0;
    expect_eq(-XEN_EINVAL, hc_sysctl(&op), "no name");
    op.u.livepatch.u.get.name.size = 6;
    set_xen_guest_handle(op.u.livepatch.u.get.name.name, UNMAPPED);
    expect_eq(-XEN_EFAULT, hc_sysctl(&op), "a name that lies nowhere");

    /* Debian's Xen is built without counters. */
    memset(&op.u, 0, sizeof(op.u));
    op.cmd = XEN_SYSCTL_perfc_op;
    op.u.perfc_op.cmd = XEN_SYSCTL_PERFCOP_query;
    rc = hc_sysctl(&op);
    if (rc == -XEN_ENOSYS)
        return;
    expect_eq(0, rc, "number of counters");
    expect_true(op.u.perfc_op.nr_counters > 200 && op.u.perfc_op.nr_counters < 400,
                "%u counters", op.u.perfc_op.nr_counters);
    set_xen_guest_handle(op.u.perfc_op.desc, desc);
    set_xen_guest_handle(op.u.perfc_op.val, val);
    expect_eq(0, hc_sysctl(&op), "counters");
    for (unsigned i = 0; i < op.u.perfc_op.nr_counters; i++) {
        if (strlen(desc[i].name) != 15 ||
            strncmp(desc[i].name, "sysctl.perfc_op", 15) != 0)
            continue;
        expect_eq(2, val[i], "calls of perfc_op");
        rc = 1;
    }
    expect_eq(1, rc, "perfc_op is among the counters");
    op.u.perfc_op.cmd = 9;
    expect_eq(-XEN_EINVAL, hc_sysctl(&op), "counters: command 9");
}

/* covers use: arch_0 arch_0.fetch arch_0.physcpuinfo */
/* covers abuse: arch_0 arch_0.fetch arch_0.physcpuinfo */
static void machine_checks(void)
{
    static struct xen_mc op;
    static struct mcinfo_logical_cpu cpus[64];
    static uint64_t data[128];

    op.interface_version = XEN_MCA_INTERFACE_VERSION;
    op.cmd = XEN_MC_physcpuinfo;
    expect_eq(0, HC(arch_0, &op, 0, 0, 0), "number of processors");
    expect_true(op.u.mc_physcpuinfo.ncpus >= 1 && op.u.mc_physcpuinfo.ncpus <= 64,
                "%u processors", op.u.mc_physcpuinfo.ncpus);
    set_xen_guest_handle(op.u.mc_physcpuinfo.info, cpus);
    expect_eq(0, HC(arch_0, &op, 0, 0, 0), "processors");
    expect_eq(0, cpus[0].mc_cpunr, "the first");
    expect_true(cpus[0].mc_family >= 5, "family %u", cpus[0].mc_family);
    op.u.mc_physcpuinfo.ncpus = 0;
    expect_eq(-XEN_EINVAL, HC(arch_0, &op, 0, 0, 0), "room for none");

    memset(&op.u, 0, sizeof(op.u));
    op.cmd = XEN_MC_fetch;
    op.u.mc_fetch.flags = XEN_MC_NONURGENT;
    set_xen_guest_handle(op.u.mc_fetch.data, (void *)data);
    expect_eq(0, HC(arch_0, &op, 0, 0, 0), "fetch");
    expect_true(op.u.mc_fetch.flags & XEN_MC_NODATA, "flags %#x",
                op.u.mc_fetch.flags);
    op.u.mc_fetch.flags = XEN_MC_NONURGENT | XEN_MC_URGENT;
    expect_eq(-XEN_EINVAL, HC(arch_0, &op, 0, 0, 0), "fetch of both kinds");
    op.interface_version = 1;
    expect_eq(-XEN_EACCES, HC(arch_0, &op, 0, 0, 0), "version 1");
    expect_eq(-XEN_EFAULT, HC(arch_0, UNMAPPED, 0, 0, 0), "from nowhere");
}

static void child_body(uint64_t arg)
{
    (void)arg;
}

/* covers use: domctl.set_access_required */
/* covers abuse: domctl.set_access_required */
static void access_required(void)
{
    static struct rt_domain child;
    static struct xen_domctl op;

    expect_eq(-XEN_EPERM, domain_ctl(&op, XEN_DOMCTL_set_access_required, 0),
              "set_access_required of oneself");
    expect_eq(-XEN_ESRCH, domain_ctl(&op, XEN_DOMCTL_set_access_required, 999),
              "set_access_required of nobody");
    if (!domain_build(&child, &(struct rt_domain_spec){ .fn = child_body }))
        return;
    expect_eq(0, domain_ctl(&op, XEN_DOMCTL_set_access_required, child.id),
              "set_access_required");
    domain_destroy(&child);
}

void test_main(void)
{
    old_calls();
    devices();
    if (!rt_is_dom0()) {
        struct xen_mc op = { .cmd = XEN_MC_fetch };

        expect_eq(-XEN_EPERM, HC(arch_0, &op, 0, 0, 0), "a guest's machine check");
        return;
    }
    machine();
    tools();
    machine_checks();
    access_required();
}
