/* SPDX-License-Identifier: MIT */
/*
 * sched.h - which vcpu runs where: shares by weight, caps, affinity.
 *
 * A vcpu runs when nothing of pause_count, its domain's pause_count, VCPU_DOWN
 * and VCPU_BLOCKED (vcpu.h) holds and its domain is not shut down. It is switched
 * only on the way to a guest.
 */
#ifndef SPLITRING_CORE_SCHED_H
#define SPLITRING_CORE_SCHED_H

#include "core/timer.h"
#include "lib/list.h"
#include "sync/spinlock.h"

struct vcpu;
struct domain;

struct sched_vcpu {
    struct list link;               /* in a CPU's runqueue                    */
    bool queued;
    bool running;                   /* (a) a CPU holds its registers           */
    bool yielded;
    int64_t vtime;                  /* ns run, scaled by 256 / weight, and
                                     * moved by its queue's base               */
    s_time_t started;               /* when it last got a CPU or was charged   */
    cpumask_t hard, soft;           /* what was asked for                      */
    cpumask_t cpus;                 /* hard's of its domain's pool: never none */
    bool override;                  /* SCHEDOP_pin_override is in force        */
    cpumask_t saved_hard;           /* to be restored after it                 */
};
struct sched_domain {
    uint16_t weight;                /* 1..65535, default 256                   */
    uint16_t cap;                   /* percent of one CPU, 0 none              */
    int64_t budget;                 /* (a) ns left in this period              */
    int pool;                       /* its CPU pool's number; -1: none yet     */
    struct timer refill;
    s_time_t refill_at;
};

void sched_init(void);              /* makes the idle vcpus                    */
void sched_init_vcpu(struct vcpu *v);
void sched_init_domain(struct domain *d);
void sched_destroy_domain(struct domain *d);

/* A vcpu that is on its CPU whenever nobody else is; valid after sched_init(). */
struct vcpu *sched_idle_vcpu(unsigned cpu);
bool vcpu_runnable(const struct vcpu *v);

/* Puts v on a runqueue if it may run and kicks the CPU that should. Cheap and
 * idempotent; callable with any lock above runqueue held. */
void vcpu_wake(struct vcpu *v);
/* Takes v off; if it runs now, its CPU is kicked. sync waits until its registers
 * are in v->pv.regs (not for oneself). */
void vcpu_sleep(struct vcpu *v, bool sync);

void sched_yield(void);             /* the current vcpu goes behind its equals */
/* ns that v has run, has been runnable, blocked, offline (RUNSTATE_*). */
void vcpu_runstate_get(struct vcpu *v, uint64_t time[4]);

/* XEN_SYSCTL_cpupool_op; `cpus` is what INFO and FREEINFO tell. */
struct xen_sysctl_cpupool_op;
int sched_pool_op(struct xen_sysctl_cpupool_op *p, cpumask_t *cpus);
bool sched_pool_exists(uint32_t id);
int sched_pool_join(struct domain *d, uint32_t id);     /* a new domain       */
cpumask_t sched_pool_cpus(const struct domain *d);
/* A CPU comes into use, for pool 0, or goes out of use as soon as what it does for a
 * vcpu is done. -EINVAL: there is none, or CPU 0 should go; -EEXIST: so it is already;
 * -EADDRINUSE: a vcpu of pool 0 has pinned itself; -ENODEV: it is another pool's. */
int sched_cpu_use(unsigned cpu, bool use);
/* To the CPUs of v's pool; with `anew`, or when v may use none, to all of them. */
void sched_confine(struct vcpu *v, bool anew);

/* XEN_DOMCTL_scheduler_op / XEN_SYSCTL_scheduler_op and affinity. */
struct xen_domctl_scheduler_op;
int sched_adjust(struct domain *d, struct xen_domctl_scheduler_op *op);
int sched_set_affinity(struct vcpu *v, const cpumask_t *hard, const cpumask_t *soft);
/* SCHEDOP_pin_override: to one CPU, or back (-1) to where it was allowed. */
int sched_override(struct vcpu *v, int cpu);
/* How long everybody may run before a wake-up interrupts it; 0: not at all. */
uint32_t sched_ratelimit_us(void);
int sched_set_ratelimit_us(uint32_t us);

void sched_show(void);              /* a debug key: the queues, to the log     */

__noreturn void idle_loop(void);
/* pv/entry.S: fn runs on an empty stack; does not return. */
__noreturn void stack_reset_and_jump(void (*fn)(void));
/* ns this CPU has been idle, of all since boot (XEN_SYSCTL_getcpuinfo). */
uint64_t sched_idle_time(unsigned cpu);

#endif
