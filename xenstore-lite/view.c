/* SPDX-License-Identifier: MIT */
/* view.c - reads and changes the tree for one request. See view.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "mem.h"
#include "path.h"
#include "quota.h"
#include "tree.h"
#include "txn.h"
#include "watch.h"

static bool spot_exists(const struct spot *sp)
{
    if (sp->o && sp->o->state != OVER_SAME)
        return sp->o->state == OVER_NEW;
    if (sp->o && sp->o->seen & SEE_NODE)
        return sp->o->pgen;                             /* txn.h R4 */
    return sp->m;
}

static struct spot spot_below(const struct spot *sp, const struct path_part *p)
{
    struct spot kid = { .hidden = sp->hidden || (sp->o && sp->o->masks) };
    struct node *o = sp->o ? node_child(&sp->o->n, p->name, p->len) : NULL;

    if (o)
        kid.o = over_of(o);
    if (sp->m && !(kid.o && kid.o->masks))
        kid.m = node_child(sp->m, p->name, p->len);
    return kid;
}

struct perms *spot_perms(const struct spot *sp)
{
    return sp->o && sp->o->n.perms ? sp->o->n.perms : sp->m->perms;
}

struct value *spot_value(const struct spot *sp)
{
    if (sp->o && (sp->o->own_value || sp->o->seen & SEE_VALUE))
        return sp->o->n.value;
    return sp->m ? sp->m->value : NULL;
}

/* Finds the place; does not judge. */
static void locate(const struct view *v, const char *path, struct place *p)
{
    struct path_part part = { 0 };
    size_t end = 0;

    *p = (struct place){ .exists = true };
    p->at.m = v->s->top;
    p->at.o = v->t ? v->t->top : NULL;
    while (path_next(path, &part)) {
        if (p->exists) {
            p->above = p->at;
            p->above_end = end;
        }
        end = part.end;
        p->at = spot_below(&p->at, &part);
        p->exists = spot_exists(&p->at);
    }
}

/* Notes in the transaction, if there is one, what the client learns here. */
static int note(const struct view *v, const char *path, size_t end,
                struct spot *sp, unsigned int see)
{
    int rc;

    if (!v->t)
        return 0;
    rc = txn_touch(v->t, path, end, &sp->o);
    if (!rc)
        txn_see(v->t, sp, see);
    return rc;
}

int view_open(const struct view *v, const char *path, unsigned int need,
              unsigned int see, struct place *p)
{
    int rc;

    locate(v, path, p);
    rc = note(v, path, strlen(path), &p->at, p->exists ? see : SEE_NODE);
    if (!rc && !p->exists)
        rc = note(v, path, p->above_end, &p->above, SEE_NODE);
    if (rc)
        return rc;
    if (p->exists)
        return (perms_allow(spot_perms(&p->at), &v->c->who) & need) == need
                   ? 0 : -EACCES;
    return (perms_allow(spot_perms(&p->above), &v->c->who) & need) == need
               ? -ENOENT : -EACCES;
}

/* The next name of two sorted lists; steps past it in both. */
static const struct node *merge_next(const struct spot *sp, uint32_t *mi,
                                     uint32_t *oi, bool *shows)
{
    struct node *m = sp->m && *mi < sp->m->kids ? sp->m->kid[*mi] : NULL;
    struct node *o = sp->o && *oi < sp->o->n.kids ? sp->o->n.kid[*oi] : NULL;
    int order;

    if (!m && !o)
        return NULL;
    order = !m ? 1 : !o ? -1 : strcmp(m->name, o->name);
    if (order <= 0)
        ++*mi;
    if (order < 0) {
        *shows = true;
        return m;
    }
    ++*oi;
    *shows = over_of(o)->state == OVER_NEW ||
             (over_of(o)->state == OVER_SAME && !order);
    return o;
}

char *spot_list(const struct spot *sp, size_t *len)
{
    uint32_t mi = 0, oi = 0;
    const struct node *n;
    size_t size = 0, used = 0;
    char *list = NULL;
    bool shows;

    while ((n = merge_next(sp, &mi, &oi, &shows))) {
        if (!shows)
            continue;
        if (used + n->name_len + 1 > size) {
            size = 2 * size + n->name_len + 256;
            list = mem_resize(list, size);
        }
        memcpy(list + used, n->name, n->name_len + 1);
        used += n->name_len + 1;
    }
    *len = used;
    return list;
}

uint64_t view_stamp(const struct view *v, const struct spot *sp)
{
    return (sp->m ? sp->m->kgen : 0) + (v->t ? v->t->edits : 0);
}

/* Whether `more` bytes may be charged to the owner of `ps`, and to the caller. */
static int memory_allows(const struct view *v, const struct perms *ps,
                         size_t more)
{
    int rc = quota_memory(v->s, v->c, v->c->domain, more);

    if (!rc && ps)
        rc = quota_memory(v->s, v->c, store_domain(v->s, perms_owner(ps)), more);
    return rc;
}

/* Whether the caller may make all that is missing along the path. */
static int create_allows(const struct view *v, const char *path,
                         const struct place *p, size_t len)
{
    struct perms *ps = spot_perms(&p->above);
    struct path_part part = { .end = p->above_end };
    size_t cost = 0;
    uint32_t missing = 0;
    int rc;

    while (path_next(path, &part)) {
        cost += node_cost(part.len, 0, ps);
        missing++;
    }
    rc = quota_count(v->s, v->c, QUOTA_NODES,
                     (uint64_t)v->c->domain->nodes + missing +
                         (v->t ? v->t->created : 0));
    return rc ? rc : memory_allows(v, NULL, cost + len);
}

/* Makes the node and what is missing above it, in the tree itself. */
static void create_in_tree(const struct view *v, const char *path,
                           const struct place *p, struct perms *ps,
                           struct value *value)
{
    struct path_part part = { .end = p->above_end };
    struct node *m = p->above.m;

    while (path_next(path, &part)) {
        bool last = !path[part.end];

        m = tree_add(v->s, m, part.name, part.len, perms_get(ps),
                     last ? value : NULL);
    }
    watch_fire(v->s, path, WATCH_CAME_OR_WENT, NULL);
}

/* The same in the overlay, whose records along the path exist. */
static void create_in_txn(const struct view *v, const char *path,
                          const struct place *p, struct perms *ps,
                          struct value *value)
{
    struct path_part part = { .end = p->above_end };
    struct spot sp = p->above;

    while (path_next(path, &part)) {
        sp = spot_below(&sp, &part);
        txn_see(v->t, &sp, SEE_NODE);
        txn_create(v->t, sp.o, perms_get(ps));
    }
    txn_set_value(v->t, sp.o, value);
    txn_note_change(v->t, sp.o, path, WATCH_CAME_OR_WENT, NULL);
}

/* The caller may create here (view_open): only quotas can forbid it now. */
static int create(const struct view *v, const char *path,
                  const struct place *p, const void *value, uint32_t len)
{
    int rc = create_allows(v, path, p, len);
    struct perms *ps;

    if (rc)
        return rc;
    ps = perms_inherit(spot_perms(&p->above), &v->c->who);
    if (v->t)
        create_in_txn(v, path, p, ps, value_make(value, len));
    else
        create_in_tree(v, path, p, ps, value_make(value, len));
    perms_put(ps);
    return 0;
}

static int value_allows(const struct view *v, const struct place *p,
                        uint32_t len)
{
    const struct perms *ps = spot_perms(p->exists ? &p->at : &p->above);
    uint32_t old;
    int rc;

    rc = quota_count(v->s, v->c, QUOTA_NODE_SIZE,
                     len + ps->count * sizeof(ps->p[0]));
    if (rc || !p->exists)
        return rc;
    old = value_len(spot_value(&p->at));
    return len > old ? memory_allows(v, ps, len - old) : 0;
}

int view_write(const struct view *v, const char *path, const void *value,
               uint32_t len)
{
    struct place p;
    int rc = view_open(v, path, PERM_WRITE, SEE_NODE, &p);

    if (rc && rc != -ENOENT)
        return rc;
    rc = value_allows(v, &p, len);
    if (rc)
        return rc;
    if (!p.exists)
        return create(v, path, &p, value, len);
    if (v->t) {
        txn_set_value(v->t, p.at.o, value_make(value, len));
        txn_note_change(v->t, p.at.o, path, WATCH_CHANGED, NULL);
    } else {
        tree_set_value(v->s, p.at.m, value_make(value, len));
        watch_fire(v->s, path, WATCH_CHANGED, NULL);
    }
    return 0;
}

int view_mkdir(const struct view *v, const char *path)
{
    struct place p;
    int rc = view_open(v, path, PERM_WRITE, SEE_NODE, &p);

    if (rc != -ENOENT)
        return rc;
    return create(v, path, &p, NULL, 0);
}

/* Removing what is not there is well if its parent is. */
static int remove_absent(const struct view *v, const char *path)
{
    char parent[PATH_BUF];
    size_t len = path_parent_len(path);
    struct place p;
    int rc;

    memcpy(parent, path, len);
    parent[len] = '\0';
    locate(v, parent, &p);
    rc = note(v, parent, len, &p.at, SEE_NODE);
    if (rc)
        return rc;
    return p.exists ? 0 : -ENOENT;
}

int view_remove(const struct view *v, const char *path)
{
    struct perms *old;
    struct place p;
    int rc;

    if (!path_parent_len(path))
        return -EINVAL;
    rc = view_open(v, path, PERM_WRITE, SEE_NODE, &p);
    if (rc == -ENOENT)
        return remove_absent(v, path);
    if (rc)
        return rc;
    if (v->t) {
        txn_remove(v->t, p.at.o, path);
        return 0;
    }
    old = perms_get(p.at.m->perms);
    watch_fire(v->s, path, WATCH_CAME_OR_WENT, old);
    watch_fire_below(v->s, p.at.m);
    tree_remove(v->s, p.at.m);
    perms_put(old);
    return 0;
}

static int set_perms_allows(const struct view *v, const struct place *p,
                            const struct perms *ps)
{
    const struct perms *now = spot_perms(&p->at);
    uint32_t len = value_len(spot_value(&p->at));
    int rc;

    if (!v->c->who.privileged && perms_owner(ps) != perms_owner(now))
        return -EPERM;
    rc = quota_count(v->s, v->c, QUOTA_PERMS, ps->count);
    if (!rc)
        rc = quota_count(v->s, v->c, QUOTA_NODE_SIZE,
                         len + ps->count * sizeof(ps->p[0]));
    if (!rc && ps->count > now->count)
        rc = memory_allows(v, now,
                           (ps->count - now->count) * sizeof(ps->p[0]));
    return rc;
}

int view_set_perms(const struct view *v, const char *path, struct perms *ps)
{
    struct perms *old;
    struct place p;
    int rc = view_open(v, path, PERM_WRITE | PERM_OWNER, SEE_NODE, &p);

    if (!rc)
        rc = set_perms_allows(v, &p, ps);
    if (rc)
        return rc;
    old = perms_get(spot_perms(&p.at));
    if (v->t) {
        txn_set_perms(v->t, p.at.o, ps);
        txn_note_change(v->t, p.at.o, path, WATCH_CHANGED, old);
    } else {
        tree_set_perms(v->s, p.at.m, ps);
        watch_fire(v->s, path, WATCH_CHANGED, old);
    }
    perms_put(old);
    return 0;
}
