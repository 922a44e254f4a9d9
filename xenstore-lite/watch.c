/* SPDX-License-Identifier: MIT */
/* watch.c - finds and tells those who watch. See watch.h for the rules. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "mem.h"
#include "path.h"
#include "quota.h"
#include "tree.h"
#include "watch.h"

#define BUCKETS_FIRST 256u

static struct watch **bucket_of(const struct store *s, uint64_t hash)
{
    return &s->watches.bucket[hash & (s->watches.buckets - 1)];
}

static void link_watch(struct store *s, struct watch *w)
{
    struct watch **b = bucket_of(s, w->hash);

    w->next = *b;
    w->link = b;
    if (w->next)
        w->next->link = &w->next;
    *b = w;
}

static void grow_table(struct store *s)
{
    struct watch_table old = s->watches;
    struct watch *w, *next;
    uint32_t i;

    if (old.count < old.buckets)
        return;
    s->watches.buckets = old.buckets ? old.buckets * 2 : BUCKETS_FIRST;
    s->watches.bucket = mem_zalloc(s->watches.buckets * sizeof(w));
    for (i = 0; i < old.buckets; i++)
        for (w = old.bucket[i]; w; w = next) {
            next = w->next;
            link_watch(s, w);
        }
    free(old.bucket);
}

void watch_tables_destroy(struct store *s)
{
    free(s->watches.bucket);
    s->watches.bucket = NULL;
    s->watches.buckets = 0;
}

void watch_tables_size(struct store *s, uint32_t buckets)
{
    watch_tables_destroy(s);
    if (buckets)
        s->watches.bucket = mem_zalloc(buckets * sizeof(*s->watches.bucket));
    s->watches.buckets = buckets;
}

static struct watch *find_watch(const struct conn *c, const char *path,
                                const char *token)
{
    uint64_t hash = path_hash(PATH_HASH_SEED, path, strlen(path));
    struct watch *w = NULL;

    if (c->store->watches.count)
        w = *bucket_of(c->store, hash);
    for (; w; w = w->next)
        if (w->conn == c && w->hash == hash && !strcmp(w->path, path) &&
            !strcmp(w->token, token))
            break;
    return w;
}

int watch_add(struct conn *c, const char *path, size_t skip, const char *token)
{
    int rc;

    if (find_watch(c, path, token))
        return -EEXIST;
    rc = quota_count(c->store, c, QUOTA_WATCHES, c->domain->watches + 1ull);
    if (!rc)
        rc = quota_memory(c->store, c, c->domain, sizeof(struct watch) +
                          strlen(path) + strlen(token) + 2);
    if (!rc)
        watch_insert(c, path, skip, token);
    return rc;
}

void watch_insert(struct conn *c, const char *path, size_t skip,
                  const char *token)
{
    struct store *s = c->store;
    size_t path_len = strlen(path), token_len = strlen(token);
    size_t cost = sizeof(struct watch) + path_len + token_len + 2;
    struct watch *w;

    grow_table(s);
    w = mem_zalloc(cost);
    memcpy(w->path, path, path_len + 1);
    w->token = w->path + path_len + 1;
    memcpy(w->token, token, token_len + 1);
    w->conn = c;
    w->path_len = (uint32_t)path_len;
    w->skip = (uint32_t)skip;
    w->cost = cost;
    w->hash = path_hash(PATH_HASH_SEED, path, path_len);
    link_watch(s, w);
    w->peer = c->watches;
    w->peer_link = &c->watches;
    if (w->peer)
        w->peer->peer_link = &w->peer;
    c->watches = w;
    s->watches.count++;
    c->domain->watches++;
    quota_charge(c->domain, cost);
}

static void free_watch(struct watch *w)
{
    struct conn *c = w->conn;

    *w->link = w->next;
    if (w->next)
        w->next->link = w->link;
    *w->peer_link = w->peer;
    if (w->peer)
        w->peer->peer_link = w->peer_link;
    c->store->watches.count--;
    c->domain->watches--;
    quota_refund(c->domain, w->cost);
    free(w);
}

int watch_drop(struct conn *c, const char *path, const char *token)
{
    struct watch *w = find_watch(c, path, token);

    if (!w)
        return -ENOENT;
    free_watch(w);
    return 0;
}

void watch_drop_all(struct conn *c)
{
    while (c->watches)
        free_watch(c->watches);
}

/* What decides whether somebody is told of a change (R2). */
struct change_perms {
    const struct perms *now, *before, *parent;
};

static bool may_hear(const struct conn *c, const struct change_perms *cp)
{
    return c->who.privileged ||
           (cp->now && perms_allow(cp->now, &c->who) & PERM_READ) ||
           (cp->before && perms_allow(cp->before, &c->who) & PERM_READ) ||
           (cp->parent && perms_allow(cp->parent, &c->who) & PERM_READ);
}

static void tell(struct store *s, const char *path, size_t len, uint64_t hash,
                 const struct change_perms *cp)
{
    struct watch *w;

    for (w = *bucket_of(s, hash); w; w = w->next)
        if (w->hash == hash && w->path_len == len &&
            !memcmp(w->path, path, len) && may_hear(w->conn, cp))
            conn_event(w->conn, path + w->skip, w->token);
}

void watch_fire(struct store *s, const char *path, enum watch_how how,
                const struct perms *old)
{
    struct change_perms cp = { .before = old };
    struct path_part part = { 0 };
    struct node *n = s->top, *parent = NULL;
    uint64_t hash = PATH_HASH_SEED;
    size_t done = 0;

    if (!s->watches.count)
        return;
    while (path_next(path, &part)) {
        parent = n;
        n = n ? node_child(n, part.name, part.len) : NULL;
    }
    if (n)
        cp.now = n->perms;
    if (parent && parent != s->top && how == WATCH_CAME_OR_WENT)
        cp.parent = parent->perms;
    part = (struct path_part){ 0 };
    while (path_next(path, &part)) {
        hash = path_hash(hash, path + done, part.end - done);
        done = part.end;
        tell(s, path, part.end, hash, &cp);
    }
}

void watch_fire_below(struct store *s, const struct node *n)
{
    char path[PATH_BUF];
    const struct node *at;
    size_t len;

    if (!s->watches.count)
        return;
    for (at = node_next(n, n); at; at = node_next(n, at)) {
        struct change_perms cp = {
            .now = at->perms, .parent = at->parent->perms,
        };

        len = tree_path(at, path);
        tell(s, path, len, path_hash(PATH_HASH_SEED, path, len), &cp);
    }
}
