/* SPDX-License-Identifier: MIT */
/*
 * net_fuzz.c - whatever transmit slots and packets hold, what passes stays
 * within pages and within the packet.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backends/net/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void fuzz_chain(const uint8_t *data, size_t size)
{
    struct netif_tx_request slots[64];
    unsigned nr = (unsigned)(size / sizeof(slots[0])), at = 0, i;
    struct tx_packet p;

    if (nr > 64)
        nr = 64;
    memcpy(slots, data, nr * sizeof(slots[0]));
    while (at < nr) {
        const struct netif_tx_request *s = &slots[at];
        enum tx_verdict v = tx_judge(s, nr - at, &p);
        uint32_t sum;

        if (v == TX_BROKEN)
            return;
        must(p.slots >= 1 && p.slots <= nr - at && p.extras < p.slots);
        must(p.slots - p.extras <= XEN_NETIF_NR_SLOTS_MIN);
        at += p.slots;
        if (v == TX_DROP)
            continue;
        must(p.size >= NET_MIN_SIZE && p.size <= 65535);
        must(s[0].offset + p.first_size <= NET_PAGE);
        sum = p.first_size;
        for (i = 1 + p.extras; i < p.slots; i++) {
            must(s[i].offset + s[i].size <= NET_PAGE);
            sum += s[i].size;
        }
        must(sum == p.size);
    }
}

static void fuzz_headers(const uint8_t *data, size_t size)
{
    uint8_t *pkt = malloc(size ? size : 1);
    struct l4 at;

    memcpy(pkt, data, size);
    if (size <= 65535 && l4_find(pkt, (uint32_t)size, &at)) {
        must(at.start + at.csum + 2u <= size);
        must(at.payload > at.start && at.payload <= size);
        csum_complete(pkt, (uint32_t)size, at.start, at.csum);
    }
    if (size > 4)
        csum_complete(pkt, (uint32_t)size, data[0] * 256u + data[1], data[2]);
    free(pkt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    if (data[0] & 1)
        fuzz_chain(data + 1, size - 1);
    else
        fuzz_headers(data + 1, size - 1);
    return 0;
}
