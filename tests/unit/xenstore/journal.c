/* SPDX-License-Identifier: MIT */
/*
 * journal.c - a store that is killed at any record and done again is the same.
 *
 * Random requests of a socket, and of two rings that are read in odd pieces. Now
 * and then the store is thrown away as a kill would, and made again from the
 * journal; its rings must go on to the byte, its tree and counts must be those of
 * a twin that was never killed.
 */
#include <stdlib.h>

#include "harness.h"
#include "xenstore-lite/journal.h"
#include "xenstore-lite/path.h"
#include "xenstore-lite/ring.h"
#include "xenstore-lite/tree.h"

#define SIZE (64u << 20)
#define STEPS 6000

/* One of two stores that are asked the same: only the first is ever killed. */
struct twin {
    struct store *s;
    struct journal j;
    void *mem;
    struct xenstore_domain_interface page[3];
    struct ring ring[3];
    uint64_t sum[3];            /* of all bytes the domain was given */
    uint64_t bytes[3];
};

static struct twin twins[2], *current;
static uint32_t seed;

static uint32_t roll(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

static bool always(size_t from, size_t to)
{
    return from < to && to <= SIZE;
}

static int open_twin_ring(void *ctx, struct domain *d)
{
    struct ring *r = &current->ring[d->domid];
    struct journal_record said;

    (void)ctx;
    if (d->domid > 2)
        return -EINVAL;
    if (journal_recall(current->s, JOURNAL_RING, d->domid, &said)) {
        d->ring = conn_open(current->s, d->domid);
        d->ring->is_ring = true;
        d->ring->taken = said.arg2;
        d->ring->given = (uint32_t)said.len;
        *r = (struct ring){ .c = d->ring };
        return 0;
    }
    if (d->ring)
        return 0;
    journal_answer(current->s, JOURNAL_RING, d->domid, 0,
                   current->page[d->domid].req_cons,
                   current->page[d->domid].rsp_prod);
    d->ring = conn_open(current->s, d->domid);
    d->ring->is_ring = true;
    ring_attach(r, d->ring, &current->page[d->domid]);
    return 0;
}

static enum dom_state all_run(void *ctx, unsigned int domid)
{
    (void)ctx;
    return domid < 6 ? DOM_RUNNING : DOM_GONE;
}

static const struct store_hooks twin_hooks = {
    .dom_state = all_run, .ring_open = open_twin_ring,
};

static void request(struct conn *c, uint32_t type, uint32_t tx,
                    const void *payload, size_t len)
{
    struct xsd_sockmsg msg = { .type = type, .tx_id = tx,
                               .len = (uint32_t)len };
    size_t room;

    conn_feed(c, &msg, sizeof(msg));
    if (len)
        conn_feed(c, payload, len);
    while (conn_peek(c, &room))
        conn_sent(c, room);
}

static void twin_start(struct twin *t)
{
    struct conn *tool;
    unsigned int i;

    current = t;
    memset(t, 0, sizeof(*t));
    t->mem = calloc(1, SIZE);
    t->s = store_create(&twin_hooks);
    journal_init(&t->j, t->mem, SIZE, always);
    journal_start(t->s, &t->j);
    tool = conn_open(t->s, 0);
    for (i = 1; i < 3; i++) {
        char text[40];
        size_t len = (size_t)sprintf(text, "%u%c1%c%u", i, 0, 0, i) + 1;

        request(tool, XS_INTRODUCE, 0, text, len);
        len = (size_t)sprintf(text, "/local/domain/%u", i) + 1;
        request(tool, XS_MKDIR, 0, text, len);
        len += (size_t)sprintf(text + len, "b%u", i) + 1;
        request(tool, XS_SET_PERMS, 0, text, len);
    }
    conn_close(tool);
}

/* The process is gone; what the domains and the journal's memory hold stays. */
static void kill_and_restart(struct twin *t)
{
    unsigned int i;

    current = t;
    t->s->journal = NULL;
    store_destroy(t->s);
    t->s = store_create(&twin_hooks);
    CU_ASSERT_TRUE_FATAL(journal_init(&t->j, t->mem, SIZE, always));
    CU_ASSERT_EQUAL_FATAL(journal_replay(t->s, &t->j), 0);
    for (i = 1; i < 3; i++) {
        t->page[i].req_cons = t->page[i].rsp_prod = 77;  /* not yet published */
        ring_resume(&t->ring[i], &t->page[i]);
    }
}

static size_t random_request(uint8_t *to)
{
    static const uint8_t types[] = {
        XS_WRITE, XS_WRITE, XS_READ, XS_DIRECTORY, XS_MKDIR, XS_RM, XS_WATCH,
        XS_UNWATCH, XS_TRANSACTION_START, XS_TRANSACTION_END, XS_SET_PERMS,
        XS_GET_PERMS, XS_RESET_WATCHES, XS_DIRECTORY_PART, 99,
    };
    struct xsd_sockmsg msg = { .type = types[roll(roll(9) ? 12 : 15)],
                               .req_id = roll(1000) };
    char *p = (char *)to + sizeof(msg);
    size_t len = 0;

    if (roll(3) == 0)
        msg.tx_id = 1 + roll(12);
    if (msg.type == XS_TRANSACTION_START)
        msg.tx_id = 0;
    if (msg.type == XS_TRANSACTION_END)
        len = (size_t)sprintf(p, "%c", "TF"[roll(5) == 0]) + 1;
    else
        len = (size_t)sprintf(p, "%s%c", roll(4) ? "" : "/local/domain/1/",
                              'a' + (char)roll(4)) + 1;
    if (msg.type == XS_WRITE)
        for (; roll(30); len++)
            p[len] = (char)roll(256);
    if (msg.type == XS_WATCH || msg.type == XS_UNWATCH)
        len += (size_t)sprintf(p + len, "t%u", roll(2)) + 1;
    if (msg.type == XS_SET_PERMS)
        len += (size_t)sprintf(p + len, "r%u%cb%u", 1 + roll(2), 0, roll(9)) + 1;
    if (msg.type == XS_DIRECTORY_PART)
        len += (size_t)sprintf(p + len, "0") + 1;
    msg.len = (uint32_t)len;
    memcpy(to, &msg, sizeof(msg));
    return sizeof(msg) + len;
}

static void domain_sends(struct twin *t, unsigned int who, const uint8_t *bytes,
                         size_t len)
{
    struct xenstore_domain_interface *p = &t->page[who];
    size_t i;

    for (i = 0; i < len; i++)
        p->req[p->req_prod++ % XENSTORE_RING_SIZE] = (char)bytes[i];
}

static void domain_reads(struct twin *t, unsigned int who, size_t most)
{
    struct xenstore_domain_interface *p = &t->page[who];

    for (; most-- && p->rsp_cons != p->rsp_prod; t->bytes[who]++)
        t->sum[who] = t->sum[who] * 31 +
                      (uint8_t)p->rsp[p->rsp_cons++ % XENSTORE_RING_SIZE];
}

static uint64_t tree_sum(const struct store *s)
{
    const struct node *n;
    char path[PATH_BUF];
    uint64_t h = s->nodes;
    uint32_t i;

    for (n = node_next(s->top, s->top); n; n = node_next(s->top, n)) {
        h = path_hash(h, path, tree_path(n, path));
        h = path_hash(h, &n->pgen, 3 * sizeof(n->pgen));
        for (i = 0; i < n->perms->count; i++)
            h = h * 31 + n->perms->p[i].domid * 4u + n->perms->p[i].bits;
        if (n->value)
            h = path_hash(h, n->value->bytes, n->value->len);
    }
    return h;
}

/* One move, the same for both but for how many bytes are moved at once. */
static void move(void)
{
    unsigned int who = 1 + roll(2), budget = 1 + roll(3), i;
    size_t room = twins[0].page[who].req_prod - twins[0].page[who].req_cons;
    size_t most = roll(200), len;
    uint8_t bytes[4096];

    len = random_request(bytes);
    if (room + len > XENSTORE_RING_SIZE ||
        twins[1].page[who].req_prod - twins[1].page[who].req_cons + len >
            XENSTORE_RING_SIZE)
        len = 0;
    for (i = 0; i < 2; i++) {
        current = &twins[i];
        domain_sends(current, who, bytes, len);
        ring_run(&current->ring[who], budget);
        domain_reads(current, who, most);
        ring_run(&current->ring[3 - who], 0);
    }
}

static void check_twins(void)
{
    char why[200];
    unsigned int i;

    CU_ASSERT_EQUAL_FATAL(store_audit(twins[0].s, why, sizeof(why)), 0);
    CU_ASSERT_EQUAL_FATAL(tree_sum(twins[0].s), tree_sum(twins[1].s));
    CU_ASSERT_EQUAL_FATAL(twins[0].s->watches.count, twins[1].s->watches.count);
    for (i = 1; i < 3; i++) {
        const struct domain *a = store_find_domain(twins[0].s, i);
        const struct domain *b = store_find_domain(twins[1].s, i);

        CU_ASSERT_EQUAL_FATAL(a->bytes, b->bytes);
        CU_ASSERT_EQUAL_FATAL(twins[0].bytes[i], twins[1].bytes[i]);
        CU_ASSERT_EQUAL_FATAL(twins[0].sum[i], twins[1].sum[i]);
    }
}

static void a_kill_changes_nothing(void)
{
    uint64_t requests;
    int step;

    seed = 7;
    twin_start(&twins[0]);
    twin_start(&twins[1]);
    for (step = 0; step < STEPS; step++) {
        move();
        if (roll(40))
            continue;
        if (roll(3))
            kill_and_restart(&twins[0]);
        else
            journal_compact(twins[0].s);
        journal_compact(twins[1].s);    /* empties the same transactions */
        check_twins();
    }
    requests = twins[1].s->requests;
    CU_ASSERT_TRUE(requests > STEPS / 4);
    store_destroy(twins[0].s);
    store_destroy(twins[1].s);
    free(twins[0].mem);
    free(twins[1].mem);
}

static void a_request_that_kills_is_not_done_a_third_time(void)
{
    static const uint8_t write_x[] = {
        XS_WRITE, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 'x', 0, 'v',
    };
    struct twin *t = &twins[0];

    twin_start(t);
    conn_feed(t->ring[1].c, write_x, sizeof(write_x));
    journal_init(&t->j, t->mem, SIZE, always);  /* the first replay dies */
    kill_and_restart(t);
    CU_ASSERT_PTR_NULL(tree_find(t->s, "/local/domain/1/x"));
    ring_run(&t->ring[1], 1);
    CU_ASSERT_EQUAL(t->page[1].error, XENSTORE_ERROR_COMM);
    ring_run(&t->ring[2], 1);
    CU_ASSERT_EQUAL(t->page[2].error, XENSTORE_ERROR_NONE);
    CU_ASSERT_TRUE(journal_init(&t->j, t->mem, SIZE, always));
    CU_ASSERT_TRUE(journal_init(&t->j, t->mem, SIZE, always));
    CU_ASSERT_TRUE(journal_init(&t->j, t->mem, SIZE, always));
    CU_ASSERT_FALSE(journal_init(&t->j, t->mem, SIZE, always));
    store_destroy(t->s);
    free(t->mem);
}

CU_TestInfo journal_tests[] = {
    { "a request that kills is not done a third time",
      a_request_that_kills_is_not_done_a_third_time },
    { "a kill changes nothing", a_kill_changes_nothing },
    CU_TEST_INFO_NULL,
};
