/* SPDX-License-Identifier: MIT */
/*
 * sched.c - per-CPU runqueues in virtual time, and the switch between vcpus.
 *
 * A vcpu's vtime is the time it has run divided by its weight; a CPU runs the
 * least of those that wait for it. Each queue has a clock, the vtime of its
 * latest pick, and only the distance of a vtime from it (the lag) means
 * anything elsewhere: a vcpu that moves keeps its lag. A CPU takes from
 * another's queue when its own is empty, or when a vcpu has waited there for a
 * slice and has less lag than what this CPU would run.
 *
 *   R1  v->cpu, v->sched.queued, .vtime and its runstate change under the lock
 *       of the runqueue of v->cpu (both locks, when it moves while queued).
 *   R2  A vcpu is in at most one queue, and never while it is a CPU's curr.
 *   R3  sched.running is set before a CPU loads v's registers and cleared after
 *       they are saved and its page tables are off that CPU; a queued vcpu with
 *       running set is not started. The CPU that clears it then looks for v in
 *       a queue and kicks (pair: full fence between the two on either side).
 *   R4  Two runqueue locks: the lower CPU first.
 */
#include "arch/smp.h"
#include "arch/upcalls.h"
#include "core/domain.h"
#include "lib/bitmap.h"
#include "machine.h"
#include "public/domctl.h"

#define SLICE        MILLISECS(10)
#define WAKE_BONUS   MILLISECS(5)   /* how far a sleeper may be ahead          */
#define GRANULARITY  MILLISECS(1)   /* less of a difference is no reason       */
#define RATELIMIT    MILLISECS(1)   /* what everybody may run undisturbed      */
#define CAP_PERIOD   MILLISECS(30)
#define WEIGHT_UNIT  256

struct runqueue {
    spinlock_t lock;
    unsigned cpu;
    struct list queue;              /* by vtime                                */
    unsigned nr;
    struct vcpu *curr;
    int64_t clock;                  /* vtime of the latest pick, never back    */
    int64_t head;                   /* (a) vtime of the first, INT64_MAX none  */
    s_time_t head_since;            /* (a) when it was queued                  */
    struct timer slice;
} __aligned(64);

static struct runqueue runqueues[NR_CPUS];
static struct vcpu idle_vcpus[NR_CPUS];
static cpumask_t cpus_waiting;      /* (a) CPUs whose queue is not empty       */
static cpumask_t cpus_idle;         /* (a) CPUs in idle with an empty queue    */

struct vcpu *sched_idle_vcpu(unsigned cpu)
{
    return &idle_vcpus[cpu];
}

bool vcpu_runnable(const struct vcpu *v)
{
    return !(READ_ONCE(v->flags) & (VCPU_DOWN | VCPU_BLOCKED)) &&
           !READ_ONCE(v->pause_count) && !READ_ONCE(v->d->pause_count) &&
           !READ_ONCE(v->d->shutting_down) &&
           READ_ONCE(v->d->dying) == DOMDYING_ALIVE;
}

static bool is_throttled(const struct vcpu *v)
{
    const struct sched_domain *sd = &v->d->sched;

    return READ_ONCE(sd->cap) && READ_ONCE(sd->budget) <= 0;
}

static bool may_run(const struct vcpu *v)
{
    return vcpu_runnable(v) && !is_throttled(v);
}

static void runstate_set(struct vcpu *v, int state, s_time_t now)
{
    if (v->runstate == state)
        return;
    if (now > v->runstate_since)
        v->runstate_time[v->runstate] += (uint64_t)(now - v->runstate_since);
    v->runstate_since = now;
    v->runstate = state;
}

static int runstate_of(const struct vcpu *v)
{
    if (vcpu_runnable(v))
        return RUNSTATE_runnable;
    return READ_ONCE(v->flags) & VCPU_BLOCKED ? RUNSTATE_blocked
                                              : RUNSTATE_offline;
}

static struct runqueue *lock_runqueue_of(struct vcpu *v)
{
    for (;;) {
        struct runqueue *rq = &runqueues[READ_ONCE(v->cpu)];

        spin_lock(&rq->lock);
        if (v->cpu == rq->cpu)
            return rq;
        spin_unlock(&rq->lock);                                     /* R1 */
    }
}

static void head_changed(struct runqueue *rq)
{
    const struct vcpu *v;

    if (list_empty(&rq->queue)) {
        WRITE_ONCE(rq->head, INT64_MAX);
        bit_clear(&cpus_waiting, rq->cpu);
    } else {
        v = list_entry(rq->queue.next, struct vcpu, sched.link);
        WRITE_ONCE(rq->head, v->sched.vtime);
        WRITE_ONCE(rq->head_since, v->sched.queued_at);
        bit_set(&cpus_waiting, rq->cpu);
    }
}

static void enqueue(struct runqueue *rq, struct vcpu *v)
{
    struct list *pos;

    list_for_each(pos, &rq->queue)
        if (list_entry(pos, struct vcpu, sched.link)->sched.vtime >
            v->sched.vtime)
            break;
    list_insert(pos, &v->sched.link);
    v->sched.queued = true;
    v->sched.queued_at = v->runstate_since;
    rq->nr++;
    bit_clear(&cpus_idle, rq->cpu);
    head_changed(rq);
}

static void dequeue(struct runqueue *rq, struct vcpu *v)
{
    list_del(&v->sched.link);
    v->sched.queued = false;
    rq->nr--;
    head_changed(rq);
}

/* v, which is not queued, comes to rq from another CPU with its lag. */
static void carry_vtime(struct vcpu *v, const struct runqueue *from,
                        const struct runqueue *to)
{
    v->sched.vtime += READ_ONCE(to->clock) - READ_ONCE(from->clock);
}

static void charge(struct vcpu *v, s_time_t now)
{
    int64_t ran = now - v->sched.started;

    if (v->is_idle || ran <= 0)
        return;
    v->sched.started = now;
    v->sched.vtime += ran * WEIGHT_UNIT / v->d->sched.weight;
    if (READ_ONCE(v->d->sched.cap))
        __atomic_fetch_sub(&v->d->sched.budget, ran, __ATOMIC_RELAXED);
}

static unsigned choose_cpu(const struct vcpu *v)
{
    cpumask_t allowed = v->sched.hard & READ_ONCE(cpus_online);
    cpumask_t idle;
    unsigned cpu, best;

    if (!allowed)
        allowed = READ_ONCE(cpus_online);
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
    for (cpu = 0; cpu < nr_cpus; cpu++)
        if ((allowed & cpumask_of(cpu)) &&
            READ_ONCE(runqueues[cpu].nr) + 1 < READ_ONCE(runqueues[best].nr))
            best = cpu;
    return best;
}

static bool should_preempt(struct runqueue *rq, const struct vcpu *v,
                           s_time_t now)
{
    const struct vcpu *c = rq->curr;
    int64_t ran = now - c->sched.started;

    if (c->is_idle)
        return true;
    return v->sched.vtime + GRANULARITY <
           c->sched.vtime + ran * WEIGHT_UNIT / c->d->sched.weight;
}

static bool is_fresh(const struct vcpu *v, s_time_t now)
{
    return now - v->runstate_since < RATELIMIT;
}

/* Lets rq's curr, which has just begun, go on a little; its CPU looks again. */
static void look_again(struct runqueue *rq)
{
    s_time_t when = rq->curr->runstate_since + RATELIMIT;

    if (rq->slice.expires > when)
        timer_set(&rq->slice, when);
}

void vcpu_wake(struct vcpu *v)
{
    s_time_t now = time_now();
    bool chosen = false, kick;
    struct runqueue *rq;
    unsigned cpu;

    for (;;) {
        rq = lock_runqueue_of(v);
        if (!vcpu_runnable(v) || v->sched.queued || rq->curr == v) {
            spin_unlock(&rq->lock);
            return;
        }
        runstate_set(v, RUNSTATE_runnable, now);
        if (is_throttled(v)) {
            spin_unlock(&rq->lock);     /* its domain's refill wakes it again */
            return;
        }
        cpu = chosen ? rq->cpu : choose_cpu(v);
        if (cpu == rq->cpu)
            break;
        carry_vtime(v, rq, &runqueues[cpu]);
        v->cpu = cpu;
        chosen = true;
        spin_unlock(&rq->lock);
    }
    v->sched.vtime = MAX(v->sched.vtime, rq->clock - WAKE_BONUS);
    enqueue(rq, v);
    kick = should_preempt(rq, v, now);
    if (kick && cpu == this_cpu() && !rq->curr->is_idle &&
        is_fresh(rq->curr, now)) {
        look_again(rq);             /* no need to enter the scheduler now      */
        kick = false;
    }
    spin_unlock(&rq->lock);
    if (kick)
        smp_kick(cpu);
}

void vcpu_sleep(struct vcpu *v, bool sync)
{
    struct runqueue *rq = lock_runqueue_of(v);

    if (v->sched.queued && !vcpu_runnable(v))
        dequeue(rq, v);
    if (rq->curr == v)
        smp_kick(rq->cpu);
    else if (v->runstate == RUNSTATE_runnable)
        runstate_set(v, runstate_of(v), time_now());
    spin_unlock(&rq->lock);
    while (sync && __atomic_load_n(&v->sched.running, __ATOMIC_ACQUIRE))
        cpu_relax();
}

void sched_yield(void)
{
    current()->sched.yielded = true;
    work_raise(WORK_SCHED);
}

/* The first of rq's queue that this CPU may start. */
static struct vcpu *first_startable(struct runqueue *rq, cpumask_t cpu)
{
    struct list *pos;

    list_for_each(pos, &rq->queue) {
        struct vcpu *v = list_entry(pos, struct vcpu, sched.link);

        if (!__atomic_load_n(&v->sched.running, __ATOMIC_SEQ_CST) &&
            (v->sched.hard & cpu))
            return v;                                               /* R3 */
    }
    return NULL;
}

static int64_t head_lag(const struct runqueue *rq)
{
    int64_t head = READ_ONCE(rq->head);

    return head == INT64_MAX ? head : head - READ_ONCE(rq->clock);
}

/* Whether one with this lag, waiting elsewhere, goes before what has `best`. */
static bool deserves(int64_t lag, s_time_t since, int64_t best, s_time_t now)
{
    return best == INT64_MAX || (now - since >= SLICE && lag + GRANULARITY < best);
}

/* The CPU whose first waiter has least lag of those that deserve; -1: none. */
static int find_laggard(cpumask_t where, int64_t best, s_time_t now)
{
    int64_t least = INT64_MAX;
    int found = -1;

    for (; where; where &= where - 1) {
        unsigned cpu = (unsigned)__builtin_ctzll(where);
        int64_t lag = head_lag(&runqueues[cpu]);

        if (lag < least &&
            deserves(lag, READ_ONCE(runqueues[cpu].head_since), best, now)) {
            least = lag;
            found = (int)cpu;
        }
    }
    return found;
}

/* Moves to rq a vcpu that waits elsewhere and deserves it more than what has the
 * lag `best` here (INT64_MAX: nobody is here). Called and left with rq locked,
 * but lets go of it in between. */
static void pull(struct runqueue *rq, int64_t best, s_time_t now)
{
    cpumask_t me = cpumask_of(rq->cpu), where = READ_ONCE(cpus_waiting) & ~me;
    int cpu;

    while ((cpu = find_laggard(where, best, now)) >= 0) {
        struct runqueue *from = &runqueues[cpu];
        struct vcpu *v;

        if (from > rq) {
            spin_lock_second(&from->lock);                          /* R4 */
        } else {
            spin_unlock(&rq->lock);
            spin_lock(&from->lock);
            spin_lock_second(&rq->lock);
        }
        v = first_startable(from, me);
        if (v && deserves(v->sched.vtime - from->clock, v->sched.queued_at,
                          best, now)) {
            dequeue(from, v);
            v->cpu = rq->cpu;
            carry_vtime(v, from, rq);
            enqueue(rq, v);
        } else {
            v = NULL;
        }
        spin_unlock(&from->lock);
        if (v)
            return;
        where &= ~cpumask_of((unsigned)cpu);
    }
}

/* Whether prev, which this CPU has run, may go on here. */
static bool may_stay(const struct runqueue *rq, const struct vcpu *prev)
{
    return !prev->is_idle && may_run(prev) &&
           (prev->sched.hard & cpumask_of(rq->cpu));
}

/* Who runs next: prev when nobody deserves it more. prev is not queued. */
static struct vcpu *pick(struct runqueue *rq, struct vcpu *prev, s_time_t now)
{
    struct vcpu *head = first_startable(rq, cpumask_of(rq->cpu));
    bool stay = may_stay(rq, prev);
    bool expired = rq->slice.expires == TIME_NEVER;

    if (!head)
        return stay ? prev : &idle_vcpus[rq->cpu];
    if (!stay)
        return head;
    if (prev->sched.yielded)
        return head;
    if (is_fresh(prev, now))
        return prev;
    return head->sched.vtime + (expired ? 0 : GRANULARITY) < prev->sched.vtime
           ? head : prev;
}

static void set_slice(struct runqueue *rq, struct vcpu *next, bool anew,
                      s_time_t now)
{
    int64_t len = SLICE, budget;

    if (next->is_idle) {
        timer_stop(&rq->slice);
        return;
    }
    if (anew || rq->slice.expires == TIME_NEVER) {
        if (READ_ONCE(next->d->sched.cap)) {
            budget = MAX(READ_ONCE(next->d->sched.budget), MICROSECS(100));
            len = MIN(len, budget);
        }
        timer_set(&rq->slice, now + len);
    }
    if (!anew && is_fresh(next, now) &&
        READ_ONCE(rq->head) < next->sched.vtime)
        look_again(rq);
}

/* prev's registers are saved and nothing of it is on this CPU any more. */
static void switched_out(struct vcpu *prev)
{
    cpumask_t idle;

    __atomic_store_n(&prev->sched.running, false, __ATOMIC_SEQ_CST); /* R3 */
    smp_mb();
    if (READ_ONCE(prev->sched.queued)) {
        unsigned cpu = READ_ONCE(prev->cpu);

        idle = READ_ONCE(cpus_idle) & prev->sched.hard;
        if (cpu != this_cpu())
            smp_kick(cpu);
        else if (idle)
            smp_kick((unsigned)__builtin_ctzll(idle));
        else if (current()->is_idle)
            work_raise(WORK_SCHED);
    } else if (may_run(prev)) {
        vcpu_wake(prev);            /* its affinity no longer has this CPU */
    }
}

static __noreturn void enter(struct vcpu *v)
{
    if (v->is_idle)
        stack_reset_and_jump(idle_loop);
    pv_enter(v);
}

/* The least lag that this CPU could run without taking from others. */
static int64_t best_lag(const struct runqueue *rq, const struct vcpu *prev)
{
    int64_t best = head_lag(rq);

    if (may_stay(rq, prev))
        best = MIN(best, prev->sched.vtime - rq->clock);
    return best;
}

static void mark_idle(const struct runqueue *rq, const struct vcpu *next)
{
    if (next->is_idle && list_empty(&rq->queue))
        bit_set(&cpus_idle, rq->cpu);
    else
        bit_clear(&cpus_idle, rq->cpu);
}

/* rq's CPU changes from prev to next; rq is locked. */
static void hand_over(struct runqueue *rq, struct vcpu *prev, struct vcpu *next,
                      s_time_t now)
{
    if (!next->is_idle) {
        dequeue(rq, next);
        rq->clock = MAX(rq->clock, next->sched.vtime);
        __atomic_store_n(&next->sched.running, true, __ATOMIC_SEQ_CST);
    }
    runstate_set(prev, prev->is_idle ? RUNSTATE_runnable : runstate_of(prev),
                 now);
    runstate_set(next, RUNSTATE_running, now);
    next->sched.started = now;
    rq->curr = next;
    if (may_stay(rq, prev))
        enqueue(rq, prev);
}

void sched_run(void)
{
    struct runqueue *rq = &runqueues[this_cpu()];
    struct vcpu *prev = current(), *next;
    s_time_t now = time_now();

    domain_reap();
    cpu_info()->work &= ~WORK_SCHED;
    timer_rearm();
    spin_lock(&rq->lock);
    charge(prev, now);
    if (READ_ONCE(cpus_waiting) & ~cpumask_of(rq->cpu))
        pull(rq, best_lag(rq, prev), now);

    next = pick(rq, prev, now);
    prev->sched.yielded = false;
    if (next == prev) {
        if (!next->is_idle)
            rq->clock = MAX(rq->clock, next->sched.vtime);
        mark_idle(rq, next);
        set_slice(rq, next, false, now);
        spin_unlock(&rq->lock);
        enter(next);
    }
    hand_over(rq, prev, next, now);
    mark_idle(rq, next);
    set_slice(rq, next, true, now);
    spin_unlock(&rq->lock);

    pv_switch_out(prev);
    cpu_info()->current = next;
    pv_switch_in(next);
    if (!prev->is_idle)
        switched_out(prev);
    enter(next);
}

void idle_loop(void)
{
    for (;;) {
        while (!(READ_ONCE(cpu_info()->work) & WORK_SCHED)) {
            cpu_info()->work = 0;   /* the rest is for guests alone */
            timer_rearm();
            irq_halt();
        }
        sched_run();
    }
}

void vcpu_runstate_get(struct vcpu *v, uint64_t time[4])
{
    struct runqueue *rq = lock_runqueue_of(v);
    s_time_t now = time_now();
    unsigned i;

    for (i = 0; i < 4; i++)
        time[i] = v->runstate_time[i];
    if (now > v->runstate_since)
        time[v->runstate] += (uint64_t)(now - v->runstate_since);
    spin_unlock(&rq->lock);
}

uint64_t sched_idle_time(unsigned cpu)
{
    uint64_t time[4];

    vcpu_runstate_get(&idle_vcpus[cpu], time);
    return time[RUNSTATE_running];
}

int sched_set_affinity(struct vcpu *v, const cpumask_t *hard,
                       const cpumask_t *soft)
{
    struct runqueue *rq;
    bool kick = false, move;

    if (hard && !(*hard & READ_ONCE(cpus_online)))
        return fail(EINVAL, "d%uv%u: no CPU of %#lx is online", v->d->id, v->id,
                    *hard);
    rq = lock_runqueue_of(v);
    if (hard)
        v->sched.hard = *hard;
    if (soft)
        v->sched.soft = *soft;
    move = v->sched.queued;         /* is placed anew                          */
    if (move)
        dequeue(rq, v);
    else
        kick = rq->curr == v && !(v->sched.hard & cpumask_of(rq->cpu));
    spin_unlock(&rq->lock);
    if (move)
        vcpu_wake(v);
    if (kick)
        smp_kick(rq->cpu);
    return 0;
}

static void cap_refill(void *arg)
{
    struct domain *d = arg;
    struct sched_domain *sd = &d->sched;
    uint16_t cap = READ_ONCE(sd->cap);
    int64_t quota = (int64_t)cap * (CAP_PERIOD / 100);
    unsigned i;

    if (!cap)
        return;
    if (__atomic_add_fetch(&sd->budget, quota, __ATOMIC_SEQ_CST) > quota)
        WRITE_ONCE(sd->budget, quota);
    for (i = 0; i < d->max_vcpus; i++) {
        struct vcpu *v = domain_vcpu(d, i);

        if (v)
            vcpu_wake(v);
    }
    timer_set(&sd->refill, time_now() + CAP_PERIOD);
}

int sched_adjust(struct domain *d, struct xen_domctl_scheduler_op *op)
{
    struct sched_domain *sd = &d->sched;
    unsigned i;

    if (op->sched_id != XEN_SCHEDULER_CREDIT2)
        return fail(EINVAL, "scheduler %u is not in use", op->sched_id);
    switch (op->cmd) {
    case XEN_DOMCTL_SCHEDOP_getinfo:
        op->u.credit2.weight = sd->weight;
        op->u.credit2.cap = sd->cap;
        return 0;
    case XEN_DOMCTL_SCHEDOP_putinfo:
        if (op->u.credit2.weight)
            WRITE_ONCE(sd->weight, op->u.credit2.weight);
        if (op->u.credit2.cap == (uint16_t)~0)
            return 0;
        WRITE_ONCE(sd->budget, 0);
        WRITE_ONCE(sd->cap, op->u.credit2.cap);
        if (sd->cap)
            timer_set(&sd->refill, time_now());
        for (i = 0; i < d->max_vcpus; i++)
            if (domain_vcpu(d, i))
                vcpu_wake(d->vcpu[i]);
        return 0;
    default:
        return fail(EINVAL, "scheduler command %u", op->cmd);
    }
}

void sched_init_vcpu(struct vcpu *v)
{
    list_init(&v->sched.link);
    v->sched.hard = v->sched.soft = ~(cpumask_t)0;
    v->runstate = RUNSTATE_offline;
    v->runstate_since = time_now();
}

void sched_destroy_vcpu(struct vcpu *v)
{
    BUG_ON(v->sched.queued || v->sched.running);
}

void sched_init_domain(struct domain *d)
{
    d->sched.weight = WEIGHT_UNIT;
    timer_init(&d->sched.refill, cap_refill, d, 0);
}

void sched_destroy_domain(struct domain *d)
{
    WRITE_ONCE(d->sched.cap, 0);
    timer_kill(&d->sched.refill);
}

static void slice_end(void *arg)
{
    (void)arg;
    work_raise(WORK_SCHED);
}

void sched_init(void)
{
    unsigned cpu;

    for (cpu = 0; cpu < NR_CPUS; cpu++) {
        struct runqueue *rq = &runqueues[cpu];
        struct vcpu *v = &idle_vcpus[cpu];

        spin_lock_init(&rq->lock, runqueue);
        list_init(&rq->queue);
        rq->cpu = cpu;
        rq->head = INT64_MAX;
        rq->curr = v;
        timer_init(&rq->slice, slice_end, NULL, cpu);
        v->id = cpu;
        v->cpu = cpu;
        v->d = domain_idle;
        v->is_idle = true;
        sched_init_vcpu(v);
        v->runstate = RUNSTATE_running;
    }
}
