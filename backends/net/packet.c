/* SPDX-License-Identifier: MIT */
/*
 * packet.c - the judge of transmit chains, and the headers of packets.
 *
 *   R1  A chain has at most XEN_NETIF_NR_SLOTS_MIN fragments, all published.
 *   R2  Every fragment lies within its page, and the first slot's size, which
 *       is the packet's, is at least the sum of the others.
 *   R3  Extra info has a known type and the list of it ends.
 *   R1 and R3 broken: nobody knows where the next packet begins.
 */
#include "backends/net/packet.h"

#include <string.h>

static enum tx_verdict tx_refuse(struct tx_packet *p, enum tx_verdict verdict,
                                 const char *why)
{
    p->why = why;
    return verdict;
}

static enum tx_verdict tx_judge_extras(const struct netif_tx_request *slot,
                                       unsigned avail, struct tx_packet *p)
{
    struct netif_extra_info extra;
    enum tx_verdict verdict = TX_SEND;

    do {
        if (p->slots == avail || p->extras == XEN_NETIF_EXTRA_TYPE_MAX)
            return tx_refuse(p, TX_BROKEN, "extra info does not end");
        memcpy(&extra, &slot[p->slots], sizeof(extra));
        if (extra.type == XEN_NETIF_EXTRA_TYPE_NONE ||
            extra.type >= XEN_NETIF_EXTRA_TYPE_MAX)
            return tx_refuse(p, TX_BROKEN, "unknown extra info");    /* R3 */
        p->slots++;
        p->extras++;
        if (extra.type != XEN_NETIF_EXTRA_TYPE_GSO) {
            verdict = tx_refuse(p, TX_DROP, "extra info that was not offered");
            continue;
        }
        p->gso_type = extra.u.gso.type;
        p->gso_size = extra.u.gso.size;
        if (p->gso_size == 0 || (p->gso_type != XEN_NETIF_GSO_TYPE_TCPV4 &&
                                 p->gso_type != XEN_NETIF_GSO_TYPE_TCPV6))
            verdict = tx_refuse(p, TX_DROP, "bad segmentation type or size");
    } while (extra.flags & XEN_NETIF_EXTRA_FLAG_MORE);
    return verdict;
}

static enum tx_verdict tx_judge_fragments(const struct netif_tx_request *slot,
                                          unsigned avail, struct tx_packet *p)
{
    enum tx_verdict verdict = TX_SEND;
    bool more = slot[0].flags & NETTXF_more_data;
    unsigned frags = 1;

    while (more) {
        const struct netif_tx_request *s = &slot[p->slots];

        if (p->slots == avail)
            return tx_refuse(p, TX_BROKEN, "the chain of slots does not end");
        if (++frags > XEN_NETIF_NR_SLOTS_MIN)                 /* R1 */
            return tx_refuse(p, TX_BROKEN, "more than 18 slots");
        if (s->offset + s->size > NET_PAGE || s->size > p->first_size)
            verdict = tx_refuse(p, TX_DROP, "a slot leaves its page or is "
                                "larger than its packet");    /* R2 */
        else
            p->first_size -= s->size;
        p->slots++;
        more = s->flags & NETTXF_more_data;
    }
    return verdict;
}

enum tx_verdict tx_judge(const struct netif_tx_request *slot, unsigned avail,
                         struct tx_packet *p)
{
    enum tx_verdict extras = TX_SEND, frags;

    *p = (struct tx_packet){
        .slots = 1, .first_size = slot[0].size, .size = slot[0].size,
        .csum_blank = slot[0].flags & NETTXF_csum_blank,
        .csum_good = slot[0].flags & NETTXF_data_validated };
    if (slot[0].flags & NETTXF_extra_info)
        extras = tx_judge_extras(slot, avail, p);
    if (extras == TX_BROKEN)
        return extras;
    frags = tx_judge_fragments(slot, avail, p);
    if (frags != TX_SEND || extras != TX_SEND)
        return frags > extras ? frags : extras;
    if (p->size < NET_MIN_SIZE)
        return tx_refuse(p, TX_DROP, "shorter than an Ethernet header");
    if (slot[0].offset + p->first_size > NET_PAGE)
        return tx_refuse(p, TX_DROP, "the first slot leaves its page");
    return TX_SEND;
}

static uint16_t be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_QINQ 0x88a8
#define PROTO_TCP 6
#define PROTO_UDP 17

static bool l4_find_ipv4(const uint8_t *ip, uint32_t len, uint32_t *header,
                         uint8_t *proto)
{
    if (len < 20 || ip[0] >> 4 != 4)
        return false;
    *header = (ip[0] & 15u) * 4;
    *proto = ip[9];
    return *header >= 20 && *header <= len && (be16(ip + 6) & 0x1fff) == 0;
}

/* Steps over the extension headers that may precede TCP and UDP. */
static bool l4_find_ipv6(const uint8_t *ip, uint32_t len, uint32_t *header,
                         uint8_t *proto)
{
    unsigned steps;

    if (len < 40 || ip[0] >> 4 != 6)
        return false;
    *header = 40;
    *proto = ip[6];
    for (steps = 0; steps < 8; steps++) {
        const uint8_t *ext = ip + *header;
        bool fragment = *proto == 44;

        if (*proto != 0 && *proto != 43 && *proto != 60 && !fragment)
            return true;
        if (*header + 8 > len || (fragment && be16(ext + 2) >> 3 != 0))
            return false;
        *proto = ext[0];
        *header += fragment ? 8 : ext[1] * 8u + 8;
        if (*header > len)
            return false;
    }
    return false;
}

bool l4_find(const uint8_t *pkt, uint32_t len, struct l4 *at)
{
    uint32_t eth = 14, header = 0, l4;
    uint8_t proto = 0;
    uint16_t type;

    if (len < eth)
        return false;
    type = be16(pkt + 12);
    while ((type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ) && eth < 22) {
        eth += 4;
        if (len < eth)
            return false;
        type = be16(pkt + eth - 2);
    }
    at->ipv6 = type == ETHERTYPE_IPV6;
    if (type == ETHERTYPE_IPV4
        ? !l4_find_ipv4(pkt + eth, len - eth, &header, &proto)
        : type != ETHERTYPE_IPV6 ||
          !l4_find_ipv6(pkt + eth, len - eth, &header, &proto))
        return false;
    l4 = eth + header;
    at->tcp = proto == PROTO_TCP;
    if ((!at->tcp && proto != PROTO_UDP) || l4 + (at->tcp ? 20 : 8) > len)
        return false;
    at->start = (uint16_t)l4;
    at->csum = at->tcp ? 16 : 6;
    at->payload = (uint16_t)(l4 + (at->tcp ? (pkt[l4 + 12] >> 4) * 4u : 8));
    return at->payload <= len && (!at->tcp || at->payload >= l4 + 20);
}

void csum_complete(uint8_t *pkt, uint32_t len, uint32_t start, uint32_t offset)
{
    uint32_t sum = 0, i;

    if (start + offset + 2 > len)
        return;
    for (i = start; i + 1 < len; i += 2) {
        sum += be16(pkt + i);
        sum = (sum & 0xffff) + (sum >> 16);
    }
    if (i < len)
        sum += (uint32_t)pkt[i] << 8;
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = ~sum & 0xffff;
    if (sum == 0)
        sum = 0xffff;            /* zero would say "none" to UDP */
    pkt[start + offset] = (uint8_t)(sum >> 8);
    pkt[start + offset + 1] = (uint8_t)sum;
}
