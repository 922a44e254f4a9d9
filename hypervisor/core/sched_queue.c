/* SPDX-License-Identifier: MIT */
/*
 * sched_queue.c - the order in a CPU's runqueue, and between the queues: which
 * queue a vcpu waits in, and when another CPU takes it from there.
 *
 * Rules R1-R5 of sched_private.h. Queues are compared without their locks, by what
 * publish() has left; who acts on it locks and looks again.
 */
#include "core/sched_private.h"
#include "lib/bitmap.h"

struct runqueue runqueues[NR_CPUS];
cpumask_t cpus_waiting, cpus_idle;

void publish(struct runqueue *rq)
{
    cpumask_t others = READ_ONCE(cpus_online) & ~cpumask_of(rq->cpu);
    int64_t least = NOBODY, movable = NOBODY;
    struct list *pos;

    if (list_empty(&rq->queue)) {
        bit_clear(&cpus_waiting, rq->cpu);
        WRITE_ONCE(rq->movable, NOBODY);
        WRITE_ONCE(rq->least, NOBODY);
        return;
    }
    least = queued_vcpu(rq->queue.next)->sched.vtime;
    if (!rq->curr->is_idle)
        least = MIN(least, rq->curr->sched.vtime);
    list_for_each(pos, &rq->queue) {
        if (queued_vcpu(pos)->sched.cpus & others) {
            movable = queued_vcpu(pos)->sched.vtime + rq->base;
            break;
        }
    }
    WRITE_ONCE(rq->movable, movable);
    WRITE_ONCE(rq->least, least + rq->base);
    bit_set(&cpus_waiting, rq->cpu);
}

void enqueue(struct runqueue *rq, struct vcpu *v)
{
    struct list *pos;

    list_for_each(pos, &rq->queue)
        if (queued_vcpu(pos)->sched.vtime > v->sched.vtime)
            break;
    list_insert(pos, &v->sched.link);
    v->sched.queued = true;
    rq->nr++;
    bit_clear(&cpus_idle, rq->cpu);
    publish(rq);
}

void dequeue(struct runqueue *rq, struct vcpu *v)
{
    list_del(&v->sched.link);
    v->sched.queued = false;
    rq->nr--;
    publish(rq);
}

/* A place is kept, but not farther from what runs there than REACH. */
void change_queue(struct vcpu *v, const struct runqueue *from,
                  const struct runqueue *to)
{
    int64_t clock = READ_ONCE(to->clock);
    int64_t vtime = v->sched.vtime + READ_ONCE(from->base) - READ_ONCE(to->base);

    v->sched.vtime = MIN(MAX(vtime, clock - REACH), clock + REACH);
}

struct vcpu *first_startable(struct runqueue *rq, cpumask_t cpu)
{
    struct list *pos;

    list_for_each(pos, &rq->queue) {
        struct vcpu *v = queued_vcpu(pos);

        if (!__atomic_load_n(&v->sched.running, __ATOMIC_SEQ_CST) &&
            (v->sched.cpus & cpu))
            return v;                                               /* R3 */
    }
    return NULL;
}

/* Whether one who waits elsewhere goes before what has the place `best` here. */
static bool goes_before(int64_t place, int64_t best)
{
    return place != NOBODY && (best == NOBODY || place + GRANULARITY < best);
}

/* The queue with the least place of those that go before; -1: none. */
static int find_laggard(cpumask_t where, int64_t best)
{
    int64_t least = NOBODY;
    int found = -1;

    for (; where; where &= where - 1) {
        unsigned cpu = (unsigned)__builtin_ctzll(where);
        int64_t place = READ_ONCE(runqueues[cpu].movable);

        /* an idle CPU has been told of the one that waits for it */
        if (READ_ONCE(runqueues[cpu].nr) == 1 &&
            READ_ONCE(runqueues[cpu].curr)->is_idle)
            continue;
        if (place < least && goes_before(place, best)) {
            least = place;
            found = (int)cpu;
        }
    }
    return found;
}

/* Takes v, which waits in `from`, to rq; both are locked. */
static void take(struct runqueue *rq, struct runqueue *from, struct vcpu *v)
{
    dequeue(from, v);
    change_queue(v, from, rq);
    v->cpu = rq->cpu;
    enqueue(rq, v);
}

static void lock_also(struct runqueue *rq, struct runqueue *from)
{
    if (from > rq) {
        spin_lock_second(&from->lock);                              /* R4 */
    } else {
        spin_unlock(&rq->lock);
        spin_lock(&from->lock);
        spin_lock_second(&rq->lock);
    }
}

static void catch_up(struct runqueue *rq, cpumask_t where, int64_t best)
{
    int64_t least = NOBODY;

    for (; where; where &= where - 1)
        least = MIN(least,
                    READ_ONCE(runqueues[__builtin_ctzll(where)].least));
    if (least == NOBODY || best == NOBODY || best >= least - REACH)
        return;
    WRITE_ONCE(rq->base, rq->base + least - REACH - best);          /* R5 */
    publish(rq);
}

void balance(struct runqueue *rq, int64_t best)
{
    cpumask_t me = cpumask_of(rq->cpu), where = READ_ONCE(cpus_waiting) & ~me;
    int cpu;

    catch_up(rq, where, best);
    while ((cpu = find_laggard(where, best)) >= 0) {
        struct runqueue *from = &runqueues[cpu];
        struct vcpu *v;

        lock_also(rq, from);
        v = first_startable(from, me);
        if (v && goes_before(v->sched.vtime + from->base, best))
            take(rq, from, v);
        else
            v = NULL;
        spin_unlock(&from->lock);
        if (v)
            return;
        where &= ~cpumask_of((unsigned)cpu);
    }
}

/*
 * How good a busy CPU is for one that wakes up: the place of what it runs, for
 * that is who would have to go. Its curr may change while we look (a vcpu's record
 * outlives that: domain.h R2); it is a guess.
 */
static int64_t goodness(const struct runqueue *rq, s_time_t now)
{
    const struct vcpu *c = READ_ONCE(rq->curr);
    int64_t place = READ_ONCE(rq->base) + READ_ONCE(c->sched.vtime) -
                    READ_ONCE(rq->nr) * (GRANULARITY / 8);

    if (c->is_idle)
        return READ_ONCE(rq->base) + READ_ONCE(rq->clock);
    if (is_fresh(c, now))
        return place - REACH;
    return place + vtime_of(c, now - READ_ONCE(c->sched.started));
}

unsigned choose_cpu(const struct vcpu *v, s_time_t now)
{
    cpumask_t allowed = v->sched.cpus;
    cpumask_t idle, rest;
    int64_t best_value;
    unsigned best;

    if (READ_ONCE(v->sched.running) && (allowed & cpumask_of(v->cpu)))
        return v->cpu;
    idle = READ_ONCE(cpus_idle) & allowed;
    if (idle & v->sched.soft)
        idle &= v->sched.soft;
    if (idle)
        return idle & cpumask_of(v->cpu) ? v->cpu
                                         : (unsigned)__builtin_ctzll(idle);
    if (allowed & v->sched.soft)
        allowed &= v->sched.soft;
    best = allowed & cpumask_of(v->cpu) ? v->cpu
                                        : (unsigned)__builtin_ctzll(allowed);
    best_value = goodness(&runqueues[best], now) + GRANULARITY / 2;
    for (rest = allowed & ~cpumask_of(best); rest; rest &= rest - 1) {
        unsigned cpu = (unsigned)__builtin_ctzll(rest);
        int64_t value = goodness(&runqueues[cpu], now);

        if (value > best_value) {
            best_value = value;
            best = cpu;
        }
    }
    return best;
}
