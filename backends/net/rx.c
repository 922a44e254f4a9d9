/* SPDX-License-Identifier: MIT */
/*
 * rx.c - from the tap to the guest.
 *
 *   R1  A packet is given whole or not at all: it waits until the guest has
 *       offered enough slots, and the tap's queue waits behind it.
 *   R2  A blank checksum goes only to a guest that takes it; else it is
 *       completed here (the tap does so itself for one that takes none).
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "backends/common/log.h"
#include "backends/net/net.h"

#define MAX_ROUNDS 16            /* then others get their turn */

struct rx_batch {
    union {
        struct netif_rx_response rsp;
        struct netif_extra_info extra;
    } slots[NET_SLOTS];
    int op_of[NET_SLOTS];        /* the slot's copy, -1 for extra info */
    unsigned nr_slots, nr_ops, nr_packets;
};

int net_init(struct net *n, struct xen *xen, unsigned domid)
{
    char *arena = mmap(NULL, 2 * NET_ARENA + NET_MAX_PACKET, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (arena == MAP_FAILED)
        return fail(ENOMEM, "no memory for a network card's buffers");
    n->xen = xen;
    n->domid = domid;
    n->tx_arena = arena;
    n->rx_arena = arena + NET_ARENA;
    n->held_packet = arena + 2 * NET_ARENA;
    return 0;
}

/* Read the tap's next packet to `at`; its size, 0 when there is none. */
static uint32_t rx_read(struct net *n, char *at, struct virtio_net_hdr *head)
{
    struct iovec iov[2] = { { .iov_base = head, .iov_len = sizeof(*head) },
                            { .iov_base = at, .iov_len = NET_MAX_PACKET } };
    ssize_t len = readv(n->tap, iov, 2);

    n->tap_ready = len > (ssize_t)sizeof(*head);
    return n->tap_ready ? (uint32_t)len - (uint32_t)sizeof(*head) : 0;
}

/* The guest's slots that a packet takes. */
static unsigned rx_slots(uint32_t len, const struct virtio_net_hdr *head)
{
    return (len + NET_PAGE - 1) / NET_PAGE +
           (head->gso_type != VIRTIO_NET_HDR_GSO_NONE);
}

static uint16_t rx_flags(struct net *n, uint8_t *pkt, uint32_t len,
                         const struct virtio_net_hdr *head)
{
    struct l4 at;

    if (!(head->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
        return head->flags & VIRTIO_NET_HDR_F_DATA_VALID
            ? NETRXF_data_validated : 0;
    if (!n->csum_ipv6 && head->gso_type == VIRTIO_NET_HDR_GSO_NONE &&
        (!l4_find(pkt, len, &at) || at.ipv6)) {
        csum_complete(pkt, len, head->csum_start, head->csum_offset); /* R2 */
        return NETRXF_data_validated;
    }
    return NETRXF_csum_blank | NETRXF_data_validated;
}

static void rx_add_extra(struct net *n, struct rx_batch *b,
                         const struct virtio_net_hdr *head)
{
    struct netif_rx_request unused;
    struct netif_extra_info *e = &b->slots[b->nr_slots].extra;

    back_ring_take(&n->rx, &unused, sizeof(unused));
    memset(e, 0, sizeof(*e));
    e->type = XEN_NETIF_EXTRA_TYPE_GSO;
    e->u.gso.size = head->gso_size;
    e->u.gso.type = (head->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) ==
                    VIRTIO_NET_HDR_GSO_TCPV6 ? XEN_NETIF_GSO_TYPE_TCPV6
                                             : XEN_NETIF_GSO_TYPE_TCPV4;
    b->op_of[b->nr_slots++] = -1;
}

/* The next piece of a packet goes to the guest's next slot. */
static void rx_add_piece(struct net *n, struct rx_batch *b, char *at,
                         uint32_t len, uint16_t flags)
{
    struct netif_rx_request req;

    back_ring_take(&n->rx, &req, sizeof(req));
    b->slots[b->nr_slots].rsp = (struct netif_rx_response){
        .id = req.id, .flags = flags, .status = (int16_t)len };
    n->ops[b->nr_ops] = (struct xen_copy){
        .from.local = at,
        .to.grant = { .ref = req.gref, .domid = (uint16_t)n->domid },
        .len = (uint16_t)len, .flags = XEN_COPY_TO_GRANT };
    b->op_of[b->nr_slots++] = (int)b->nr_ops++;
}

static void rx_add(struct net *n, struct rx_batch *b, char *at, uint32_t len,
                   const struct virtio_net_hdr *head)
{
    uint16_t flags = rx_flags(n, (uint8_t *)at, len, head);
    bool gso = head->gso_type != VIRTIO_NET_HDR_GSO_NONE;
    bool first = true;

    n->count.rx_packets++;
    n->count.rx_bytes += len;
    b->nr_packets++;
    while (len > 0) {
        uint32_t part = len < NET_PAGE ? len : NET_PAGE;
        uint16_t f = part < len ? NETRXF_more_data : 0;

        if (first)
            f |= flags | (gso ? NETRXF_extra_info : 0);
        rx_add_piece(n, b, at, part, f);
        if (first && gso)
            rx_add_extra(n, b, head);
        first = false;
        at += part;
        len -= part;
    }
}

/* Fill the batch; packets lie one after another in the arena. */
static void rx_gather(struct net *n, struct rx_batch *b, unsigned waiting)
{
    char *at = n->rx_arena;

    if (n->held > 0) {
        if (rx_slots(n->held, &n->held_head) > waiting)
            return;                                           /* R1 */
        rx_add(n, b, n->held_packet, n->held, &n->held_head);
        n->held = 0;
    }
    while (n->tap_ready && at + NET_MAX_PACKET <= n->rx_arena + NET_ARENA) {
        struct virtio_net_hdr head;
        uint32_t len = rx_read(n, at, &head);

        if (len == 0)
            return;
        if (rx_slots(len, &head) > waiting - b->nr_slots) {
            memcpy(n->held_packet, at, len);
            n->held_head = head;
            n->held = len;
            return;                                           /* R1 */
        }
        rx_add(n, b, at, len, &head);
        at += len;
    }
}

static void rx_finish(struct net *n, struct rx_batch *b)
{
    unsigned i;

    for (i = 0; i < b->nr_slots; i++) {
        if (b->op_of[i] >= 0 && n->ops[b->op_of[i]].status != 0) {
            b->slots[i].rsp.status = NETIF_RSP_ERROR;
            n->count.rx_failed++;
        }
        answers_add(&n->journal->rx, &b->slots[i], sizeof(b->slots[i]));
    }
}

int net_rx(struct net *n)
{
    static struct rx_batch b;
    unsigned i;
    int waiting;

    if (!n->tap_ready && n->held == 0)
        return 0;
    waiting = back_ring_waiting(&n->rx);
    if (waiting < 0)
        return fail(EPROTO, "the guest's receive ring is broken: it claims "
                    "more requests than the ring has room for");
    b.nr_slots = b.nr_ops = b.nr_packets = 0;
    rx_gather(n, &b, (unsigned)waiting);
    if (b.nr_packets == 0)
        return 0;
    if (xen_copy_batch(n->xen, n->ops, b.nr_ops) < 0)
        for (i = 0; i < b.nr_ops; i++)
            n->ops[i].status = -1;
    rx_finish(n, &b);
    if (answers_publish(&n->journal->rx, &n->rx))
        xen_notify(n->xen, n->port);
    return (int)b.nr_packets;
}

int net_serve(struct net *n)
{
    unsigned rounds;

    for (rounds = 0; rounds < MAX_ROUNDS; rounds++) {
        int tx = net_tx(n);
        int rx = tx < 0 ? 0 : net_rx(n);

        if (tx < 0 || rx < 0)
            return -EPROTO;
        if (tx == 0 && rx == 0 && back_ring_may_sleep(&n->tx, 1) &&
            (n->held == 0 || back_ring_may_sleep(
                &n->rx, rx_slots(n->held, &n->held_head))))
            return 0;
    }
    return 1;
}
