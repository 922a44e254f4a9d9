/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "frontends/rt/domain.h"

const char test_title[] =
    "what a domain may touch and sees of the machine is set and told, frames tell "
    "their type, and wrong numbers, frames and pointers are refused";

/* covers use: domctl.ioport_permission domctl.iomem_permission */
/* covers use: domctl.irq_permission domctl.hypercall_init domctl.settimeoffset */
/* covers use: domctl.gettscinfo domctl.settscinfo domctl.get_address_size */
/* covers use: domctl.set_address_size domctl.getnodeaffinity */
/* covers use: domctl.setnodeaffinity domctl.get_cpu_policy */
/* covers use: domctl.set_cpu_policy domctl.getpageframeinfo3 domctl.subscribe */
/* covers use: domctl.set_virq_handler domctl.scheduler_op */
/* covers abuse: domctl.ioport_permission domctl.iomem_permission */
/* covers abuse: domctl.irq_permission domctl.hypercall_init */
/* covers abuse: domctl.settimeoffset domctl.gettscinfo domctl.settscinfo */
/* covers abuse: domctl.get_address_size domctl.set_address_size */
/* covers abuse: domctl.getnodeaffinity domctl.setnodeaffinity */
/* covers abuse: domctl.get_cpu_policy domctl.set_cpu_policy */
/* covers abuse: domctl.getpageframeinfo3 domctl.subscribe */
/* covers abuse: domctl.set_virq_handler domctl.scheduler_op */

static struct xen_domctl op;
static struct rt_domain child;

static long ctl(unsigned cmd)
{
    return domain_ctl(&op, cmd, child.id);
}

static void body(uint64_t arg)
{
    (void)arg;
}

static void check_permissions(void)
{
    memset(&op, 0, sizeof(op));
    op.u.ioport_permission.first_port = 0x2f8;
    op.u.ioport_permission.nr_ports = 8;
    op.u.ioport_permission.allow_access = 1;
    expect_eq(0, ctl(XEN_DOMCTL_ioport_permission), "ports given");
    op.u.ioport_permission.allow_access = 0;
    expect_eq(0, ctl(XEN_DOMCTL_ioport_permission), "and taken");
    op.u.ioport_permission.first_port = 0xffff;
    op.u.ioport_permission.nr_ports = 2;
    expect_eq(-XEN_EINVAL, ctl(XEN_DOMCTL_ioport_permission), "port 0x10000");
    op.u.ioport_permission.nr_ports = ~0U;
    expect_eq(-XEN_EINVAL, ctl(XEN_DOMCTL_ioport_permission), "ports that wrap");
    memset(&op, 0, sizeof(op));
    op.u.iomem_permission.first_mfn = 0xfed00;
    op.u.iomem_permission.nr_mfns = 1;
    expect_eq(0, ctl(XEN_DOMCTL_iomem_permission), "device memory taken");
    op.u.iomem_permission.first_mfn = ~0UL;
    op.u.iomem_permission.nr_mfns = 2;
    op.u.iomem_permission.allow_access = 1;
    expect_true(ctl(XEN_DOMCTL_iomem_permission) < 0, "frames that wrap");
    memset(&op, 0, sizeof(op));
    op.u.irq_permission.pirq = 9;
    expect_true(ctl(XEN_DOMCTL_irq_permission) <= 0, "an interrupt taken");
    op.u.irq_permission.pirq = ~0U;
    op.u.irq_permission.allow_access = 1;
    expect_true(ctl(XEN_DOMCTL_irq_permission) < 0, "interrupt ~0");
}

static void check_time(void)
{
    memset(&op, 0, sizeof(op));
    op.u.settimeoffset.time_offset_seconds = -3600;
    expect_eq(0, ctl(XEN_DOMCTL_settimeoffset), "settimeoffset");
    op.u.settimeoffset.time_offset_seconds = INT64_MIN;
    expect_true(ctl(XEN_DOMCTL_settimeoffset) <= 0, "the lowest offset");
    expect_eq(0, ctl(XEN_DOMCTL_gettscinfo), "gettscinfo");
    expect_true(op.u.tsc_info.gtsc_khz > 1000, "%u kHz",
                op.u.tsc_info.gtsc_khz);
    op.u.tsc_info.tsc_mode = 2;
    expect_eq(0, ctl(XEN_DOMCTL_settscinfo), "settscinfo");
    expect_eq(0, ctl(XEN_DOMCTL_gettscinfo), "gettscinfo");
    expect_eq(2, op.u.tsc_info.tsc_mode, "its mode");
    op.u.tsc_info.tsc_mode = 99;
    expect_true(ctl(XEN_DOMCTL_settscinfo) <= 0, "mode 99");
}

static void check_kind(void)
{
    uint64_t nodes = 0;

    memset(&op, 0, sizeof(op));
    expect_eq(0, ctl(XEN_DOMCTL_get_address_size), "get_address_size");
    expect_eq(64, op.u.address_size.size, "bits");
    expect_eq(0, ctl(XEN_DOMCTL_set_address_size), "set_address_size of 64");
    op.u.address_size.size = 99;
    expect_eq(-XEN_EINVAL, ctl(XEN_DOMCTL_set_address_size), "of 99");
    memset(&op, 0, sizeof(op));
    op.u.nodeaffinity.nodemap.nr_bits = 64;
    set_xen_guest_handle(op.u.nodeaffinity.nodemap.bitmap, (uint8_t *)&nodes);
    expect_eq(0, ctl(XEN_DOMCTL_getnodeaffinity), "getnodeaffinity");
    nodes = 1;
    expect_eq(0, ctl(XEN_DOMCTL_setnodeaffinity), "setnodeaffinity");
    nodes = 0;
    expect_true(ctl(XEN_DOMCTL_setnodeaffinity) < 0, "no node");
    set_xen_guest_handle(op.u.nodeaffinity.nodemap.bitmap, UNMAPPED);
    expect_eq(-XEN_EFAULT, ctl(XEN_DOMCTL_setnodeaffinity), "from nowhere");
    expect_eq(-XEN_EFAULT, ctl(XEN_DOMCTL_getnodeaffinity), "to nowhere");
}

static void check_policy(void)
{
    static xen_cpuid_leaf_t leaves[256];
    static xen_msr_entry_t msrs[16];

    memset(&op, 0, sizeof(op));
    op.u.cpu_policy.nr_leaves = 256;
    op.u.cpu_policy.nr_msrs = 16;
    set_xen_guest_handle(op.u.cpu_policy.leaves, leaves);
    set_xen_guest_handle(op.u.cpu_policy.msrs, msrs);
    expect_eq(0, ctl(XEN_DOMCTL_get_cpu_policy), "get_cpu_policy");
    expect_true(op.u.cpu_policy.nr_leaves > 4, "%u leaves",
                op.u.cpu_policy.nr_leaves);
    expect_eq(0, ctl(XEN_DOMCTL_set_cpu_policy), "the same set");
    leaves[0].leaf = 0x12345678;
    op.u.cpu_policy.nr_leaves = 1;
    op.u.cpu_policy.nr_msrs = 0;
    expect_true(ctl(XEN_DOMCTL_set_cpu_policy) < 0, "leaf 0x12345678");
    op.u.cpu_policy.nr_leaves = ~0U;
    expect_true(ctl(XEN_DOMCTL_set_cpu_policy) < 0, "2^32 - 1 leaves");
    op.u.cpu_policy.nr_leaves = 1;
    expect_eq(-XEN_ENOBUFS, ctl(XEN_DOMCTL_get_cpu_policy), "room for one");
    op.u.cpu_policy.nr_leaves = 256;
    op.u.cpu_policy.nr_msrs = 16;
    set_xen_guest_handle(op.u.cpu_policy.leaves, UNMAPPED);
    expect_eq(-XEN_EFAULT, ctl(XEN_DOMCTL_get_cpu_policy), "to nowhere");
    op.u.cpu_policy.nr_leaves = 1;
    op.u.cpu_policy.nr_msrs = 0;
    expect_eq(-XEN_EFAULT, ctl(XEN_DOMCTL_set_cpu_policy), "from nowhere");
}

static void check_frames(void)
{
    xen_pfn_t list[4] = {
        child.mfns[va_to_pfn(&child)], child.mfns[child.end - 1],
        va_to_mfn(&child), NO_FRAME,
    };

    memset(&op, 0, sizeof(op));
    op.u.getpageframeinfo3.num = 4;
    set_xen_guest_handle(op.u.getpageframeinfo3.array, list);
    expect_eq(0, ctl(XEN_DOMCTL_getpageframeinfo3), "getpageframeinfo3");
    expect_eq(XEN_DOMCTL_PFINFO_NOTAB,
              list[0] & XEN_DOMCTL_PFINFO_LTAB_MASK, "a page of data");
    expect_eq(XEN_DOMCTL_PFINFO_L4TAB | XEN_DOMCTL_PFINFO_LPINTAB,
              list[1] & XEN_DOMCTL_PFINFO_LTAB_MASK, "its root");
    expect_eq(XEN_DOMCTL_PFINFO_XTAB, list[2] & XEN_DOMCTL_PFINFO_LTAB_MASK,
              "a page of ours");
    expect_eq(XEN_DOMCTL_PFINFO_XTAB, list[3] & XEN_DOMCTL_PFINFO_LTAB_MASK,
              "no page");
    op.u.getpageframeinfo3.num = 100000;
    expect_true(ctl(XEN_DOMCTL_getpageframeinfo3) < 0, "100000 at once");
    op.u.getpageframeinfo3.num = ~0UL;
    expect_true(ctl(XEN_DOMCTL_getpageframeinfo3) < 0, "2^64 - 1 at once");
    op.u.getpageframeinfo3.num = 4;
    set_xen_guest_handle(op.u.getpageframeinfo3.array, UNMAPPED);
    expect_eq(-XEN_EFAULT, ctl(XEN_DOMCTL_getpageframeinfo3), "from nowhere");

    op.u.hypercall_init.gmfn = child.mfns[va_to_pfn(&op)];
    expect_eq(0, ctl(XEN_DOMCTL_hypercall_init), "hypercall_init");
    op.u.hypercall_init.gmfn = child.mfns[child.end - 1];
    expect_true(ctl(XEN_DOMCTL_hypercall_init) < 0, "into its root");
    op.u.hypercall_init.gmfn = va_to_mfn(&op);
    expect_true(ctl(XEN_DOMCTL_hypercall_init) < 0, "into a page of ours");
    op.u.hypercall_init.gmfn = NO_FRAME;
    expect_true(ctl(XEN_DOMCTL_hypercall_init) < 0, "into no frame");
}

static void check_rest(void)
{
    memset(&op, 0, sizeof(op));
    op.u.subscribe.port = 1;
    expect_eq(0, ctl(XEN_DOMCTL_subscribe), "subscribe");
    op.u.set_virq_handler.virq = VIRQ_DOM_EXC;
    expect_eq(0, ctl(XEN_DOMCTL_set_virq_handler), "set_virq_handler");
    op.u.set_virq_handler.virq = VIRQ_TIMER;
    expect_eq(-XEN_EINVAL, ctl(XEN_DOMCTL_set_virq_handler), "of the timer");
    op.u.set_virq_handler.virq = 99;
    expect_eq(-XEN_EINVAL, ctl(XEN_DOMCTL_set_virq_handler), "of 99");
    memset(&op, 0, sizeof(op));
    op.u.scheduler_op.sched_id = XEN_SCHEDULER_CREDIT2;
    op.u.scheduler_op.cmd = XEN_DOMCTL_SCHEDOP_getinfo;
    expect_eq(0, ctl(XEN_DOMCTL_scheduler_op), "scheduler_op");
    expect_eq(256, op.u.scheduler_op.u.credit2.weight, "weight");
    op.u.scheduler_op.cmd = XEN_DOMCTL_SCHEDOP_putinfo;
    op.u.scheduler_op.u.credit2.weight = 512;
    op.u.scheduler_op.u.credit2.cap = 50;
    expect_eq(0, ctl(XEN_DOMCTL_scheduler_op), "twice the weight");
    op.u.scheduler_op.cmd = XEN_DOMCTL_SCHEDOP_getinfo;
    expect_eq(0, ctl(XEN_DOMCTL_scheduler_op), "scheduler_op");
    expect_eq(512, op.u.scheduler_op.u.credit2.weight, "weight");
    expect_eq(50, op.u.scheduler_op.u.credit2.cap, "cap");
    op.u.scheduler_op.cmd = 99;
    expect_true(ctl(XEN_DOMCTL_scheduler_op) < 0, "command 99");
    op.u.scheduler_op.sched_id = 99;
    expect_true(ctl(XEN_DOMCTL_scheduler_op) < 0, "scheduler 99");
}

static void check_nobody(void)
{
    static const unsigned cmds[] = {
        XEN_DOMCTL_ioport_permission, XEN_DOMCTL_iomem_permission,
        XEN_DOMCTL_irq_permission, XEN_DOMCTL_hypercall_init,
        XEN_DOMCTL_settimeoffset, XEN_DOMCTL_gettscinfo,
        XEN_DOMCTL_settscinfo, XEN_DOMCTL_get_address_size,
        XEN_DOMCTL_set_address_size, XEN_DOMCTL_getnodeaffinity,
        XEN_DOMCTL_setnodeaffinity, XEN_DOMCTL_get_cpu_policy,
        XEN_DOMCTL_set_cpu_policy, XEN_DOMCTL_getpageframeinfo3,
        XEN_DOMCTL_subscribe, XEN_DOMCTL_set_virq_handler,
        XEN_DOMCTL_scheduler_op,
    };

    memset(&op, 0, sizeof(op));
    for (unsigned i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++) {
        child.id = NOBODY;
        expect_eq(-XEN_ESRCH, ctl(cmds[i]), "command %u of nobody", cmds[i]);
    }
}

void test_main(void)
{
    if (!rt_is_dom0()) {
        for (unsigned cmd = 1; cmd < 90; cmd++)
            expect_true(domain_ctl(&op, cmd, 0) < 0, "domctl %u", cmd);
        return;
    }
    if (!domain_build(&child, &(struct rt_domain_spec){ .fn = body }))
        return;
    check_permissions();
    check_time();
    check_kind();
    check_policy();
    check_frames();
    check_rest();
    domain_destroy(&child);
    check_nobody();
}
