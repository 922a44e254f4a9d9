/* SPDX-License-Identifier: MIT */
/* ring.c - moves bytes; ring.h says in which order indices are touched. */
#include <string.h>

#include "ring.h"

#define RING XENSTORE_RING_SIZE

void ring_attach(struct ring *r, struct conn *c,
                 struct xenstore_domain_interface *page)
{
    r->c = c;
    r->page = page;
    r->failed = false;
    c->taken = ring_load(&page->req_cons);
    c->given = ring_load(&page->rsp_prod);
    ring_publish(&page->error, XENSTORE_ERROR_NONE);
    ring_publish(&page->server_features,
                 XENSTORE_SERVER_FEATURE_RECONNECTION |
                     XENSTORE_SERVER_FEATURE_ERROR);
}

void ring_resume(struct ring *r, struct xenstore_domain_interface *page)
{
    r->page = page;
    r->failed = ring_load(&page->error) != XENSTORE_ERROR_NONE;
    ring_publish(&page->req_cons, r->c->taken);
    ring_publish(&page->rsp_prod, r->c->given);
}

static void fail(struct ring *r, uint32_t error)
{
    store_log_domain(r->c->store, r->c->domain,
                     "domain %u: ring cut off, error %u", r->c->who.domid, error);
    conn_reset(r->c);
    r->failed = true;
    ring_publish(&r->page->error, error);
}

static void reconnect(struct ring *r)
{
    conn_restart(r->c);
    r->failed = false;
    ring_publish(&r->page->req_cons, 0);
    ring_publish(&r->page->req_prod, 0);
    ring_publish(&r->page->rsp_cons, 0);
    ring_publish(&r->page->rsp_prod, 0);
    ring_publish(&r->page->error, XENSTORE_ERROR_NONE);
    ring_publish(&r->page->connection, XENSTORE_CONNECTED);
}

/* Moves output to the page; whether any was. */
static bool push(struct ring *r)
{
    const void *bytes;
    size_t len, at, n;
    uint32_t used;
    bool moved = false;

    while ((bytes = conn_peek(r->c, &len))) {
        used = r->c->given - ring_load(&r->page->rsp_cons);
        if (used > RING) {
            fail(r, XENSTORE_ERROR_RINGIDX);
            return true;
        }
        at = r->c->given % RING;
        n = RING - used < RING - at ? RING - used : RING - at;
        if (!n)
            break;
        if (n > len)
            n = len;
        memcpy(r->page->rsp + at, bytes, n);
        conn_sent(r->c, n);                             /* journal.h R2 */
        ring_publish(&r->page->rsp_prod, r->c->given);
        moved = true;
    }
    return moved;
}

/* How many bytes wait in the page; 0 if they may not be taken now. */
static uint32_t waiting(struct ring *r)
{
    uint32_t n;

    if (r->failed || !conn_may_feed(r->c))
        return 0;
    n = ring_load(&r->page->req_prod) - r->c->taken;
    if (n > RING) {
        fail(r, XENSTORE_ERROR_RINGIDX);
        return 0;
    }
    return n;
}

/* Takes up to the end of one request; whether anything was taken. */
static bool pull(struct ring *r)
{
    uint8_t bytes[RING];
    size_t at = r->c->taken % RING, n = waiting(r);
    long fed;

    if (!n)
        return r->failed;
    if (n > RING - at)
        n = RING - at;
    memcpy(bytes, r->page->req + at, n);
    fed = conn_feed(r->c, bytes, n);
    if (fed < 0) {
        fail(r, XENSTORE_ERROR_PROTO);
        return true;
    }
    ring_publish(&r->page->req_cons, r->c->taken);      /* journal.h R1 */
    return true;
}

unsigned int ring_run(struct ring *r, unsigned int budget)
{
    unsigned int result = 0;
    bool moved = true;

    if (!r->page)
        return 0;
    if (ring_load(&r->page->connection) == XENSTORE_RECONNECT) {
        reconnect(r);
        result = RING_NOTIFY;
    }
    while (moved && !r->failed) {
        if (r->c->broken)
            fail(r, XENSTORE_ERROR_COMM);
        moved = !r->failed && push(r);
        if (budget && !r->failed && pull(r)) {
            budget--;
            moved = true;
        }
        if (moved || r->failed)
            result |= RING_NOTIFY;
    }
    if (waiting(r))
        result |= RING_MORE;
    return result;
}
