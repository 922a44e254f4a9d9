/* SPDX-License-Identifier: MIT */
/*
 * txn.h - transactions: a sparse overlay of the tree, judged when it ends.
 *
 * A transaction keeps one record (struct over) for each path it touched, with
 * what it changed there and the stamps of what it was told.
 *
 *   R1  Nothing of it is visible outside before it ends, and then all at once.
 *   R2  It ends well only if every stamp it was told still holds; otherwise it
 *       changes nothing and its client gets EAGAIN.
 *   R3  An over that `masks` hides the tree's node at its path and all below;
 *       what shows there is only what the transaction made since.
 *   R4  What it was told of a node once it is told again, even when that has
 *       changed outside meanwhile and it can no longer end well.
 *   R5  What it holds is charged to its client and refunded when it ends.
 */
#ifndef XENSTORE_TXN_H
#define XENSTORE_TXN_H

#include "tree.h"
#include "view.h"
#include "watch.h"

enum over_state { OVER_SAME, OVER_NEW, OVER_GONE };

struct over {
    uint8_t state;
    uint8_t seen;               /* SEE_*: which stamps below are set */
    bool masks;                 /* R3 */
    bool own_value, own_perms;  /* n.value, n.perms are a change, or are R4 */
    uint64_t pgen, vgen, kgen;  /* R2; pgen 0: it was not there */
    struct change *change;      /* of this path, once there is one */
    struct node *base;          /* while ending: the tree's node here */
    struct node n;              /* last; perms are NULL until seen or set */
};

/* A change to tell watches of when the transaction ends. */
struct change {
    struct change *next;
    struct perms *old;
    enum watch_how how;
    bool dropped;               /* nothing came of it */
    char path[];
};

struct txn {
    struct txn *next;
    struct conn *conn;
    uint32_t id;
    uint32_t touched;
    uint32_t created;           /* overs in state NEW */
    bool doomed;                /* emptied; can only end in EAGAIN */
    size_t bytes;               /* R5 */
    uint64_t edits;             /* nodes made and removed in it */
    uint64_t deaths;            /* of the store when it began */
    struct over *top;
    struct change *changes, **changes_end;
};

static inline struct over *over_of(struct node *n)
{
    return (struct over *)((char *)n - offsetof(struct over, n));
}

/* 0 with the new one's id, or a quota's error. */
int txn_start(struct conn *c, uint32_t *id);
struct txn *txn_find(const struct conn *c, uint32_t id);
/* Ends it either way and frees it: 0, -EAGAIN, or a quota's error. */
int txn_end(struct txn *t, bool commit);
void txn_drop_all(struct conn *c);
/* For the journal (its R4): forgets all it did; and puts back such a one. */
void txn_empty(struct txn *t);
void txn_restore(struct conn *c, uint32_t id);

/* Makes sure there are overs along path[0..end); *out is the last. */
int txn_touch(struct txn *t, const char *path, size_t end, struct over **out);
/* Notes what the client is told of a place whose over exists. */
void txn_see(struct txn *t, const struct spot *sp, unsigned int see);

/*
 * The changes a view makes through it. None can fail: touch first. Removing also
 * notes the change, unless the node was made in here.
 */
void txn_set_value(struct txn *t, struct over *o, struct value *value);
void txn_set_perms(struct txn *t, struct over *o, struct perms *ps);
void txn_create(struct txn *t, struct over *o, struct perms *ps);
void txn_remove(struct txn *t, struct over *o, const char *path);
void txn_note_change(struct txn *t, struct over *o, const char *path,
                     enum watch_how how, struct perms *old);

#endif
