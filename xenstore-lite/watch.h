/* SPDX-License-Identifier: MIT */
/*
 * watch.h - who wants to hear of which paths.
 *
 *   R1  A change of a path is told to watches on it and on every path above it;
 *       a node that goes with one above it only to watches on just that node.
 *   R2  Only a client that may read the node, or could before the change, or that
 *       may read its parent when the node came or went, is told.
 *   R3  A watch set with a relative path is told relative paths.
 */
#ifndef XENSTORE_WATCH_H
#define XENSTORE_WATCH_H

#include "store.h"

/* Longest token: with it every path still fits into an event. */
#define WATCH_TOKEN_MAX (XENSTORE_PAYLOAD_MAX - 3072 - 2)

struct watch {
    struct watch *next, **link;         /* in its bucket */
    struct watch *peer, **peer_link;    /* of the same client */
    struct conn *conn;
    uint64_t hash;
    uint32_t path_len;
    uint32_t skip;                      /* R3: what to leave out */
    size_t cost;
    char *token;                        /* after the path */
    char path[];
};

enum watch_how {
    WATCH_CHANGED,              /* the node was there and is */
    WATCH_CAME_OR_WENT,
};

/* `path` canonical, `skip` as from path_canonical(). 0, -EEXIST or a quota's. */
int watch_add(struct conn *c, const char *path, size_t skip, const char *token);
/* The same without asking. */
void watch_insert(struct conn *c, const char *path, size_t skip,
                  const char *token);
/* 0 or -ENOENT. */
int watch_drop(struct conn *c, const char *path, const char *token);
void watch_drop_all(struct conn *c);

/* A change of `path`; `old` are its permissions before, or NULL. */
void watch_fire(struct store *s, const char *path, enum watch_how how,
                const struct perms *old);
/* All below `n` is about to go; `n` itself is the caller's to tell. */
void watch_fire_below(struct store *s, const struct node *n);

void watch_tables_destroy(struct store *s);
/* Sets how many buckets there are; there must be no watches. */
void watch_tables_size(struct store *s, uint32_t buckets);

#endif
