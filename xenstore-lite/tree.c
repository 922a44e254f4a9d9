/* SPDX-License-Identifier: MIT */
/* tree.c - keeps the nodes, their stamps and their owners' counts. See tree.h. */
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "path.h"
#include "quota.h"
#include "tree.h"

bool node_search(const struct node *n, const char *name, size_t len,
                 uint32_t *at)
{
    uint32_t low = 0, high = n->kids;

    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        const struct node *k = n->kid[mid];
        size_t shorter = len < k->name_len ? len : k->name_len;
        int order = memcmp(name, k->name, shorter);

        if (!order)
            order = len < k->name_len ? -1 : len > k->name_len;
        if (!order) {
            *at = mid;
            return true;
        }
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    *at = low;
    return false;
}

struct node *node_child(const struct node *n, const char *name, size_t len)
{
    uint32_t at;

    return node_search(n, name, len, &at) ? n->kid[at] : NULL;
}

void node_link(struct node *parent, uint32_t at, struct node *kid)
{
    if (parent->kids == parent->kids_max) {
        parent->kids_max = parent->kids_max ? parent->kids_max * 2 : 4;
        parent->kid = mem_resize(parent->kid,
                                 parent->kids_max * sizeof(struct node *));
    }
    memmove(parent->kid + at + 1, parent->kid + at,
            (parent->kids - at) * sizeof(struct node *));
    parent->kid[at] = kid;
    parent->kids++;
    kid->parent = parent;
}

void node_unlink(struct node *n)
{
    struct node *parent = n->parent;
    uint32_t at = parent->kids - 1;

    if (parent->kid[at] != n)   /* removal of whole trees takes the last */
        node_search(parent, n->name, n->name_len, &at);
    parent->kids--;
    memmove(parent->kid + at, parent->kid + at + 1,
            (parent->kids - at) * sizeof(struct node *));
    if (!parent->kids) {
        free(parent->kid);
        parent->kid = NULL;
        parent->kids_max = 0;
    }
}

struct node *node_after(const struct node *top, const struct node *n)
{
    for (; n != top; n = n->parent) {
        uint32_t at;

        if (node_search(n->parent, n->name, n->name_len, &at) &&
            at + 1 < n->parent->kids)
            return n->parent->kid[at + 1];
    }
    return NULL;
}

struct node *node_next(const struct node *top, const struct node *n)
{
    return n->kids ? n->kid[0] : node_after(top, n);
}

static void count_node(struct store *s, const struct node *n, int by)
{
    struct domain *d = store_domain(s, perms_owner(n->perms));
    size_t cost = node_cost(n->name_len, value_len(n->value), n->perms);

    d->nodes += (uint32_t)by;
    s->nodes += (uint32_t)by;
    if (by > 0)
        quota_charge(d, cost);
    else
        quota_refund(d, cost);
}

static struct node *node_create(struct store *s, const char *name, size_t len,
                                struct perms *ps, struct value *value)
{
    struct node *n = mem_zalloc(sizeof(*n) + len + 1);

    memcpy(n->name, name, len);
    n->name_len = (uint32_t)len;
    n->perms = ps;
    n->value = value;
    n->pgen = n->vgen = n->kgen = ++s->gen;
    n->writer = s->writer;
    return n;
}

static void node_free(struct node *n)
{
    perms_put(n->perms);
    value_put(n->value);
    free(n->kid);
    free(n);
}

void tree_create(struct store *s)
{
    static const char *const first[] = {
        "/", "@introduceDomain", "@releaseDomain",
    };
    size_t i;

    s->top = node_create(s, "", 0, perms_alloc(1), NULL);
    for (i = 0; i < sizeof(first) / sizeof(first[0]); i++)
        tree_add(s, s->top, first[i], strlen(first[i]), perms_alloc(1), NULL);
}

void tree_destroy(struct store *s)
{
    while (s->top->kids)
        tree_remove(s, s->top->kid[s->top->kids - 1]);
    node_free(s->top);
    s->top = NULL;
}

struct node *tree_find(const struct store *s, const char *path)
{
    struct path_part part = { 0 };
    struct node *n = s->top;

    while (n && path_next(path, &part))
        n = node_child(n, part.name, part.len);
    return n;
}

struct node *tree_add(struct store *s, struct node *parent, const char *name,
                      size_t name_len, struct perms *ps, struct value *value)
{
    struct node *n = node_create(s, name, name_len, ps, value);
    uint32_t at;

    node_search(parent, name, name_len, &at);
    node_link(parent, at, n);
    parent->kgen = n->pgen;
    parent->writer = s->writer;
    count_node(s, n, 1);
    return n;
}

void tree_set_value(struct store *s, struct node *n, struct value *value)
{
    struct domain *d = store_domain(s, perms_owner(n->perms));

    quota_refund(d, value_len(n->value));
    quota_charge(d, value_len(value));
    value_put(n->value);
    n->value = value;
    n->vgen = ++s->gen;
    n->writer = s->writer;
}

void tree_set_perms(struct store *s, struct node *n, struct perms *ps)
{
    count_node(s, n, -1);
    perms_put(n->perms);
    n->perms = ps;
    n->pgen = ++s->gen;
    n->writer = s->writer;
    count_node(s, n, 1);
}

void tree_remove(struct store *s, struct node *n)
{
    struct node *stop = n->parent, *at = n, *up;

    stop->kgen = ++s->gen;
    stop->writer = s->writer;
    while (at != stop) {
        while (at->kids)                /* R4: down the last child, then out */
            at = at->kid[at->kids - 1];
        up = at->parent;
        count_node(s, at, -1);
        node_unlink(at);
        node_free(at);
        at = up;
    }
}

/* Whether a slash stands between a node's name and its parent's path. */
static bool follows_slash(const struct node *n)
{
    return n->parent->parent && n->parent->name[0] != '/';
}

size_t tree_path(const struct node *n, char *out)
{
    const struct node *at;
    size_t len = 0, from;

    for (at = n; at->parent; at = at->parent)
        len += at->name_len + follows_slash(at);
    out[len] = '\0';
    from = len;
    for (at = n; at->parent; at = at->parent) {
        from -= at->name_len;
        memcpy(out + from, at->name, at->name_len);
        if (follows_slash(at))
            out[--from] = '/';
    }
    return len;
}
