/* SPDX-License-Identifier: MIT */
/*
 * peer.c - a second domain, made by hypercalls alone: six pages, one of them code,
 * and the pages that it grants. Its tables are filled through a window and are
 * never mapped here after that.
 */
#include "abi.h"
#include "bench.h"
#include "public/domctl.h"


enum { CODE, STACK, L1, L2, L3, L4, SHARED, FIRST_GRANT };
#define PAGES (FIRST_GRANT + PEER_GRANTS)

extern const char peer_code[], peer_event[], peer_port[], peer_code_end[];

static struct xen_domctl ctl;
static xen_pfn_t frames[PAGES];
static unsigned domid, port;

static long domctl(unsigned cmd)
{
    ctl.cmd = cmd;
    ctl.interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    ctl.domain = (domid_t)domid;
    return hc_domctl(&ctl);
}

/* The window: one page of ours onto one of theirs, until the next. */
static void *window(uint64_t mfn)
{
    static void *va;
    struct mmu_update req;

    if (va == NULL)
        va = va_hole();
    req.ptr = pte_ma(pte_of(va, 1)) | MMU_NORMAL_PT_UPDATE;
    req.val = mfn == 0 ? 0 : mfn << 12 | PTE_FLAGS | PTE_NX;
    expect_eq(0, hc_mmu_update(&req, 1, NULL, mfn == 0 ? DOMID_SELF : domid),
              "map frame %#lx of the other domain", mfn);
    mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0);
    return va;
}

static bool create(void)
{
    struct xen_memory_reservation res = { .nr_extents = PAGES };

    memset(&ctl, 0, sizeof(ctl));
    ctl.u.createdomain = (struct xen_domctl_createdomain){
        .max_vcpus = 1, .max_evtchn_port = 1023, .max_grant_frames = 4,
        .max_maptrack_frames = 4, .grant_opts = XEN_DOMCTL_GRANT_version(1),
    };
    expect_eq(0, domctl(XEN_DOMCTL_createdomain), "create a domain");
    domid = ctl.domain;
    ctl.u.max_mem.max_memkb = (PAGES + 64) * 4;
    expect_eq(0, domctl(XEN_DOMCTL_max_mem), "max_mem");
    ctl.u.max_vcpus.max = 1;
    expect_eq(0, domctl(XEN_DOMCTL_max_vcpus), "max_vcpus");
    ctl.u.tsc_info = (struct xen_domctl_tsc_info){ .tsc_mode = 2 };
    expect_eq(0, domctl(XEN_DOMCTL_settscinfo), "the TSC as it is");
    for (unsigned i = 0; i < PAGES; i++)
        frames[i] = i;
    set_xen_guest_handle(res.extent_start, frames);
    res.domid = (domid_t)domid;
    return hc_memory_op(XENMEM_populate_physmap, &res) == PAGES;
}

static void fill_tables(uint64_t shared)
{
    uint64_t *t = window(frames[L1]);

    memset(t, 0, PAGE_SIZE);
    t[0] = frames[CODE] << 12 | PTE_FLAGS;
    t[1] = frames[STACK] << 12 | PTE_FLAGS;
    t[2] = shared << 12 | PTE_FLAGS;
    t = window(frames[L2]);
    memset(t, 0, PAGE_SIZE);
    t[PEER_BASE >> 21 & 511] = frames[L1] << 12 | PTE_FLAGS;
    t = window(frames[L3]);
    memset(t, 0, PAGE_SIZE);
    t[PEER_BASE >> 30 & 511] = frames[L2] << 12 | PTE_FLAGS;
    t = window(frames[L4]);
    memset(t, 0, PAGE_SIZE);
    t[PEER_BASE >> 39 & 511] = frames[L3] << 12 | PTE_FLAGS;
}

static void bind_port(void)
{
    struct evtchn_alloc_unbound un = { .dom = (domid_t)domid,
                                       .remote_dom = rt_domid() };
    struct evtchn_bind_interdomain bind = { .remote_dom = (domid_t)domid };
    char *code;

    expect_eq(0, hc_event_channel_op(EVTCHNOP_alloc_unbound, &un), "a port");
    bind.remote_port = un.port;
    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_interdomain, &bind), "bind");
    port = bind.local_port;
    code = window(frames[CODE]);
    memcpy(code, peer_code, (size_t)(peer_code_end - peer_code));
    memcpy(code + (peer_port - peer_code), &un.port, sizeof(un.port));
}

static void grant_pages(void)
{
    xen_pfn_t frame = 0;
    struct gnttab_setup_table op = { .dom = (domid_t)domid, .nr_frames = 1 };
    struct grant_entry_v1 *g;

    set_xen_guest_handle(op.frame_list, &frame);
    expect_eq(0, hc_grant_table_op(GNTTABOP_setup_table, &op, 1), "grant table");
    expect_eq(GNTST_okay, op.status, "grant table of the other domain");
    g = window(frame);
    for (unsigned i = 0; i < PEER_GRANTS; i++) {
        g[PEER_REF + i].frame = (uint32_t)frames[FIRST_GRANT + i];
        g[PEER_REF + i].domid = rt_domid();
        g[PEER_REF + i].flags = GTF_permit_access;
    }
}

static long give_context(void)
{
    static struct vcpu_guest_context ctx;

    ctx.flags = VGCF_in_kernel | VGCF_online;
    ctx.user_regs.rip = PEER_BASE;
    ctx.user_regs.cs = FLAT_KERNEL_CS;
    ctx.user_regs.ss = FLAT_KERNEL_SS;
    ctx.user_regs.rsp = ctx.kernel_sp = PEER_STACK;
    ctx.kernel_ss = FLAT_KERNEL_SS;
    ctx.ctrlreg[3] = xen_pfn_to_cr3(frames[L4]);
    ctx.event_callback_eip = PEER_BASE + (unsigned long)(peer_event - peer_code);
    ctl.u.vcpucontext.vcpu = 0;
    set_xen_guest_handle(ctl.u.vcpucontext.ctxt, &ctx);
    return domctl(XEN_DOMCTL_setvcpucontext);
}

bool peer_start(void)
{
    static bool done;
    struct mmuext_op pin = { .cmd = MMUEXT_PIN_L4_TABLE };

    if (done)
        return true;
    expect_true(create(), "memory for the other domain");
    domctl(XEN_DOMCTL_getdomaininfo);
    fill_tables(ctl.u.getdomaininfo.shared_info_frame);
    bind_port();
    grant_pages();
    window(0);
    pin.arg1.mfn = frames[L4];
    expect_eq(0, hc_mmuext_op(&pin, 1, NULL, domid), "pin its tables");
    expect_eq(0, give_context(), "its first registers");
    expect_eq(0, domctl(XEN_DOMCTL_unpausedomain), "let it run");
    hc_sched_op(SCHEDOP_yield, NULL);
    done = true;
    return true;
}

domid_t peer_id(void)
{
    return (domid_t)domid;
}

unsigned peer_channel(void)
{
    return port;
}
