/* SPDX-License-Identifier: MIT */
/*
 * xen.c - thin calls into libxengnttab, libxenevtchn and libxenforeignmemory.
 */
#include "backends/common/xen.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <xenevtchn.h>
#include <xenforeignmemory.h>
#include <xengnttab.h>

#include "backends/common/log.h"

_Static_assert(sizeof(struct xen_copy) ==
               sizeof(xengnttab_grant_copy_segment_t), "the device's layout");
_Static_assert(offsetof(struct xen_copy, to) ==
               offsetof(xengnttab_grant_copy_segment_t, dest), "layout");
_Static_assert(offsetof(struct xen_copy, len) ==
               offsetof(xengnttab_grant_copy_segment_t, len), "layout");
_Static_assert(offsetof(struct xen_copy, status) ==
               offsetof(xengnttab_grant_copy_segment_t, status), "layout");
_Static_assert(offsetof(union xen_copy_end, grant.domid) ==
               offsetof(union xengnttab_copy_ptr, foreign.domid), "layout");
_Static_assert(XEN_COPY_FROM_GRANT == GNTCOPY_source_gref, "the ABI's flag");
_Static_assert(XEN_COPY_TO_GRANT == GNTCOPY_dest_gref, "the ABI's flag");

int xen_open(struct xen *x)
{
    x->foreign = NULL;
    x->evtchn = xenevtchn_open(NULL, 0);
    if (!x->evtchn)
        return fail(ENODEV, "cannot open /dev/xen/evtchn: %m; run this in the "
                    "control domain with module xen-evtchn loaded");
    x->gnttab = xengnttab_open(NULL, 0);
    if (!x->gnttab) {
        xenevtchn_close(x->evtchn);
        return fail(ENODEV, "cannot open /dev/xen/gntdev: %m; run this in the "
                    "control domain with module xen-gntdev loaded");
    }
    return 0;
}

void xen_close(struct xen *x)
{
    if (x->foreign)
        xenforeignmemory_close(x->foreign);
    xengnttab_close(x->gnttab);
    xenevtchn_close(x->evtchn);
}

void *xen_map(struct xen *x, unsigned domid, const uint32_t *refs, unsigned nr)
{
    void *pages = xengnttab_map_domain_grant_refs(
        x->gnttab, nr, domid, (uint32_t *)refs, PROT_READ | PROT_WRITE);

    if (!pages)
        fail(errno, "cannot map %u page(s) that domain %u granted, the first "
             "by reference %u: %m", nr, domid, refs[0]);
    return pages;
}

void xen_unmap(struct xen *x, void *pages, unsigned nr)
{
    if (xengnttab_unmap(x->gnttab, pages, nr) < 0)
        fail(errno, "cannot unmap %u granted page(s): %m", nr);
}

void *xen_map_frame(struct xen *x, unsigned domid, uint64_t gfn)
{
    xen_pfn_t frame = gfn;
    void *page;

    if (!x->foreign)
        x->foreign = xenforeignmemory_open(NULL, 0);
    if (!x->foreign) {
        fail(errno, "cannot open /dev/xen/privcmd: %m; run this in the control "
             "domain with module xen-privcmd loaded");
        return NULL;
    }
    page = xenforeignmemory_map(x->foreign, domid, PROT_READ | PROT_WRITE, 1,
                                &frame, NULL);
    if (!page)
        fail(errno, "cannot map frame %#llx of domain %u: %m",
             (unsigned long long)gfn, domid);
    return page;
}

void xen_unmap_frame(struct xen *x, void *page)
{
    xenforeignmemory_unmap(x->foreign, page, 1);
}

int xen_copy_batch(struct xen *x, struct xen_copy *ops, unsigned nr)
{
    if (nr == 0)
        return 0;
    if (xengnttab_grant_copy(x->gnttab, nr,
                             (xengnttab_grant_copy_segment_t *)ops) < 0)
        return fail(errno, "grant copy of %u ranges: %m", nr);
    return 0;
}

int xen_evtchn_fd(const struct xen *x)
{
    return xenevtchn_fd(x->evtchn);
}

int xen_bind(struct xen *x, unsigned domid, uint32_t remote_port)
{
    int port = xenevtchn_bind_interdomain(x->evtchn, domid, remote_port);

    if (port < 0)
        return fail(errno, "cannot bind event channel %u of domain %u: %m",
                    remote_port, domid);
    return port;
}

int xen_bind_virq(struct xen *x, unsigned virq)
{
    int port = xenevtchn_bind_virq(x->evtchn, virq);

    if (port < 0)
        return fail(errno, "cannot bind virtual interrupt %u: %m", virq);
    return port;
}

void xen_unbind(struct xen *x, uint32_t port)
{
    xenevtchn_unbind(x->evtchn, port);
}

void xen_notify(struct xen *x, uint32_t port)
{
    xenevtchn_notify(x->evtchn, port);
}

int xen_pending(struct xen *x)
{
    return xenevtchn_pending(x->evtchn);
}

void xen_unmask(struct xen *x, uint32_t port)
{
    xenevtchn_unmask(x->evtchn, port);
}
