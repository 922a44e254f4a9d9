/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "public/sysctl.h"

const char test_title[] =
    "what the machine is, its CPUs, memory and nodes, is told within the room given, "
    "and lists that cannot be written or numbers that are none are refused";

/* covers use: sysctl sysctl.physinfo sysctl.getcpuinfo sysctl.availheap */
/* covers use: sysctl.cputopoinfo sysctl.numainfo sysctl.pcitopoinfo */
/* covers use: sysctl.get_cpu_levelling_caps sysctl.get_cpu_featureset */
/* covers use: sysctl.get_cpu_policy */
/* covers abuse: sysctl sysctl.physinfo sysctl.getcpuinfo sysctl.availheap */
/* covers abuse: sysctl.cputopoinfo sysctl.numainfo sysctl.pcitopoinfo */
/* covers abuse: sysctl.get_cpu_levelling_caps sysctl.get_cpu_featureset */
/* covers abuse: sysctl.get_cpu_policy */

static struct xen_sysctl op;

static long ctl(unsigned cmd)
{
    op.cmd = cmd;
    op.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    return hc_sysctl(&op);
}

static void check_versions(void)
{
    static const unsigned cmds[] = {
        XEN_SYSCTL_physinfo, XEN_SYSCTL_availheap,
        XEN_SYSCTL_get_cpu_levelling_caps,
    };

    for (unsigned i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++) {
        memset(&op, 0, sizeof(op));
        expect_eq(0, ctl(cmds[i]), "command %u", cmds[i]);
        op.interface_version++;
        expect_eq(-XEN_EACCES, hc_sysctl(&op), "command %u of another version",
                  cmds[i]);
    }
    expect_eq(-XEN_EFAULT, hc_sysctl(UNMAPPED), "from nowhere");
    expect_eq(-XEN_EFAULT, hc_sysctl(HYPERVISOR), "from the hypervisor");
    expect_eq(-XEN_ENOSYS, ctl(~0U), "command ~0");
}

static void check_cpus(void)
{
    static xen_sysctl_cpuinfo_t info[64];
    static xen_sysctl_cputopo_t topo[64];
    uint32_t cpus;

    memset(&op, 0, sizeof(op));
    expect_eq(0, ctl(XEN_SYSCTL_physinfo), "physinfo");
    cpus = op.u.physinfo.nr_cpus;
    expect_true(cpus >= 1 && cpus <= op.u.physinfo.max_cpu_id + 1, "%u CPUs",
                cpus);
    memset(&op, 0, sizeof(op));
    op.u.getcpuinfo.max_cpus = 64;
    set_xen_guest_handle(op.u.getcpuinfo.info, info);
    expect_eq(0, ctl(XEN_SYSCTL_getcpuinfo), "getcpuinfo");
    expect_eq(cpus, op.u.getcpuinfo.nr_cpus, "CPUs of it");
    op.u.getcpuinfo.max_cpus = ~0U;
    expect_eq(0, ctl(XEN_SYSCTL_getcpuinfo), "of 2^32 - 1");
    set_xen_guest_handle(op.u.getcpuinfo.info, UNMAPPED);
    expect_eq(-XEN_EFAULT, ctl(XEN_SYSCTL_getcpuinfo), "to nowhere");
    memset(&op, 0, sizeof(op));
    expect_eq(0, ctl(XEN_SYSCTL_cputopoinfo), "how many in cputopoinfo");
    expect_true(op.u.cputopoinfo.num_cpus >= cpus, "%u CPUs",
                op.u.cputopoinfo.num_cpus);
    op.u.cputopoinfo.num_cpus = 64;
    set_xen_guest_handle(op.u.cputopoinfo.cputopo, topo);
    expect_eq(0, ctl(XEN_SYSCTL_cputopoinfo), "cputopoinfo");
    op.u.cputopoinfo.num_cpus = 1;
    set_xen_guest_handle(op.u.cputopoinfo.cputopo, UNMAPPED);
    expect_eq(-XEN_EFAULT, ctl(XEN_SYSCTL_cputopoinfo), "to nowhere");
}

static void check_memory(void)
{
    static xen_sysctl_meminfo_t mem[8];
    static uint32_t distance[64];
    uint64_t all;

    memset(&op, 0, sizeof(op));
    op.u.availheap.node = -1;
    expect_eq(0, ctl(XEN_SYSCTL_availheap), "availheap");
    all = op.u.availheap.avail_bytes;
    expect_true(all > 0, "no memory");
    op.u.availheap.max_bitwidth = 20;
    expect_eq(0, ctl(XEN_SYSCTL_availheap), "below 1 MiB");
    expect_true(op.u.availheap.avail_bytes <= 1U << 20, "%lu bytes",
                op.u.availheap.avail_bytes);
    op.u.availheap.max_bitwidth = ~0U;
    op.u.availheap.min_bitwidth = ~0U;
    expect_eq(0, ctl(XEN_SYSCTL_availheap), "above all");
    memset(&op, 0, sizeof(op));
    op.u.availheap.node = 77;
    expect_eq(0, ctl(XEN_SYSCTL_availheap), "of node 77");
    expect_true(op.u.availheap.avail_bytes <= all, "more than there is");

    memset(&op, 0, sizeof(op));
    expect_eq(0, ctl(XEN_SYSCTL_numainfo), "how many nodes");
    expect_true(op.u.numainfo.num_nodes >= 1, "%u", op.u.numainfo.num_nodes);
    op.u.numainfo.num_nodes = 8;
    set_xen_guest_handle(op.u.numainfo.meminfo, mem);
    set_xen_guest_handle(op.u.numainfo.distance, distance);
    expect_eq(0, ctl(XEN_SYSCTL_numainfo), "numainfo");
    expect_true(mem[0].memsize >= mem[0].memfree && mem[0].memsize > 0,
                "node 0 has %lu bytes", mem[0].memsize);
    expect_eq(10, distance[0], "distance to itself");
    op.u.numainfo.num_nodes = 1;
    set_xen_guest_handle(op.u.numainfo.meminfo, UNMAPPED);
    expect_eq(-XEN_EFAULT, ctl(XEN_SYSCTL_numainfo), "to nowhere");
}

static void check_devices(void)
{
    static physdev_pci_device_t dev[1];
    static uint32_t node[1];

    memset(&op, 0, sizeof(op));
    expect_eq(-XEN_EINVAL, ctl(XEN_SYSCTL_pcitopoinfo), "without lists");
    op.u.pcitopoinfo.num_devs = 1;
    set_xen_guest_handle(op.u.pcitopoinfo.devs, dev);
    set_xen_guest_handle(op.u.pcitopoinfo.nodes, node);
    expect_true(ctl(XEN_SYSCTL_pcitopoinfo) <= 0, "pcitopoinfo");
    op.u.pcitopoinfo.num_devs = 1;
    set_xen_guest_handle(op.u.pcitopoinfo.nodes, UNMAPPED);
    expect_eq(-XEN_EFAULT, ctl(XEN_SYSCTL_pcitopoinfo), "to nowhere");
}

static void check_processor(void)
{
    static uint32_t words[64];
    static xen_cpuid_leaf_t leaves[256];
    static xen_msr_entry_t msrs[16];

    memset(&op, 0, sizeof(op));
    op.u.cpu_featureset.index = XEN_SYSCTL_cpu_featureset_pv;
    op.u.cpu_featureset.nr_features = 64;
    set_xen_guest_handle(op.u.cpu_featureset.features, words);
    expect_eq(0, ctl(XEN_SYSCTL_get_cpu_featureset), "features");
    expect_true(words[0] != 0, "none");
    op.u.cpu_featureset.nr_features = 1;
    expect_eq(-XEN_ENOBUFS, ctl(XEN_SYSCTL_get_cpu_featureset), "room for one");
    op.u.cpu_featureset.index = 99;
    expect_eq(-XEN_EINVAL, ctl(XEN_SYSCTL_get_cpu_featureset), "features 99");
    op.u.cpu_featureset.index = XEN_SYSCTL_cpu_featureset_pv;
    op.u.cpu_featureset.nr_features = 64;
    set_xen_guest_handle(op.u.cpu_featureset.features, UNMAPPED);
    expect_eq(-XEN_EFAULT, ctl(XEN_SYSCTL_get_cpu_featureset), "to nowhere");

    memset(&op, 0, sizeof(op));
    op.u.cpu_policy.index = XEN_SYSCTL_cpu_policy_pv_max;
    op.u.cpu_policy.nr_leaves = 256;
    op.u.cpu_policy.nr_msrs = 16;
    set_xen_guest_handle(op.u.cpu_policy.leaves, leaves);
    set_xen_guest_handle(op.u.cpu_policy.msrs, msrs);
    expect_eq(0, ctl(XEN_SYSCTL_get_cpu_policy), "policy");
    op.u.cpu_policy.nr_leaves = 1;
    expect_eq(-XEN_ENOBUFS, ctl(XEN_SYSCTL_get_cpu_policy), "room for one");
    op.u.cpu_policy.index = 99;
    expect_eq(-XEN_EINVAL, ctl(XEN_SYSCTL_get_cpu_policy), "policy 99");
    op.u.cpu_policy.index = XEN_SYSCTL_cpu_policy_pv_max;
    op.u.cpu_policy.nr_leaves = 256;
    set_xen_guest_handle(op.u.cpu_policy.leaves, UNMAPPED);
    expect_eq(-XEN_EFAULT, ctl(XEN_SYSCTL_get_cpu_policy), "to nowhere");
}

void test_main(void)
{
    if (!rt_is_dom0()) {
        for (unsigned cmd = 1; cmd < 31; cmd++)
            expect_eq(-XEN_EPERM, ctl(cmd), "sysctl %u by a guest", cmd);
        return;
    }
    check_versions();
    check_cpus();
    check_memory();
    check_devices();
    check_processor();
}
