/* SPDX-License-Identifier: MIT */
/* conn.c - assembles requests and queues what goes back. See conn.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "fair.h"
#include "journal.h"
#include "mem.h"
#include "path.h"
#include "quota.h"
#include "request.h"
#include "txn.h"
#include "watch.h"

#define HEADER sizeof(struct xsd_sockmsg)

struct conn *conn_open(struct store *s, unsigned int domid)
{
    struct conn *c = mem_zalloc(sizeof(*c));

    c->store = s;
    c->domain = store_domain(s, domid);
    c->domain->conns++;
    c->who.domid = (uint16_t)domid;
    c->who.target = c->domain->target;
    c->who.privileged = !domid;
    c->id = ++s->next_conn;
    c->next_txn = 1;
    c->out_end = &c->out;
    c->next = s->conns;
    c->link = &s->conns;
    if (c->next)
        c->next->link = &c->next;
    s->conns = c;
    quota_charge(c->domain, sizeof(*c));
    if (journal_wants(s))
        journal_note(s, JOURNAL_OPEN, c->id, domid, 0, NULL, 0);
    return c;
}

static void drop_event_tables(struct conn *c)
{
    if (c->events) {
        quota_refund(c->domain, CONN_EVENT_BUCKETS * sizeof(*c->events));
        free(c->events);
        c->events = NULL;
    }
}

static void forget_twin(struct conn *c, struct conn_out *o)
{
    struct conn_out **p;

    if (!o->unique)
        return;
    for (p = &c->events[o->bucket]; *p != o; p = &(*p)->twin)
        ;
    *p = o->twin;
    o->unique = false;
}

static void drop_first(struct conn *c)
{
    struct conn_out *o = c->out;

    forget_twin(c, o);
    c->out = o->next;
    if (!c->out)
        c->out_end = &c->out;
    if (o->event)
        c->event_bytes -= o->len;
    else
        c->replies--;
    quota_refund(c->domain, sizeof(*o) + o->len);
    free(o);
}

static void forget_all(struct conn *c)
{
    fair_end(c);
    txn_drop_all(c);
    watch_drop_all(c);
    while (c->out)
        drop_first(c);
    drop_event_tables(c);
    c->mark = NULL;
    c->have = 0;
    c->broken = false;
}

void conn_reset(struct conn *c)
{
    if (journal_wants(c->store))
        journal_note(c->store, JOURNAL_RESET, c->id, 0, 0, NULL, 0);
    forget_all(c);
}

void conn_restart(struct conn *c)
{
    if (journal_wants(c->store))
        journal_note(c->store, JOURNAL_RESTART, c->id, 0, 0, NULL, 0);
    forget_all(c);
    c->taken = c->given = 0;
}

static void forget_dirty(struct conn *c)
{
    struct conn **p;

    if (!c->is_dirty)
        return;
    for (p = &c->store->dirty; *p != c; p = &(*p)->next_dirty)
        ;
    *p = c->next_dirty;
    c->is_dirty = false;
}

void conn_close(struct conn *c)
{
    if (journal_wants(c->store))
        journal_note(c->store, JOURNAL_CLOSE, c->id, 0, 0, NULL, 0);
    forget_all(c);
    forget_dirty(c);
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    quota_refund(c->domain, sizeof(*c));
    c->domain->conns--;
    if (c->domain->ring == c)
        c->domain->ring = NULL;
    free(c);
}

bool conn_may_feed(const struct conn *c)
{
    return !c->broken && c->replies < c->store->limit[QUOTA_OUTSTANDING] &&
           !c->domain->held_until;
}

static void note_feed(struct conn *c, const void *bytes, size_t len)
{
    if (journal_wants(c->store))
        journal_note(c->store, JOURNAL_FEED, c->id, 0, 0, bytes, len);
    c->taken += (uint32_t)len;
}

long conn_feed(struct conn *c, const void *bytes, size_t len)
{
    const uint8_t *from = bytes;
    struct xsd_sockmsg msg;
    size_t take, total = 0;

    if (c->have < HEADER) {
        take = HEADER - c->have < len ? HEADER - c->have : len;
        memcpy(c->in + c->have, from, take);
        c->have += (uint32_t)take;
        total = take;
        if (c->have < HEADER) {
            note_feed(c, bytes, total);
            return (long)total;
        }
    }
    memcpy(&msg, c->in, HEADER);
    if (msg.len > XENSTORE_PAYLOAD_MAX)
        return -EPROTO;
    take = HEADER + msg.len - c->have;
    if (take > len - total)
        take = len - total;
    memcpy(c->in + c->have, from + total, take);
    c->have += (uint32_t)take;
    total += take;
    note_feed(c, bytes, total);                 /* journal.h R1 */
    if (c->have == HEADER + msg.len) {
        c->in[c->have] = '\0';
        c->have = 0;
        c->mark = c->out_end;
        c->store->inside++;
        request_run(c, &msg, (const char *)c->in + HEADER);
        c->store->inside--;
        c->mark = NULL;
    }
    return (long)total;
}

const void *conn_peek(const struct conn *c, size_t *len)
{
    if (!c->out) {
        *len = 0;
        return NULL;
    }
    *len = c->out->len - c->out->sent;
    return c->out->bytes + c->out->sent;
}

void conn_sent(struct conn *c, size_t len)
{
    if (c->is_ring && journal_wants(c->store))
        journal_note(c->store, JOURNAL_SENT, c->id, (uint32_t)len, 0, NULL, 0);
    c->given += (uint32_t)len;
    forget_twin(c, c->out);
    c->out->sent += (uint32_t)len;
    if (c->out->sent == c->out->len)
        drop_first(c);
}

struct conn *conn_take_dirty(struct store *s)
{
    struct conn *c = s->dirty;

    if (c) {
        s->dirty = c->next_dirty;
        c->is_dirty = false;
    }
    return c;
}

void conn_mark_dirty(struct conn *c)
{
    if (c->is_dirty)
        return;
    c->is_dirty = true;
    c->next_dirty = c->store->dirty;
    c->store->dirty = c;
}

static struct conn_out *out_alloc(struct conn *c, const struct xsd_sockmsg *msg)
{
    struct conn_out *o = mem_zalloc(sizeof(*o) + HEADER + msg->len);

    o->len = (uint32_t)HEADER + msg->len;
    memcpy(o->bytes, msg, HEADER);
    quota_charge(c->domain, sizeof(*o) + o->len);
    return o;
}

static void out_insert(struct conn *c, struct conn_out **at, struct conn_out *o)
{
    o->next = *at;
    *at = o;
    if (c->out_end == at)
        c->out_end = &o->next;
    conn_mark_dirty(c);
}

void conn_reply(struct conn *c, const struct xsd_sockmsg *request,
                uint32_t type, const void *payload, size_t len)
{
    struct xsd_sockmsg msg = *request;
    struct conn_out *o;

    msg.type = type;
    msg.len = (uint32_t)len;
    o = out_alloc(c, &msg);
    if (len)
        memcpy(o->bytes + HEADER, payload, len);
    c->replies++;
    out_insert(c, c->mark ? c->mark : c->out_end, o);
    c->mark = NULL;
}

void conn_own_events(struct conn *c)
{
    if (c->events)
        return;
    c->events = mem_zalloc(CONN_EVENT_BUCKETS * sizeof(*c->events));
    quota_charge(c->domain, CONN_EVENT_BUCKETS * sizeof(*c->events));
}

static uint32_t event_bucket(const struct conn_out *o)
{
    return (uint32_t)path_hash(PATH_HASH_SEED, o->bytes + HEADER,
                               o->len - HEADER) % CONN_EVENT_BUCKETS;
}

static bool event_waits(struct conn *c, const struct conn_out *o)
{
    const struct conn_out *w;

    for (w = c->events[o->bucket]; w; w = w->twin)
        if (w->len == o->len && !memcmp(w->bytes, o->bytes, o->len))
            return true;
    return false;
}

void conn_event(struct conn *c, const char *path, const char *token)
{
    size_t path_len = strlen(path) + 1, token_len = strlen(token) + 1;
    struct xsd_sockmsg msg = {
        .type = XS_WATCH_EVENT, .len = (uint32_t)(path_len + token_len),
    };
    size_t most = c->who.privileged ? CONN_PRIVILEGED_EVENTS
                                    : c->store->limit[QUOTA_EVENTS];
    struct conn_out *o;

    if (c->broken)
        return;
    conn_own_events(c);
    o = out_alloc(c, &msg);
    memcpy(o->bytes + HEADER, path, path_len);
    memcpy(o->bytes + HEADER + path_len, token, token_len);
    o->event = true;
    o->bucket = event_bucket(o);
    o->unique = path[0] != '@';
    if (o->unique && event_waits(c, o)) {                   /* R2 */
        quota_refund(c->domain, sizeof(*o) + o->len);
        free(o);
        return;
    }
    if (c->event_bytes + o->len > most) {                   /* R3 */
        store_log_domain(c->store, c->domain,
                         "domain %u, client %u: reads no events; cut off",
                         c->who.domid, c->id);
        quota_refund(c->domain, sizeof(*o) + o->len);
        free(o);
        c->broken = true;
        conn_mark_dirty(c);
        return;
    }
    if (o->unique) {
        o->twin = c->events[o->bucket];
        c->events[o->bucket] = o;
    }
    c->event_bytes += o->len;
    out_insert(c, c->out_end, o);
}

void conn_restore_out(struct conn *c, const void *bytes, size_t len,
                      uint32_t sent, bool event, bool unique)
{
    struct xsd_sockmsg msg;
    struct conn_out *o;

    memcpy(&msg, bytes, HEADER);
    o = out_alloc(c, &msg);
    memcpy(o->bytes, bytes, len);
    o->sent = sent;
    o->event = event;
    if (event)
        c->event_bytes += o->len;
    else
        c->replies++;
    if (unique) {
        conn_own_events(c);
        o->unique = true;
        o->bucket = event_bucket(o);
        o->twin = c->events[o->bucket];
        c->events[o->bucket] = o;
    }
    out_insert(c, c->out_end, o);
}

void conn_retarget(struct store *s, const struct domain *d)
{
    struct conn *c;

    for (c = s->conns; c; c = c->next)
        if (c->domain == d)
            c->who.target = d->target;
}
