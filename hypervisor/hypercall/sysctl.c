/* SPDX-License-Identifier: MIT */
/*
 * sysctl.c - HYPERVISOR_sysctl: what the tools ask about the whole machine.
 */
#include "arch/smp.h"
#include "core/console.h"
#include "core/trace.h"
#include "hypercall/domctl.h"
#include "lib/printf.h"
#include "pv/policy.h"
#include "public/sysctl.h"

#define NODE_DISTANCE      10
#define CHUNK              256

/* ---- log and keys ---- */

static long sysctl_readconsole(struct xen_sysctl *op)
{
    struct xen_sysctl_readconsole *r = &op->u.readconsole;
    bool incremental = r->incremental;
    uint32_t done = 0;
    char buf[CHUNK];

    while (done < r->count) {
        size_t n = console_ring_read(buf, MIN(sizeof(buf),
                                              (size_t)(r->count - done)),
                                     &r->index, incremental);

        if (!n)
            break;
        if (guest_write((vaddr_t)r->buffer.p + done, buf, n))
            return -EFAULT;
        done += (uint32_t)n;
        incremental = true;         /* goes on where it has stopped            */
    }
    r->count = done;
    if (r->clear)
        console_ring_clear();
    return 0;
}

static long sysctl_debug_keys(struct xen_sysctl *op)
{
    const struct xen_sysctl_debug_keys *k = &op->u.debug_keys;
    uint32_t i;
    char c;

    for (i = 0; i < MIN(k->nr_keys, 256u); i++) {
        if (guest_read(&c, (vaddr_t)k->keys.p + i, 1))
            return -EFAULT;
        console_key(c);
    }
    return 0;
}

static long sysctl_tbuf_op(struct xen_sysctl *op)
{
    cpumask_t cpus = 0;

    if (op->u.tbuf_op.cmd == XEN_SYSCTL_TBUFOP_set_cpu_mask &&
        bitmap_in(&cpus, &op->u.tbuf_op.cpu_mask))
        return -EFAULT;
    return trace_control(&op->u.tbuf_op, cpus);
}

/* ---- the machine ---- */

static long sysctl_physinfo(struct xen_sysctl *op)
{
    struct xen_sysctl_physinfo *p = &op->u.physinfo;
    uint32_t features[FEATURESET_WORDS];

    memset(p, 0, sizeof(*p));
    p->threads_per_core = 1;
    p->nr_cpus = (uint32_t)__builtin_popcountll(cpus_in_use());
    p->cores_per_socket = p->nr_cpus;
    p->max_cpu_id = nr_cpus - 1;
    p->nr_nodes = 1;
    p->cpu_khz = time_tsc_khz();
    p->capabilities = XEN_SYSCTL_PHYSCAP_pv | XEN_SYSCTL_PHYSCAP_gnttab_v1;
    p->total_pages = ram_frames;
    p->free_pages = free_frames();
    p->max_mfn = max_frame - 1;
    pv_policy_featureset(POLICY_HOST, features);
    memcpy(p->hw_cap, features, sizeof(p->hw_cap));
    return 0;
}

static long sysctl_getcpuinfo(struct xen_sysctl *op)
{
    struct xen_sysctl_getcpuinfo *g = &op->u.getcpuinfo;
    xen_sysctl_cpuinfo_t info;
    uint32_t i;

    for (i = 0; i < MIN(g->max_cpus, nr_cpus); i++) {
        info.idletime = cpus_in_use() & cpumask_of(i) ? sched_idle_time(i) : 0;
        if (copy_out(g->info, i, &info))
            return -EFAULT;
    }
    g->nr_cpus = i;
    return 0;
}

static long sysctl_availheap(struct xen_sysctl *op)
{
    struct xen_sysctl_availheap *a = &op->u.availheap;
    uint64_t frames = a->max_bitwidth ? free_frames_below(a->max_bitwidth)
                                      : free_frames();

    if (a->min_bitwidth)
        frames -= MIN(frames, free_frames_below(a->min_bitwidth));
    a->avail_bytes = a->node <= 0 ? frames << PAGE_SHIFT : 0;
    return 0;
}

static long sysctl_cputopoinfo(struct xen_sysctl *op)
{
    struct xen_sysctl_cputopoinfo *t = &op->u.cputopoinfo;
    xen_sysctl_cputopo_t topo = { .node = 0 };
    uint32_t i;

    if (!handle_is_null(t->cputopo))
        for (i = 0; i < MIN(t->num_cpus, nr_cpus); i++) {
            bool in_use = cpus_in_use() & cpumask_of(i);

            topo.core = in_use ? i : XEN_INVALID_CORE_ID;
            topo.socket = in_use ? 0 : XEN_INVALID_SOCKET_ID;
            if (copy_out(t->cputopo, i, &topo))
                return -EFAULT;
        }
    t->num_cpus = nr_cpus;
    return 0;
}

static long sysctl_numainfo(struct xen_sysctl *op)
{
    struct xen_sysctl_numainfo *n = &op->u.numainfo;
    xen_sysctl_meminfo_t mem = {
        .memsize = max_frame << PAGE_SHIFT,    /* holes too, as on Xen */
        .memfree = free_frames() << PAGE_SHIFT,
    };
    uint32_t distance = NODE_DISTANCE;

    if (n->num_nodes && !handle_is_null(n->meminfo) &&
        copy_out(n->meminfo, 0, &mem))
        return -EFAULT;
    if (n->num_nodes && !handle_is_null(n->distance) &&
        copy_out(n->distance, 0, &distance))
        return -EFAULT;
    n->num_nodes = 1;
    return 0;
}

/* No device is known to belong to a node. */
static long sysctl_pcitopoinfo(struct xen_sysctl *op)
{
    struct xen_sysctl_pcitopoinfo *t = &op->u.pcitopoinfo;
    uint32_t i, none = XEN_INVALID_DEV;

    if (handle_is_null(t->devs) || handle_is_null(t->nodes))
        return fail(EINVAL, "pcitopoinfo without arrays");
    for (i = 0; i < MIN(t->num_devs, 4096u); i++)
        if (copy_out(t->nodes, i, &none))
            return -EFAULT;
    t->num_devs = i;
    return 0;
}

/* ---- domains and CPU pools ---- */

static long sysctl_getdomaininfolist(struct xen_sysctl *op)
{
    struct xen_sysctl_getdomaininfolist *l = &op->u.getdomaininfolist;
    struct xen_domctl_getdomaininfo info;
    struct domain *d = domain_get_from(l->first_domain);
    uint32_t n = 0;
    int rc = 0;

    for (; d && n < l->max_domains && !rc; d = domain_next(d), n++) {
        domain_info_fill(d, &info);
        rc = copy_out(l->buffer, n, &info);
    }
    if (d)
        domain_put(d);
    l->num_domains = n;
    return rc;
}

static long sysctl_scheduler_op(struct xen_sysctl *op)
{
    struct xen_sysctl_scheduler_op *s = &op->u.scheduler_op;

    if (!sched_pool_exists(s->cpupool_id))
        return fail(ESRCH, "no CPU pool %u", s->cpupool_id);
    if (s->sched_id != XEN_SCHEDULER_CREDIT2)
        return fail(EINVAL, "scheduler %u is not in use", s->sched_id);
    switch (s->cmd) {
    case XEN_SYSCTL_SCHEDOP_getinfo:
        s->u.sched_credit2.ratelimit_us = sched_ratelimit_us();
        return 0;
    case XEN_SYSCTL_SCHEDOP_putinfo:
        return sched_set_ratelimit_us(s->u.sched_credit2.ratelimit_us);
    default:
        return fail(EINVAL, "scheduler command %u", s->cmd);
    }
}

static long sysctl_cpupool_op(struct xen_sysctl *op)
{
    struct xen_sysctl_cpupool_op *p = &op->u.cpupool_op;
    cpumask_t cpus = 0;
    long rc = sched_pool_op(p, &cpus);

    if (!rc && (p->op == XEN_SYSCTL_CPUPOOL_OP_INFO ||
                p->op == XEN_SYSCTL_CPUPOOL_OP_FREEINFO))
        rc = bitmap_out(&p->cpumap, cpus);
    return rc;
}

static long sysctl_cpu_hotplug(struct xen_sysctl *op)
{
    const struct xen_sysctl_cpu_hotplug *h = &op->u.cpu_hotplug;

    if (h->op > XEN_SYSCTL_CPU_HOTPLUG_OFFLINE)
        return fail(EOPNOTSUPP, "no CPU has threads to switch off");
    return sched_cpu_use(h->cpu, h->op == XEN_SYSCTL_CPU_HOTPLUG_ONLINE);
}

/* No patch is or can be loaded: the list is empty, the rest is refused. */
static long sysctl_livepatch_op(struct xen_sysctl *op)
{
    struct xen_sysctl_livepatch_op *l = &op->u.livepatch;
    const struct xen_livepatch_name *name = &l->u.get.name;
    char text[XEN_LIVEPATCH_NAME_SIZE];

    if (!l->pad && l->cmd == XEN_SYSCTL_LIVEPATCH_GET && !name->pad[0] &&
        !name->pad[1] && !name->pad[2] && name->size && name->size <= sizeof(text)) {
        if (guest_read(text, (vaddr_t)name->name.p, name->size))
            return -EFAULT;
        if (strnlen(text, name->size) == name->size - 1u)
            return fail(ENOENT, "no patch %s", text);
    }
    if (l->pad || l->cmd != XEN_SYSCTL_LIVEPATCH_LIST || l->u.list.pad ||
        l->u.list.idx)
        return fail(EINVAL, "live patching, command %u", l->cmd);
    l->u.list.nr = l->u.list.version = 0;
    l->u.list.name_total_size = l->u.list.metadata_total_size = 0;
    return 0;
}

/* ---- counters ---- */

static void counter_name(unsigned row, char *to, size_t size)
{
    const char *call = "", *sub = NULL;

    (void)row_name(row, &call, &sub);
    snprintf(to, size, "%s%s%s", call, sub ? "." : "", sub ? sub : "");
}

/* One counter a row, for the whole machine, as xenperf shows them. */
static long sysctl_perfc_op(struct xen_sysctl *op)
{
    struct xen_sysctl_perfc_op *p = &op->u.perfc_op;
    const char *call, *sub;
    uint32_t n = 0;

    if (p->cmd == XEN_SYSCTL_PERFCOP_reset)
        row_calls_reset();
    else if (p->cmd != XEN_SYSCTL_PERFCOP_query)
        return fail(EINVAL, "counters: command %u", p->cmd);
    for (unsigned row = 0; row < NR_ROWS; row++) {
        xen_sysctl_perfc_desc_t desc = { .nr_vals = 1 };
        xen_sysctl_perfc_val_t val = (xen_sysctl_perfc_val_t)row_calls(row);

        if (!row_name(row, &call, &sub))
            continue;
        counter_name(row, desc.name, sizeof(desc.name));
        if ((!handle_is_null(p->desc) && copy_out(p->desc, n, &desc)) ||
            (!handle_is_null(p->val) && copy_out(p->val, n, &val)))
            return -EFAULT;
        n++;
    }
    p->nr_counters = p->nr_vals = n;
    return 0;
}

/* ---- CPUID ---- */

/* Whose features or policy an index asks for: the two are numbered alike. */
static int policy_kind(uint32_t index)
{
    switch (index) {
    case XEN_SYSCTL_cpu_policy_raw: case XEN_SYSCTL_cpu_policy_host:
        return POLICY_HOST;
    case XEN_SYSCTL_cpu_policy_pv_max: case XEN_SYSCTL_cpu_policy_pv_default:
        return POLICY_PV;
    case XEN_SYSCTL_cpu_policy_hvm_max: case XEN_SYSCTL_cpu_policy_hvm_default:
        return fail(EOPNOTSUPP, "HVM features");
    default:
        return fail(EINVAL, "features or policy %u", index);
    }
}
_Static_assert(XEN_SYSCTL_cpu_featureset_pv == XEN_SYSCTL_cpu_policy_pv_max &&
               XEN_SYSCTL_cpu_featureset_hvm_max ==
               XEN_SYSCTL_cpu_policy_hvm_default, "alike");

static long sysctl_get_cpu_featureset(struct xen_sysctl *op)
{
    struct xen_sysctl_cpu_featureset *f = &op->u.cpu_featureset;
    int kind = policy_kind(f->index);
    uint32_t words[FEATURESET_WORDS], i;

    if (kind < 0)
        return kind;
    pv_policy_featureset((enum policy_kind)kind, words);
    if (!handle_is_null(f->features)) {
        for (i = 0; i < MIN(f->nr_features, (uint32_t)FEATURESET_WORDS); i++)
            if (copy_out(f->features, i, &words[i]))
                return -EFAULT;
        if (f->nr_features < FEATURESET_WORDS)
            return fail(ENOBUFS, "%u feature words", f->nr_features);
    }
    f->nr_features = FEATURESET_WORDS;
    return 0;
}

static long sysctl_get_cpu_policy(struct xen_sysctl *op)
{
    struct xen_sysctl_cpu_policy *p = &op->u.cpu_policy;
    int kind = policy_kind(p->index);

    if (kind < 0)
        return kind;
    return policy_out(NULL, kind, &p->nr_leaves, p->leaves, &p->nr_msrs,
                      p->msrs);
}

/* The rows whose answer is always the same. */
#define sysctl_sched_id(op) ((op)->u.sched_id.sched_id = XEN_SCHEDULER_CREDIT2, 0)
#define sysctl_get_cpu_levelling_caps(op) ((op)->u.cpu_levelling_caps.caps = 0, 0)

#define DO(name, out) rc = sysctl_##name(&op); answers = out
HC_VERSIONED(sysctl, struct xen_sysctl, XEN_SYSCTL_INTERFACE_VERSION)
