/* SPDX-License-Identifier: MIT */
/*
 * sched_param.c - what tools set of the scheduler: weights, caps, affinity, and the
 * time that everybody may run undisturbed.
 *
 * A capped domain's vcpus run on one budget, which is filled up by its cap's part
 * of every CAP_PERIOD. What they run too long is a debt; of what is left, CARRY
 * periods' worth is kept, so that who had to wait for a CPU gets its cap later.
 */
#include "core/sched_private.h"
#include "lib/printf.h"
#include "public/sysctl.h"

#define CAP_PERIOD   MILLISECS(10)
#define CARRY        3
#define SHORTEST     MICROSECS(100)     /* of a budget is worth starting for   */

s_time_t sched_ratelimit = MILLISECS(1);

bool is_throttled(const struct vcpu *v)
{
    const struct sched_domain *sd = &v->d->sched;

    return READ_ONCE(sd->cap) && READ_ONCE(sd->budget) <= 0;
}

void cap_charge(struct domain *d, int64_t ran)
{
    if (READ_ONCE(d->sched.cap))
        __atomic_fetch_sub(&d->sched.budget, ran, __ATOMIC_RELAXED);
}

int64_t cap_slice(const struct domain *d, int64_t len)
{
    if (!READ_ONCE(d->sched.cap))
        return len;
    return MIN(len, MAX(READ_ONCE(d->sched.budget), (int64_t)SHORTEST));
}

static void refill(void *arg)
{
    struct domain *d = arg;
    struct sched_domain *sd = &d->sched;
    int64_t quota = (int64_t)READ_ONCE(sd->cap) * (CAP_PERIOD / 100);
    int64_t old = READ_ONCE(sd->budget), full;

    if (!quota)
        return;
    do {
        full = MIN(old + quota, CARRY * quota);
    } while (!__atomic_compare_exchange_n(&sd->budget, &old, full, false,
                                          __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    if (old <= 0)
        domain_wake(d);
    sd->refill_at += CAP_PERIOD;        /* not from now: being late adds up     */
    timer_set(&sd->refill, sd->refill_at);
}

void sched_init_domain(struct domain *d)
{
    d->sched.weight = WEIGHT_UNIT;
    d->sched.pool = -1;
    timer_init(&d->sched.refill, refill, d, 0);
}

void sched_destroy_domain(struct domain *d)
{
    WRITE_ONCE(d->sched.cap, 0);
    timer_kill(&d->sched.refill);
    sched_pool_leave(d);
}

static void set_cap(struct domain *d, uint16_t cap)
{
    struct sched_domain *sd = &d->sched;

    if (cap == sd->cap)
        return;
    timer_stop(&sd->refill);
    WRITE_ONCE(sd->budget, 0);
    WRITE_ONCE(sd->cap, cap);
    sd->refill_at = time_now();
    if (cap)
        timer_set(&sd->refill, sd->refill_at);
    else
        domain_wake(d);
}

int sched_adjust(struct domain *d, struct xen_domctl_scheduler_op *op)
{
    struct sched_domain *sd = &d->sched;

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
        if (op->u.credit2.cap > 100 * d->max_vcpus)
            return fail(EINVAL, "cap %u of d%u with %u vcpus", op->u.credit2.cap,
                        d->id, d->max_vcpus);
        set_cap(d, op->u.credit2.cap);
        return 0;
    default:
        return fail(EINVAL, "scheduler command %u", op->cmd);
    }
}

/* v's place no longer suits; its queue is locked, and let go of here. */
static void place_anew(struct runqueue *rq, struct vcpu *v)
{
    bool move = v->sched.queued, here, kick;
    cpumask_t pool = sched_pool_cpus(v->d);

    v->sched.cpus = v->sched.hard & pool ? v->sched.hard & pool : pool;
    here = v->sched.cpus & cpumask_of(rq->cpu);
    kick = rq->curr == v && !here;
    if (move) {
        dequeue(rq, v);
    } else if (rq->curr != v && !here) {
        unsigned cpu = (unsigned)__builtin_ctzll(v->sched.cpus);

        change_queue(v, rq, &runqueues[cpu]);
        v->cpu = cpu;
    }
    spin_unlock(&rq->lock);
    if (move)
        vcpu_wake(v);
    if (kick)
        smp_kick(rq->cpu);
}

void sched_confine(struct vcpu *v, bool anew)
{
    struct runqueue *rq = sched_lock(v);

    if (anew || !(v->sched.hard & sched_pool_cpus(v->d)))
        v->sched.hard = ~(cpumask_t)0;
    if (anew)
        v->sched.soft = ~(cpumask_t)0;
    place_anew(rq, v);
}

int sched_set_affinity(struct vcpu *v, const cpumask_t *hard,
                       const cpumask_t *soft)
{
    struct runqueue *rq;

    if (hard && !(*hard & sched_pool_cpus(v->d)))
        return fail(EINVAL, "d%uv%u: no CPU of %#lx is in its pool", v->d->id,
                    v->id, *hard);
    rq = sched_lock(v);
    if (v->sched.override) {
        spin_unlock(&rq->lock);
        return fail(EBUSY, "d%uv%u has pinned itself", v->d->id, v->id);
    }
    if (hard)
        v->sched.hard = *hard;
    if (soft)
        v->sched.soft = *soft;
    place_anew(rq, v);
    return 0;
}

int sched_override(struct vcpu *v, int cpu)
{
    bool pin = cpu >= 0;
    struct runqueue *rq;

    if (pin && !(sched_pool_cpus(v->d) & cpumask_of((unsigned)cpu)))
        return fail(EINVAL, "CPU %d is in another pool", cpu);
    rq = sched_lock(v);
    if (pin == v->sched.override) {
        spin_unlock(&rq->lock);
        return pin ? fail(EBUSY, "d%uv%u is pinned", v->d->id, v->id)
                   : fail(EINVAL, "d%uv%u is not pinned", v->d->id, v->id);
    }
    if (pin)
        v->sched.saved_hard = v->sched.hard;
    v->sched.hard = pin ? cpumask_of((unsigned)cpu) : v->sched.saved_hard;
    v->sched.override = pin;
    place_anew(rq, v);
    return 0;
}

uint32_t sched_ratelimit_us(void)
{
    return (uint32_t)(READ_ONCE(sched_ratelimit) / 1000);
}

int sched_set_ratelimit_us(uint32_t us)
{
    if (us && (us < XEN_SYSCTL_SCHED_RATELIMIT_MIN ||
               us > XEN_SYSCTL_SCHED_RATELIMIT_MAX))
        return fail(EINVAL, "%u us to run undisturbed", us);
    WRITE_ONCE(sched_ratelimit, MICROSECS(us));
    return 0;
}

static void show_vcpu(const struct vcpu *v, const char *what)
{
    log_info("  %s d%uv%u vtime %ld us weight %u cap %u budget %ld us, hard %#lx "
             "soft %#lx\n", what, v->d->id, v->id, v->sched.vtime / 1000,
             v->d->sched.weight, v->d->sched.cap, v->d->sched.budget / 1000,
             v->sched.hard & cpus_online, v->sched.soft & cpus_online);
}

void sched_show(void)
{
    struct list *pos;
    unsigned cpu;

    log_info("scheduler: a wake-up waits for %ld us, waiting on %#lx, idle %#lx\n",
             sched_ratelimit / 1000, cpus_waiting, cpus_idle);
    for (cpu = 0; cpu < nr_cpus; cpu++) {
        struct runqueue *rq = &runqueues[cpu];

        spin_lock(&rq->lock);
        log_info("CPU %u: %u wait, clock %ld us, base %ld us\n", cpu, rq->nr,
                 rq->clock / 1000, rq->base / 1000);
        if (!rq->curr->is_idle)
            show_vcpu(rq->curr, "runs ");
        list_for_each(pos, &rq->queue)
            show_vcpu(queued_vcpu(pos), "waits");
        spin_unlock(&rq->lock);
    }
}
