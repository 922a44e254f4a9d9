/* SPDX-License-Identifier: MIT */
/*
 * conn_ring.c - connects rings through the stable Xen libraries.
 *
 *   R1  A port is unmasked before its ring is looked at: an event that comes in
 *       between is delivered again.
 *   R2  A flush only moves output; requests are carried out in turns of the loop.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xenevtchn.h>
#include <xenforeignmemory.h>
#include <xengnttab.h>

#include "conn_ring.h"
#include "domain.h"
#include "domctl.h"
#include "loop.h"
#include "mem.h"
#include "ring.h"

#define PAGE 4096u
#define TURN_PORTS 64

/* xenbus_backend's ioctl that tells the kernel's event channel */
#define XENBUS_BACKEND_EVTCHN _IOC(_IOC_NONE, 'B', 0, 0)

enum mapped_by { BY_GRANT, BY_FRAME, BY_MMAP };

struct link {                   /* one ring and how it hangs on the machine */
    struct ring ring;
    enum mapped_by mapped_by;
    evtchn_port_t port;         /* ours */
    bool again;
    struct link *next_again;
};

static struct {
    struct store *store;
    struct source src;
    xenevtchn_handle *evtchn;
    xengnttab_handle *gnttab;
    xenforeignmemory_handle *foreign;
    evtchn_port_t dom_exc;
    struct link **by_port;
    uint32_t ports;
    struct link *again;         /* want another turn */
    struct link *round;         /* get it now */
} hv;

static enum dom_state dom_state(void *ctx, unsigned int domid)
{
    (void)ctx;
    return domctl_state(domid);
}

static void serve(struct link *l, unsigned int budget)
{
    unsigned int result = ring_run(&l->ring, budget);

    if (result & RING_NOTIFY)
        xenevtchn_notify(hv.evtchn, l->port);
    if (result & RING_MORE) {
        if (!l->again) {            /* false for those whose turn it is */
            l->again = true;
            l->next_again = hv.again;
            hv.again = l;
        }
        loop_again(&hv.src);
    }
}

static void ring_flush(struct conn *c)
{
    serve(c->transport, 0);                                     /* R2 */
}

static void remember_port(struct link *l, evtchn_port_t port)
{
    if (port >= hv.ports) {
        hv.by_port = mem_resize(hv.by_port, (port + 64) * sizeof(*hv.by_port));
        memset(hv.by_port + hv.ports, 0,
               (port + 64 - hv.ports) * sizeof(*hv.by_port));
        hv.ports = port + 64;
    }
    hv.by_port[port] = l;
    l->port = port;
}

static struct xenstore_domain_interface *
map_page(const struct domain *d, enum mapped_by *by)
{
    xen_pfn_t gfn = d->gfn;
    void *page;

    *by = BY_GRANT;
    page = xengnttab_map_grant_ref(hv.gnttab, d->domid,
                                   GNTTAB_RESERVED_XENSTORE,
                                   PROT_READ | PROT_WRITE);
    if (page)
        return page;
    *by = BY_FRAME;
    return xenforeignmemory_map(hv.foreign, d->domid, PROT_READ | PROT_WRITE, 1,
                                &gfn, NULL);
}

static void unmap_page(const struct link *l)
{
    switch (l->mapped_by) {
    case BY_GRANT: xengnttab_unmap(hv.gnttab, l->ring.page, 1); break;
    case BY_FRAME: xenforeignmemory_unmap(hv.foreign, l->ring.page, 1); break;
    case BY_MMAP: munmap(l->ring.page, PAGE); break;
    }
}

/* Makes the connection of a page that is mapped and a port that is bound. */
static void link_ring(struct domain *d, struct xenstore_domain_interface *page,
                      enum mapped_by by, evtchn_port_t port)
{
    struct link *l = mem_zalloc(sizeof(*l));
    struct conn *c = conn_open(hv.store, d->domid);

    l->mapped_by = by;
    remember_port(l, port);
    ring_attach(&l->ring, c, page);
    c->transport = l;
    c->flush = ring_flush;
    d->ring = c;
    xenevtchn_notify(hv.evtchn, port);
    serve(l, 0);
}

static int ring_open(void *ctx, struct domain *d)
{
    struct xenstore_domain_interface *page;
    xenevtchn_port_or_error_t port;
    enum mapped_by by;
    struct link *l;

    (void)ctx;
    if (d->ring) {
        l = d->ring->transport;
        conn_reset(d->ring);
        ring_attach(&l->ring, d->ring, l->ring.page);
        xenevtchn_notify(hv.evtchn, l->port);
        return 0;
    }
    page = map_page(d, &by);
    if (!page) {
        store_log(hv.store, "domain %u: its store page (frame %#llx) cannot be "
                            "mapped: %s", d->domid,
                  (unsigned long long)d->gfn, strerror(errno));
        return -EINVAL;
    }
    port = xenevtchn_bind_interdomain(hv.evtchn, d->domid, d->port);
    if (port < 0) {
        struct link failed = { .ring.page = page, .mapped_by = by };

        store_log(hv.store, "domain %u: its event channel %u cannot be bound: "
                            "%s", d->domid, d->port, strerror(errno));
        unmap_page(&failed);
        return -EINVAL;
    }
    link_ring(d, page, by, (evtchn_port_t)port);
    return 0;
}

static void leave(struct link **list, const struct link *l)
{
    for (; *list; list = &(*list)->next_again)
        if (*list == l) {
            *list = l->next_again;
            return;
        }
}

static void ring_close(void *ctx, struct domain *d)
{
    struct link *l = d->ring->transport;

    (void)ctx;
    leave(&hv.again, l);
    leave(&hv.round, l);
    hv.by_port[l->port] = NULL;
    xenevtchn_unbind(hv.evtchn, l->port);
    unmap_page(l);
    conn_close(d->ring);
    free(l);
}

static void serve_again(void)
{
    struct link *l;

    hv.round = hv.again;
    hv.again = NULL;
    while ((l = hv.round)) {            /* any of them may close others */
        hv.round = l->next_again;
        l->again = false;
        serve(l, LOOP_TURN_REQUESTS);
    }
}

static void event_turn(struct source *src)
{
    xenevtchn_port_or_error_t port;
    int i;

    (void)src;
    serve_again();
    for (i = 0; i < TURN_PORTS; i++) {
        port = xenevtchn_pending(hv.evtchn);
        if (port < 0)
            return;
        xenevtchn_unmask(hv.evtchn, (evtchn_port_t)port);       /* R1 */
        if ((evtchn_port_t)port == hv.dom_exc)
            domains_check(hv.store);
        else if ((uint32_t)port < hv.ports && hv.by_port[port])
            serve(hv.by_port[port], LOOP_TURN_REQUESTS);
    }
    loop_again(&hv.src);
}

void rings_hooks(struct store_hooks *hooks)
{
    hooks->dom_state = dom_state;
    hooks->ring_open = ring_open;
    hooks->ring_close = ring_close;
}

static int complain(const char *what, const char *hint)
{
    fprintf(stderr, "xenstored: %s: %s; %s\n", what, strerror(errno), hint);
    return -1;
}

static int open_libraries(void)
{
    static const char hint[] = "is this a control domain with xen-evtchn, "
                               "xen-gntdev and xen-privcmd loaded?";
    xenevtchn_port_or_error_t port;

    hv.evtchn = xenevtchn_open(NULL, 0);
    if (!hv.evtchn)
        return complain("/dev/xen/evtchn", hint);
    hv.gnttab = xengnttab_open(NULL, 0);
    if (!hv.gnttab)
        return complain("/dev/xen/gntdev", hint);
    hv.foreign = xenforeignmemory_open(NULL, 0);
    if (!hv.foreign || domctl_open())
        return complain("/dev/xen/privcmd", hint);
    port = xenevtchn_bind_virq(hv.evtchn, VIRQ_DOM_EXC);
    if (port < 0)
        return complain("VIRQ_DOM_EXC", "does another xenstored run?");
    hv.dom_exc = (evtchn_port_t)port;
    return 0;
}

/* The kernel's own page and port by xenfs, or by its device. */
static int find_kernel(int *page_fd, evtchn_port_t *port)
{
    FILE *f = fopen("/proc/xen/xsd_port", "r");
    unsigned int number;
    int fd, rc;

    if (f) {
        rc = fscanf(f, "%u", &number);
        fclose(f);
        *page_fd = open("/proc/xen/xsd_kva", O_RDWR | O_CLOEXEC);
        if (rc == 1 && *page_fd >= 0) {
            *port = number;
            return 0;
        }
    }
    fd = open("/dev/xen/xenbus_backend", O_RDWR | O_CLOEXEC);
    rc = fd < 0 ? -1 : ioctl(fd, XENBUS_BACKEND_EVTCHN, 0);
    if (rc < 0)
        return complain("/proc/xen/xsd_port, /dev/xen/xenbus_backend",
                        "mount xenfs on /proc/xen");
    *page_fd = fd;
    *port = (evtchn_port_t)rc;
    return 0;
}

int rings_start(struct store *s)
{
    xenevtchn_port_or_error_t bound;
    evtchn_port_t port = 0;
    void *page;
    int fd = -1;

    hv.store = s;
    if (open_libraries() || find_kernel(&fd, &port))
        return -1;
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED)
        return complain("the kernel's store page", "mount xenfs on /proc/xen");
    close(fd);
    bound = xenevtchn_bind_interdomain(hv.evtchn, 0, port);
    if (bound < 0)
        return complain("the kernel's store port",
                        "does another xenstored run?");
    fd = xenevtchn_fd(hv.evtchn);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    loop_add(&hv.src, fd, event_turn);
    store_domain(s, 0)->port = port;
    link_ring(store_domain(s, 0), page, BY_MMAP, (evtchn_port_t)bound);
    return 0;
}

void rings_stop(void)
{
    struct domain *d;

    if (!hv.store)
        return;
    for (d = store_next_domain(hv.store, NULL); d;
         d = store_next_domain(hv.store, d))
        if (d->ring)
            ring_close(NULL, d);
    domctl_close();
    if (hv.foreign)
        xenforeignmemory_close(hv.foreign);
    if (hv.gnttab)
        xengnttab_close(hv.gnttab);
    if (hv.evtchn)
        xenevtchn_close(hv.evtchn);
    free(hv.by_port);
}
