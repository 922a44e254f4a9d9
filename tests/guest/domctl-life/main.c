/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "frontends/rt/domain.h"

const char test_title[] =
    "a domain is made as told, pauses as often as it is let go, has the name and "
    "size it is given, ends, and is then nobody; wrong wishes make none";

/* covers use: domctl domctl.createdomain domctl.destroydomain */
/* covers use: domctl.pausedomain domctl.unpausedomain domctl.max_mem */
/* covers use: domctl.max_vcpus domctl.setdomainhandle domctl.getdomaininfo */
/* covers use: domctl.setdebugging domctl.resumedomain */
/* covers abuse: domctl domctl.createdomain domctl.destroydomain */
/* covers abuse: domctl.pausedomain domctl.unpausedomain domctl.max_mem */
/* covers abuse: domctl.max_vcpus domctl.setdomainhandle domctl.getdomaininfo */
/* covers abuse: domctl.setdebugging domctl.resumedomain */

static struct xen_domctl op;
static struct rt_domain child;
static uint64_t steps;

static long ctl(unsigned cmd)
{
    return domain_ctl(&op, cmd, child.id);
}

static void body(uint64_t arg)
{
    (void)arg;
    for (;;) {
        store64(&steps, steps + 1);
        hc_sched_op(SCHEDOP_yield, NULL);
    }
}

static struct xen_domctl_getdomaininfo info(void)
{
    struct xen_domctl_getdomaininfo i = { 0 };

    expect_true(domain_info(child.id, &i), "no domain %u", child.id);
    return i;
}

static bool runs(void)
{
    uint64_t before = load64(domain_at(&child, &steps));

    for (unsigned i = 0; i < 100; i++) {
        struct sched_poll poll = { .timeout = time_ns() + 1000000 };

        hc_sched_op(SCHEDOP_poll, &poll);
        if (load64(domain_at(&child, &steps)) != before)
            return true;
    }
    return false;
}

static void check_pause(void)
{
    expect_true(info().flags & XEN_DOMINF_paused, "it does not begin paused");
    expect_eq(0, ctl(XEN_DOMCTL_unpausedomain), "unpause");
    expect_true(runs(), "it does not run");
    expect_eq(0, ctl(XEN_DOMCTL_pausedomain), "pause");
    expect_eq(0, ctl(XEN_DOMCTL_pausedomain), "pause again");
    expect_eq(0, ctl(XEN_DOMCTL_unpausedomain), "unpause");
    expect_true(!runs(), "it runs while paused once");
    expect_eq(0, ctl(XEN_DOMCTL_unpausedomain), "unpause again");
    expect_true(runs(), "it does not run after as many");
    expect_eq(-XEN_EINVAL, ctl(XEN_DOMCTL_unpausedomain), "once too often");
    expect_eq(0, ctl(XEN_DOMCTL_pausedomain), "pause");
}

static void check_settings(void)
{
    struct xen_memory_reservation mem = { .nr_extents = 1 };
    xen_pfn_t pfn = 0x1000;
    uint64_t pages = info().tot_pages;

    op.u.max_mem.max_memkb = (pages + 1) * 4;
    expect_eq(0, ctl(XEN_DOMCTL_max_mem), "max_mem");
    expect_eq(pages + 1, info().max_pages, "pages it may have");
    set_xen_guest_handle(mem.extent_start, &pfn);
    mem.domid = child.id;
    expect_eq(1, hc_memory_op(XENMEM_populate_physmap, &mem), "one page more");
    pfn = 0x1001;
    expect_eq(0, hc_memory_op(XENMEM_populate_physmap, &mem), "another");
    op.u.max_mem.max_memkb = 0;
    expect_eq(0, ctl(XEN_DOMCTL_max_mem), "a maximum below what it has");
    expect_eq(pages + 1, info().tot_pages, "pages it has");
    op.u.max_mem.max_memkb = ~0UL;
    expect_eq(0, ctl(XEN_DOMCTL_max_mem), "no maximum");

    memset(op.u.setdomainhandle.handle, 0x5c, sizeof(xen_domain_handle_t));
    expect_eq(0, ctl(XEN_DOMCTL_setdomainhandle), "setdomainhandle");
    expect_eq(0x5c, info().handle[15], "its last byte");
    op.u.max_vcpus.max = 2;
    expect_eq(-XEN_EINVAL, ctl(XEN_DOMCTL_max_vcpus), "two vcpus");
    op.u.max_vcpus.max = 0;
    expect_eq(-XEN_EINVAL, ctl(XEN_DOMCTL_max_vcpus), "no vcpus");
    op.u.max_vcpus.max = 1;
    expect_true(ctl(XEN_DOMCTL_max_vcpus) <= 0, "one vcpu again");
    op.u.setdebugging.enable = 1;
    expect_eq(0, ctl(XEN_DOMCTL_setdebugging), "setdebugging");
    expect_true(info().flags & XEN_DOMINF_debugged, "it is not debugged");
    op.u.setdebugging.enable = 0;
    expect_eq(0, ctl(XEN_DOMCTL_setdebugging), "no debugging");
    expect_eq(0, ctl(XEN_DOMCTL_resumedomain), "resume what was not suspended");
    expect_true(info().flags & XEN_DOMINF_paused, "paused after that");
}

static long create(void)
{
    long rc;

    op.cmd = XEN_DOMCTL_createdomain;
    op.interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    op.domain = 0;
    op.u.createdomain.max_vcpus = 1;
    op.u.createdomain.max_evtchn_port = 1023;
    op.u.createdomain.max_grant_frames = 4;
    op.u.createdomain.max_maptrack_frames = 4;
    op.u.createdomain.grant_opts = XEN_DOMCTL_GRANT_version(1);
    rc = hc_domctl(&op);
    if (rc == 0) {
        child.id = op.domain;
        ctl(XEN_DOMCTL_destroydomain);
    }
    return rc;
}

#define WISH(field, value, what) do {                                     \
        memset(&op, 0, sizeof(op));                                       \
        op.cmd = XEN_DOMCTL_createdomain;                                 \
        op.interface_version = XEN_DOMCTL_INTERFACE_VERSION;              \
        op.u.createdomain.max_vcpus = 1;                                  \
        op.u.createdomain.max_evtchn_port = 1023;                         \
        op.u.createdomain.max_grant_frames = 4;                           \
        op.u.createdomain.max_maptrack_frames = 4;                        \
        op.u.createdomain.grant_opts = XEN_DOMCTL_GRANT_version(1);       \
        op.u.createdomain.field = (value);                                \
        expect_true(hc_domctl(&op) < 0, "a domain with %s", what);        \
    } while (0)

static void check_wishes(void)
{
    memset(&op, 0, sizeof(op));
    expect_eq(0, create(), "a plain one");
    WISH(flags, XEN_DOMCTL_CDF_hap, "HAP and no HVM");
    WISH(flags, 1U << 31, "an unknown flag");
    WISH(max_vcpus, 0, "no vcpus");
    WISH(max_vcpus, 1U << 31, "2^31 vcpus");
    WISH(iommu_opts, 0xf0, "unknown IOMMU options");
    WISH(grant_opts, XEN_DOMCTL_GRANT_version(15), "grant tables of version 15");
    WISH(grant_opts, 0xf1, "unknown grant options");
    WISH(max_grant_frames, 0x7fffffff, "2^31 - 1 grant frames");
    WISH(max_maptrack_frames, 0x7fffffff, "2^31 - 1 maptrack frames");
    WISH(vmtrace_size, 4096, "a processor trace");
    WISH(cpupool_id, 77, "CPU pool 77");
    WISH(arch.emulation_flags, ~0U, "all devices emulated");
}

static void check_end(void)
{
    domid_t id = child.id;

    domain_destroy(&child);
    child.id = id;
    for (unsigned i = 0; i < 1000; i++) {
        struct xen_domctl_getdomaininfo gone;

        if (!domain_info(id, &gone))
            break;
        time_spin(1000000);
    }
    expect_eq(-XEN_ESRCH, ctl(XEN_DOMCTL_pausedomain), "pause it");
    expect_eq(-XEN_ESRCH, ctl(XEN_DOMCTL_destroydomain), "destroy it again");
}

static void check_self(void)
{
    static const unsigned cmds[] = {
        XEN_DOMCTL_pausedomain, XEN_DOMCTL_destroydomain,
        XEN_DOMCTL_resumedomain, XEN_DOMCTL_setdebugging,
    };

    child.id = 0;
    for (unsigned i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++)
        expect_eq(-XEN_EINVAL, ctl(cmds[i]), "command %u on oneself", cmds[i]);
    op.u.max_vcpus.max = 0;
    expect_true(ctl(XEN_DOMCTL_max_vcpus) < 0, "vcpus of oneself");
    child.id = NOBODY;
    op.u.max_mem.max_memkb = 4;
    expect_eq(-XEN_ESRCH, ctl(XEN_DOMCTL_max_mem), "size of nobody");
    expect_eq(-XEN_ESRCH, ctl(XEN_DOMCTL_setdomainhandle), "name of nobody");
    expect_eq(-XEN_ESRCH, ctl(XEN_DOMCTL_unpausedomain), "unpause nobody");
    expect_eq(-XEN_ESRCH, ctl(XEN_DOMCTL_getdomaininfo), "after the last");
    child.id = DOMID_FIRST_RESERVED;
    expect_eq(-XEN_EINVAL, ctl(XEN_DOMCTL_getdomaininfo), "beyond the numbers");
    expect_eq(-XEN_EFAULT, hc_domctl(UNMAPPED), "from nowhere");
}

void test_main(void)
{
    if (!rt_is_dom0()) {
        expect_eq(-XEN_EPERM, create(), "a guest makes one");
        return;
    }
    if (domain_build(&child, &(struct rt_domain_spec){ .fn = body })) {
        check_pause();
        check_settings();
        check_end();
    }
    check_wishes();
    check_self();
}
