/* SPDX-License-Identifier: MIT */
/* fair.c - holds back the writer that others cannot get past. See fair.h. */
#include "conn.h"
#include "fair.h"

static void let_go(struct store *s, struct domain *d)
{
    struct conn *c;

    d->held_until = 0;
    s->held--;
    for (c = s->conns; c; c = c->next)
        if (c->domain == d)
            conn_mark_dirty(c);         /* its transport looks again */
}

void fair_begin(struct conn *c)
{
    struct store *s = c->store;
    struct domain *d;

    if (c->conflicts < FAIR_CONFLICTS || !c->rival)
        return;
    d = store_find_domain(s, c->rival);
    if (!d)
        return;
    if (!d->held_until) {
        s->held++;
        store_log_domain(s, d, "domain %u: held back, client %u cannot get "
                               "past its writes", d->domid, c->id);
    }
    d->held_until = s->now_ms + FAIR_HOLD_MS;                   /* R2 */
}

void fair_refused(struct conn *c, unsigned int writer)
{
    fair_end(c);
    if (!c->who.privileged)
        return;                                                 /* R1 */
    c->conflicts++;
    c->rival = (uint16_t)writer;
}

void fair_end(struct conn *c)
{
    struct domain *d = c->rival ? store_find_domain(c->store, c->rival) : NULL;

    if (d && d->held_until)
        let_go(c->store, d);
    c->rival = 0;
}

int fair_clock(struct store *s, uint64_t now_ms)
{
    struct domain *d;
    uint64_t next = UINT64_MAX;

    s->now_ms = now_ms;
    if (!s->held)
        return -1;
    for (d = store_next_domain(s, NULL); d; d = store_next_domain(s, d)) {
        if (!d->held_until)
            continue;
        if (d->held_until <= now_ms)
            let_go(s, d);
        else if (d->held_until < next)
            next = d->held_until;
    }
    return next == UINT64_MAX ? -1 : (int)(next - now_ms);
}
