/* SPDX-License-Identifier: MIT */
/*
 * view.h - the tree as one request sees it: as it is, or through a transaction.
 *
 * Every function checks the caller's permission and quota first and changes
 * nothing when it fails. Outside a transaction a change takes effect and is told
 * to watches at once; inside it stays in the transaction's overlay (txn.h).
 *
 * Paths are canonical. Results are 0 or a negative errno of the protocol.
 */
#ifndef XENSTORE_VIEW_H
#define XENSTORE_VIEW_H

#include "store.h"
#include "value.h"

struct txn;
struct over;

struct view {
    struct store *s;
    struct conn *c;
    struct txn *t;              /* NULL outside of any */
};

/* One place in a view. */
struct spot {
    struct node *m;             /* the node in the tree that shows here */
    struct over *o;             /* what the transaction knows of the place */
    bool hidden;                /* the transaction removed what was above */
};

struct place {
    struct spot at;
    struct spot above;          /* the nearest node above that exists */
    size_t above_end;           /* length of its path */
    bool exists;
};

/* What a request learns of a node, for finding conflicts later. */
#define SEE_NODE  1u            /* that it is there, or not, and permissions */
#define SEE_VALUE 2u
#define SEE_KIDS  4u

/*
 * Finds a node the client has `need` (PERM_*) on. -ENOENT if it is not there and
 * what is above it allows `need`, otherwise -EACCES; `p` is filled either way.
 */
int view_open(const struct view *v, const char *path, unsigned int need,
              unsigned int see, struct place *p);

struct perms *spot_perms(const struct spot *sp);
struct value *spot_value(const struct spot *sp);
/* The names of the children, each with its NUL, in malloc'd memory. */
char *spot_list(const struct spot *sp, size_t *len);
/* A stamp that changes whenever the list of children does. */
uint64_t view_stamp(const struct view *v, const struct spot *sp);

int view_write(const struct view *v, const char *path, const void *value,
               uint32_t len);
int view_mkdir(const struct view *v, const char *path);
int view_remove(const struct view *v, const char *path);
/* Takes over `ps` if it succeeds. */
int view_set_perms(const struct view *v, const char *path, struct perms *ps);

#endif
