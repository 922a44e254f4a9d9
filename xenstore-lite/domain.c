/* SPDX-License-Identifier: MIT */
/* domain.c - the lives of domains as the store sees them. See domain.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "conn.h"
#include "domain.h"
#include "journal.h"
#include "mem.h"
#include "path.h"
#include "tree.h"
#include "watch.h"

struct domain *store_find_domain(const struct store *s, unsigned int domid)
{
    struct domain *d = s->domain[domid % STORE_DOMAIN_BUCKETS];

    while (d && d->domid != domid)
        d = d->next;
    return d;
}

struct domain *store_next_domain(const struct store *s, const struct domain *d)
{
    unsigned int i = 0;

    if (d && d->next)
        return d->next;
    if (d)
        i = d->domid % STORE_DOMAIN_BUCKETS + 1;
    while (i < STORE_DOMAIN_BUCKETS && !s->domain[i])
        i++;
    return i < STORE_DOMAIN_BUCKETS ? s->domain[i] : NULL;
}

struct domain *store_domain(struct store *s, unsigned int domid)
{
    struct domain *d = store_find_domain(s, domid);

    if (!d) {
        d = mem_zalloc(sizeof(*d));
        d->domid = d->target = (uint16_t)domid;
        d->next = s->domain[domid % STORE_DOMAIN_BUCKETS];
        s->domain[domid % STORE_DOMAIN_BUCKETS] = d;
    }
    return d;
}

static enum dom_state state_of(struct store *s, unsigned int domid)
{
    struct journal_record said;
    enum dom_state state;

    if (!s->hooks.dom_state)
        return DOM_RUNNING;
    if (journal_recall(s, JOURNAL_STATE, domid, &said))
        return (enum dom_state)said.arg;
    state = s->hooks.dom_state(s->hooks.ctx, domid);
    journal_answer(s, JOURNAL_STATE, domid, state, 0, 0);
    return state;
}

bool domain_exists(struct store *s, unsigned int domid)
{
    return !domid || state_of(s, domid) != DOM_GONE;
}

static void announce(struct store *s, const char *event, unsigned int domid)
{
    char path[PATH_BUF];

    watch_fire(s, event, WATCH_CHANGED, NULL);
    snprintf(path, sizeof(path), "%s/%u", event, domid);
    watch_fire(s, path, WATCH_CHANGED, NULL);
}

int domain_introduce(struct store *s, unsigned int domid, uint64_t gfn,
                     uint32_t port)
{
    struct domain *d = store_domain(s, domid);
    bool again = d->introduced;
    int rc;

    if (again && (d->gfn != gfn || d->port != port))
        return -EINVAL;
    if (!domid || state_of(s, domid) == DOM_GONE)
        return domid ? -ENOENT : -EINVAL;
    d->gfn = gfn;
    d->port = port;
    rc = s->hooks.ring_open ? s->hooks.ring_open(s->hooks.ctx, d) : 0;
    if (rc)
        return rc;
    d->introduced = true;
    if (!again) {
        d->shut = d->dying = false;
        announce(s, "@introduceDomain", domid);
    }
    return 0;
}

/* R2: gives up what `domid` owns and takes it out of every permission list. */
static void purge(struct store *s, uint16_t domid)
{
    struct node *n = node_next(s->top, s->top), *next;
    char path[PATH_BUF];
    struct perms *ps;

    s->deaths++;
    while (n) {
        if (perms_owner(n->perms) == domid) {
            next = node_after(s->top, n);
            tree_path(n, path);
            ps = perms_get(n->perms);
            watch_fire_below(s, n);
            tree_remove(s, n);
            watch_fire(s, path, WATCH_CAME_OR_WENT, ps);
            perms_put(ps);
        } else {
            ps = perms_without(n->perms, domid);
            if (ps)
                tree_set_perms(s, n, ps);
            next = node_next(s->top, n);
        }
        n = next;
    }
}

/* R2: nobody acts for it any more. */
static void drop_target(struct store *s, uint16_t domid)
{
    struct domain *d;

    for (d = store_next_domain(s, NULL); d; d = store_next_domain(s, d))
        if (d->domid != domid && d->target == domid) {
            d->target = d->domid;
            conn_retarget(s, d);
        }
}

static void disconnect(struct store *s, struct domain *d)
{
    if (d->ring && s->hooks.ring_close)
        s->hooks.ring_close(s->hooks.ctx, d);
    d->introduced = false;
}

int domain_release(struct store *s, unsigned int domid)
{
    struct domain *d = store_find_domain(s, domid);

    if (!domid)
        return -EINVAL;
    if (!d || !d->introduced)
        return -ENOENT;
    disconnect(s, d);
    d->dying = true;
    announce(s, "@releaseDomain", domid);
    return 0;
}

static void forget(struct store *s, struct domain *d)
{
    struct domain **p = &s->domain[d->domid % STORE_DOMAIN_BUCKETS];

    if (d->conns)               /* sockets that act for it stay what they are */
        return;
    while (*p != d)
        p = &(*p)->next;
    *p = d->next;
    s->held -= d->held_until != 0;
    free(d);
}

static void check_one(struct store *s, struct domain *d)
{
    enum dom_state state = state_of(s, d->domid);
    bool tell = false;

    if (state != DOM_RUNNING && d->introduced && !d->shut)
        d->shut = tell = true;
    if (state == DOM_DYING && d->introduced) {
        disconnect(s, d);
        d->dying = tell = true;
    }
    if (state == DOM_GONE) {
        tell |= d->introduced || d->dying;
        disconnect(s, d);
        purge(s, d->domid);
        drop_target(s, d->domid);
    }
    if (tell)
        announce(s, "@releaseDomain", d->domid);
    if (state == DOM_GONE)
        forget(s, d);
}

void domains_check(struct store *s)
{
    struct domain *d, *next;

    if (journal_wants(s))
        journal_note(s, JOURNAL_CHECK, 0, 0, 0, NULL, 0);
    s->inside++;
    for (d = store_next_domain(s, NULL); d; d = next) {
        next = store_next_domain(s, d);
        if (d->domid)
            check_one(s, d);
    }
    s->inside--;
}
