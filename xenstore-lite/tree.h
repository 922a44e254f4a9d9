/* SPDX-License-Identifier: MIT */
/*
 * tree.h - the nodes as everyone sees them, outside of any transaction.
 *
 *   R1  The children of a node are sorted by name, and each points back to it.
 *   R2  A stamp is the value of store.gen at the last change of what it covers:
 *       pgen the node's coming into being and its permissions, vgen its value,
 *       kgen the set of its children. No two changes share a stamp.
 *   R3  Each node is counted, with its cost in bytes, at its owner.
 *   R4  No function's stack grows with the depth of the tree.
 */
#ifndef XENSTORE_TREE_H
#define XENSTORE_TREE_H

#include "store.h"
#include "value.h"

struct node {
    struct node *parent;        /* NULL for the top alone */
    struct node **kid;
    uint32_t kids, kids_max;
    struct perms *perms;
    struct value *value;
    uint64_t pgen, vgen, kgen;
    uint16_t writer;            /* the domain that made the last change */
    uint32_t name_len;
    char name[];
};

/* What a node costs its owner. */
static inline size_t node_cost(size_t name_len, size_t value_len,
                               const struct perms *ps)
{
    return sizeof(struct node) + sizeof(struct node *) + name_len + 1 +
           value_len + sizeof(*ps) + ps->count * sizeof(ps->p[0]);
}

/* Where `name` is among the children, or where it would go. */
bool node_search(const struct node *n, const char *name, size_t len,
                 uint32_t *at);
struct node *node_child(const struct node *n, const char *name, size_t len);
void node_link(struct node *parent, uint32_t at, struct node *kid);
/* Takes a node from its parent's list; the node itself stays. */
void node_unlink(struct node *n);
/* The one after `n` below `top`, parents first; NULL at the end. */
struct node *node_next(const struct node *top, const struct node *n);
/* The same, leaving out all below `n`. */
struct node *node_after(const struct node *top, const struct node *n);

void tree_create(struct store *s);
void tree_destroy(struct store *s);

struct node *tree_find(const struct store *s, const char *path);
/* Adds a child that is not there yet; takes over `ps` and `value`. */
struct node *tree_add(struct store *s, struct node *parent, const char *name,
                      size_t name_len, struct perms *ps, struct value *value);
void tree_set_value(struct store *s, struct node *n, struct value *value);
void tree_set_perms(struct store *s, struct node *n, struct perms *ps);
/* Removes a node and all below it. */
void tree_remove(struct store *s, struct node *n);

/* Writes a node's path to out[PATH_BUF]; returns its length. */
size_t tree_path(const struct node *n, char *out);

#endif
