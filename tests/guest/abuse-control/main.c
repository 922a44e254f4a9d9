/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "public/domctl.h"
#include "public/platform.h"
#include "public/sysctl.h"

const char test_title[] =
    "control calls refuse another version, unknown commands, domains that are not "
    "there, and what would end the caller";

static struct xen_domctl d;

static long domctl(unsigned cmd, unsigned domid)
{
    d.cmd = cmd;
    d.interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    d.domain = (domid_t)domid;
    return hc_domctl(&d);
}

static void check_domctl(void)
{
    static const unsigned cmds[] = {
        XEN_DOMCTL_pausedomain, XEN_DOMCTL_unpausedomain,
        XEN_DOMCTL_destroydomain, XEN_DOMCTL_max_mem, XEN_DOMCTL_max_vcpus,
        XEN_DOMCTL_getvcpucontext, XEN_DOMCTL_setvcpucontext,
        XEN_DOMCTL_getvcpuinfo, XEN_DOMCTL_scheduler_op,
        XEN_DOMCTL_setdomainhandle, XEN_DOMCTL_getpageframeinfo3,
        XEN_DOMCTL_hypercall_init, XEN_DOMCTL_settimeoffset,
        XEN_DOMCTL_resumedomain, XEN_DOMCTL_get_address_size,
        XEN_DOMCTL_gettscinfo, XEN_DOMCTL_get_cpu_policy,
    };

    d.cmd = XEN_DOMCTL_getdomaininfo;
    d.interface_version = XEN_DOMCTL_INTERFACE_VERSION - 1;
    expect_eq(-XEN_EACCES, hc_domctl(&d), "another version");
    memset(&d, 0, sizeof(d));
    for (unsigned i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++)
        expect_eq(-XEN_ESRCH, domctl(cmds[i], 0x7fe0),
                  "domctl %u of no such domain", cmds[i]);
    expect_eq(-XEN_EINVAL, domctl(XEN_DOMCTL_pausedomain, 0), "pause oneself");
    expect_eq(-XEN_EINVAL, domctl(XEN_DOMCTL_destroydomain, 0),
              "destroy oneself");
    expect_eq(-XEN_ENOSYS, domctl(999, 0), "domctl 999");
    expect_eq(0, domctl(XEN_DOMCTL_getdomaininfo, 0), "getdomaininfo");
    expect_eq(0, d.domain, "its domain");
    expect_true(d.u.getdomaininfo.tot_pages > 1000, "its pages");
    expect_true((d.u.getdomaininfo.flags & XEN_DOMINF_running) != 0,
                "its flags: %#x", d.u.getdomaininfo.flags);
}

static void check_create(void)
{
    memset(&d, 0, sizeof(d));
    d.u.createdomain.max_vcpus = 1;
    d.u.createdomain.flags = ~0U;
    expect_true(domctl(XEN_DOMCTL_createdomain, 0) < 0, "flags ~0");
    memset(&d.u, 0, sizeof(d.u));
    d.u.createdomain.max_vcpus = 0;
    expect_true(domctl(XEN_DOMCTL_createdomain, 0) < 0, "no vcpus");
    d.u.createdomain.max_vcpus = 100000;
    expect_true(domctl(XEN_DOMCTL_createdomain, 0) < 0, "100000 vcpus");
    d.u.createdomain.max_vcpus = 1;
    d.u.createdomain.iommu_opts = ~0U;
    expect_true(domctl(XEN_DOMCTL_createdomain, 0) < 0, "iommu ~0");
    d.u.createdomain.iommu_opts = 0;
    d.u.createdomain.grant_opts = 0x7f;
    expect_true(domctl(XEN_DOMCTL_createdomain, 0) < 0, "grant options 0x7f");
}

static void check_sysctl(void)
{
    static struct xen_sysctl s;

    s.cmd = XEN_SYSCTL_physinfo;
    s.interface_version = XEN_SYSCTL_INTERFACE_VERSION - 1;
    expect_eq(-XEN_EACCES, hc_sysctl(&s), "another version");
    s.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    expect_eq(0, hc_sysctl(&s), "physinfo");
    expect_true(s.u.physinfo.total_pages > 0 &&
                s.u.physinfo.free_pages < s.u.physinfo.total_pages,
                "pages: %lu free of %lu", s.u.physinfo.free_pages,
                s.u.physinfo.total_pages);
    expect_true((s.u.physinfo.capabilities & XEN_SYSCTL_PHYSCAP_pv) != 0,
                "PV is not offered");
    s.cmd = 999;
    expect_eq(-XEN_ENOSYS, hc_sysctl(&s), "sysctl 999");
}

static void check_platform(void)
{
    static struct xen_platform_op p;

    p.cmd = XENPF_settime64;
    p.interface_version = 0;
    expect_eq(-XEN_EACCES, hc_platform_op(&p), "another version");
    p.interface_version = XENPF_INTERFACE_VERSION;
    p.cmd = 999;
    expect_eq(-XEN_ENOSYS, hc_platform_op(&p), "platform_op 999");
    p.cmd = XENPF_settime64;
    p.u.settime64.mbz = 1;
    expect_eq(-XEN_EINVAL, hc_platform_op(&p), "settime64 with mbz set");
}

void test_main(void)
{
    check_domctl();
    check_create();
    check_sysctl();
    check_platform();
}
