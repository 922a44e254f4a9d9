/* SPDX-License-Identifier: MIT */
/*
 * wire.c - fuzz target: bytes from four clients, whole and in pieces.
 *
 * The input is a list of records: a byte that says who speaks (two bits) and what
 * happens (the rest), a length byte, and that many bytes, which are fed as they
 * are or behind a header that is made fit. Two clients are the control domain's,
 * two are rings of guests. Domains die and rings are reset on the way. Whatever
 * comes in, the store's audit must agree at the end, and a second store made from
 * the journal must have the same nodes and counts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xenstore-lite/conn.h"
#include "xenstore-lite/domain.h"
#include "xenstore-lite/journal.h"
#include "xenstore-lite/path.h"
#include "xenstore-lite/tree.h"
#include "xenstore-lite/txn.h"

#define JOURNAL_BYTES (24u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum dom_state fate[4];
static struct store *store;
static uint8_t memory[JOURNAL_BYTES] __attribute__((aligned(4096)));

static bool in_memory(size_t from, size_t to)
{
    return from < to && to <= sizeof(memory);
}

static enum dom_state state_of(void *ctx, unsigned int domid)
{
    (void)ctx;
    return domid < 4 ? fate[domid] : DOM_GONE;
}

static int open_ring(void *ctx, struct domain *d)
{
    struct journal_record said = { 0 };

    (void)ctx;
    if (!journal_recall(store, JOURNAL_RING, d->domid, &said))
        journal_answer(store, JOURNAL_RING, d->domid, 0, 0, 0);
    if (d->ring)
        conn_reset(d->ring);
    else
        d->ring = conn_open(store, d->domid);
    d->ring->is_ring = true;
    d->ring->taken = said.arg2;
    d->ring->given = (uint32_t)said.len;
    return 0;
}

static void close_ring(void *ctx, struct domain *d)
{
    (void)ctx;
    conn_close(d->ring);
}

static const struct store_hooks hooks = {
    .dom_state = state_of, .ring_open = open_ring, .ring_close = close_ring,
};

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

/* Who speaks: 0 and 3 are sockets of the control domain, 1 and 2 guests' rings. */
static struct conn *speaker(struct conn **tools, unsigned int who)
{
    struct domain *d;

    if (who == 0 || who == 3)
        return tools[who == 3];
    d = store_find_domain(store, who);
    return d ? d->ring : NULL;
}

static uint64_t sum(const struct store *s)
{
    const struct domain *d;
    const struct node *n;
    char path[PATH_BUF];
    uint64_t h = s->nodes;

    for (n = node_next(s->top, s->top); n; n = node_next(s->top, n)) {
        h = path_hash(h, path, tree_path(n, path));
        h = path_hash(h, &n->pgen, 3 * sizeof(n->pgen));
        if (n->value)
            h = path_hash(h, n->value->bytes, n->value->len);
    }
    for (d = store_next_domain(s, NULL); d; d = store_next_domain(s, d))
        h = h * 31 + d->domid + (d->domid ? d->bytes : 0) + d->watches +
            d->txns + d->introduced;
    return h;
}

static void must_agree(const char *what)
{
    char why[200];

    if (!store_audit(store, why, sizeof(why)))
        return;
    fprintf(stderr, "audit %s: %s\n", what, why);
    abort();
}

/* Makes it again from the journal and compares. */
static void kill_and_compare(struct conn **tools)
{
    static struct journal j;
    struct conn *c;
    struct txn *t;
    uint64_t before;

    store->inside++;            /* clients of sockets go with the process */
    conn_close(tools[0]);
    conn_close(tools[1]);
    store->inside--;
    for (c = store->conns; c; c = c->next)
        for (t = c->txns; t; t = t->next)
            txn_empty(t);       /* as a new process does */
    before = sum(store);
    store->journal = NULL;
    store_destroy(store);
    store = store_create(&hooks);
    if (!journal_init(&j, memory, sizeof(memory), in_memory) ||
        journal_replay(store, &j) || sum(store) != before) {
        fprintf(stderr, "the journal made another store\n");
        abort();
    }
    must_agree("after a replay");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct journal j;
    struct conn *tools[2], *c;
    size_t at = 0, len;
    int i;

    for (i = 0; i < 4; i++)
        fate[i] = DOM_RUNNING;
    store = store_create(&hooks);
    journal_init(&j, memory, sizeof(memory), in_memory);
    journal_start(store, &j);
    tools[0] = conn_open(store, 0);
    tools[1] = conn_open(store, 0);
    request(tools[0], XS_INTRODUCE, 0, (const uint8_t *)"1\0001\0001", 6);
    request(tools[0], XS_INTRODUCE, 0, (const uint8_t *)"2\0001\0001", 6);
    while (size - at >= 2) {
        len = data[at + 1];
        if (len > size - at - 2)
            len = size - at - 2;
        c = speaker(tools, data[at] % 4);
        if (c)
            happen(store, c, data[at] / 4, data + at + 2, len);
        at += 2 + len;
    }
    must_agree("at the end");
    kill_and_compare(tools);
    store->journal = NULL;
    store_destroy(store);
    return 0;
}
