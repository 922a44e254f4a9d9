/* SPDX-License-Identifier: MIT */
/*
 * model.c - random clients against a model that is too simple to be wrong.
 *
 * Three clients write, make, remove and read in up to three transactions each,
 * and outside. The model is a list of paths and values; a transaction is the list
 * of what it asked. When one ends well, replaying its requests on the model, in
 * one piece at that moment, must give every answer it was given (it was as if it
 * had run alone), and afterwards model and store must hold the same.
 */
#include <stdlib.h>

#include "harness.h"
#include "xenstore-lite/path.h"
#include "xenstore-lite/tree.h"

#define NODES 64
#define STEPS 40000
#define OPS 24
#define TXNS 9

static struct entry {
    char path[32];
    char value[8];
} model[NODES];
static int model_count;

enum kind { PUT, MAKE, RM, GET };

struct step {
    enum kind kind;
    char path[32];
    char value[8];
    int rc;
    char answer[8];
};

static struct live {
    struct conn *c;
    uint32_t tx;
    int count;
    struct step step[OPS];
} live[TXNS];

static uint32_t seed;

static uint32_t roll(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

static struct entry *find(const char *path)
{
    int i;

    for (i = 0; i < model_count; i++)
        if (!strcmp(model[i].path, path))
            return &model[i];
    return NULL;
}

static struct entry *model_make(const char *path)
{
    char parent[32];
    size_t len = path_parent_len(path);
    struct entry *e = find(path);

    if (e)
        return e;
    memcpy(parent, path, len);
    parent[len] = '\0';
    if (len > 1)
        model_make(parent);
    e = &model[model_count++];
    strcpy(e->path, path);
    e->value[0] = '\0';
    return e;
}

static int model_rm(const char *path)
{
    char parent[32];
    size_t len = strlen(path), up = path_parent_len(path);
    int i;

    if (!find(path)) {
        memcpy(parent, path, up);
        parent[up] = '\0';
        return up == 1 || find(parent) ? 0 : ENOENT;
    }
    for (i = 0; i < model_count; i++)
        if (!strncmp(model[i].path, path, len) &&
            (model[i].path[len] == '/' || !model[i].path[len]))
            model[i--] = model[--model_count];
    return 0;
}

/* Does a step on the model and compares the answer with the one given. */
static bool replay(const struct step *st)
{
    const struct entry *e;

    switch (st->kind) {
    case PUT:
        strcpy(model_make(st->path)->value, st->value);
        return !st->rc;
    case MAKE:
        model_make(st->path);
        return !st->rc;
    case RM:
        return model_rm(st->path) == st->rc;
    case GET:
        e = find(st->path);
        return e ? !st->rc && !strcmp(st->answer, e->value) : st->rc == ENOENT;
    }
    return false;
}

static void random_step(struct conn *c, uint32_t tx, struct step *st)
{
    uint32_t parts = 1 + roll(3);

    strcpy(st->path, "/t");
    while (parts--) {
        char part[3] = { '/', (char)('a' + roll(3)), 0 };

        strcat(st->path, part);
    }
    sprintf(st->value, "%u", roll(1000));
    st->kind = (enum kind)roll(4);
    switch (st->kind) {
    case PUT: st->rc = put(c, tx, st->path, st->value); break;
    case MAKE: st->rc = make(c, tx, st->path); break;
    case RM: st->rc = rm(c, tx, st->path); break;
    case GET: st->rc = get(c, tx, st->path); break;
    }
    if (st->kind == GET && !st->rc)
        strcpy(st->answer, answer);
}

static bool same_as_model(void)
{
    const struct node *top = tree_find(store, "/t"), *n;
    char path[PATH_BUF];
    const struct entry *e;
    int count = 0;

    for (n = top; n; n = node_next(top, n)) {
        tree_path(n, path);
        e = find(path);
        if (!e || strlen(e->value) != value_len(n->value) ||
            (n->value && memcmp(e->value, n->value->bytes, n->value->len)))
            return false;
        count++;
    }
    return count == model_count;
}

static int commits, conflicts;

static bool finish(struct live *l)
{
    bool commit = roll(4);
    int rc = end(l->c, l->tx, commit ? "T" : "F"), i;

    l->tx = 0;
    if (rc == EAGAIN && commit) {
        conflicts++;
        return true;
    }
    if (rc || !commit)
        return !rc;
    commits++;
    for (i = 0; i < l->count; i++)
        if (!replay(&l->step[i]))
            return false;
    return true;
}

static bool one_move(void)
{
    struct live *l = &live[roll(TXNS)];
    struct step st;

    if (roll(8) == 0) {                 /* outside of any */
        random_step(l->c, 0, &st);
        return replay(&st);
    }
    if (!l->tx) {
        l->tx = begin(l->c);
        l->count = 0;
        return l->tx != 0;
    }
    if (l->count == OPS || !roll(5))
        return finish(l);
    random_step(l->c, l->tx, &l->step[l->count++]);
    return true;
}

static void as_if_each_ran_alone(void)
{
    struct conn *const clients[3] = { dom0, dom1, dom2 };
    char why[200];
    int i;

    make(dom0, 0, "/t");
    perms(dom0, 0, "/t", "b0");
    model_count = 0;
    model_make("/t");
    memset(live, 0, sizeof(live));
    for (i = 0; i < TXNS; i++)
        live[i].c = clients[i % 3];
    seed = 1;
    commits = conflicts = 0;
    audit_each = false;
    for (i = 0; i < STEPS; i++) {
        CU_ASSERT_TRUE_FATAL(one_move());
        CU_ASSERT_TRUE_FATAL(same_as_model());
        if (i % 500 == 0)
            CU_ASSERT_EQUAL_FATAL(store_audit(store, why, sizeof(why)), 0);
    }
    CU_ASSERT_TRUE(commits > 500);
    CU_ASSERT_TRUE(conflicts > 500);
}

CU_TestInfo model_tests[] = {
    { "as if each ran alone", as_if_each_ran_alone },
    CU_TEST_INFO_NULL,
};
