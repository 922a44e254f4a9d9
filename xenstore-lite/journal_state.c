/* SPDX-License-Identifier: MIT */
/* journal_state.c - takes the store apart and puts it together again. */
#include <string.h>

#include "conn.h"
#include "journal_state.h"
#include "mem.h"
#include "path.h"
#include "tree.h"
#include "txn.h"
#include "watch.h"

typedef void put_fn(struct store *s, const struct journal_record *rec,
                    const void *bytes);

struct store_state {
    uint64_t gen, requests, conflicts, deaths;
    uint32_t next_conn, buckets, log_requests;
    uint32_t limit[QUOTA_COUNT];
};

struct domain_state {
    uint64_t gfn;
    uint32_t port, lines;
    uint16_t target;
    uint8_t introduced, shut, dying;
};

struct node_state {             /* then permissions, path with NUL, value */
    uint64_t pgen, vgen, kgen;
    uint32_t perms, value_len;
    uint16_t writer, path_len;
};

struct conn_state {
    uint32_t is_ring, taken, given, next_txn, conflicts, rival, broken;
    uint32_t had_events;
};

struct out_state {              /* then the message */
    uint32_t sent;
    uint8_t event, unique;
};

/* What a record may hold at most: a node with all it can have. */
union scratch {
    struct node_state node;
    struct out_state out;
    uint8_t bytes[sizeof(struct node_state) + PERM_COUNT_MAX *
                  sizeof(struct perm) + PATH_BUF + 2 * XENSTORE_PAYLOAD_MAX];
};

static void write_store(struct store *s, put_fn *put)
{
    struct store_state st = {
        .gen = s->gen, .requests = s->requests, .conflicts = s->conflicts,
        .deaths = s->deaths, .next_conn = s->next_conn,
        .buckets = s->watches.buckets, .log_requests = s->log_requests,
    };
    const struct journal_record rec = {
        .kind = JOURNAL_STORE, .len = sizeof(st),
    };

    memcpy(st.limit, s->limit, sizeof(st.limit));
    put(s, &rec, &st);
}

static void redo_store(struct store *s, const struct store_state *st)
{
    s->gen = st->gen;
    s->requests = st->requests;
    s->conflicts = st->conflicts;
    s->deaths = st->deaths;
    s->next_conn = st->next_conn;
    s->log_requests = st->log_requests;
    memcpy(s->limit, st->limit, sizeof(st->limit));
    if (!s->watches.count)
        watch_tables_size(s, st->buckets);
}

static void write_domain(struct store *s, const struct domain *d, put_fn *put)
{
    const struct domain_state st = {
        .gfn = d->gfn, .port = d->port, .lines = d->lines,
        .target = d->target, .introduced = d->introduced, .shut = d->shut,
        .dying = d->dying,
    };
    const struct journal_record rec = {
        .kind = JOURNAL_DOMAIN, .id = d->domid, .len = sizeof(st),
    };

    put(s, &rec, &st);
}

static void redo_domain(struct store *s, uint32_t id,
                        const struct domain_state *st)
{
    struct domain *d = store_domain(s, id);

    d->gfn = st->gfn;
    d->port = st->port;
    d->lines = st->lines;
    d->target = st->target;
    d->introduced = st->introduced;
    d->shut = st->shut;
    d->dying = st->dying;
}

static void write_domains(struct store *s, put_fn *put)
{
    const struct domain *d, *last, *stop;
    unsigned int i;

    for (i = 0; i < STORE_DOMAIN_BUCKETS; i++)
        for (stop = NULL; s->domain[i] != stop; stop = last) {
            for (d = last = s->domain[i]; d != stop; d = d->next)
                last = d;
            write_domain(s, last, put);
        }
}

static void write_node(struct store *s, const struct node *n, put_fn *put)
{
    static union scratch at;
    char *path = (char *)at.bytes + sizeof(at.node) +
                 n->perms->count * sizeof(struct perm);
    struct journal_record rec = { .kind = JOURNAL_NODE };

    at.node = (struct node_state){
        .pgen = n->pgen, .vgen = n->vgen, .kgen = n->kgen,
        .perms = n->perms->count, .value_len = value_len(n->value),
        .writer = n->writer,
    };
    memcpy(at.bytes + sizeof(at.node), n->perms->p,
           n->perms->count * sizeof(struct perm));
    at.node.path_len = (uint16_t)tree_path(n, path);
    if (n->value)
        memcpy(path + at.node.path_len + 1, n->value->bytes, n->value->len);
    rec.len = (uint64_t)((uint8_t *)path - at.bytes) + at.node.path_len + 1u +
              at.node.value_len;
    put(s, &rec, at.bytes);
}

static void redo_node(struct store *s, const uint8_t *bytes)
{
    struct node_state st;
    struct path_part part = { 0 };
    struct node *n, *parent = s->top;
    struct perms *ps;
    uint64_t kgen;
    uint16_t writer;
    const char *path;

    memcpy(&st, bytes, sizeof(st));
    ps = perms_alloc(st.perms);
    memcpy(ps->p, bytes + sizeof(st), st.perms * sizeof(struct perm));
    path = (const char *)bytes + sizeof(st) + st.perms * sizeof(struct perm);
    while (path_next(path, &part) && part.end < st.path_len)
        parent = node_child(parent, part.name, part.len);
    kgen = parent->kgen;
    writer = parent->writer;
    n = tree_add(s, parent, part.name, part.len, ps,
                 value_make(path + st.path_len + 1, st.value_len));
    parent->kgen = kgen;
    parent->writer = writer;
    n->pgen = st.pgen;
    n->vgen = st.vgen;
    n->kgen = st.kgen;
    n->writer = st.writer;
}

static void write_out(struct store *s, const struct conn *c,
                      const struct conn_out *o, put_fn *put)
{
    static union scratch at;
    const struct journal_record rec = {
        .kind = JOURNAL_OUT, .id = c->id, .len = sizeof(at.out) + o->len,
    };

    at.out = (struct out_state){
        .sent = o->sent, .event = o->event, .unique = o->unique,
    };
    memcpy(at.bytes + sizeof(at.out), o->bytes, o->len);
    put(s, &rec, at.bytes);
}

static void write_conn(struct store *s, struct conn *c, put_fn *put)
{
    const struct conn_state st = {
        .is_ring = c->is_ring, .taken = c->taken, .given = c->given,
        .next_txn = c->next_txn, .conflicts = c->conflicts, .rival = c->rival,
        .broken = c->broken, .had_events = c->events != NULL,
    };
    struct journal_record rec = {
        .kind = JOURNAL_CONN, .id = c->id, .arg = c->who.domid,
        .len = sizeof(st),
    };
    const struct conn_out *o;
    const struct txn *t;

    put(s, &rec, &st);
    rec = (struct journal_record){
        .kind = JOURNAL_IN, .id = c->id, .len = c->have,
    };
    if (c->have)
        put(s, &rec, c->in);
    for (t = c->txns; t; t = t->next) {
        rec = (struct journal_record){
            .kind = JOURNAL_TXN, .id = c->id, .arg = t->id,
        };
        put(s, &rec, NULL);
    }
    for (o = c->is_ring ? c->out : NULL; o; o = o->next)
        write_out(s, c, o, put);
}

static bool redo_conn(struct store *s, const struct journal_record *rec,
                      const struct conn_state *st)
{
    const struct journal_record ring = {
        .kind = JOURNAL_RING, .id = rec->arg, .arg2 = st->taken,
        .len = st->given,
    };
    struct domain *d = store_domain(s, rec->arg);
    struct conn *c;

    s->next_conn = rec->id - 1;
    if (st->is_ring) {
        s->journal->ring = &ring;
        if (!s->hooks.ring_open || s->hooks.ring_open(s->hooks.ctx, d))
            return false;
        s->journal->ring = NULL;
        c = d->ring;
    } else {
        c = conn_open(s, rec->arg);
    }
    c->next_txn = st->next_txn;
    c->conflicts = st->conflicts;
    c->rival = (uint16_t)st->rival;
    c->broken = st->broken;
    if (st->had_events)
        conn_own_events(c);
    return c->id == rec->id;
}

static void write_watch(struct store *s, const struct watch *w, put_fn *put)
{
    const struct journal_record rec = {
        .kind = JOURNAL_WATCH, .id = w->conn->id, .arg = w->skip,
        .len = w->path_len + 1u + strlen(w->token) + 1,
    };

    put(s, &rec, w->path);              /* the token comes right after it */
}

static void write_watches(struct store *s, put_fn *put)
{
    const struct watch *w, *last, *stop;
    uint32_t i;

    for (i = 0; i < s->watches.buckets; i++)
        for (stop = NULL; s->watches.bucket[i] != stop; stop = last) {
            for (w = last = s->watches.bucket[i]; w != stop; w = w->next)
                last = w;
            write_watch(s, last, put);
        }
}

void journal_state_write(struct store *s, put_fn *put)
{
    struct conn *c;
    struct txn *t;
    const struct node *n;

    for (c = s->conns; c; c = c->next)
        for (t = c->txns; t; t = t->next)
            txn_empty(t);
    write_store(s, put);
    write_domains(s, put);
    for (n = node_next(s->top, s->top); n; n = node_next(s->top, n))
        write_node(s, n, put);
    for (c = s->conns; c; c = c->next)
        write_conn(s, c, put);
    write_watches(s, put);
    write_store(s, put);        /* what restoring the others moves on */
}

bool journal_state_redo(struct store *s, const struct journal_record *rec,
                        const uint8_t *bytes, struct conn *c)
{
    const char *text = (const char *)bytes;
    struct out_state out;

    switch (rec->kind) {
    case JOURNAL_STORE:
        if (!s->conns && !s->restored)
            while (s->top->kids)        /* its own start is not this one */
                tree_remove(s, s->top->kid[0]);
        s->restored = true;
        redo_store(s, (const struct store_state *)bytes);
        return true;
    case JOURNAL_DOMAIN:
        redo_domain(s, rec->id, (const struct domain_state *)bytes);
        return true;
    case JOURNAL_NODE:
        redo_node(s, bytes);
        return true;
    case JOURNAL_CONN:
        return redo_conn(s, rec, (const struct conn_state *)bytes);
    case JOURNAL_IN:
        if (c)
            memcpy(c->in, bytes, c->have = (uint32_t)rec->len);
        return c;
    case JOURNAL_TXN:
        if (c)
            txn_restore(c, rec->arg);
        return c;
    case JOURNAL_WATCH:
        if (c)
            watch_insert(c, text, rec->arg, text + strlen(text) + 1);
        return c;
    case JOURNAL_OUT:
        memcpy(&out, bytes, sizeof(out));
        if (c)
            conn_restore_out(c, bytes + sizeof(out), rec->len - sizeof(out),
                             out.sent, out.event, out.unique);
        return c;
    }
    return false;
}
