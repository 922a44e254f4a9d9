/* SPDX-License-Identifier: MIT */
/*
 * sched_private.h - one CPU's runqueue, as the scheduler's own files see it.
 *
 * A vcpu's vtime is the time it has run divided by its weight; a CPU runs the
 * least of those that wait for it. vtime counts from its queue's base: vtime + base,
 * the place, is comparable among all CPUs, and who has the least place has had
 * least of its share.
 *
 *   R1  v->cpu, v->sched.queued, .vtime and its runstate change under the lock
 *       of the runqueue of v->cpu (both locks, when it moves while queued).
 *   R2  A vcpu is in at most one queue, and never while it is a CPU's curr.
 *   R3  sched.running is set before a CPU loads v's registers and cleared after
 *       they are saved and its page tables are off that CPU; a queued vcpu with
 *       running set is not started. The CPU that clears it then looks for v in
 *       a queue and kicks (pair: full fence between the two on either side).
 *   R4  Two runqueue locks: the lower CPU first.
 *   R5  base only grows. A queue whose places have fallen behind all that wait
 *       elsewhere by more than REACH (for affinity keeps them apart, or its vcpu
 *       ran alone) is moved up to there as a whole: what happened apart is nobody's
 *       debt, and the order within the queue stays.
 */
#ifndef SPLITRING_CORE_SCHED_PRIVATE_H
#define SPLITRING_CORE_SCHED_PRIVATE_H

#include "arch/smp.h"
#include "core/domain.h"
#include "machine.h"

/* In vtime, which is time for a vcpu of weight 256. */
#define SLICE        MILLISECS(5)
#define WAKE_BONUS   MILLISECS(5)   /* how far a sleeper may be behind         */
#define GRANULARITY  MILLISECS(1)   /* less of a difference is no reason       */
#define REACH        MILLISECS(20)
#define WEIGHT_UNIT  256

#define NOBODY       INT64_MAX      /* in place of a place                     */

struct runqueue {
    spinlock_t lock;
    unsigned cpu;
    struct list queue;              /* by vtime                                */
    unsigned nr;
    struct vcpu *curr;
    int64_t base;
    int64_t clock;                  /* vtime of the latest pick, never back    */
    int64_t movable;                /* (a) least place of those waiting here
                                     * that may run elsewhere                  */
    int64_t least;                  /* (a) least place of curr and the first,
                                     * while somebody waits                    */
    struct timer slice;
} __aligned(64);

extern struct runqueue runqueues[NR_CPUS];
extern cpumask_t cpus_waiting;      /* (a) CPUs whose queue is not empty       */
extern cpumask_t cpus_idle;         /* (a) CPUs in idle with an empty queue    */
extern s_time_t sched_ratelimit;    /* ns that everybody may run undisturbed   */

static inline struct vcpu *queued_vcpu(struct list *pos)
{
    return list_entry(pos, struct vcpu, sched.link);
}

static inline int64_t vtime_of(const struct vcpu *v, int64_t ran)
{
    return ran * WEIGHT_UNIT / READ_ONCE(v->d->sched.weight);
}

/* Whether v has not yet run for as long as everybody may. */
static inline bool is_fresh(const struct vcpu *v, s_time_t now)
{
    return now - v->runstate_since < READ_ONCE(sched_ratelimit);
}

/* sched_queue.c; rq locked unless said. */
void enqueue(struct runqueue *rq, struct vcpu *v);
void dequeue(struct runqueue *rq, struct vcpu *v);
void publish(struct runqueue *rq);      /* after a change of curr              */
/* v, not queued, goes from one queue's reckoning to another's; `to` need not be
 * locked. */
void change_queue(struct vcpu *v, const struct runqueue *from,
                  const struct runqueue *to);
/* The first of rq's queue that this CPU may start. */
struct vcpu *first_startable(struct runqueue *rq, cpumask_t cpu);
/* What this CPU would run has the place `best` (NOBODY: nothing): brings base up
 * (R5) and takes from another queue who should go before. Unlocks in between. */
void balance(struct runqueue *rq, int64_t best);
/* Where v, which wakes up, is put. No lock but that of v->cpu's queue. */
unsigned choose_cpu(const struct vcpu *v, s_time_t now);

struct runqueue *sched_lock(struct vcpu *v);    /* that of v->cpu, locked      */

/* sched_param.c */
void cap_charge(struct domain *d, int64_t ran);
int64_t cap_slice(const struct domain *d, int64_t len);
bool is_throttled(const struct vcpu *v);

void sched_pool_leave(struct domain *d);        /* cpupool.c */

#endif
