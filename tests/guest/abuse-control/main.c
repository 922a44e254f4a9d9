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

/* Whatever a guest asks for, in whatever version, it has no say. */
static void check_guest(void)
{
    static struct xen_sysctl s = { .cmd = XEN_SYSCTL_physinfo,
                                   .interface_version = 1 };
    static struct xen_platform_op p = { .cmd = XENPF_settime64 };
    struct sched_remote_shutdown kill = { .domain_id = 0,
                                          .reason = SHUTDOWN_crash };
    struct evtchn_alloc_unbound un = { .dom = 0, .remote_dom = DOMID_SELF };
    struct evtchn_reset reset = { .dom = 0 };
    domid_t dom0 = 0;

    expect_true(domctl(XEN_DOMCTL_getdomaininfo, rt_domid()) < 0, "domctl");
    expect_true(domctl(XEN_DOMCTL_destroydomain, 0) < 0, "destroy domain 0");
    expect_true(hc_sysctl(&s) < 0, "sysctl");
    s.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    expect_eq(-XEN_EPERM, hc_sysctl(&s), "sysctl of the right version");
    p.interface_version = XENPF_INTERFACE_VERSION;
    expect_eq(-XEN_EPERM, hc_platform_op(&p), "platform_op");
    expect_eq(-XEN_EPERM, hc_sched_op(SCHEDOP_remote_shutdown, &kill),
              "crash domain 0");
    expect_eq(-XEN_EPERM, hc_event_channel_op(EVTCHNOP_alloc_unbound, &un),
              "a port in domain 0");
    expect_eq(-XEN_EPERM, hc_event_channel_op(EVTCHNOP_reset, &reset),
              "close domain 0's ports");
    expect_eq(-XEN_EPERM, hc_memory_op(XENMEM_maximum_reservation, &dom0),
              "domain 0's memory");
}

void test_main(void)
{
    if (!rt_is_dom0()) {
        check_guest();
        return;
    }
    check_domctl();
    check_create();
    check_sysctl();
    check_platform();
}
