/* SPDX-License-Identifier: MIT */
/*
 * net_test.c - the judge of transmit chains, headers and checksums, and both
 * data paths with a socket pair as the tap.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "backends/net/net.h"
#include "tests/unit/backends/check.h"
#include "tests/unit/backends/fake_xen.h"
#include "tests/unit/backends/front_ring.h"

static struct netif_tx_request tx_slot(uint32_t ref, unsigned offset,
                                       unsigned size, unsigned flags)
{
    return (struct netif_tx_request){
        .gref = FAKE_FIRST_REF + ref, .offset = (uint16_t)offset,
        .size = (uint16_t)size, .flags = (uint16_t)flags, .id = (uint16_t)ref };
}

static struct netif_tx_request tx_extra(unsigned type, unsigned flags,
                                        unsigned gso_type, unsigned gso_size)
{
    struct netif_extra_info e = { .type = (uint8_t)type,
                                  .flags = (uint8_t)flags };
    struct netif_tx_request s;

    e.u.gso.type = (uint8_t)gso_type;
    e.u.gso.size = (uint16_t)gso_size;
    memset(&s, 0, sizeof(s));
    memcpy(&s, &e, sizeof(e));
    return s;
}

#define MORE NETTXF_more_data
#define EXTRA NETTXF_extra_info

static void test_sizes(void)
{
    struct netif_tx_request s;
    struct tx_packet p;
    unsigned offset, size;

    for (size = 0; size < 5000; size++) {
        s = tx_slot(0, 0, size, 0);
        CU_ASSERT_EQUAL(tx_judge(&s, 1, &p), size >= 14 && size <= 4096
                        ? TX_SEND : TX_DROP);
    }
    for (offset = 0; offset < 65536; offset += 13) {
        s = tx_slot(0, offset, 100, 0);
        CU_ASSERT_EQUAL(tx_judge(&s, 1, &p), offset + 100 <= 4096
                        ? TX_SEND : TX_DROP);
        CU_ASSERT_EQUAL(p.slots, 1);
    }
}

static void test_chains(void)
{
    struct netif_tx_request s[24];
    struct tx_packet p;
    unsigned n, i;

    for (n = 1; n <= 20; n++) {
        for (i = 0; i < n; i++)
            s[i] = tx_slot(i, 0, 100, i + 1 < n ? MORE : 0);
        s[0].size = (uint16_t)(n * 100);
        CU_ASSERT_EQUAL(tx_judge(s, 24, &p), n <= 18 ? TX_SEND : TX_BROKEN);
        if (n <= 18)
            CU_ASSERT(p.slots == n && p.size == n * 100 && p.first_size == 100);
        if (n > 1)                       /* not all of it published */
            CU_ASSERT_EQUAL(tx_judge(s, n - 1, &p), TX_BROKEN);
    }
    s[0] = tx_slot(0, 0, 150, MORE);     /* a fragment larger than the rest */
    s[1] = tx_slot(1, 0, 200, 0);
    CU_ASSERT_EQUAL(tx_judge(s, 2, &p), TX_DROP);
    CU_ASSERT_EQUAL(p.slots, 2);
    s[0].size = 500;
    s[1].offset = 3900;
    CU_ASSERT_EQUAL(tx_judge(s, 2, &p), TX_DROP);
    s[1].offset = 65535;
    CU_ASSERT_EQUAL(tx_judge(s, 2, &p), TX_DROP);
    s[1].offset = 3896;
    CU_ASSERT_EQUAL(tx_judge(s, 2, &p), TX_SEND);
}

static void test_extra_info(void)
{
    struct netif_tx_request s[12];
    struct tx_packet p;
    unsigned type, i;

    s[0] = tx_slot(0, 0, 2000, EXTRA | NETTXF_csum_blank);
    for (type = 0; type < 256; type++) {
        s[1] = tx_extra(type, 0, XEN_NETIF_GSO_TYPE_TCPV4, 1448);
        CU_ASSERT_EQUAL(tx_judge(s, 2, &p),
                        type == XEN_NETIF_EXTRA_TYPE_GSO ? TX_SEND :
                        type >= 1 && type <= 4 ? TX_DROP : TX_BROKEN);
    }
    s[1] = tx_extra(XEN_NETIF_EXTRA_TYPE_GSO, 0, XEN_NETIF_GSO_TYPE_TCPV6, 9);
    CU_ASSERT_EQUAL(tx_judge(s, 1, &p), TX_BROKEN);
    CU_ASSERT_EQUAL(tx_judge(s, 2, &p), TX_SEND);
    CU_ASSERT(p.gso_type == XEN_NETIF_GSO_TYPE_TCPV6 && p.gso_size == 9);
    CU_ASSERT(p.extras == 1 && p.slots == 2);
    s[1] = tx_extra(XEN_NETIF_EXTRA_TYPE_GSO, 0, 3, 9);
    CU_ASSERT_EQUAL(tx_judge(s, 2, &p), TX_DROP);
    s[1] = tx_extra(XEN_NETIF_EXTRA_TYPE_GSO, 0, XEN_NETIF_GSO_TYPE_TCPV4, 0);
    CU_ASSERT_EQUAL(tx_judge(s, 2, &p), TX_DROP);
    for (i = 1; i < 12; i++)             /* a list that does not end */
        s[i] = tx_extra(XEN_NETIF_EXTRA_TYPE_GSO, XEN_NETIF_EXTRA_FLAG_MORE,
                        XEN_NETIF_GSO_TYPE_TCPV4, 1448);
    CU_ASSERT_EQUAL(tx_judge(s, 12, &p), TX_BROKEN);
}

/* --- packets --- */

static void put16(uint8_t *at, unsigned v)
{
    at[0] = (uint8_t)(v >> 8);
    at[1] = (uint8_t)v;
}

/* Ethernet, IPv4, UDP with the pseudo header's sum in the checksum field. */
static unsigned udp_packet(uint8_t *p, unsigned payload)
{
    uint32_t sum = 0xc0a8 + 0x0001 + 0xc0a8 + 0x0002 + 17 + 8 + payload;
    unsigned i;

    memset(p, 0, 42);
    put16(p + 12, 0x0800);
    p[14] = 0x45;
    put16(p + 16, 28 + payload);
    p[23] = 17;
    memcpy(p + 26, "\xc0\xa8\0\1\xc0\xa8\0\2", 8);
    put16(p + 34, 1000);
    put16(p + 36, 2000);
    put16(p + 38, 8 + payload);
    put16(p + 40, (sum & 0xffff) + (sum >> 16));
    for (i = 0; i < payload; i++)
        p[42 + i] = (uint8_t)(i * 5 + 1);
    return 42 + payload;
}

/* A complete packet sums to all ones over pseudo header and datagram. */
static bool udp_sum_is_right(const uint8_t *p, unsigned len)
{
    uint32_t sum = 0xc0a8 + 0x0001 + 0xc0a8 + 0x0002 + 17 + (len - 34);
    unsigned i;

    for (i = 34; i < len; i += 2)
        sum += (uint32_t)p[i] << 8 | (i + 1 < len ? p[i + 1] : 0);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum == 0xffff;
}

static void test_headers(void)
{
    uint8_t p[200];
    unsigned len = udp_packet(p, 33), cut;
    struct l4 at;

    CU_ASSERT(l4_find(p, len, &at));
    CU_ASSERT(at.start == 34 && at.csum == 6 && at.payload == 42 && !at.tcp);
    for (cut = 0; cut < 42; cut++)
        CU_ASSERT_FALSE(l4_find(p, cut, &at));
    put16(p + 20, 0x0010);               /* a later fragment has no header */
    CU_ASSERT_FALSE(l4_find(p, len, &at));
    put16(p + 20, 0);
    p[14] = 0x4f;                        /* options up to byte 74 */
    CU_ASSERT_FALSE(l4_find(p, 70, &at));
    p[14] = 0x44;
    CU_ASSERT_FALSE(l4_find(p, len, &at));
    p[14] = 0x45;
    p[23] = 6;                           /* TCP with a header of 12 words */
    p[46] = 0xc0;
    CU_ASSERT_FALSE(l4_find(p, len, &at));
    p[46] = 0x80;
    CU_ASSERT(l4_find(p, len, &at) && at.tcp && at.payload == 66);
    p[46] = 0x40;
    CU_ASSERT_FALSE(l4_find(p, len, &at));
}

static void test_headers_ipv6(void)
{
    uint8_t p[200];
    struct l4 at;
    unsigned cut;

    memset(p, 0, sizeof(p));
    put16(p + 12, 0x8100);               /* in a VLAN */
    put16(p + 16, 0x86dd);
    p[18] = 0x60;
    p[24] = 0;                           /* hop-by-hop, then UDP */
    p[58] = 17;
    p[59] = 1;
    CU_ASSERT(l4_find(p, 100, &at) && at.ipv6 && at.start == 74);
    for (cut = 0; cut < 82; cut++)
        CU_ASSERT_FALSE(l4_find(p, cut, &at));
    p[58] = 0;                           /* a chain that goes on and on */
    CU_ASSERT_FALSE(l4_find(p, 200, &at));
}

static void test_checksum(void)
{
    uint8_t p[300];
    unsigned n;

    for (n = 0; n < 200; n++) {
        unsigned len = udp_packet(p, n);

        csum_complete(p, len, 34, 6);
        CU_ASSERT(udp_sum_is_right(p, len));
    }
    csum_complete(p, 40, 34, 6);         /* outside: nothing happens */
    csum_complete(p, 40, 65535, 65535);
}

/* --- the data paths --- */

static uint8_t tx_page[4096] __attribute__((aligned(4096)));
static uint8_t rx_page[4096] __attribute__((aligned(4096)));
static struct front_ring txf, rxf;
static struct net *net;
static struct net_journal journal;
static int host;                         /* the far end of the tap */

static void start(void)
{
    int pair[2];

    net = calloc(1, sizeof(*net));
    CU_ASSERT_EQUAL_FATAL(net_init(net, NULL, FAKE_DOMID), 0);
    CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK,
                                     0, pair), 0);
    memset(&journal, 0, sizeof(journal));
    net->journal = &journal;
    net->tap = pair[0];
    net->tap_ready = true;
    host = pair[1];
    front_ring_init(&txf, tx_page, 4096, sizeof(struct netif_tx_request));
    front_ring_init(&rxf, rx_page, 4096, sizeof(struct netif_rx_request));
    back_ring_attach(&net->tx, tx_page, 4096,
                     sizeof(struct netif_tx_request));
    back_ring_attach(&net->rx, rx_page, 4096,
                     sizeof(struct netif_rx_request));
}

static void stop(void)
{
    close(net->tap);
    close(host);
    free(net);
}

static void send_slots(const struct netif_tx_request *s, unsigned n)
{
    unsigned i;

    for (i = 0; i < n; i++)
        front_ring_put(&txf, &s[i], sizeof(s[i]));
    front_ring_publish(&txf);
}

static void test_transmit(void)
{
    struct netif_tx_request s[4] = {
        tx_slot(0, 100, 6000, MORE | NETTXF_csum_blank),
        tx_slot(1, 0, 2000, MORE), tx_slot(2, 96, 4000, 0),
        tx_slot(3, 0, 13, 0),            /* too short */
    };
    static uint8_t pkt[7000], got[8000];
    struct netif_tx_response rsp;
    struct virtio_net_hdr h;
    unsigned i;
    ssize_t n;

    start();
    udp_packet(pkt, 6000 - 42);
    s[0].size = 6000;
    s[1].size = 1900;
    s[2].size = 4000;
    memcpy(fake_pages[0] + 100, pkt, 100);
    memcpy(fake_pages[1], pkt + 100, 1900);
    memcpy(fake_pages[2] + 96, pkt + 2000, 4000);
    send_slots(s, 4);
    CU_ASSERT_EQUAL(net_serve(net), 0);
    n = recv(host, got, sizeof(got), 0);
    CU_ASSERT_EQUAL(n, (ssize_t)sizeof(h) + 6000);
    memcpy(&h, got, sizeof(h));
    CU_ASSERT_EQUAL(h.flags, VIRTIO_NET_HDR_F_NEEDS_CSUM);
    CU_ASSERT(h.csum_start == 34 && h.csum_offset == 6);
    CU_ASSERT_EQUAL(memcmp(got + sizeof(h), pkt, 6000), 0);
    CU_ASSERT(recv(host, got, sizeof(got), 0) < 0);
    for (i = 0; i < 4; i++) {
        CU_ASSERT(front_ring_take(&txf, &rsp, sizeof(rsp)));
        CU_ASSERT_EQUAL(rsp.id, i);
        CU_ASSERT_EQUAL(rsp.status, i < 3 ? NETIF_RSP_OKAY : NETIF_RSP_ERROR);
    }
    stop();
}

static void test_transmit_bad_grant(void)
{
    struct netif_tx_request s[2] = { tx_slot(0, 0, 60, 0),
                                     tx_slot(1, 0, 60, 0) };
    struct netif_tx_response rsp;
    uint8_t got[100];

    start();
    s[0].gref = 1;
    send_slots(s, 2);
    CU_ASSERT_EQUAL(net_serve(net), 0);
    CU_ASSERT(front_ring_take(&txf, &rsp, sizeof(rsp)));
    CU_ASSERT_EQUAL(rsp.status, NETIF_RSP_ERROR);
    CU_ASSERT(front_ring_take(&txf, &rsp, sizeof(rsp)));
    CU_ASSERT_EQUAL(rsp.status, NETIF_RSP_OKAY);
    CU_ASSERT_EQUAL(recv(host, got, sizeof(got), 0), 70);
    s[0] = tx_slot(0, 0, 60, MORE);
    send_slots(s, 1);
    CU_ASSERT_EQUAL(net_serve(net), -EPROTO);
    stop();
}

static void offer(unsigned n)
{
    static uint16_t id;

    for (; n > 0; n--, id++) {
        struct netif_rx_request r = { .id = id % 300,
                                      .gref = FAKE_FIRST_REF + id % 300 };

        front_ring_put(&rxf, &r, sizeof(r));
    }
    front_ring_publish(&rxf);
}

static void from_host(const struct virtio_net_hdr *h, const uint8_t *pkt,
                      unsigned len)
{
    struct iovec iov[2] = { { (void *)h, sizeof(*h) }, { (void *)pkt, len } };

    CU_ASSERT(writev(host, iov, 2) == (ssize_t)(sizeof(*h) + len));
}

/* Put together what the guest got: a packet's size, 0 when there is none. */
static unsigned receive(uint8_t *pkt, uint16_t *flags,
                        struct netif_extra_info *extra)
{
    struct netif_rx_response r;
    unsigned len = 0;
    bool first = true;

    do {
        if (!front_ring_take(&rxf, &r, sizeof(r)))
            return 0;
        CU_ASSERT_FATAL(r.status > 0 && r.offset == 0);
        memcpy(pkt + len, fake_pages[r.id], (size_t)r.status);
        len += (unsigned)r.status;
        if (first)
            *flags = r.flags;
        if (first && r.flags & NETRXF_extra_info)
            CU_ASSERT_FATAL(front_ring_take(&rxf, extra, sizeof(*extra)));
        first = false;
    } while (r.flags & NETRXF_more_data);
    return len;
}

static void test_receive(void)
{
    static uint8_t pkt[20000], got[20000];
    struct virtio_net_hdr plain = { 0 }, blank = {
        .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 34,
        .csum_offset = 6 };
    struct netif_extra_info extra;
    uint16_t flags;

    start();
    net->csum_ipv6 = true;
    udp_packet(pkt, 19000);
    offer(3);
    from_host(&plain, pkt, 60);
    from_host(&blank, pkt, 10000);       /* three slots: two are left */
    from_host(&plain, pkt, 1000);
    CU_ASSERT_EQUAL(net_serve(net), 0);
    CU_ASSERT_EQUAL(receive(got, &flags, &extra), 60);
    CU_ASSERT_EQUAL(flags, 0);
    CU_ASSERT_EQUAL(receive(got, &flags, &extra), 0);
    CU_ASSERT_EQUAL(net->held, 10000);
    offer(5);
    net->tap_ready = true;
    CU_ASSERT_EQUAL(net_serve(net), 0);
    CU_ASSERT_EQUAL(receive(got, &flags, &extra), 10000);
    CU_ASSERT(flags & NETRXF_csum_blank && flags & NETRXF_data_validated);
    CU_ASSERT_EQUAL(memcmp(got, pkt, 10000), 0);
    CU_ASSERT_EQUAL(receive(got, &flags, &extra), 1000);
    CU_ASSERT_EQUAL(memcmp(got, pkt, 1000), 0);
    CU_ASSERT_EQUAL(net->held, 0);
    stop();
}

static void test_receive_segmentation(void)
{
    static uint8_t pkt[20000], got[20000];
    struct virtio_net_hdr h = {
        .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 34,
        .csum_offset = 16, .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
        .gso_size = 1448, .hdr_len = 66 };
    struct netif_extra_info extra;
    uint16_t flags;

    start();
    net->csum_ipv6 = true;
    udp_packet(pkt, 16000);
    offer(20);
    from_host(&h, pkt, 16000);
    CU_ASSERT_EQUAL(net_serve(net), 0);
    CU_ASSERT_EQUAL(receive(got, &flags, &extra), 16000);
    CU_ASSERT(flags & NETRXF_extra_info && flags & NETRXF_csum_blank);
    CU_ASSERT(extra.type == XEN_NETIF_EXTRA_TYPE_GSO && extra.flags == 0);
    CU_ASSERT(extra.u.gso.type == XEN_NETIF_GSO_TYPE_TCPV4);
    CU_ASSERT_EQUAL(extra.u.gso.size, 1448);
    CU_ASSERT_EQUAL(memcmp(got, pkt, 16000), 0);
    stop();
}

static void test_blank_checksums_are_completed(void)
{
    uint8_t pkt[200], got[4096];
    unsigned len = udp_packet(pkt, 99);
    struct virtio_net_hdr blank = {
        .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 34,
        .csum_offset = 6 };
    struct netif_extra_info extra;
    uint16_t flags;

    start();
    offer(4);
    put16(pkt + 12, 0x1234);             /* no protocol that it could name */
    from_host(&blank, pkt, len);
    CU_ASSERT_EQUAL(net_serve(net), 0);
    CU_ASSERT_EQUAL(receive(got, &flags, &extra), len);
    CU_ASSERT_EQUAL(flags, NETRXF_data_validated);
    CU_ASSERT(udp_sum_is_right(got, len));
    stop();
}

static void kill_before(bool published)
{
    struct netif_tx_request s[3] = {
        tx_slot(0, 0, 60, 0), tx_slot(1, 0, 2000, EXTRA | NETTXF_csum_blank),
        tx_extra(XEN_NETIF_EXTRA_TYPE_GSO, 0, XEN_NETIF_GSO_TYPE_TCPV4, 500) };
    struct netif_tx_response rsp;
    struct back_ring before;
    struct answers log;
    unsigned i;

    start();
    send_slots(s, 3);
    before = net->tx;
    CU_ASSERT_EQUAL(net_tx(net), 2);
    /* The state that a kill leaves: the log READY, the ring written. */
    log = net->journal->tx;
    log.state = ANSWERS_READY;
    log.nr = 3;
    net->journal->tx = log;
    if (!published)
        txf.shared->rsp_prod = before.rsp_prod;
    back_ring_attach(&net->tx, tx_page, 4096, 12);
    answers_recover(&net->journal->tx, &net->tx);
    CU_ASSERT_EQUAL(net_serve(net), 0);
    for (i = 0; i < 3; i++) {
        CU_ASSERT(front_ring_take(&txf, &rsp, sizeof(rsp)));
        if (i == 2)
            CU_ASSERT_EQUAL(rsp.status, NETIF_RSP_NULL);
    }
    CU_ASSERT_FALSE(front_ring_take(&txf, &rsp, sizeof(rsp)));
    CU_ASSERT_EQUAL(net->tx.req_cons, txf.req_prod);
    stop();
}

static void test_kill_between_writing_and_publishing(void)
{
    kill_before(false);
    kill_before(true);
}

static const struct check tests[] = {
    { "sizes and offsets of one slot", test_sizes },
    { "chains of slots", test_chains },
    { "extra info", test_extra_info },
    { "headers of IPv4", test_headers },
    { "headers of IPv6 in a VLAN", test_headers_ipv6 },
    { "checksums are completed", test_checksum },
    { "a chain reaches the tap as one packet", test_transmit },
    { "a bad grant or chain on the way out", test_transmit_bad_grant },
    { "a packet waits until all its slots are there", test_receive },
    { "a large segment arrives with its extra info",
      test_receive_segmentation },
    { "a guest that takes no blank checksum gets a full one",
      test_blank_checksums_are_completed },
    { "a kill between writing and publishing responses",
      test_kill_between_writing_and_publishing },
};
CHECK_MAIN("net", tests)
