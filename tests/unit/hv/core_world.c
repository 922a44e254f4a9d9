/* SPDX-License-Identifier: MIT */
/* core_world.c - see core_world.h; and what pv/ and the drivers would do. */
#include <CUnit/Basic.h>
#include <setjmp.h>
#include <stdlib.h>

#include "arch/smp.h"
#include "arch/irq.h"
#include "arch/power.h"
#include "arch/upcalls.h"
#include "arch/x86/trap.h"
#include "core_world.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "public/domctl.h"

s_time_t world_now = 1000;
static s_time_t deadline[FAKE_CPUS] = { TIME_NEVER, TIME_NEVER, TIME_NEVER };
static jmp_buf back;
static uint64_t rnd_state;

void rnd_seed(uint32_t seed)
{
    rnd_state = seed * 2654435761u + 1;
}

uint32_t rnd(uint32_t below)
{
    rnd_state = rnd_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(rnd_state >> 33) % below;
}

/* ---- the machine ---- */

s_time_t time_now(void) { return world_now; }
void time_arm(s_time_t when) { deadline[fake_cpu] = when; }
void machine_shutdown(int reason) { (void)reason; abort(); }

/* ---- pv/ ---- */

/* One CPU has a vcpu's registers at a time: the rule that switching is about. */
static struct vcpu *loaded[FAKE_CPUS];

void pv_switch_out(struct vcpu *prev)
{
    BUG_ON(loaded[fake_cpu] != (prev->is_idle ? NULL : prev));
    loaded[fake_cpu] = NULL;
}

void pv_switch_in(struct vcpu *next)
{
    unsigned i;

    for (i = 0; i < FAKE_CPUS; i++)
        BUG_ON(!next->is_idle && loaded[i] == next);
    loaded[fake_cpu] = next->is_idle ? NULL : next;
}

void pv_idle_woken(void) { }
void pv_drop_lazy(void *unused) { (void)unused; }
void pirqs_leave(void) { }
void smp_leave(void) { }
void smp_join(void) { }
void pv_switch_sync(struct vcpu *v) { (void)v; }

void pv_enter(struct vcpu *next)
{
    BUG_ON(loaded[fake_cpu] != next || next != current());
    longjmp(back, 1);
}

void stack_reset_and_jump(void (*fn)(void))
{
    BUG_ON(fn != idle_loop || !current()->is_idle || loaded[fake_cpu]);
    longjmp(back, 1);
}

void regs_show(const struct cpu_user_regs *regs) { (void)regs; }
int pv_domain_create(struct domain *d) { (void)d; return 0; }
void pv_domain_destroy(struct domain *d) { (void)d; }
int pv_vcpu_create(struct vcpu *v)
{
    v->pv.kernel_root = v->pv.user_root = MFN_NONE;
    return 0;
}
void pv_vcpu_destroy(struct vcpu *v) { (void)v; }
void pv_vcpu_drop_roots(struct vcpu *v) { (void)v; }
void pv_wallclock_update(struct domain *d) { (void)d; }

/* ---- interrupt lines: every pirq can be bound once ---- */

void pirq_init(struct domain *d) { (void)d; }
void pirq_destroy(struct domain *d) { (void)d; }
int pirq_bind(struct vcpu *v, unsigned pirq, evtchn_port_t port, bool share)
{
    (void)v;
    (void)port;
    (void)share;
    return pirq < 16 ? 0 : -EINVAL;
}
void pirq_unbind(struct domain *d, unsigned pirq) { (void)d; (void)pirq; }
void pirq_set_vcpu(struct domain *d, unsigned pirq, struct vcpu *v)
{
    (void)d;
    (void)pirq;
    (void)v;
}

/* ---- domains ---- */

void core_world_init(void)
{
    fake_machine_init();
    domain_system_init();
    for (fake_cpu = 0; fake_cpu < FAKE_CPUS; fake_cpu++) {
        cpu_info()->cpu = fake_cpu;
        cpu_info()->current = sched_idle_vcpu(fake_cpu);
        work_raise(WORK_SCHED);
    }
    fake_cpu = 0;
    core_settle();
}

struct domain *core_domain(domid_t id, unsigned vcpus)
{
    struct xen_domctl_createdomain cfg = {
        .max_vcpus = vcpus, .max_evtchn_port = 4095, .max_grant_frames = 4,
        .max_maptrack_frames = 4,
    };
    struct domain *d = NULL;
    struct vcpu *v;
    unsigned i;

    BUG_ON(domain_create(id, &cfg, &d));
    d->mm.max_pages = 1024;
    for (i = 0; i < vcpus; i++)
        BUG_ON(vcpu_create(d, i, &v));
    BUG_ON(domain_unpause_by_tools(d));
    return d;
}

void core_up(struct vcpu *v)
{
    __atomic_fetch_and(&v->flags, ~VCPU_DOWN, __ATOMIC_SEQ_CST);
    vcpu_wake(v);
}

/* A sync pause waits for other CPUs, which here only run when it is their turn:
 * so the vcpus are stopped first. */
void core_domain_end(struct domain *d)
{
    unsigned i;
    int rc;

    for (i = 0; i < d->max_vcpus; i++) {
        __atomic_fetch_or(&d->vcpu[i]->flags, VCPU_DOWN, __ATOMIC_SEQ_CST);
        vcpu_sleep(d->vcpu[i], false);
    }
    core_settle();
    do
        rc = domain_kill(d);
    while (rc == -ERESTART);
    BUG_ON(rc);
    domain_reap();
}

/* ---- time ---- */

/* sched_run() never returns: it ends in pv_enter() or on the empty stack. */
static void schedule(void)
{
    if (!setjmp(back))
        sched_run();
}

void core_settle(void)
{
    unsigned me = fake_cpu, rounds = 0;
    bool busy = true;

    while (busy) {
        BUG_ON(++rounds > 100);     /* CPUs kick each other for ever           */
        busy = false;
        for (fake_cpu = 0; fake_cpu < FAKE_CPUS; fake_cpu++)
            if (cpu_info()->work & WORK_SCHED) {
                busy = true;
                schedule();
            }
    }
    fake_cpu = me;
}

void core_step(s_time_t by)
{
    unsigned me = fake_cpu;

    world_now += by;
    for (fake_cpu = 0; fake_cpu < FAKE_CPUS; fake_cpu++)
        if (deadline[fake_cpu] <= world_now) {
            deadline[fake_cpu] = TIME_NEVER;
            timer_interrupt();
        }
    fake_cpu = me;
    core_settle();
}
