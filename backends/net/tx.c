/* SPDX-License-Identifier: MIT */
/*
 * tx.c - from the guest to the tap.
 *
 *   R1  All published slots are copied at once; only the copies are judged.
 *   R2  Every slot gets one response, whatever became of its packet; extra
 *       info gets NETIF_RSP_NULL.
 *   R3  What leaves for the host has a checksum that is complete, or a header
 *       that says truthfully where it has to go.
 */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "backends/common/log.h"
#include "backends/net/net.h"

struct tx_batch {
    struct netif_tx_request slots[NET_SLOTS];
    struct tx_packet packets[NET_SLOTS];
    bool send[NET_SLOTS];
    unsigned nr_slots, nr_packets, nr_ops;
};

static void tx_queue_copy(struct net *n, struct tx_batch *b,
                          const struct netif_tx_request *s, uint32_t len,
                          char *to)
{
    n->ops[b->nr_ops++] = (struct xen_copy){
        .from.grant = { .ref = s->gref, .offset = s->offset,
                        .domid = (uint16_t)n->domid },
        .to.local = to, .len = (uint16_t)len, .flags = XEN_COPY_FROM_GRANT };
}

/* Queue the copies of one packet to *at; slot is its first. */
static void tx_queue_packet(struct net *n, struct tx_batch *b,
                            const struct tx_packet *p,
                            const struct netif_tx_request *slot, char **at)
{
    unsigned i;

    tx_queue_copy(n, b, &slot[0], p->first_size, *at);
    *at += p->first_size;
    for (i = 1 + p->extras; i < p->slots; i++) {
        tx_queue_copy(n, b, &slot[i], slot[i].size, *at);
        *at += slot[i].size;
    }
}

/* Judge all slots of the batch and queue what is to be copied. */
static int tx_judge_all(struct net *n, struct tx_batch *b)
{
    char *at = n->tx_arena;
    unsigned i = 0;

    while (i < b->nr_slots) {
        struct tx_packet *p = &b->packets[b->nr_packets];
        enum tx_verdict v = tx_judge(&b->slots[i], b->nr_slots - i, p);

        if (v == TX_BROKEN)
            return fail(EPROTO, "the guest's transmit ring is broken: %s",
                        p->why);
        if (v == TX_DROP && n->count.tx_dropped++ == 0)
            log_line("dropped a packet (the first of this guest): %s", p->why);
        b->send[b->nr_packets++] = v == TX_SEND;
        if (v == TX_SEND)
            tx_queue_packet(n, b, p, &b->slots[i], &at);
        i += p->slots;
    }
    return 0;
}

/* R3: what the tap must know about the packet; false: it cannot be sent. */
static bool tx_head(const struct tx_packet *p, const uint8_t *pkt,
                    struct virtio_net_hdr *h)
{
    struct l4 at;

    memset(h, 0, sizeof(*h));
    if (!p->csum_blank && p->gso_type == XEN_NETIF_GSO_TYPE_NONE) {
        h->flags = p->csum_good ? VIRTIO_NET_HDR_F_DATA_VALID : 0;
        return true;
    }
    if (!l4_find(pkt, p->size, &at))
        return false;
    h->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
    h->csum_start = at.start;
    h->csum_offset = at.csum;
    if (p->gso_type == XEN_NETIF_GSO_TYPE_NONE)
        return true;
    if (!at.tcp || at.ipv6 != (p->gso_type == XEN_NETIF_GSO_TYPE_TCPV6))
        return false;
    h->gso_type = at.ipv6 ? VIRTIO_NET_HDR_GSO_TCPV6
                          : VIRTIO_NET_HDR_GSO_TCPV4;
    h->gso_size = p->gso_size;
    h->hdr_len = at.payload;
    return true;
}

static bool tx_send(struct net *n, const struct tx_packet *p, char *pkt)
{
    struct virtio_net_hdr head;
    struct iovec iov[2] = { { .iov_base = &head, .iov_len = sizeof(head) },
                            { .iov_base = pkt, .iov_len = p->size } };

    if (!tx_head(p, (const uint8_t *)pkt, &head) ||
        writev(n->tap, iov, 2) < 0)
        return false;
    n->count.tx_packets++;
    n->count.tx_bytes += p->size;
    return true;
}

/* R2 */
static void tx_respond(struct net *n, const struct tx_packet *p,
                       const struct netif_tx_request *slot, bool ok)
{
    struct netif_tx_response rsp;
    unsigned i;

    for (i = 0; i < p->slots; i++) {
        bool extra = i >= 1 && i < 1 + p->extras;

        rsp.id = extra ? 0 : slot[i].id;
        rsp.status = extra ? NETIF_RSP_NULL
                           : ok ? NETIF_RSP_OKAY : NETIF_RSP_ERROR;
        answers_add(&n->journal->tx, &rsp, sizeof(rsp));
    }
}

static void tx_finish(struct net *n, struct tx_batch *b)
{
    const struct netif_tx_request *slot = b->slots;
    char *at = n->tx_arena;
    unsigned i, k, op = 0;

    for (i = 0; i < b->nr_packets; i++) {
        const struct tx_packet *p = &b->packets[i];
        bool ok = b->send[i];

        if (ok) {
            for (k = p->extras; k < p->slots; k++)
                ok &= n->ops[op++].status == 0;
            ok = ok && tx_send(n, p, at);
            if (!ok)
                n->count.tx_dropped++;
            at += p->size;
        }
        tx_respond(n, p, slot, ok);
        slot += p->slots;
    }
}

int net_tx(struct net *n)
{
    static struct tx_batch b;
    int waiting = back_ring_waiting(&n->tx);
    unsigned i;

    if (waiting < 0)
        return fail(EPROTO, "the guest's transmit ring is broken: it claims "
                    "more requests than the ring has room for");
    if (waiting == 0)
        return 0;
    b.nr_slots = (unsigned)waiting;
    b.nr_packets = b.nr_ops = 0;
    for (i = 0; i < b.nr_slots; i++)
        back_ring_take(&n->tx, &b.slots[i], sizeof(b.slots[i]));  /* R1 */
    if (tx_judge_all(n, &b) < 0)
        return -EPROTO;
    if (xen_copy_batch(n->xen, n->ops, b.nr_ops) < 0)
        for (i = 0; i < b.nr_ops; i++)
            n->ops[i].status = -1;
    tx_finish(n, &b);
    if (answers_publish(&n->journal->tx, &n->tx))
        xen_notify(n->xen, n->port);
    return (int)b.nr_packets;
}
