/* SPDX-License-Identifier: MIT */
/* hv_domain.c - control calls about one domain; see hv.h. */
#include "dom0-tools/lib/hv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/lib/mem.h"

int hv_domain_info(struct hv *hv, uint32_t domid, dominfo *out)
{
    struct xen_domctl op = {
        .cmd = XEN_DOMCTL_getdomaininfo,
        .domain = (domid_t)domid,
    };
    int rc = hv_domctl(hv, &op);

    /* the call answers with the next domain when this one is gone */
    if (rc == 0 && op.u.getdomaininfo.domain != domid)
        rc = -ESRCH;
    *out = op.u.getdomaininfo;
    return rc;
}

/* How many domains one call asks for. */
#define LIST_BATCH 256

int hv_domain_list(struct hv *hv, dominfo **out)
{
    dominfo *batch = hv_buffer(hv, LIST_BATCH * sizeof(*batch));
    uint32_t first = 0, got;
    int n = 0, rc = 0;

    *out = mem_grow(NULL, 1, sizeof(**out));
    do {
        struct xen_sysctl op = { .cmd = XEN_SYSCTL_getdomaininfolist };

        op.u.getdomaininfolist.first_domain = (domid_t)first;
        op.u.getdomaininfolist.max_domains = LIST_BATCH;
        set_xen_guest_handle(op.u.getdomaininfolist.buffer, batch);
        rc = hv_sysctl(hv, &op);
        got = rc < 0 ? 0 : op.u.getdomaininfolist.num_domains;
        if (got == 0 || got > LIST_BATCH)
            break;
        *out = mem_grow(*out, (size_t)n + got, sizeof(**out));
        memcpy(*out + n, batch, got * sizeof(*batch));
        n += (int)got;
        first = batch[got - 1].domain + 1u;
    } while (got == LIST_BATCH && first < DOMID_FIRST_RESERVED);
    hv_buffer_free(hv, batch);
    return rc < 0 ? rc : n;
}

int hv_domain_create(struct hv *hv, struct xen_domctl_createdomain *how,
                     uint32_t *domid)
{
    struct xen_domctl op = { .cmd = XEN_DOMCTL_createdomain };
    int rc;

    op.u.createdomain = *how;
    rc = hv_domctl(hv, &op);
    *domid = op.domain;
    return rc;
}

static int simple(struct hv *hv, uint32_t cmd, uint32_t domid)
{
    struct xen_domctl op = { .cmd = cmd, .domain = (domid_t)domid };

    return hv_domctl(hv, &op);
}

int hv_domain_destroy(struct hv *hv, uint32_t domid)
{
    return simple(hv, XEN_DOMCTL_destroydomain, domid);
}

int hv_domain_pause(struct hv *hv, uint32_t domid)
{
    return simple(hv, XEN_DOMCTL_pausedomain, domid);
}

int hv_domain_unpause(struct hv *hv, uint32_t domid)
{
    return simple(hv, XEN_DOMCTL_unpausedomain, domid);
}

int hv_domain_max_vcpus(struct hv *hv, uint32_t domid, uint32_t n)
{
    struct xen_domctl op = {
        .cmd = XEN_DOMCTL_max_vcpus,
        .domain = (domid_t)domid,
    };

    op.u.max_vcpus.max = n;
    return hv_domctl(hv, &op);
}

int hv_domain_tsc_mode(struct hv *hv, uint32_t domid, uint32_t mode)
{
    struct xen_domctl op = {
        .cmd = XEN_DOMCTL_settscinfo,
        .domain = (domid_t)domid,
    };

    op.u.tsc_info.tsc_mode = mode;
    return hv_domctl(hv, &op);
}

int hv_domain_max_mem(struct hv *hv, uint32_t domid, uint64_t kib)
{
    struct xen_domctl op = {
        .cmd = XEN_DOMCTL_max_mem,
        .domain = (domid_t)domid,
    };

    op.u.max_mem.max_memkb = kib;
    return hv_domctl(hv, &op);
}

int hv_domain_trigger(struct hv *hv, uint32_t domid, uint32_t what,
                      uint32_t vcpu)
{
    struct xen_domctl op = {
        .cmd = XEN_DOMCTL_sendtrigger,
        .domain = (domid_t)domid,
    };

    op.u.sendtrigger.trigger = what;
    op.u.sendtrigger.vcpu = vcpu;
    return hv_domctl(hv, &op);
}

int hv_domain_memory_map(struct hv *hv, uint32_t domid, uint64_t bytes)
{
    /* an entry of the firmware's map: start, length, type, packed */
    struct {
        uint64_t addr, size;
        uint32_t type;
    } __attribute__((packed)) *e = hv_buffer(hv, sizeof(*e));
    struct xen_foreign_memory_map map = { .domid = (domid_t)domid };
    long rc;

    e->size = bytes;
    e->type = 1; /* RAM */
    map.map.nr_entries = 1;
    set_xen_guest_handle(map.map.buffer, (void *)e);
    rc = hv_memory_op(hv, XENMEM_set_memory_map, &map, sizeof(map));
    hv_buffer_free(hv, e);
    return (int)rc;
}

int hv_vcpu_context(struct hv *hv, uint32_t domid, uint32_t vcpu,
                    const struct vcpu_guest_context *ctx)
{
    struct vcpu_guest_context *buf = hv_buffer(hv, sizeof(*buf));
    struct xen_domctl op = {
        .cmd = XEN_DOMCTL_setvcpucontext,
        .domain = (domid_t)domid,
    };
    int rc;

    *buf = *ctx;
    op.u.vcpucontext.vcpu = vcpu;
    set_xen_guest_handle(op.u.vcpucontext.ctxt, (void *)buf);
    rc = hv_domctl(hv, &op);
    hv_buffer_free(hv, buf);
    return rc;
}

int hv_vcpu_affinity(struct hv *hv, uint32_t domid, uint32_t vcpu,
                     const uint8_t *map, uint32_t cpus)
{
    struct xen_domctl op = {
        .cmd = XEN_DOMCTL_setvcpuaffinity,
        .domain = (domid_t)domid,
    };
    uint8_t *buf = hv_buffer(hv, (cpus + 7) / 8);
    int rc;

    memcpy(buf, map, (cpus + 7) / 8);
    op.u.vcpuaffinity.vcpu = vcpu;
    op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_HARD;
    op.u.vcpuaffinity.cpumap_hard.nr_bits = cpus;
    set_xen_guest_handle(op.u.vcpuaffinity.cpumap_hard.bitmap, buf);
    rc = hv_domctl(hv, &op);
    hv_buffer_free(hv, buf);
    return rc;
}

long hv_populate(struct hv *hv, uint32_t domid, unsigned int order, size_t n,
                 uint64_t *frames)
{
    struct xen_memory_reservation op = {
        .nr_extents = n,
        .extent_order = order,
        .domid = (domid_t)domid,
    };
    uint64_t *buf = hv_buffer(hv, n * sizeof(*buf));
    long rc;

    memcpy(buf, frames, n * sizeof(*buf));
    set_xen_guest_handle(op.extent_start, (void *)buf);
    rc = hv_memory_op(hv, XENMEM_populate_physmap, &op, sizeof(op));
    memcpy(frames, buf, n * sizeof(*buf));
    hv_buffer_free(hv, buf);
    return rc;
}
