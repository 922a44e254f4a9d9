/* SPDX-License-Identifier: MIT */
/*
 * evtchn_fifo.c - the FIFO layout: a word per port in pages that the guest adds,
 * and per vcpu a queue of ports for each of 16 priorities.
 *
 * A queue is a chain through the link field of the words. The guest takes from its
 * head, clearing LINKED and the link in one step; we append behind the tail, which
 * only we know. A tail that the guest has taken meanwhile is no longer LINKED: then
 * the queue has run empty and begins anew at the head in the control block, and
 * only then is the vcpu told.
 *
 *   R1  queue_lock guards the tails, and of a port: held, last_vcpu, last_prio. One
 *       lock a domain: it is taken only to append, not for a port queued already.
 *   R2  The words are the guest's to scribble on. Nothing read from them is used
 *       as an address; the loops over them are bounded. It can lose its own events.
 *   R3  Pages and blocks appear once and stay until all ports are closed: whoever
 *       raises holds the lock of a bound port (evtchn_port.h R2), so that nobody
 *       is inside when they go.
 */
#include "core/evtchn_port.h"

#define WORDS_PER_PAGE (PAGE_SIZE / sizeof(event_word_t))
#define MAX_PAGES      (EVTCHN_FIFO_NR_CHANNELS / WORDS_PER_PAGE)
#define PENDING        (1u << EVTCHN_FIFO_PENDING)
#define MASKED         (1u << EVTCHN_FIFO_MASKED)
#define LINKED         (1u << EVTCHN_FIFO_LINKED)
#define BUSY           (1u << EVTCHN_FIFO_BUSY)
#define POLITE_TRIES   4        /* to link while the guest changes the word    */
#define BUSY_TRIES     64       /* more, with BUSY set, which asks it to wait  */

struct fifo_vcpu {
    struct page *page;                  /* (c) of block, which appears once    */
    struct evtchn_fifo_control_block *block;
    evtchn_port_t tail[EVTCHN_FIFO_MAX_QUEUES];     /* 0: none                 */
};

struct evtchn_fifo {
    spinlock_t queue_lock;
    unsigned nr_pages;
    struct page *page[MAX_PAGES];
    event_word_t *words[MAX_PAGES];
    struct fifo_vcpu vcpu[];
};

/* NULL: the guest has not added the page yet. */
static event_word_t *word_of(struct evtchn_fifo *f, evtchn_port_t port)
{
    unsigned n = port / WORDS_PER_PAGE;

    if (n >= __atomic_load_n(&f->nr_pages, __ATOMIC_ACQUIRE))
        return NULL;
    return &f->words[n][port % WORDS_PER_PAGE];
}

/* Writes port into the link of a tail's word, if that is still LINKED. */
static bool link_behind(event_word_t *tail, evtchn_port_t port)
{
    event_word_t old = __atomic_load_n(tail, __ATOMIC_SEQ_CST);
    unsigned n;

    for (n = 0; n < POLITE_TRIES + BUSY_TRIES; n++) {
        if (!(old & LINKED))
            break;
        if (__atomic_compare_exchange_n(tail, &old,
                (old & ~(BUSY | EVTCHN_FIFO_LINK_MASK)) | port, false,
                __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            return true;
        if (n == POLITE_TRIES)
            old = __atomic_or_fetch(tail, BUSY, __ATOMIC_SEQ_CST);
    }
    if (n > POLITE_TRIES)
        __atomic_and_fetch(tail, ~BUSY, __ATOMIC_SEQ_CST);
    return false;
}

/* Appends chn, pending and not masked, to v's queue unless it is in one. */
static void append(struct vcpu *v, struct evtchn *chn, event_word_t *word)
{
    struct evtchn_fifo *f = v->d->ev->fifo;
    struct fifo_vcpu *q = &f->vcpu[v->id];
    struct evtchn_fifo_control_block *block;
    unsigned prio = READ_ONCE(chn->priority);
    evtchn_port_t *last;
    bool linked = true;

    spin_lock(&f->queue_lock);
    block = __atomic_load_n(&q->block, __ATOMIC_ACQUIRE);
    if (block && !(__atomic_fetch_or(word, LINKED, __ATOMIC_SEQ_CST) & LINKED)) {
        /* As a tail it would stand for a queue that it has left. */
        last = &f->vcpu[chn->last_vcpu].tail[chn->last_prio];
        if (*last == chn->port)
            *last = 0;
        linked = q->tail[prio] && link_behind(word_of(f, q->tail[prio]), chn->port);
        if (!linked)
            __atomic_store_n(&block->head[prio], chn->port, __ATOMIC_SEQ_CST);
        q->tail[prio] = chn->port;
        chn->last_vcpu = v->id & 0x7ff;
        chn->last_prio = prio & 0xf;
    }
    spin_unlock(&f->queue_lock);
    if (!linked && !(__atomic_fetch_or(&block->ready, 1u << prio,
                                       __ATOMIC_SEQ_CST) & 1u << prio))
        vcpu_notify_events(v);
}

static void fifo_set_pending(struct vcpu *v, struct evtchn *chn)
{
    struct evtchn_fifo *f = v->d->ev->fifo;
    event_word_t *word = word_of(f, chn->port);

    if (!word) {
        spin_lock(&f->queue_lock);
        chn->held = 1;              /* until its page is added                 */
        spin_unlock(&f->queue_lock);
        word = word_of(f, chn->port);   /* added just now?                     */
        if (!word)
            return;
    }
    if (!(__atomic_fetch_or(word, PENDING, __ATOMIC_SEQ_CST) & (MASKED | LINKED)))
        append(v, chn, word);
}

static void fifo_clear_pending(struct domain *d, struct evtchn *chn)
{
    struct evtchn_fifo *f = d->ev->fifo;
    event_word_t *word = word_of(f, chn->port);

    spin_lock(&f->queue_lock);
    chn->held = 0;
    spin_unlock(&f->queue_lock);
    /* It may stay linked: the guest passes over what is not pending. */
    if (word)
        __atomic_and_fetch(word, ~PENDING, __ATOMIC_SEQ_CST);
}

static void fifo_unmask(struct vcpu *v, struct evtchn *chn)
{
    event_word_t *word = word_of(v->d->ev->fifo, chn->port);

    if (word && (__atomic_and_fetch(word, ~MASKED, __ATOMIC_SEQ_CST) &
                 (PENDING | LINKED)) == PENDING)
        append(v, chn, word);
}

static unsigned fifo_bits(struct domain *d, struct evtchn *chn)
{
    event_word_t *word = word_of(d->ev->fifo, chn->port);
    event_word_t now = word ? __atomic_load_n(word, __ATOMIC_SEQ_CST) : MASKED;

    return (now & PENDING ? EVENT_PENDING : 0) | (now & MASKED ? EVENT_MASKED : 0);
}

static const struct evtchn_ops evtchn_fifo_ops = {
    .set_pending = fifo_set_pending, .clear_pending = fifo_clear_pending,
    .unmask = fifo_unmask, .bits = fifo_bits,
    .nr_ports = EVTCHN_FIFO_NR_CHANNELS,
};

/* ---- what the guest gives and takes back ---- */

/* A writable frame of d for as long as the FIFO layout stays. */
static int take_frame(struct domain *d, mfn_t m, struct page **out)
{
    int rc = page_get_and_type(m, &d->mm, PGT_WRITABLE, out);

    return !rc || rc == -ERESTART ? rc : -EINVAL;
}

static int give_block(struct domain *d, unsigned vcpu, struct page *pg,
                      unsigned offset)
{
    struct evtchn_fifo *f = d->ev->fifo;
    struct fifo_vcpu *q;

    if (READ_ONCE(d->dying) != DOMDYING_ALIVE)
        return fail(EINVAL, "d%u is dying", d->id);
    if (!f) {
        f = heap_alloc(sizeof(*f) + d->max_vcpus * sizeof(f->vcpu[0]));
        if (!f)
            return fail(ENOMEM, "FIFO event channels of d%u", d->id);
        spin_lock_init(&f->queue_lock, evtchn_queue);
        d->ev->fifo = f;
        evtchn_set_ops(d->ev, &evtchn_fifo_ops);
    }
    q = &f->vcpu[vcpu];
    if (q->block)
        return fail(EINVAL, "d%uv%u has a control block", d->id, vcpu);
    q->page = pg;
    __atomic_store_n(&q->block,
                     (void *)((char *)frame_map(page_mfn(pg)) + offset),
                     __ATOMIC_RELEASE);
    return 0;
}

int evtchn_fifo_init_control(struct domain *d, unsigned vcpu, mfn_t m,
                             unsigned offset)
{
    struct page *pg;
    int rc;

    if (!domain_vcpu(d, vcpu))
        return fail(ENOENT, "d%u has no vcpu %u", d->id, vcpu);
    if (offset % 8 || offset > PAGE_SIZE - sizeof(struct evtchn_fifo_control_block))
        return fail(EINVAL, "control block at offset %#x", offset);
    rc = take_frame(d, m, &pg);
    if (rc)
        return rc;
    spin_lock(&d->ev->lock);
    rc = give_block(d, vcpu, pg, offset);
    spin_unlock(&d->ev->lock);
    if (rc)
        page_put_and_type(pg);
    return rc;
}

/* Ports that were raised before their page came are raised now. */
static void raise_held(struct domain *d, unsigned page)
{
    evtchn_port_t port = page * WORDS_PER_PAGE;
    unsigned n;

    for (n = 0; n < WORDS_PER_PAGE; n++, port++) {
        struct evtchn *chn = evtchn_port(d, port);
        bool held;

        if (!chn)
            break;
        spin_lock(&chn->lock);
        spin_lock(&d->ev->fifo->queue_lock);
        held = chn->held;
        chn->held = 0;
        spin_unlock(&d->ev->fifo->queue_lock);
        if (held && chn->state != PORT_FREE)
            evtchn_raise(d, chn);
        spin_unlock(&chn->lock);
    }
}

int evtchn_fifo_expand_array(struct domain *d, mfn_t m)
{
    struct evtchn_fifo *f;
    struct page *pg;
    int rc;

    rc = take_frame(d, m, &pg);
    if (rc)
        return rc;
    spin_lock(&d->ev->lock);
    f = d->ev->fifo;
    if (!f || READ_ONCE(d->dying) != DOMDYING_ALIVE) {
        rc = fail(EOPNOTSUPP, "d%u has given no control block", d->id);
    } else if (f->nr_pages == MAX_PAGES) {
        rc = fail(ENOSPC, "d%u has all its event words", d->id);
    } else {
        f->page[f->nr_pages] = pg;
        f->words[f->nr_pages] = frame_map(m);
        __atomic_store_n(&f->nr_pages, f->nr_pages + 1, __ATOMIC_SEQ_CST);
        raise_held(d, f->nr_pages - 1);
    }
    spin_unlock(&d->ev->lock);
    if (rc)
        page_put_and_type(pg);
    return rc;
}

void evtchn_fifo_leave(struct domain *d)
{
    struct evtchn_fifo *f = d->ev->fifo;
    unsigned i;

    if (!f)
        return;
    evtchn_set_ops(d->ev, &evtchn_2l);
    d->ev->fifo = NULL;
    for (i = 0; i < f->nr_pages; i++)
        page_put_and_type(f->page[i]);
    for (i = 0; i < d->max_vcpus; i++)
        if (f->vcpu[i].page)
            page_put_and_type(f->vcpu[i].page);
    heap_free(f);
}
