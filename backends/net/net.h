/* SPDX-License-Identifier: MIT */
/*
 * net.h - one network card of one guest: two rings and a tap.
 *
 * "tx" is what the guest sends, "rx" what it receives, as in its own driver.
 * Both ways copy by the grant table, a batch of packets per ioctl.
 */
#ifndef BACKENDS_NET_NET_H
#define BACKENDS_NET_NET_H

#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stdint.h>

#include "backends/common/ring.h"
#include "backends/common/xen.h"
#include "backends/net/answers.h"
#include "backends/net/packet.h"

#define NET_SLOTS 256u           /* of a one-page ring, either way */
#define NET_MAX_PACKET 65536u
#define NET_ARENA (NET_SLOTS * NET_PAGE)

/* Outlives the process. */
struct net_journal {
    struct answers tx, rx;
};

struct net_counters {
    uint64_t tx_packets, tx_bytes, tx_dropped;
    uint64_t rx_packets, rx_bytes, rx_failed;
};

struct net {
    struct xen *xen;
    unsigned domid;
    int tap;
    uint32_t port;
    struct back_ring tx, rx;
    struct net_journal *journal;
    bool csum_ipv6;              /* the guest takes blank ones over IPv6 */
    struct net_counters count;
    struct xen_copy ops[NET_SLOTS];
    char *tx_arena, *rx_arena;
    bool tap_ready;              /* epoll said so, no read found it empty since */
    /* A packet from the tap that found too few slots; held is its size. */
    uint32_t held;
    struct virtio_net_hdr held_head;
    char *held_packet;
};

int net_init(struct net *n, struct xen *xen, unsigned domid);

/*
 * 0: nothing is left to do now; 1: there is, call again after others had their
 * turn; -EPROTO: a ring or chain is broken.  While n->held is not 0 the tap is not
 * read.
 */
int net_serve(struct net *n);

int net_tx(struct net *n);       /* packets taken, or -EPROTO */
int net_rx(struct net *n);       /* packets given, or -EPROTO */

#endif
