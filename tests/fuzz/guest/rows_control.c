/* SPDX-License-Identifier: MIT */
/*
 * rows_control.c - the control domain's calls: domctl, sysctl, platform_op, mca, hypfs; on
 * a domain that was built to be played with, and on empty ones made on the way.
 *
 * Left out (R2): what ends or restarts the machine; debug keys, which print for
 * seconds (the audit is one, made after each seed); power data of processors;
 * domctls on the fuzzer itself.
 */
#include "public/arch-x86/xen-mca.h"
#include "public/hypfs.h"
#include "public/platform.h"
#include "public/sysctl.h"
#include "tests/fuzz/guest/fuzz.h"

#define NR_EMPTY 4

static struct rt_domain child;
static domid_t empty[NR_EMPTY];     /* 0: none                                */
static char buffer[16384] __attribute__((aligned(4096)));

/* ---- the domains ---- */

static void sleeper(uint64_t arg)
{
    struct sched_poll op = { .timeout = 0x3fffffffffffffffUL };

    (void)arg;
    for (;;)
        hc_sched_op(SCHEDOP_poll, &op);
}

static void pools_destroy(void)
{
    struct xen_sysctl op = { .cmd = XEN_SYSCTL_cpupool_op,
                             .interface_version = XEN_SYSCTL_INTERFACE_VERSION };

    op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_DESTROY;
    for (op.u.cpupool_op.cpupool_id = 1; op.u.cpupool_op.cpupool_id < 64;
         op.u.cpupool_op.cpupool_id++)
        hc_sysctl(&op);
}

/* A page of trace for each CPU; again, it is refused. */
static void trace_start(void)
{
    struct xen_sysctl op = { .cmd = XEN_SYSCTL_tbuf_op,
                             .interface_version = XEN_SYSCTL_INTERFACE_VERSION };

    op.u.tbuf_op.cmd = XEN_SYSCTL_TBUFOP_set_size;
    op.u.tbuf_op.size = 1;
    hc_sysctl(&op);
}

void control_domains(void)
{
    struct rt_domain_spec spec = { .fn = sleeper };
    struct xen_domctl op;

    for (unsigned i = 0; i < NR_EMPTY; i++)
        if (empty[i] != 0 && domain_ctl(&op, XEN_DOMCTL_destroydomain, empty[i]) == 0)
            empty[i] = 0;
    if (child_there)
        domain_destroy(&child);
    pools_destroy();
    trace_start();
    child_there = domain_build(&child, &spec);
    child_id = child.id;
}

/* ---- domctl ---- */

static void domctl_head(struct step *s)
{
    struct xen_domctl *op = (struct xen_domctl *)s->arg;
    domid_t one = empty[below(s, NR_EMPTY)];
    bool other = chance(s, 10);

    op->cmd = s->row->sub;
    op->interface_version = chance(s, 97) ? XEN_DOMCTL_INTERFACE_VERSION
                                          : (uint32_t)edge_value(s);
    op->domain = (domid_t)(chance(s, 12) ? 0x7abc : other && one ? one : child_id);
}

FIELDS(f_none, { 0, 0, K_PADDING, 0 });
#define U(member, kind, n) F(xen_domctl, u.member, kind, n)
FIELDS(f_max_mem, U(max_mem.max_memkb, K_SMALL, 8192));
FIELDS(f_vcpuinfo, U(getvcpuinfo.vcpu, K_SMALL, 2));
FIELDS(f_sched, U(scheduler_op.sched_id, K_ONE_OF, XEN_SCHEDULER_CREDIT2),
       U(scheduler_op.cmd, K_SMALL, 5),
       U(scheduler_op.u.credit2.weight, K_SMALL, 1000),
       U(scheduler_op.u.credit2.cap, K_SMALL, 100));
FIELDS(f_handle, U(setdomainhandle.handle[3], K_SMALL, 256));
FIELDS(f_debugging, U(setdebugging.enable, K_SMALL, 2));
FIELDS(f_irq, U(irq_permission.pirq, K_SMALL, 24),
       U(irq_permission.allow_access, K_SMALL, 2));
FIELDS(f_iomem, U(iomem_permission.first_mfn, K_SMALL, 0x100000),
       U(iomem_permission.nr_mfns, K_SMALL, 16),
       U(iomem_permission.allow_access, K_SMALL, 2));
FIELDS(f_ioport, U(ioport_permission.first_port, K_SMALL, 65536),
       U(ioport_permission.nr_ports, K_SMALL, 32),
       U(ioport_permission.allow_access, K_SMALL, 2));
FIELDS(f_time, U(settimeoffset.time_offset_seconds, K_SMALL, 100000));
FIELDS(f_trigger, U(sendtrigger.trigger, K_SMALL, 4), U(sendtrigger.vcpu, K_SMALL, 2));
FIELDS(f_size, U(address_size.size, K_ONE_OF, 64));
FIELDS(f_tsc, U(tsc_info.tsc_mode, K_SMALL, 3), U(tsc_info.gtsc_khz, K_SMALL, 3000000),
       U(tsc_info.incarnation, K_SMALL, 4));
FIELDS(f_shadow, U(shadow_op.op, K_ONE_OF, XEN_DOMCTL_SHADOW_OP_OFF),
       U(shadow_op.mode, K_ZERO, 0));
FIELDS(f_max_vcpus, U(max_vcpus.max, K_SMALL, 3));

static void list_head(struct step *s)
{
    domctl_head(s);
    memset(s->list, 0, PAGE_SIZE);
}

/* Its frames, ours, and no frames. */
static void frames_head(struct step *s)
{
    struct xen_domctl *op = (struct xen_domctl *)s->arg;
    uint64_t *list = (uint64_t *)s->list;
    unsigned n = below(s, 17);

    list_head(s);
    for (unsigned i = 0; i < n; i++) {
        uint64_t odd = draw_frame(s, (int)below(s, 5), TO_MAP), pfn = below(s, child.end);

        list[i] = chance(s, 80) ? child.mfns[pfn] : odd;
    }
    op->u.getpageframeinfo3.num = chance(s, 95) ? n : 1025 + below(s, 1000);
    op->u.getpageframeinfo3.array.p = draw_pointer(s, list, 95);
}

static void affinity_head(struct step *s)
{
    struct xen_domctl *op = (struct xen_domctl *)s->arg;
    struct xen_domctl_vcpuaffinity *a = &op->u.vcpuaffinity;

    list_head(s);
    *(uint64_t *)s->list = chance(s, 80) ? 1 : below(s, 4);
    *(uint64_t *)(s->list + 64) = ~0UL;
    a->vcpu = chance(s, 90) ? 0 : (uint32_t)edge_value(s);
    a->flags = below(s, 8);
    a->cpumap_hard.bitmap.p = draw_pointer(s, s->list, 95);
    a->cpumap_soft.bitmap.p = draw_pointer(s, s->list + 64, 95);
    a->cpumap_hard.nr_bits = a->cpumap_soft.nr_bits = 1 + below(s, 64);
}

static void nodes_head(struct step *s)
{
    struct xen_domctl *op = (struct xen_domctl *)s->arg;

    list_head(s);
    *(uint64_t *)s->list = chance(s, 80) ? 1 : 0;
    op->u.nodeaffinity.nodemap.bitmap.p = draw_pointer(s, s->list, 95);
    op->u.nodeaffinity.nodemap.nr_bits = 1 + below(s, 64);
}

/* What is got is set again, at times with a fault. */
static void context_head(struct step *s)
{
    struct vcpu_guest_context *c = (struct vcpu_guest_context *)buffer;
    struct xen_domctl *op = (struct xen_domctl *)s->arg, got = { 0 };
    unsigned n = below(s, 100);

    domctl_head(s);
    set_xen_guest_handle(got.u.vcpucontext.ctxt, c);
    if (s->row->sub == XEN_DOMCTL_setvcpucontext)
        domain_ctl(&got, XEN_DOMCTL_getvcpucontext, child_id);
    if (n < 10)
        c->ctrlreg[3] = xen_pfn_to_cr3(NO_FRAME);
    else if (n < 20)
        c->gdt_ents = 10000;
    else if (n < 30)
        c->user_regs.rip = 0x8000000000000000UL;
    op->u.vcpucontext.vcpu = chance(s, 90) ? 0 : (uint32_t)edge_value(s);
    op->u.vcpucontext.ctxt.p = draw_pointer(s, buffer, 95);
}

static void xstate_head(struct step *s)
{
    struct xen_domctl *op = (struct xen_domctl *)s->arg;
    bool ask = chance(s, 50);

    domctl_head(s);
    op->u.vcpuextstate.vcpu = chance(s, 90) ? 0 : (uint32_t)edge_value(s);
    op->u.vcpuextstate.size = ask ? 0 : below(s, 2048);
    op->u.vcpuextstate.buffer.p = ask ? NULL : draw_pointer(s, buffer + 8192, 90);
}

static void msrs_head(struct step *s)
{
    struct xen_domctl *op = (struct xen_domctl *)s->arg;
    bool ask = chance(s, 40);

    list_head(s);
    op->u.vcpu_msrs.vcpu = chance(s, 90) ? 0 : (uint32_t)edge_value(s);
    op->u.vcpu_msrs.msr_count = chance(s, 30) ? 0 : below(s, 20);
    op->u.vcpu_msrs.msrs.p = ask ? NULL : draw_pointer(s, s->list, 90);
}

static void shadow_head(struct step *s)
{
    static const uint8_t ops[] = {
        XEN_DOMCTL_SHADOW_OP_OFF, XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY,
        XEN_DOMCTL_SHADOW_OP_CLEAN, XEN_DOMCTL_SHADOW_OP_PEEK,
        XEN_DOMCTL_SHADOW_OP_GET_ALLOCATION, XEN_DOMCTL_SHADOW_OP_ENABLE_TEST,
    };
    struct xen_domctl_shadow_op *op = &((struct xen_domctl *)s->arg)->u.shadow_op;

    list_head(s);
    op->op = ops[below(s, COUNT_OF(ops))];
    op->pages = chance(s, 80) ? child.end : below(s, 32768);
    op->dirty_bitmap.p = draw_pointer(s, s->list, 90);
    if (chance(s, 10))
        op->dirty_bitmap.p = NULL;
}

/* An empty domain: no memory, no vcpu until max_vcpus gives it some. */
static void create_head(struct step *s)
{
    struct xen_domctl *op = (struct xen_domctl *)s->arg;
    struct xen_domctl_createdomain *c = &op->u.createdomain;
    unsigned n = below(s, 100);

    domctl_head(s);
    op->domain = 0;
    c->max_vcpus = 1 + below(s, 4);
    c->max_evtchn_port = chance(s, 80) ? 1023 : (uint32_t)edge_value(s) & 0x7fffffff;
    c->max_grant_frames = 1 + (int)below(s, 8);
    c->max_maptrack_frames = (int)below(s, 8);
    c->grant_opts = XEN_DOMCTL_GRANT_version(1);
    if (n < 8)
        c->flags = 1U << below(s, 32);
    else if (n < 16)
        c->max_vcpus = (uint32_t)edge_value(s) | 256;
    else if (n < 20)
        c->ssidref = (uint32_t)edge_value(s);
    else if (n < 24)
        c->grant_opts = (uint32_t)edge_value(s);
    s->skip = empty[NR_EMPTY - 1] != 0;
}

static void create_learn(struct step *s)
{
    s->ok = s->rc == 0;
    for (unsigned i = 0; s->ok && i < NR_EMPTY; i++) {
        if (empty[i] != 0)
            continue;
        empty[i] = ((struct xen_domctl *)s->arg)->domain;
        return;
    }
}

static void destroy_head(struct step *s)
{
    struct xen_domctl *op = (struct xen_domctl *)s->arg;
    unsigned i = below(s, NR_EMPTY);

    domctl_head(s);
    op->domain = (domid_t)(empty[i] != 0 && chance(s, 80) ? empty[i] : 0x7abc);
}

static void destroy_learn(struct step *s)
{
    s->ok = s->rc == 0;
    for (unsigned i = 0; s->ok && i < NR_EMPTY; i++)
        if (empty[i] == ((struct xen_domctl *)s->arg)->domain)
            empty[i] = 0;
}

/* The child would never run again with this many pauses: one is taken back. */
static void pause_learn(struct step *s)
{
    struct xen_domctl op;

    s->ok = s->rc == 0;
    if (s->ok && s->row->sub == XEN_DOMCTL_pausedomain)
        domain_ctl(&op, XEN_DOMCTL_unpausedomain,
                   ((struct xen_domctl *)s->arg)->domain);
}

/* ---- sysctl, platform_op, mca ---- */

static void sysctl_head(struct step *s)
{
    struct xen_sysctl *op = (struct xen_sysctl *)s->arg;

    op->cmd = s->row->sub;
    op->interface_version = chance(s, 97) ? XEN_SYSCTL_INTERFACE_VERSION
                                          : (uint32_t)edge_value(s);
}

/* The rings have a size from the start (trace_start), so that calls are recorded
 * when a mask wants them; nobody reads them, and most records are lost. */
static void trace_head(struct step *s)
{
    struct xen_sysctl *op = (struct xen_sysctl *)s->arg;

    sysctl_head(s);
    op->u.tbuf_op.evt_mask = chance(s, 50) ? 0x0ffff000 : (uint32_t)edge_value(s);
    memset(s->list, chance(s, 50) ? 0xff : 1, 16);
}

#define Y(member, kind, n) F(xen_sysctl, u.member, kind, n)
FIELDS(y_console, Y(readconsole.incremental, K_SMALL, 2),
       Y(readconsole.index, K_EDGE32, 0), Y(readconsole.buffer, K_LIST, 0));
FIELDS(y_list, Y(getdomaininfolist.first_domain, K_SMALL, 4),
       Y(getdomaininfolist.buffer, K_LIST, 0));
FIELDS(y_heap, Y(availheap.min_bitwidth, K_SMALL, 64),
       Y(availheap.max_bitwidth, K_SMALL, 64), Y(availheap.node, K_ZERO, 0));
FIELDS(y_pool, Y(cpupool_op.op, K_SMALL, 8), Y(cpupool_op.cpupool_id, K_SMALL, 3),
       Y(cpupool_op.sched_id, K_ONE_OF, XEN_SCHEDULER_CREDIT2),
       Y(cpupool_op.domid, K_CHILD, 0), Y(cpupool_op.cpu, K_SMALL, 3));
FIELDS(y_sched, Y(scheduler_op.cpupool_id, K_SMALL, 2),
       Y(scheduler_op.sched_id, K_ONE_OF, XEN_SCHEDULER_CREDIT2),
       Y(scheduler_op.cmd, K_ONE_OF, XEN_SYSCTL_SCHEDOP_getinfo));
FIELDS(y_trace, Y(tbuf_op.cmd, K_SMALL, 8), Y(tbuf_op.size, K_SMALL, 4),
       Y(tbuf_op.cpu_mask.nr_bits, K_SMALL, 70), Y(tbuf_op.cpu_mask.bitmap, K_LIST, 0));
FIELDS(y_levels, Y(cpu_levelling_caps.caps, K_PADDING, 0));
FIELDS(y_pmstat, Y(get_pmstat.type, K_ONE_OF, PMSTAT_get_cxstat),
       Y(get_pmstat.cpuid, K_SMALL, 2), Y(get_pmstat.u.getcx.nr, K_EDGE32, 0),
       Y(get_pmstat.u.getcx.triggers, K_LIST, 0),
       Y(get_pmstat.u.getcx.residencies, K_LIST, 0));
FIELDS(y_power, Y(pm_op.cmd, K_SMALL, 0x30), Y(pm_op.cpuid, K_SMALL, 2),
       Y(pm_op.u.set_max_cstate, K_EDGE32, 0));
FIELDS(y_features, Y(cpu_featureset.index, K_SMALL, 4),
       Y(cpu_featureset.nr_features, K_SMALL, 20),
       Y(cpu_featureset.features, K_LIST, 0));

/* Lists that are written as far as they go: never behind the page. */
static void count_head(struct step *s)
{
    struct xen_sysctl *op = (struct xen_sysctl *)s->arg;
    void *list = draw_pointer(s, s->list, 90);
    uint32_t n = below(s, 9);

    sysctl_head(s);
    memset(s->list, 0, PAGE_SIZE);
    switch (s->row->sub) {
    case XEN_SYSCTL_readconsole:
        op->u.readconsole.count = n * 200;
        break;
    case XEN_SYSCTL_getdomaininfolist:
        op->u.getdomaininfolist.max_domains = n;
        break;
    case XEN_SYSCTL_getcpuinfo:
        op->u.getcpuinfo.max_cpus = n;
        op->u.getcpuinfo.info.p = list;
        break;
    case XEN_SYSCTL_cputopoinfo:
        op->u.cputopoinfo.num_cpus = n;
        op->u.cputopoinfo.cputopo.p = n % 3 ? list : NULL;
        break;
    case XEN_SYSCTL_numainfo:
        op->u.numainfo.num_nodes = n;
        op->u.numainfo.meminfo.p = n % 3 ? list : NULL;
        break;
    case XEN_SYSCTL_pcitopoinfo:
        op->u.pcitopoinfo.num_devs = n;
        op->u.pcitopoinfo.devs.p = list;
        op->u.pcitopoinfo.nodes.p = (uint32_t *)(s->list + 2048);
        break;
    case XEN_SYSCTL_page_offline_op:        /* of RAM: see sysctl-power's test */
        op->u.page_offline.cmd = sysctl_query_page_offline - below(s, 2);
        op->u.page_offline.start = 0x1000 + below(s, 0x1000);
        op->u.page_offline.end = op->u.page_offline.start + n - 1;
        op->u.page_offline.status.p = list;
        break;
    case XEN_SYSCTL_livepatch_op:
        op->u.livepatch.cmd = XEN_SYSCTL_LIVEPATCH_LIST;
        break;
    }
}

static void platform_head(struct step *s)
{
    struct xen_platform_op *op = (struct xen_platform_op *)s->arg;

    op->cmd = s->row->sub;
    op->interface_version = chance(s, 97) ? XENPF_INTERFACE_VERSION
                                          : (uint32_t)edge_value(s);
}

#define P(member, kind, n) F(xen_platform_op, u.member, kind, n)
FIELDS(p_time, P(settime64.secs, K_SMALL, 2000000000),
       P(settime64.nsecs, K_SMALL, 1100000000), P(settime64.mbz, K_ZERO, 0));
FIELDS(p_memtype, P(read_memtype.reg, K_SMALL, 10));
FIELDS(p_version, P(pcpu_version.xen_cpuid, K_SMALL, 2));
FIELDS(p_info, P(pcpu_info.xen_cpuid, K_SMALL, 2));
FIELDS(p_firmware, P(firmware_info.type, K_SMALL, 6), P(firmware_info.index, K_SMALL, 3));
FIELDS(p_symbol, P(symdata.symnum, K_SMALL, 100), P(symdata.namelen, K_SMALL, 128),
       P(symdata.name, K_LIST, 0));
FIELDS(p_online, P(cpu_ol.cpuid, K_SMALL, 3));

static void mca_head(struct step *s)
{
    struct xen_mc *op = (struct xen_mc *)s->arg;

    op->cmd = s->row->sub;
    op->interface_version = chance(s, 95) ? XEN_MCA_INTERFACE_VERSION
                                          : (uint32_t)edge_value(s);
}

#define M(member, kind, n) F(xen_mc, u.member, kind, n)
FIELDS(m_fetch, M(mc_fetch.flags, K_SMALL, 8), M(mc_fetch.data, K_LIST, 0));
FIELDS(m_cpus, M(mc_physcpuinfo.ncpus, K_SMALL, 2), M(mc_physcpuinfo.info, K_LIST, 0));

/* ---- hypfs ---- */

static void hypfs(struct step *s, unsigned cmd, void *buf, uint64_t room)
{
    static const char *const paths[] = {
        "/", "/buildinfo", "/buildinfo/version/major", "/cpupool/0", "/cpupool/0/sched-gran",
        "/params/loglvl", "/params/nosuch", "/params/loglvl/x", "/cpupool/99", "//", "params",
    };
    const char *path = paths[below(s, COUNT_OF(paths))];
    size_t size = strlen(path) + 1;

    memcpy(s->arg, path, size);
    s->nr = __HYPERVISOR_hypfs_op;
    s->a[0] = cmd;
    s->a[1] = (uint64_t)draw_pointer(s, s->arg, 92);
    s->a[2] = chance(s, 90) ? size : edge_value(s);
    s->a[3] = (uint64_t)buf;
    s->a[4] = room;
}

static void hypfs_version_draw(struct step *s)
{
    s->nr = __HYPERVISOR_hypfs_op;
    s->a[0] = XEN_HYPFS_OP_get_version;
    for (unsigned i = 1; i < 5; i++)
        s->a[i] = chance(s, 90) ? 0 : edge_value(s);
}

static void hypfs_read_draw(struct step *s)
{
    static const uint16_t rooms[] = { 0, 11, 12, PAGE_SIZE, PAGE_SIZE, PAGE_SIZE };

    hypfs(s, XEN_HYPFS_OP_read, draw_pointer(s, s->list, 90), rooms[below(s, 6)]);
}

/* As the boot line has it (lib.sh): audits are to be seen, a comparison is not. */
static void hypfs_write_draw(struct step *s)
{
    static const char *const words[2][4] = { { "info", "info/none", "x", "" },
                                             { "error", "error/none", "x" } };
    const char *word = words[opt.xen][below(s, opt.xen ? 3 : 4)];
    size_t size = strlen(word) + 1;

    memcpy(s->list, word, size);
    hypfs(s, XEN_HYPFS_OP_write_contents, draw_pointer(s, s->list, 90),
          chance(s, 90) ? size : edge_value(s));
}

#define CALL(title, nr, sub_, T, fields_, head, ...) \
    { title, CONTROL, 1, .alone = true, .shape = HEADED, .call = nr, .sub = sub_, \
      .size = sizeof(struct T), WITH(fields_), .prepare = head, __VA_ARGS__ }
#define DOM(name, fields_, head, ...) \
    CALL("domctl." #name, __HYPERVISOR_domctl, XEN_DOMCTL_##name, xen_domctl, fields_, \
         head, __VA_ARGS__)
#define SYS(name, fields_, head, ...) \
    CALL("sysctl." #name, __HYPERVISOR_sysctl, XEN_SYSCTL_##name, xen_sysctl, fields_, \
         head, __VA_ARGS__)
#define PLAT(name, fields_, ...) \
    CALL("platform_op." #name, __HYPERVISOR_platform_op, XENPF_##name, xen_platform_op, \
         fields_, platform_head, __VA_ARGS__)

static const struct row table[] = {
    DOM(createdomain, f_none, create_head, .learn = create_learn),
    DOM(destroydomain, f_none, destroy_head, .learn = destroy_learn),
    DOM(pausedomain, f_none, domctl_head, .learn = pause_learn),
    DOM(unpausedomain, f_none, domctl_head),
    DOM(getdomaininfo, f_none, domctl_head),
    DOM(setvcpuaffinity, f_none, affinity_head),
    DOM(getvcpuaffinity, f_none, affinity_head),
    DOM(shadow_op, f_shadow, shadow_head),
    DOM(max_mem, f_max_mem, domctl_head),
    DOM(setvcpucontext, f_none, context_head),
    DOM(getvcpucontext, f_none, context_head),
    DOM(getvcpuinfo, f_vcpuinfo, domctl_head),
    DOM(max_vcpus, f_max_vcpus, domctl_head),
    DOM(scheduler_op, f_sched, domctl_head),
    DOM(setdomainhandle, f_handle, domctl_head),
    DOM(setdebugging, f_debugging, domctl_head),
    DOM(irq_permission, f_irq, domctl_head),
    DOM(iomem_permission, f_iomem, domctl_head),
    DOM(ioport_permission, f_ioport, domctl_head),
    DOM(settimeoffset, f_time, domctl_head),
    DOM(resumedomain, f_none, domctl_head),
    DOM(sendtrigger, f_trigger, domctl_head),
    DOM(set_address_size, f_size, domctl_head),
    DOM(get_address_size, f_none, domctl_head),
    DOM(gettscinfo, f_none, domctl_head),
    DOM(settscinfo, f_tsc, domctl_head),
    DOM(getpageframeinfo3, f_none, frames_head),
    DOM(setvcpuextstate, f_none, xstate_head),
    DOM(getvcpuextstate, f_none, xstate_head),
    DOM(set_access_required, f_debugging, domctl_head),
    DOM(setnodeaffinity, f_none, nodes_head),
    DOM(getnodeaffinity, f_none, nodes_head),
    DOM(get_vcpu_msrs, f_none, msrs_head),
    DOM(set_vcpu_msrs, f_none, msrs_head),
    SYS(readconsole, y_console, count_head),
    SYS(tbuf_op, y_trace, trace_head),
    SYS(physinfo, f_none, sysctl_head),
    SYS(sched_id, f_none, sysctl_head),
    SYS(getdomaininfolist, y_list, count_head),
    SYS(getcpuinfo, f_none, count_head),
    SYS(availheap, y_heap, sysctl_head),
    SYS(cputopoinfo, f_none, count_head),
    SYS(numainfo, f_none, count_head),
    SYS(cpupool_op, y_pool, sysctl_head),
    SYS(scheduler_op, y_sched, sysctl_head),
    SYS(pcitopoinfo, f_none, count_head),
    SYS(get_cpu_levelling_caps, y_levels, sysctl_head),
    SYS(get_cpu_featureset, y_features, sysctl_head),
    SYS(livepatch_op, f_none, count_head),
    SYS(page_offline_op, f_none, count_head),
    SYS(get_pmstat, y_pmstat, sysctl_head),
    SYS(pm_op, y_power, sysctl_head),
    { "hypfs_op.get_version", CONTROL, 1, .draw = hypfs_version_draw },
    { "hypfs_op.read", CONTROL, 1, .draw = hypfs_read_draw },
    { "hypfs_op.write_contents", CONTROL, 1, .draw = hypfs_write_draw },
    PLAT(settime64, p_time),
    PLAT(read_memtype, p_memtype),
    PLAT(get_cpu_version, p_version),
    PLAT(get_cpuinfo, p_info),
    PLAT(firmware_info, p_firmware),
    PLAT(get_symbol, p_symbol),
    PLAT(cpu_online, p_online),         /* none goes down: runs have one CPU or two, and
                                         * Xen moves vcpus at times of its own    */
    CALL("mca.fetch", __HYPERVISOR_mca, XEN_MC_fetch, xen_mc, m_fetch, mca_head),
    CALL("mca.physcpuinfo", __HYPERVISOR_mca, XEN_MC_physcpuinfo, xen_mc, m_cpus,
         mca_head),
};
const struct rows rows_control = { table, COUNT_OF(table) };
