/* SPDX-License-Identifier: MIT */
/*
 * wire.c - fuzz target: bytes from three clients, whole and in pieces.
 *
 * The input is a list of records: a byte that says who speaks (two bits) and what
 * happens (the rest), a length byte, and that many bytes, which are fed as they
 * are or behind a header that is made fit. Domains die and rings are reset on the
 * way. Whatever comes in, the store's audit must agree at the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xenstore-lite/conn.h"
#include "xenstore-lite/domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum dom_state fate[4];

static enum dom_state state_of(void *ctx, unsigned int domid)
{
    (void)ctx;
    return domid < 4 ? fate[domid] : DOM_GONE;
}

static struct conn *feed(struct conn *c, const void *bytes, size_t len)
{
    const uint8_t *from = bytes;
    long n;

    while (len && conn_may_feed(c)) {
        n = conn_feed(c, from, len);
        if (n < 0) {
            conn_reset(c);
            break;
        }
        from += n;
        len -= (size_t)n;
    }
    return c;
}

static void take_some(struct conn *c, size_t most)
{
    const void *bytes;
    size_t len;

    while (most-- && (bytes = conn_peek(c, &len)))
        conn_sent(c, len > 7 && most % 2 ? len / 2 : len);
    if (c->broken)
        conn_reset(c);
}

/* A request whose header fits: the fuzzer need not guess lengths. */
static void request(struct conn *c, uint8_t type, uint8_t tx,
                    const uint8_t *payload, size_t len)
{
    struct xsd_sockmsg msg = {
        .type = type % (XS_TYPE_COUNT + 1), .tx_id = tx % 4,
        .len = (uint32_t)len,
    };

    feed(c, &msg, sizeof(msg));
    feed(c, payload, len);
}

static void happen(struct store *s, struct conn *c, uint8_t what,
                   const uint8_t *bytes, size_t len)
{
    switch (what % 8) {
    case 0:
        feed(c, bytes, len);
        break;
    case 1:
        take_some(c, len);
        break;
    case 2:
        if (len)
            fate[1 + bytes[0] % 3] = (enum dom_state)(bytes[0] / 4 % 4);
        domains_check(s);
        break;
    case 3:
        conn_reset(c);
        break;
    default:
        take_some(c, 4);
        if (len >= 2)
            request(c, bytes[0], bytes[1], bytes + 2, len - 2);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct store_hooks hooks = { .dom_state = state_of };
    struct store *s = store_create(&hooks);
    struct conn *c[4];
    char why[200];
    size_t at = 0, len;
    int i;

    for (i = 0; i < 4; i++) {
        fate[i] = DOM_RUNNING;
        c[i] = conn_open(s, i < 3 ? (unsigned int)i : 0);
    }
    while (size - at >= 2) {
        len = data[at + 1];
        if (len > size - at - 2)
            len = size - at - 2;
        happen(s, c[data[at] % 4], data[at] / 4, data + at + 2, len);
        at += 2 + len;
    }
    if (store_audit(s, why, sizeof(why))) {
        fprintf(stderr, "audit: %s\n", why);
        abort();
    }
    store_destroy(s);
    return 0;
}
