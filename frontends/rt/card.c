/* SPDX-License-Identifier: MIT */
/* card.c - a network card's front half: whole frames of one page, copied. */
#include "frontends/rt/devices.h"

#define PATIENCE 30000000000UL      /* ns that a frame may wait to be taken */

static bool mac_read(struct card *c)
{
    char path[96];
    const char *v;

    rt_snprintf(path, sizeof(path), "%s/mac", c->dev.front);
    v = store_read(path);
    if (v == NULL || strlen(v) != 17)
        return false;
    for (unsigned i = 0; i < 12; i++) {
        char digit = v[i / 2 * 3 + i % 2];
        unsigned n = digit <= '9' ? (unsigned)digit - '0'
                                  : ((unsigned)digit | 0x20) - 'a' + 10;

        c->mac[i / 2] = (uint8_t)(c->mac[i / 2] << 4 | n);
    }
    return true;
}

static bool put_flag(struct card *c, const char *key)
{
    return device_put(&c->dev, key, 1);
}

/* Gives buffer `id` to the backend. */
static void buffer_post(struct card *c, unsigned id)
{
    struct netif_rx_request *r =
        &c->rx.sring->ring[c->rx.req_prod_pvt++ % c->rx.nr_ents].req;

    c->ref[id] = grant_new(c->dev.backend, va_to_mfn(c->buffer[id]), false);
    *r = (struct netif_rx_request){ .id = (uint16_t)id, .gref = c->ref[id] };
    if (xen_ring_publish_and_check(&c->rx.sring->req_prod, c->rx.req_prod_pvt,
                                   &c->rx.sring->req_event))
        device_notify(&c->dev);
}

const char *card_open(struct card *c)
{
    struct netif_tx_sring *tx = page_alloc();
    struct netif_rx_sring *rx = page_alloc();
    const char *why = device_find(&c->dev, "vif");

    if (why != NULL)
        return why;
    tx->req_event = tx->rsp_event = rx->req_event = rx->rsp_event = 1;
    c->tx = (netif_tx_front_ring_t){
        .nr_ents = RING_ENTRIES(netif_tx, PAGE_SIZE), .sring = tx,
    };
    c->rx = (netif_rx_front_ring_t){
        .nr_ents = RING_ENTRIES(netif_rx, PAGE_SIZE), .sring = rx,
    };
    if (!mac_read(c))
        return "it has no MAC address";
    if (!device_put(&c->dev, "tx-ring-ref",
                    grant_new(c->dev.backend, va_to_mfn(tx), false)) ||
        !device_put(&c->dev, "rx-ring-ref",
                    grant_new(c->dev.backend, va_to_mfn(rx), false)) ||
        !put_flag(c, "request-rx-copy") || !put_flag(c, "feature-rx-notify"))
        return "its nodes cannot be written";
    c->out = page_alloc();
    for (unsigned id = 0; id < CARD_BUFFERS; id++) {
        c->buffer[id] = page_alloc();
        buffer_post(c, id);
    }
    return device_connect(&c->dev, XenbusStateConnected);
}

const char *card_send(struct card *c, const void *frame, size_t len)
{
    struct netif_tx_sring *shared = c->tx.sring;
    grant_ref_t ref = grant_new(c->dev.backend, va_to_mfn(c->out), true);
    uint64_t until = time_ns() + PATIENCE;

    memcpy(c->out, frame, len);
    shared->ring[c->tx.req_prod_pvt % c->tx.nr_ents].req =
        (struct netif_tx_request){ .gref = ref, .size = (uint16_t)len };
    if (xen_ring_publish_and_check(&shared->req_prod, ++c->tx.req_prod_pvt,
                                   &shared->req_event))
        device_notify(&c->dev);
    for (;;) {
        event_clear(c->dev.port);
        if (xen_ring_arm_and_check(&shared->rsp_event, c->tx.rsp_cons,
                                   &shared->rsp_prod))
            break;
        if (!port_wait(c->dev.port, until))
            return "a frame is not taken";
    }
    if (shared->ring[c->tx.rsp_cons++ % c->tx.nr_ents].rsp.status !=
        NETIF_RSP_OKAY)
        return "a frame is refused";
    return grant_end(ref) ? NULL : "the backend keeps a frame it has answered for";
}

size_t card_receive(struct card *c, void *frame, size_t size,
                    uint64_t until)
{
    struct netif_rx_sring *shared = c->rx.sring;
    struct netif_rx_response r;
    size_t len = 0;

    for (;;) {
        event_clear(c->dev.port);
        if (xen_ring_arm_and_check(&shared->rsp_event, c->rx.rsp_cons,
                                   &shared->rsp_prod))
            break;
        if (!port_wait(c->dev.port, until))
            return 0;
    }
    r = shared->ring[c->rx.rsp_cons++ % c->rx.nr_ents].rsp;
    grant_end(c->ref[r.id % CARD_BUFFERS]);
    if (r.status > 0 && r.offset + (size_t)r.status <= PAGE_SIZE) {
        len = (size_t)r.status < size ? (size_t)r.status : size;
        memcpy(frame, (char *)c->buffer[r.id % CARD_BUFFERS] + r.offset, len);
    }
    buffer_post(c, r.id % CARD_BUFFERS);
    return len;
}
