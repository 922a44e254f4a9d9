/* SPDX-License-Identifier: MIT */
/*
 * packet.h - what a guest may send: judge a chain of transmit slots, and find
 * the checksum of a packet.  Pure; all input is a private copy.
 */
#ifndef BACKENDS_NET_PACKET_H
#define BACKENDS_NET_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "public/io/netif.h"

#define NET_MIN_SIZE 14u         /* an Ethernet header */
#define NET_PAGE 4096u

enum tx_verdict {
    TX_SEND,
    TX_DROP,                     /* answer every slot with an error */
    TX_BROKEN,                   /* where the next packet begins is unknown */
};

/* Slot 0, then `extras` slots of extra info, then the other fragments. */
struct tx_packet {
    unsigned slots;              /* of the ring, extra info included */
    unsigned extras;
    uint32_t first_size;         /* bytes in slot 0's page */
    uint32_t size;               /* of the whole packet */
    bool csum_blank;
    bool csum_good;
    uint8_t gso_type;            /* XEN_NETIF_GSO_TYPE_* */
    uint16_t gso_size;
    const char *why;             /* not sent: the reason */
};

/* avail is at least 1; slot points at copies. */
enum tx_verdict tx_judge(const struct netif_tx_request *slot, unsigned avail,
                         struct tx_packet *p);

/* Where a TCP or UDP packet's headers lie. */
struct l4 {
    uint16_t start;              /* of the TCP or UDP header */
    uint16_t csum;               /* of its checksum field, from start */
    uint16_t payload;            /* start of what follows the header */
    bool ipv6;
    bool tcp;
};

/* False when it is neither, is a later fragment, or its headers are cut. */
bool l4_find(const uint8_t *pkt, uint32_t len, struct l4 *at);

/* Complete a checksum whose field holds the pseudo header's sum. */
void csum_complete(uint8_t *pkt, uint32_t len, uint32_t start,
                   uint32_t offset);

#endif
