/* SPDX-License-Identifier: MIT */
/* txn.c - overlays, and judging and applying them at the end. See txn.h. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "domain.h"
#include "fair.h"
#include "mem.h"
#include "path.h"
#include "quota.h"
#include "txn.h"

static void charge(struct txn *t, size_t bytes)
{
    t->bytes += bytes;
    quota_charge(t->conn->domain, bytes);
}

static struct over *over_create(struct txn *t, const char *name, size_t len)
{
    struct over *o = mem_zalloc(sizeof(*o) + len + 1);

    memcpy(o->n.name, name, len);
    o->n.name_len = (uint32_t)len;
    t->touched++;
    charge(t, sizeof(*o) + len + 1 + sizeof(struct node *));
    return o;
}

/* Gives it its top; what came before is gone. */
static void set_up(struct txn *t)
{
    t->touched = t->created = 0;
    t->edits = 0;
    t->deaths = t->conn->store->deaths;
    t->changes_end = &t->changes;
    charge(t, sizeof(*t));
    t->top = over_create(t, "", 0);
}

static void txn_create_id(struct conn *c, uint32_t id)
{
    struct txn *t = mem_zalloc(sizeof(*t));

    t->conn = c;
    t->id = id;
    set_up(t);
    t->next = c->txns;
    c->txns = t;
    c->txn_count++;
    c->domain->txns++;
}

int txn_start(struct conn *c, uint32_t *id)
{
    int rc = quota_count(c->store, c, QUOTA_TRANSACTIONS,
                         c->domain->txns + 1ull);

    if (!rc)
        rc = quota_memory(c->store, c, c->domain,
                          sizeof(struct txn) + sizeof(struct over));
    if (rc)
        return rc;
    do {
        *id = c->next_txn++;
    } while (!*id || txn_find(c, *id));
    txn_create_id(c, *id);
    fair_begin(c);
    return 0;
}

void txn_restore(struct conn *c, uint32_t id)
{
    txn_create_id(c, id);
    txn_find(c, id)->doomed = true;
}

struct txn *txn_find(const struct conn *c, uint32_t id)
{
    struct txn *t;

    for (t = c->txns; t && t->id != id; t = t->next)
        ;
    return t;
}

static void over_free(struct over *o)
{
    perms_put(o->n.perms);
    value_put(o->n.value);
    free(o->n.kid);
    free(o);
}

static void tear_down(struct txn *t)
{
    struct node *at = &t->top->n, *up;
    struct change *ch;

    while (at) {
        while (at->kids)
            at = at->kid[at->kids - 1];
        up = at->parent;
        if (up)
            node_unlink(at);
        over_free(over_of(at));
        at = up;
    }
    while ((ch = t->changes)) {
        t->changes = ch->next;
        perms_put(ch->old);
        free(ch);
    }
    quota_refund(t->conn->domain, t->bytes);
    t->bytes = 0;
}

static void txn_free(struct txn *t)
{
    struct conn *c = t->conn;
    struct txn **p;

    tear_down(t);
    for (p = &c->txns; *p != t; p = &(*p)->next)
        ;
    *p = t->next;
    c->txn_count--;
    c->domain->txns--;
    free(t);
}

void txn_empty(struct txn *t)
{
    tear_down(t);
    set_up(t);
    t->doomed = true;
}

void txn_drop_all(struct conn *c)
{
    while (c->txns)
        txn_free(c->txns);
}

int txn_touch(struct txn *t, const char *path, size_t end, struct over **out)
{
    struct path_part part = { 0 };
    struct store *s = t->conn->store;
    struct node *at = &t->top->n, *kid;
    uint32_t i;
    int rc;

    while (part.end < end && path_next(path, &part)) {
        if (node_search(at, part.name, part.len, &i)) {
            at = at->kid[i];
            continue;
        }
        rc = quota_count(s, t->conn, QUOTA_TXN_NODES, t->touched + 1ull);
        if (!rc)
            rc = quota_memory(s, t->conn, t->conn->domain,
                              sizeof(struct over) + part.len + 1);
        if (rc)
            return rc;
        kid = &over_create(t, part.name, part.len)->n;
        node_link(at, i, kid);
        at = kid;
    }
    *out = over_of(at);
    return 0;
}

static void hold_value(struct txn *t, struct over *o, struct value *value)
{
    quota_refund(t->conn->domain, value_len(o->n.value));
    t->bytes -= value_len(o->n.value);
    charge(t, value_len(value));
    value_put(o->n.value);
    o->n.value = value;
}

static size_t perms_cost(const struct perms *ps)
{
    return ps ? sizeof(*ps) + ps->count * sizeof(ps->p[0]) : 0;
}

static void hold_perms(struct txn *t, struct over *o, struct perms *ps)
{
    quota_refund(t->conn->domain, perms_cost(o->n.perms));
    t->bytes -= perms_cost(o->n.perms);
    charge(t, perms_cost(ps));
    perms_put(o->n.perms);
    o->n.perms = ps;
}

void txn_see(struct txn *t, const struct spot *sp, unsigned int see)
{
    struct over *o = sp->o;
    unsigned int fresh;

    if (sp->hidden || o->masks || o->state != OVER_SAME)
        return;                         /* its own doing, nothing learned */
    fresh = (see | SEE_NODE) & ~(unsigned int)o->seen;
    if (fresh & SEE_NODE) {
        o->pgen = sp->m ? sp->m->pgen : 0;
        if (sp->m)
            hold_perms(t, o, perms_get(sp->m->perms));
    }
    if (fresh & SEE_VALUE) {
        o->vgen = sp->m ? sp->m->vgen : 0;
        if (sp->m && !o->own_value)
            hold_value(t, o, value_get(sp->m->value));
    }
    if (fresh & SEE_KIDS)
        o->kgen = sp->m ? sp->m->kgen : 0;
    o->seen |= (uint8_t)fresh;
}

void txn_set_value(struct txn *t, struct over *o, struct value *value)
{
    hold_value(t, o, value);
    o->own_value = true;
}

void txn_set_perms(struct txn *t, struct over *o, struct perms *ps)
{
    hold_perms(t, o, ps);
    o->own_perms = true;
}

void txn_create(struct txn *t, struct over *o, struct perms *ps)
{
    o->state = OVER_NEW;
    if (o->change)
        o->change->dropped = false;
    txn_set_perms(t, o, ps);
    txn_set_value(t, o, NULL);
    t->created++;
    t->edits++;
}

static void forget(struct txn *t, struct over *o)
{
    if (o->state == OVER_NEW)
        t->created--;
    hold_perms(t, o, NULL);
    hold_value(t, o, NULL);
    o->own_value = o->own_perms = false;
    o->state = OVER_GONE;
}

void txn_remove(struct txn *t, struct over *o, const char *path)
{
    struct perms *old = o->n.perms ? perms_get(o->n.perms) : NULL;
    bool made_here = o->state == OVER_NEW && !o->masks;
    struct node *n;

    for (n = &o->n; n; n = node_next(&o->n, n)) {
        /* What goes with what is above it has nothing of its own to tell. */
        if (over_of(n)->change && over_of(n)->state != OVER_GONE)
            over_of(n)->change->dropped = true;
        forget(t, over_of(n));
    }
    o->masks = true;
    t->edits++;
    if (!made_here)
        txn_note_change(t, o, path, WATCH_CAME_OR_WENT, old);
    perms_put(old);
}

void txn_note_change(struct txn *t, struct over *o, const char *path,
                     enum watch_how how, struct perms *old)
{
    size_t len = strlen(path);
    struct change *ch = o->change;

    if (ch) {
        if (how == WATCH_CAME_OR_WENT)
            ch->how = how;
        ch->dropped = false;
        return;
    }
    ch = mem_zalloc(sizeof(*ch) + len + 1);
    memcpy(ch->path, path, len + 1);
    ch->how = how;
    ch->old = old ? perms_get(old) : NULL;
    *t->changes_end = ch;
    t->changes_end = &ch->next;
    o->change = ch;
    charge(t, sizeof(*ch) + len + 1);
}

/* Who changed last what a stamp no longer fits, or the nearest above it. */
static unsigned int writer_of(const struct over *o)
{
    while (!o->base)
        o = over_of(o->n.parent);
    return o->base->writer;
}

/* Sets base of each over, parents first, and says whether R2 holds. */
static bool stamps_hold(struct store *s, struct txn *t, unsigned int *writer)
{
    struct node *n;

    t->top->base = s->top;
    for (n = node_next(&t->top->n, &t->top->n); n;
         n = node_next(&t->top->n, n)) {
        struct over *o = over_of(n), *up = over_of(n->parent);
        const struct node *m;

        o->base = up->base ? node_child(up->base, n->name, n->name_len) : NULL;
        m = o->base;
        if ((o->seen & SEE_NODE && o->pgen != (m ? m->pgen : 0)) ||
            (o->seen & SEE_VALUE && o->vgen != (m ? m->vgen : 0)) ||
            (o->seen & SEE_KIDS && o->kgen != (m ? m->kgen : 0))) {
            *writer = writer_of(o);
            return false;
        }
    }
    return true;
}

static void apply_one(struct store *s, struct over *o)
{
    const struct over *up = over_of(o->n.parent);
    struct node *m = up->base ? node_child(up->base, o->n.name, o->n.name_len)
                              : NULL;

    if (o->masks && m) {
        watch_fire_below(s, m);
        tree_remove(s, m);
        m = NULL;
    }
    if (o->state == OVER_NEW) {
        assert(up->base);               /* SEE_NODE of what is above held */
        m = tree_add(s, up->base, o->n.name, o->n.name_len,
                     perms_get(o->n.perms), value_get(o->n.value));
    } else if (m) {
        if (o->own_value)
            tree_set_value(s, m, value_get(o->n.value));
        if (o->own_perms)
            tree_set_perms(s, m, perms_get(o->n.perms));
    }
    o->base = m;
}

/* Whether permissions in it name a domain that went while it was open. */
static bool names_the_dead(struct store *s, struct txn *t)
{
    const struct node *n;
    uint32_t i;

    if (t->deaths == s->deaths)
        return false;
    for (n = &t->top->n; n; n = node_next(&t->top->n, n))
        for (i = 0; n->perms && i < n->perms->count; i++)
            if (!domain_exists(s, n->perms->p[i].domid))
                return true;
    return false;
}

static int may_apply(const struct store *s, const struct txn *t)
{
    const struct conn *c = t->conn;

    return quota_count(s, c, QUOTA_NODES, (uint64_t)c->domain->nodes +
                                              t->created);
}

int txn_end(struct txn *t, bool commit)
{
    struct conn *c = t->conn;
    struct store *s = c->store;
    const struct change *ch;
    unsigned int writer = 0;
    struct node *n;
    int rc = 0;

    if (commit && (t->doomed || !stamps_hold(s, t, &writer) ||
                   names_the_dead(s, t))) {
        s->conflicts++;
        fair_refused(c, writer);
        rc = -EAGAIN;                                           /* R2 */
    } else if (commit) {
        fair_end(c);
        c->conflicts = 0;
        rc = t->created ? may_apply(s, t) : 0;
    }
    if (commit && !rc) {
        for (n = node_next(&t->top->n, &t->top->n); n;
             n = node_next(&t->top->n, n))
            apply_one(s, over_of(n));
        for (ch = t->changes; ch; ch = ch->next)
            if (!ch->dropped)
                watch_fire(s, ch->path, ch->how, ch->old);
    }
    txn_free(t);
    return rc;
}
