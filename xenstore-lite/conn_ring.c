/* SPDX-License-Identifier: MIT */
/*
 * conn_ring.c - connects rings through the stable Xen libraries.
 *
 *   R1  A port is unmasked before its ring is looked at: an event that comes in
 *       between is delivered again.
 *   R2  A flush only moves output; requests are carried out in turns of the loop.
 *   R3  What a ring's start depends on is asked of the journal first, and told to
 *       it as soon as it is known.
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
#include "journal.h"
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

static void queue(struct link *l)
{
    if (!l->again) {            /* false for those whose turn it is */
        l->again = true;
        l->next_again = hv.again;
        hv.again = l;
    }
    loop_again(&hv.src);
}

static void serve(struct link *l, unsigned int budget)
{
    unsigned int result = ring_run(&l->ring, budget);

    if (result & RING_NOTIFY)
        xenevtchn_notify(hv.evtchn, l->port);
    if (result & RING_MORE)
        queue(l);
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

static int complain(const char *what, const char *hint)
{
    fprintf(stderr, "xenstored: %s: %s; %s\n", what, strerror(errno), hint);
    return -1;
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

static void *map_kernel(struct domain *d)
{
    evtchn_port_t port = 0;
    void *page;
    int fd;

    if (find_kernel(&fd, &port))
        return NULL;
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    d->port = port;
    return page == MAP_FAILED ? NULL : page;
}

static void *map_page(struct domain *d, enum mapped_by *by)
{
    xen_pfn_t gfn = d->gfn;
    void *page;

    *by = BY_MMAP;
    if (!d->domid)
        return map_kernel(d);
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

static void unmap_page(void *page, enum mapped_by by)
{
    switch (by) {
    case BY_GRANT: xengnttab_unmap(hv.gnttab, page, 1); break;
    case BY_FRAME: xenforeignmemory_unmap(hv.foreign, page, 1); break;
    case BY_MMAP: munmap(page, PAGE); break;
    }
}

/* Maps a domain's page and binds its port; NULL after having said why not. */
static void *map_and_bind(struct domain *d, enum mapped_by *by, evtchn_port_t *port)
{
    xenevtchn_port_or_error_t bound;
    void *page = map_page(d, by);

    if (!page) {
        store_log_domain(hv.store, d, "domain %u: its store page (frame %#llx) "
                         "cannot be mapped: %s", d->domid,
                         (unsigned long long)d->gfn, strerror(errno));
        return NULL;
    }
    bound = xenevtchn_bind_interdomain(hv.evtchn, d->domid, d->port);
    if (bound >= 0) {
        *port = (evtchn_port_t)bound;
        return page;
    }
    store_log_domain(hv.store, d, "domain %u: its event channel %u cannot be "
                     "bound: %s", d->domid, d->port, strerror(errno));
    unmap_page(page, *by);
    return NULL;
}

static struct link *make_link(struct domain *d)
{
    struct link *l = mem_zalloc(sizeof(*l));

    d->ring = conn_open(hv.store, d->domid);
    d->ring->is_ring = true;
    d->ring->transport = l;
    d->ring->flush = ring_flush;
    l->ring.c = d->ring;
    return l;
}

/* What happened before the journal was taken up; the page comes later. */
static int ring_reopen(struct domain *d, const struct journal_record *said)
{
    if ((int)said->arg < 0)
        return (int)said->arg;
    if (d->ring)
        conn_reset(d->ring);
    else
        make_link(d);
    d->ring->taken = said->arg2;
    d->ring->given = (uint32_t)said->len;
    return 0;
}

static void tell_journal(const struct domain *d, int rc)
{
    journal_answer(hv.store, JOURNAL_RING, d->domid, (uint32_t)rc,
                   rc ? 0 : d->ring->taken, rc ? 0 : d->ring->given);
}

static int ring_open(void *ctx, struct domain *d)
{
    struct journal_record said;
    enum mapped_by by;
    evtchn_port_t port;
    struct link *l;
    void *page;

    (void)ctx;
    if (journal_recall(hv.store, JOURNAL_RING, d->domid, &said))    /* R3 */
        return ring_reopen(d, &said);
    l = d->ring ? d->ring->transport : NULL;
    page = l ? l->ring.page : NULL;
    if (!page) {
        page = map_and_bind(d, &by, &port);
        if (!page) {
            tell_journal(d, -EINVAL);
            return -EINVAL;
        }
        if (!l)
            l = make_link(d);
        l->mapped_by = by;
        remember_port(l, port);
    }
    conn_reset(d->ring);
    ring_attach(&l->ring, d->ring, page);
    tell_journal(d, 0);
    xenevtchn_notify(hv.evtchn, l->port);
    queue(l);
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
    if (l->ring.page) {
        hv.by_port[l->port] = NULL;
        xenevtchn_unbind(hv.evtchn, l->port);
        unmap_page(l->ring.page, l->mapped_by);
    }
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

int rings_open(struct store *s)
{
    int fd;

    hv.store = s;
    if (open_libraries())
        return -1;
    fd = xenevtchn_fd(hv.evtchn);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    loop_add(&hv.src, fd, event_turn);
    return 0;
}

/* A ring that the journal had, with its page and port. */
static void resume(struct domain *d)
{
    struct link *l = d->ring->transport;
    evtchn_port_t port;
    void *page;

    if (l->ring.page)
        return;
    page = map_and_bind(d, &l->mapped_by, &port);
    if (!page)
        return;                 /* most likely it is gone: looked at below */
    remember_port(l, port);
    ring_resume(&l->ring, page);
    xenevtchn_notify(hv.evtchn, port);
    queue(l);
}

int rings_start(void)
{
    struct store *s = hv.store;
    struct domain *d;
    int rc = 0;

    for (d = store_next_domain(s, NULL); d; d = store_next_domain(s, d))
        if (d->ring)
            resume(d);
    s->inside++;
    if (!store_domain(s, 0)->ring)
        rc = ring_open(NULL, store_domain(s, 0));
    s->inside--;
    if (rc)
        return complain("the kernel's store page and port",
                        "does another xenstored run, is xenfs on /proc/xen?");
    domains_check(s);
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
