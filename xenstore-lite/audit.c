/* SPDX-License-Identifier: MIT */
/*
 * audit.c - counts everything again and compares: slow, total, changes nothing.
 *
 * Each domain's counts are rebuilt from the tree, the connections and what hangs
 * on them, so that a leak or a double refund anywhere shows here.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "mem.h"
#include "tree.h"
#include "txn.h"
#include "watch.h"

struct tally {
    uint32_t nodes, watches, txns, conns;
    size_t bytes;
};

struct audit {
    struct store *s;
    struct tally *tallies;
    struct tally nobody;
    uint32_t nodes, watches;
    char *why;
    size_t size;
    int rc;
};

static void __attribute__((format(printf, 2, 3)))
fault(struct audit *a, const char *fmt, ...)
{
    va_list args;

    if (a->rc)
        return;
    a->rc = -EIO;
    va_start(args, fmt);
    vsnprintf(a->why, a->size, fmt, args);
    va_end(args);
}

static struct tally *of(struct audit *a, unsigned int domid)
{
    const struct domain *d = store_find_domain(a->s, domid);

    if (d)
        return d->tally;
    fault(a, "domain %u: holds something and has no record", domid);
    return &a->nobody;
}

static void audit_kids(struct audit *a, const struct node *n)
{
    uint32_t i;

    for (i = 0; i < n->kids; i++) {
        if (n->kid[i]->parent != n)
            fault(a, "node %s: child %s has another parent", n->name,
                  n->kid[i]->name);
        if (i && strcmp(n->kid[i - 1]->name, n->kid[i]->name) >= 0)
            fault(a, "node %s: child %s out of order", n->name,
                  n->kid[i]->name);
    }
}

static void audit_tree(struct audit *a)
{
    const struct node *n;

    audit_kids(a, a->s->top);
    for (n = node_next(a->s->top, a->s->top); n; n = node_next(a->s->top, n)) {
        struct tally *t = of(a, perms_owner(n->perms));

        audit_kids(a, n);
        a->nodes++;
        t->nodes++;
        t->bytes += node_cost(n->name_len, value_len(n->value), n->perms);
        if (!n->perms->refs || n->pgen > a->s->gen || n->vgen > a->s->gen ||
            n->kgen > a->s->gen)
            fault(a, "node %s: stamps or permissions are wild", n->name);
    }
    if (a->nodes != a->s->nodes)
        fault(a, "%u nodes, %u counted", a->nodes, a->s->nodes);
}

static void audit_queue(struct audit *a, const struct conn *c, struct tally *t)
{
    const struct conn_out *o;
    size_t events = 0;
    uint32_t replies = 0;

    for (o = c->out; o; o = o->next) {
        t->bytes += sizeof(*o) + o->len;
        if (o->event)
            events += o->len;
        else
            replies++;
        if (!o->next && c->out_end != &o->next)
            fault(a, "client %u: queue ends elsewhere", c->id);
    }
    if (events != c->event_bytes || replies != c->replies)
        fault(a, "client %u: %zu event bytes and %u replies, %zu and %u "
              "counted", c->id, events, replies, c->event_bytes, c->replies);
}

static void audit_conn(struct audit *a, const struct conn *c)
{
    struct tally *t = of(a, c->who.domid);
    const struct watch *w;
    const struct txn *x;
    uint32_t txns = 0;

    t->conns++;
    t->bytes += sizeof(*c);
    if (c->events)
        t->bytes += CONN_EVENT_BUCKETS * sizeof(*c->events);
    for (w = c->watches; w; w = w->peer) {
        a->watches++;
        t->watches++;
        t->bytes += w->cost;
    }
    for (x = c->txns; x; x = x->next) {
        txns++;
        t->txns++;
        t->bytes += x->bytes;
    }
    if (txns != c->txn_count)
        fault(a, "client %u: %u transactions, %u counted", c->id, txns,
              c->txn_count);
    audit_queue(a, c, t);
}

static void audit_domain(struct audit *a, const struct domain *d)
{
    const struct tally *t = d->tally;

    if (d->nodes != t->nodes || d->watches != t->watches ||
        d->txns != t->txns || d->conns != t->conns || d->bytes != t->bytes)
        fault(a, "domain %u: %u nodes %u watches %u transactions %u clients "
              "%zu bytes, counted %u %u %u %u %zu", d->domid, t->nodes,
              t->watches, t->txns, t->conns, t->bytes, d->nodes, d->watches,
              d->txns, d->conns, d->bytes);
}

int store_audit(struct store *s, char *why, size_t size)
{
    struct audit a = { .s = s, .why = why, .size = size };
    const struct conn *c;
    struct domain *d;
    size_t count = 0;

    for (d = store_next_domain(s, NULL); d; d = store_next_domain(s, d))
        count++;
    a.tallies = mem_zalloc(count * sizeof(*a.tallies));
    for (d = store_next_domain(s, NULL); d; d = store_next_domain(s, d))
        d->tally = &a.tallies[--count];
    audit_tree(&a);
    for (c = s->conns; c; c = c->next)
        audit_conn(&a, c);
    if (a.watches != s->watches.count)
        fault(&a, "%u watches, %u counted", a.watches, s->watches.count);
    for (d = store_next_domain(s, NULL); d; d = store_next_domain(s, d)) {
        audit_domain(&a, d);
        d->tally = NULL;
    }
    free(a.tallies);
    return a.rc;
}
