/* SPDX-License-Identifier: MIT */
/*
 * main.c - netback: serves backend/vif, each card by a process of its own.
 *
 * Store nodes read: bridge, vifname, mtu, script; of the frontend's:
 * tx-ring-ref, rx-ring-ref, event-channel, request-rx-copy, feature-*.
 *
 * The tap exists from InitWait on, because that is when a hotplug script looks
 * for it, and it stays over a restart of this process, so that its carrier and
 * its place in the bridge do too.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "backends/common/backend.h"
#include "backends/common/kept.h"
#include "backends/common/log.h"
#include "backends/net/net.h"
#include "backends/net/tap.h"

struct vif {
    struct net net;
    bool tap_is_open, tap_paused;
    void *tx_page, *rx_page;
    struct loop_fd tap;
};

static struct vif *vif_of(struct backend *b)
{
    return b->device;
}

/*
 * vifD.N, or the name of the operator's choice.  A hotplug script gives the tap
 * that name only when it runs; before, it looks for vifD.N.
 */
static void vif_name(struct backend *b, char *name, size_t size)
{
    char *chosen = store_get(&b->store, b->path, "vifname");
    char *status = store_get(&b->store, b->path, "hotplug-status");
    bool renamed = !b->has_script || (status && *status);

    if (chosen && *chosen && renamed)
        snprintf(name, size, "%s", chosen);
    else
        snprintf(name, size, "vif%u.%u", b->domid, b->handle);
    free(chosen);
    free(status);
}

static int vif_open_tap(struct backend *b)
{
    struct vif *v = vif_of(b);
    unsigned long mtu = 0;
    char name[64];
    char *bridge;
    int rc;

    if (v->tap_is_open)
        return 0;
    vif_name(b, name, sizeof(name));
    rc = tap_open(name);
    if (rc < 0)
        return rc;
    v->net.tap = rc;
    v->tap_is_open = true;
    if (b->has_script)
        return 0;
    bridge = store_get(&b->store, b->path, "bridge");
    store_scan(&b->store, b->path, "mtu", &mtu);
    rc = tap_join(name, bridge, (unsigned)mtu);
    free(bridge);
    return rc;
}

static void vif_journal_path(struct backend *b, char *path, size_t size)
{
    snprintf(path, size, "/run/splitring/vif-%u-%u.journal", b->domid,
             b->handle);
}

/* New rings follow: nothing that was journalled belongs to them. */
static int vif_announce(struct backend *b)
{
    static const char *const features[] = {
        "feature-rx-copy", "feature-sg", "feature-gso-tcpv4",
        "feature-gso-tcpv6", "feature-ipv6-csum-offload",
    };
    int rc = vif_open_tap(b);
    char path[96];
    char *rate;
    unsigned i;

    vif_journal_path(b, path, sizeof(path));
    unlink(path);
    if (rc < 0)
        return rc;
    rate = store_get(&b->store, b->path, "rate");
    if (rate)
        log_line("the rate %s is not enforced by this backend", rate);
    free(rate);
    for (i = 0; i < sizeof(features) / sizeof(features[0]); i++)
        store_put(&b->store, b->path, features[i], "1");
    return store_put(&b->store, b->path, "feature-rx-flip", "0");
}

static int vif_serve(struct backend *b)
{
    struct vif *v = vif_of(b);
    int rc = net_serve(&v->net);

    if (rc >= 0 && v->tap_paused != (v->net.held > 0)) {
        v->tap_paused = v->net.held > 0;
        loop_change(&b->loop, &v->tap, v->tap_paused ? 0 : EPOLLIN);
    }
    return rc;
}

static void vif_tap_ready(void *arg, uint32_t events)
{
    struct backend *b = arg;

    (void)events;
    vif_of(b)->net.tap_ready = true;
    backend_work(b);
}

static bool vif_front_has(struct backend *b, const char *feature)
{
    unsigned long on;

    return store_scan(&b->store, b->front, feature, &on) && on != 0;
}

/* What the guest says it can take decides what the tap may hand us. */
static int vif_negotiate(struct backend *b)
{
    struct vif *v = vif_of(b);
    bool sg = vif_front_has(b, "feature-sg");
    struct tap_offload o = {
        .csum = !vif_front_has(b, "feature-no-csum-offload"),
        .tso4 = sg && vif_front_has(b, "feature-gso-tcpv4"),
        .tso6 = sg && vif_front_has(b, "feature-gso-tcpv6") &&
                vif_front_has(b, "feature-ipv6-csum-offload"),
    };

    if (!vif_front_has(b, "request-rx-copy"))
        return fail(EOPNOTSUPP, "the guest's driver does not ask for copied "
                    "packets (request-rx-copy), and no other way is served");
    if (!vif_front_has(b, "feature-rx-notify"))
        return fail(EOPNOTSUPP, "the guest's driver lacks feature-rx-notify, "
                    "without which packets would wait for ever");
    v->net.csum_ipv6 = vif_front_has(b, "feature-ipv6-csum-offload");
    return tap_set_offload(v->net.tap, &o);
}

static int vif_map_ring(struct backend *b, const char *node, uint32_t slot,
                        struct back_ring *ring, void **page)
{
    unsigned long n;
    uint32_t ref;

    if (!store_scan(&b->store, b->front, node, &n) || n > UINT32_MAX)
        return fail(EINVAL, "the guest's node %s/%s is no grant reference",
                    b->front, node);
    ref = (uint32_t)n;
    *page = xen_map(&b->xen, b->domid, &ref, 1);
    if (!*page)
        return -EIO;
    back_ring_attach(ring, *page, NET_PAGE, slot);
    return 0;
}

static void vif_give_rings(struct backend *b)
{
    struct vif *v = vif_of(b);

    if (v->tx_page)
        xen_unmap(&b->xen, v->tx_page, 1);
    if (v->rx_page)
        xen_unmap(&b->xen, v->rx_page, 1);
    v->tx_page = v->rx_page = NULL;
    if (v->net.journal)
        kept_close(v->net.journal, sizeof(*v->net.journal));
    v->net.journal = NULL;
}

static int vif_take_rings(struct backend *b)
{
    struct vif *v = vif_of(b);
    unsigned long port;
    char path[96];
    int rc;

    if (!store_scan(&b->store, b->front, "event-channel", &port))
        return fail(EINVAL, "the guest's node %s/event-channel is no port",
                    b->front);
    vif_journal_path(b, path, sizeof(path));
    v->net.journal = kept_open(path, sizeof(*v->net.journal));
    if (!v->net.journal)
        return -EIO;
    rc = vif_map_ring(b, "tx-ring-ref", sizeof(struct netif_tx_request),
                      &v->net.tx, &v->tx_page);
    if (rc == 0)
        rc = vif_map_ring(b, "rx-ring-ref", sizeof(struct netif_rx_request),
                          &v->net.rx, &v->rx_page);
    if (rc == 0)
        rc = xen_bind(&b->xen, b->domid, (uint32_t)port);
    if (rc < 0) {
        vif_give_rings(b);
        return rc;
    }
    v->net.port = b->port = (uint32_t)rc;
    answers_recover(&v->net.journal->tx, &v->net.tx);
    answers_recover(&v->net.journal->rx, &v->net.rx);
    return 0;
}

static void vif_disconnect(struct backend *b)
{
    struct vif *v = vif_of(b);
    const struct net_counters *c = &v->net.count;

    loop_remove(&b->loop, &v->tap);
    xen_unbind(&b->xen, v->net.port);
    vif_give_rings(b);
    v->net.held = 0;
    log_line("sent %llu packets (%llu bytes, %llu dropped), received %llu "
             "(%llu bytes, %llu failed)",
             (unsigned long long)c->tx_packets,
             (unsigned long long)c->tx_bytes,
             (unsigned long long)c->tx_dropped,
             (unsigned long long)c->rx_packets,
             (unsigned long long)c->rx_bytes,
             (unsigned long long)c->rx_failed);
}

/*
 * What a dead process had taken but not answered is taken again: a packet may
 * then be sent twice, which networks bear.
 */
static int vif_connect(struct backend *b)
{
    struct vif *v = vif_of(b);
    int rc = 0;

    if (!v->net.xen)
        rc = net_init(&v->net, &b->xen, b->domid);
    if (rc == 0)
        rc = vif_open_tap(b);
    if (rc == 0)
        rc = vif_negotiate(b);
    if (rc == 0)
        rc = vif_take_rings(b);
    if (rc < 0)
        return rc;
    v->tap = (struct loop_fd){ .fd = v->net.tap, .ready = vif_tap_ready,
                               .arg = b };
    v->tap_paused = false;
    rc = loop_add(&b->loop, &v->tap, EPOLLIN);
    if (rc < 0)
        vif_disconnect(b);
    return rc;
}

static void vif_leave(struct backend *b)
{
    struct vif *v = vif_of(b);
    char path[96];

    vif_journal_path(b, path, sizeof(path));
    unlink(path);
    /* A process that was started for a card already closed has none open. */
    vif_open_tap(b);
    if (v->tap_is_open)
        tap_remove(v->net.tap);
    v->tap_is_open = false;
}

static const struct backend_ops vif_ops = {
    .program = "netback", .type = "vif", .announce = vif_announce,
    .connect = vif_connect, .serve = vif_serve, .disconnect = vif_disconnect,
    .leave = vif_leave,
};

int main(int argc, char **argv)
{
    static struct vif vif;

    return backend_main(argc, argv, &vif_ops, &vif);
}
