/* SPDX-License-Identifier: MIT */
/*
 * xen.h - the few things a backend asks of the hypervisor, over the stable
 * user libraries: map and copy granted pages, bind and ring event channels.
 *
 * The libraries' headers bring the peer's ABI headers with them, so only xen.c
 * includes them and everything else sees include/public.
 */
#ifndef BACKENDS_COMMON_XEN_H
#define BACKENDS_COMMON_XEN_H

#include <stdbool.h>
#include <stdint.h>

struct xen {
    struct xengntdev_handle *gnttab;
    struct xenevtchn_handle *evtchn;
    struct xenforeignmemory_handle *foreign;      /* opened when first needed */
};

/* One end of a copy: our memory, or a range within a granted page. */
union xen_copy_end {
    void *local;
    struct {
        uint32_t ref;
        uint16_t offset;
        uint16_t domid;
    } grant;
};

#define XEN_COPY_FROM_GRANT 1    /* value of xen_copy.flags */
#define XEN_COPY_TO_GRANT   2

/* Laid out as the grant device takes it (xen.c asserts so). */
struct xen_copy {
    union xen_copy_end from, to;
    uint16_t len;                /* at most to the end of the granted page */
    uint16_t flags;
    int16_t status;              /* 0, or what the hypervisor said */
};

int xen_open(struct xen *x);
void xen_close(struct xen *x);

/* Pages granted by domid, mapped readable and writable, side by side. */
void *xen_map(struct xen *x, unsigned domid, const uint32_t *refs, unsigned nr);
void xen_unmap(struct xen *x, void *pages, unsigned nr);

/* A frame of domid's that nobody granted: the control domain's privilege. */
void *xen_map_frame(struct xen *x, unsigned domid, uint64_t gfn);
void xen_unmap_frame(struct xen *x, void *page);

/* 0 when the batch was tried; each op has its own status then. */
int xen_copy_batch(struct xen *x, struct xen_copy *ops, unsigned nr);

int xen_evtchn_fd(const struct xen *x);
int xen_bind(struct xen *x, unsigned domid, uint32_t remote_port);
int xen_bind_virq(struct xen *x, unsigned virq);
void xen_unbind(struct xen *x, uint32_t port);
void xen_notify(struct xen *x, uint32_t port);

/* The next port that rang (masked until xen_unmask()), or -1. */
int xen_pending(struct xen *x);
void xen_unmask(struct xen *x, uint32_t port);

#endif
