/* SPDX-License-Identifier: MIT */
/*
 * sched.c - a vcpu wakes, sleeps, gets a CPU and gives it up.
 *
 * Rules R1-R5 of sched_private.h. A vcpu runs for a slice in proportion to its
 * weight, so that all have the same of it in vtime. Who wakes up interrupts who is
 * ahead of it, but nobody before it has run for sched_ratelimit.
 */
#include "arch/upcalls.h"
#include "core/sched_private.h"
#include "core/trace.h"
#include "lib/bitmap.h"

#define SHORTEST_SLICE  MICROSECS(500)
#define LONGEST_SLICE   MILLISECS(20)

static struct vcpu idle_vcpus[NR_CPUS];

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

static bool may_run(const struct vcpu *v)
{
    return vcpu_runnable(v) && !is_throttled(v);
}

static __attribute__((cold, noinline)) void
trace_runstate(const struct vcpu *v, int state)
{
    trace_record(TRC_SCHED_RUNSTATE_CHANGE + (v->runstate << 8) + (state << 4), 1,
                 v->id | v->d->id << 16, 0, 0);
}

static __inline_always void runstate_set(struct vcpu *v, int state, s_time_t now)
{
    if (v->runstate == state)
        return;
    if (tracing())
        trace_runstate(v, state);
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

struct runqueue *sched_lock(struct vcpu *v)
{
    for (;;) {
        struct runqueue *rq = &runqueues[READ_ONCE(v->cpu)];

        spin_lock(&rq->lock);
        if (v->cpu == rq->cpu)
            return rq;
        spin_unlock(&rq->lock);                                     /* R1 */
    }
}

static __attribute__((cold, noinline)) void
trace_switch(const struct vcpu *prev, const struct vcpu *next, s_time_t now)
{
    int64_t ran = now - prev->runstate_since, waited = now - next->runstate_since;

    if (next->runstate != RUNSTATE_runnable)
        waited = 0;
    trace_record(TRC_SCHED_SWITCH_INFPREV, 3, TRACE_VCPU(prev), (uint32_t)ran, 0);
    trace_record(TRC_SCHED_SWITCH_INFNEXT, 4, TRACE_VCPU(next), (uint32_t)waited, 0);
    trace_record(TRC_SCHED_SWITCH, 4, TRACE_VCPU(prev), TRACE_VCPU(next), 0);
}

static void charge(struct vcpu *v, s_time_t now)
{
    int64_t ran = now - v->sched.started;

    if (v->is_idle || ran <= 0)
        return;
    v->sched.started = now;
    v->sched.vtime += vtime_of(v, ran);
    cap_charge(v->d, ran);
}

static bool should_preempt(const struct runqueue *rq, const struct vcpu *v,
                           s_time_t now)
{
    const struct vcpu *c = rq->curr;

    return c->is_idle || v->sched.vtime + GRANULARITY <
                         c->sched.vtime + vtime_of(c, now - c->sched.started);
}

/* Lets rq's curr, which has just begun, go on a little; its CPU looks again. */
static void look_again(struct runqueue *rq)
{
    s_time_t when = rq->curr->runstate_since + READ_ONCE(sched_ratelimit);

    if (rq->slice.expires > when)
        timer_set(&rq->slice, when);
}

void vcpu_wake(struct vcpu *v)
{
    s_time_t now = time_now();
    bool chosen = false, kick;
    struct runqueue *rq;
    unsigned cpu;

    TRACE(TRC_SCHED_WAKE, 2, TRACE_VCPU(v), 0, 0);
    for (;;) {
        rq = sched_lock(v);
        if (!vcpu_runnable(v) || v->sched.queued || rq->curr == v) {
            spin_unlock(&rq->lock);
            return;
        }
        runstate_set(v, RUNSTATE_runnable, now);
        if (is_throttled(v)) {
            spin_unlock(&rq->lock);     /* its domain's refill wakes it again */
            return;
        }
        cpu = chosen ? rq->cpu : choose_cpu(v, now);
        if (cpu == rq->cpu)
            break;
        change_queue(v, rq, &runqueues[cpu]);
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
    struct runqueue *rq = sched_lock(v);

    TRACE(TRC_SCHED_SLEEP, 2, TRACE_VCPU(v), 0, 0);
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
    TRACE(TRC_SCHED_YIELD, 2, TRACE_VCPU(current()), 0, 0);
    current()->sched.yielded = true;
    work_raise(WORK_SCHED);
}

/* Whether prev, which this CPU has run, may go on here. */
static bool may_stay(const struct runqueue *rq, const struct vcpu *prev)
{
    return !prev->is_idle && may_run(prev) &&
           (prev->sched.cpus & cpumask_of(rq->cpu));
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
    int64_t len;

    if (next->is_idle) {
        timer_stop(&rq->slice);
        return;
    }
    if (anew || rq->slice.expires == TIME_NEVER) {
        len = SLICE * READ_ONCE(next->d->sched.weight) / WEIGHT_UNIT;
        len = MIN(MAX(len, SHORTEST_SLICE), LONGEST_SLICE);
        timer_set(&rq->slice, now + cap_slice(next->d, len));
    }
    if (!anew && is_fresh(next, now) && rq->nr &&
        queued_vcpu(rq->queue.next)->sched.vtime < next->sched.vtime)
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

        idle = READ_ONCE(cpus_idle) & prev->sched.cpus;
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

/* The least place that this CPU could run without taking from others. */
static int64_t best_place(const struct runqueue *rq, const struct vcpu *prev)
{
    int64_t best = NOBODY;

    if (rq->nr)
        best = queued_vcpu(rq->queue.next)->sched.vtime + rq->base;
    if (may_stay(rq, prev) && !prev->sched.yielded)
        best = MIN(best, prev->sched.vtime + rq->base);
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
    if (tracing())
        trace_switch(prev, next, now);
    runstate_set(prev, prev->is_idle ? RUNSTATE_runnable : runstate_of(prev),
                 now);
    runstate_set(next, RUNSTATE_running, now);
    next->sched.started = now;
    rq->curr = next;
    /* Who is unblocked from here on is woken once rq is free. */
    if (prev->runstate == RUNSTATE_runnable && may_stay(rq, prev))
        enqueue(rq, prev);
    else
        publish(rq);
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
        balance(rq, best_place(rq, prev));

    next = pick(rq, prev, now);
    prev->sched.yielded = false;
    if (next == prev) {
        TRACE(TRC_SCHED_CONTINUE_RUNNING, 1, next->id | next->d->id << 16, 0, 0);
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

/* Nobody is to use this CPU, and nobody does. Who asked it for something just now
 * gets its answer, and a late interrupt is taken. */
static void rest(cpumask_t me)
{
    pv_drop_lazy(NULL);
    pirqs_leave();
    smp_leave();
    timers_leave();
    while (READ_ONCE(cpus_out) & me)
        irq_halt();
    smp_join();
}

void idle_loop(void)
{
    for (;;) {
        if (unlikely(READ_ONCE(cpus_out) & cpumask_of(this_cpu())))
            rest(cpumask_of(this_cpu()));
        while (!(READ_ONCE(cpu_info()->work) & WORK_SCHED)) {
            cpu_info()->work = 0;   /* the rest is for guests alone */
            timer_rearm();
            irq_halt();
            pv_idle_woken();
        }
        sched_run();
    }
}

void vcpu_runstate_get(struct vcpu *v, uint64_t time[4])
{
    struct runqueue *rq = sched_lock(v);
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

void sched_init_vcpu(struct vcpu *v)
{
    list_init(&v->sched.link);
    v->sched.hard = v->sched.soft = ~(cpumask_t)0;
    v->runstate = RUNSTATE_offline;
    v->runstate_since = time_now();
}

static void slice_end(void *arg)
{
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
        rq->movable = rq->least = NOBODY;
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
