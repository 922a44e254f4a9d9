/* SPDX-License-Identifier: MIT */
/* hv.c - control calls: buffers and the four call families; see hv.h. */
#include "dom0-tools/lib/hv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xencall.h>

#include "dom0-tools/lib/mem.h"
#include "dom0-tools/lib/say.h"
#include "public/event_channel.h"

struct hv {
    xencall_handle *xc;
};

struct hv *hv_open(void)
{
    xencall_handle *xc = xencall_open(NULL, 0);
    struct hv *hv;

    if (!xc) {
        fail("cannot reach the hypervisor (%s); run this as root in the "
             "control domain, with the module xen-privcmd loaded",
             strerror(errno));
        return NULL;
    }
    hv = mem_zalloc(1, sizeof(*hv));
    hv->xc = xc;
    return hv;
}

void hv_close(struct hv *hv)
{
    if (!hv)
        return;
    xencall_close(hv->xc);
    free(hv);
}

void *hv_buffer(struct hv *hv, size_t size)
{
    void *p = xencall_alloc_buffer(hv->xc, size);

    if (!p) {
        fail("cannot lock %zu bytes for a hypercall", size);
        exit(1);
    }
    memset(p, 0, size);
    return p;
}

void hv_buffer_free(struct hv *hv, void *p)
{
    xencall_free_buffer(hv->xc, p);
}

/* The call through a locked copy of @arg; a call that asks for it is repeated. */
static long call_copy(struct hv *hv, unsigned int op, long cmd, void *arg,
                      size_t size)
{
    void *buf = hv_buffer(hv, size);
    long rc;

    memcpy(buf, arg, size);
    do {
        rc = cmd < 0 ? xencall1(hv->xc, op, (uintptr_t)buf)
                     : xencall2L(hv->xc, op, (uint64_t)cmd, (uintptr_t)buf);
    } while (rc < 0 && errno == EAGAIN);
    rc = rc < 0 ? -errno : rc;
    memcpy(arg, buf, size);
    hv_buffer_free(hv, buf);
    return rc;
}

int hv_domctl(struct hv *hv, struct xen_domctl *op)
{
    op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    return (int)call_copy(hv, __HYPERVISOR_domctl, -1, op, sizeof(*op));
}

int hv_sysctl(struct hv *hv, struct xen_sysctl *op)
{
    op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    return (int)call_copy(hv, __HYPERVISOR_sysctl, -1, op, sizeof(*op));
}

long hv_memory_op(struct hv *hv, unsigned int cmd, void *arg, size_t size)
{
    return call_copy(hv, __HYPERVISOR_memory_op, (long)cmd, arg, size);
}

int hv_version(struct hv *hv, unsigned int cmd, void *arg, size_t size)
{
    int rc;

    if (arg)
        return (int)call_copy(hv, __HYPERVISOR_xen_version, (long)cmd, arg,
                              size);
    rc = xencall2(hv->xc, __HYPERVISOR_xen_version, cmd, 0);
    return rc < 0 ? -errno : rc;
}

int hv_pin_l4(struct hv *hv, uint32_t domid, uint64_t mfn)
{
    struct mmuext_op *op = hv_buffer(hv, sizeof(*op));
    int rc;

    op->cmd = MMUEXT_PIN_L4_TABLE;
    op->arg1.mfn = mfn;
    rc = xencall4(hv->xc, __HYPERVISOR_mmuext_op, (uintptr_t)op, 1, 0, domid);
    rc = rc < 0 ? -errno : 0;
    hv_buffer_free(hv, op);
    return rc;
}

int hv_alloc_unbound(struct hv *hv, uint32_t domid)
{
    struct evtchn_alloc_unbound op = {
        .dom = (domid_t)domid,
        .remote_dom = 0,
    };
    long rc = call_copy(hv, __HYPERVISOR_event_channel_op,
                        EVTCHNOP_alloc_unbound, &op, sizeof(op));

    return rc < 0 ? (int)rc : (int)op.port;
}

int hv_physinfo(struct hv *hv, struct xen_sysctl_physinfo *out)
{
    struct xen_sysctl op = { .cmd = XEN_SYSCTL_physinfo };
    int rc = hv_sysctl(hv, &op);

    *out = op.u.physinfo;
    return rc;
}
