/* SPDX-License-Identifier: MIT */
/*
 * domctl_life.c - domctl: a domain is made, described, stopped and ended, and what
 * it may have is set.
 */
#include "hypercall/domctl.h"

#define FLAGS_OK (XEN_DOMCTL_CDF_s3_integrity | XEN_DOMCTL_CDF_oos_off | \
                  XEN_DOMCTL_CDF_xs_domain)
#define MAX_GRANT_FRAMES    64
#define MAX_MAPTRACK_FRAMES 1024

static bool id_is_free(domid_t id)
{
    struct domain *d = domain_get(id);

    if (d)
        domain_put(d);
    return !d;
}

/* The one asked for, or the next that is free after the last given. */
static int choose_id(domid_t *id)
{
    static domid_t last;
    domid_t n;

    if (*id > 0 && *id < DOMID_FIRST_RESERVED)
        return id_is_free(*id) ? 0 : fail(EEXIST, "d%u is there", *id);
    for (n = last + 1; n != last; n++) {
        if (n == DOMID_FIRST_RESERVED)
            n = 1;
        if (id_is_free(n)) {
            *id = last = n;
            return 0;
        }
    }
    return fail(ENOMEM, "all domain numbers are taken");
}

static int config_check(const struct xen_domctl_createdomain *c)
{
    if (c->flags & ~FLAGS_OK)
        return fail(EINVAL, "domain flags %#x: PV only", c->flags & ~FLAGS_OK);
    if (c->iommu_opts || c->vmtrace_size)
        return fail(EINVAL, "IOMMU options or a processor trace");
    if (!c->max_vcpus || c->max_vcpus > MAX_VCPUS)
        return fail(EINVAL, "%u vcpus of at most %u", c->max_vcpus, MAX_VCPUS);
    if (c->arch.emulation_flags & ~XEN_X86_EMU_PIT ||
        c->arch.misc_flags & ~XEN_X86_MISC_FLAGS_MAX)
        return fail(EINVAL, "emulation flags %#x", c->arch.emulation_flags);
    if (c->max_grant_frames == 0 || c->max_grant_frames > MAX_GRANT_FRAMES ||
        c->max_maptrack_frames > MAX_MAPTRACK_FRAMES)
        return fail(EINVAL, "%d grant and %d maptrack frames",
                    c->max_grant_frames, c->max_maptrack_frames);
    if (c->grant_opts != XEN_DOMCTL_GRANT_version(1))
        return fail(EINVAL, "grant table options %#x", c->grant_opts);
    return 0;
}

DOMCTL(createdomain)
{
    domid_t id = op->domain;
    int rc;

    rc = config_check(&op->u.createdomain);
    if (!rc)
        rc = choose_id(&id);
    if (!rc)
        rc = domain_create(id, &op->u.createdomain, &d);
    if (!rc)
        op->domain = d->id;
    return rc;
}

static uint32_t info_flags(struct domain *d, uint32_t from_vcpus)
{
    uint32_t f = from_vcpus;

    if (READ_ONCE(d->dying) != DOMDYING_ALIVE)
        f |= XEN_DOMINF_dying;
    if (READ_ONCE(d->is_shut_down))
        f |= XEN_DOMINF_shutdown;
    if (READ_ONCE(d->tool_pauses))
        f |= XEN_DOMINF_paused;
    if (d->debugger)
        f |= XEN_DOMINF_debugged;
    if (d->create_flags & XEN_DOMCTL_CDF_xs_domain)
        f |= XEN_DOMINF_xs_domain;
    return f | (uint32_t)(READ_ONCE(d->shutdown_code) & XEN_DOMINF_shutdownmask)
               << XEN_DOMINF_shutdownshift;
}

void domain_info_fill(struct domain *d, struct xen_domctl_getdomaininfo *info)
{
    uint32_t flags = XEN_DOMINF_blocked;
    uint64_t time[4];
    struct vcpu *v;

    memset(info, 0, sizeof(*info));
    info->domain = d->id;
    info->max_vcpu_id = XEN_INVALID_MAX_VCPU_ID;
    for_each_vcpu(d, v) {
        uint32_t vf = READ_ONCE(v->flags);

        vcpu_runstate_get(v, time);
        info->cpu_time += time[RUNSTATE_running];
        info->max_vcpu_id = v->id;
        if (vf & VCPU_DOWN)
            continue;
        if (!(vf & VCPU_BLOCKED))
            flags &= ~XEN_DOMINF_blocked;
        if (READ_ONCE(v->sched.running))
            flags |= XEN_DOMINF_running;
        info->nr_online_vcpus++;
    }
    info->flags = info_flags(d, flags);
    info->tot_pages = d->mm.tot_pages;
    info->max_pages = d->mm.max_pages;
    info->shared_info_frame = frame_of(d->shared).n;
    info->cpupool = (uint32_t)d->sched.pool;
    info->gpaddr_bits = 64 - 16;
    memcpy(info->handle, d->handle, sizeof(info->handle));
}

DOMCTL(getdomaininfo)
{
    if (op->domain >= DOMID_FIRST_RESERVED)
        return fail(EINVAL, "domain %u", op->domain);
    d = domain_get_from(op->domain);
    if (!d)
        return -ESRCH;
    domain_info_fill(d, &op->u.getdomaininfo);
    op->domain = d->id;
    domain_put(d);
    return 0;
}

DOMCTL(max_mem)
{
    uint64_t pages = op->u.max_mem.max_memkb >> (PAGE_SHIFT - 10);

    spin_lock(&d->mm.pages_lock);
    d->mm.max_pages = (uint32_t)MIN(pages, (uint64_t)UINT32_MAX);
    spin_unlock(&d->mm.pages_lock);
    return 0;
}

DOMCTL(max_vcpus)
{
    struct vcpu *v;
    unsigned i;
    int rc = 0;

    if (d == cur->d || op->u.max_vcpus.max != d->max_vcpus)
        return fail(EINVAL, "d%u is made for %u vcpus", d->id, d->max_vcpus);
    for (i = 0; !rc && i < d->max_vcpus; i++)
        if (!domain_vcpu(d, i))
            rc = vcpu_create(d, i, &v);
    return rc;
}

DOMCTL(setdebugging)
{
    if (d == cur->d)
        return fail(EINVAL, "d%u debugs itself", d->id);
    d->debugger = op->u.setdebugging.enable;
    return 0;
}

/* There is one node, number 0. */
DOMCTL(setnodeaffinity)
{
    uint64_t nodes;
    int rc = bitmap_in(&nodes, &op->u.nodeaffinity.nodemap);

    if (rc)
        return rc;
    return nodes & 1 ? 0 : fail(EINVAL, "d%u: nodes %#lx", d->id, nodes);
}
