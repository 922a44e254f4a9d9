/* SPDX-License-Identifier: MIT */
/*
 * vcpu.h - one virtual CPU.
 *
 * Key: (c) constant after creation (a) atomic (v) its own CPU, or others while
 * it is paused (d) domain lock
 */
#ifndef SPLITRING_CORE_VCPU_H
#define SPLITRING_CORE_VCPU_H

#include "core/sched.h"
#include "core/timer.h"
#include "core/vcpu_pv.h"
#include "public/event_channel.h"
#include "public/vcpu.h"

/* why it does not run (a) */
#define VCPU_DOWN     (1u << 0)     /* never brought up, or VCPUOP_down        */
#define VCPU_BLOCKED  (1u << 1)     /* SCHEDOP_block until an event            */
#define VCPU_POLLING  (1u << 2)     /* blocked in SCHEDOP_poll                 */

#define CALL_ROWS 320               /* at least NR_ROWS of hypercall/          */

struct vcpu {
    struct vcpu_info *info;         /* in shared_info or registered; mapped    */
    struct vcpu_pv pv;              /* these two first: pv/entry.S reads them  */
    unsigned id;                    /* (c)                                     */
    struct domain *d;               /* (c) the idle domain for idle vcpus      */
    unsigned cpu;                   /* where it runs or last ran               */
    uint32_t flags;                 /* (a) VCPU_*                              */
    int pause_count;                /* (a) not by the guest                    */
    bool initialised;               /* (d) has a context                       */
    bool is_idle;                   /* (c)                                     */

    struct page *info_page;         /* of a registered one: ref and type held  */

    int poll_port;                  /* (v) one port, or -1 for several         */
    struct timer poll_timer, periodic_timer, singleshot_timer;
    s_time_t periodic_period;       /* 0 none                                  */

    int runstate;                   /* RUNSTATE_*                              */
    s_time_t runstate_since;
    uint64_t runstate_time[4];
    vaddr_t runstate_area;          /* guest's; 0 none. Written at switch-in   */
    vaddr_t time_area;              /* register_vcpu_time_memory_area; 0 none  */

    evtchn_port_t virq_port[24];    /* (a) 0: not bound                        */
    struct sched_vcpu sched;
    uint64_t calls[CALL_ROWS];      /* (v) how often it made each call         */
};

/* The calls of vcpus that are gone. */
extern uint64_t calls_gone[CALL_ROWS];

/* For a vcpu that has no vcpu_info yet: events masked, never pending. */
extern struct vcpu_info dummy_vcpu_info;
/* core/vcpu.c: VCPUOP_register_vcpu_info and its undoing. */
int vcpu_register_info(struct vcpu *v, mfn_t m, unsigned offset);
void vcpu_unregister_info(struct vcpu *v);
/* Frees a vcpu that can never run again. */
void vcpu_free(struct vcpu *v);
void vcpu_stop_timers(struct vcpu *v);
void vcpu_send_nmi(struct vcpu *v);
/* The running vcpu's single-shot timer: a time that has passed fires at once. */
void vcpu_singleshot_set(struct vcpu *cur, s_time_t when);

/* pv/switch.c: the three calls by which the scheduler changes what a CPU runs.
 * prev's registers are saved; next's are loaded. */
void pv_switch_out(struct vcpu *prev);
void pv_switch_in(struct vcpu *next);
/* Leaves for the guest whose registers are in cpu_info (or the idle loop). */
__noreturn void pv_enter(struct vcpu *next);
/* No CPU idles with a root of v loaded any more; v does not run. */
void pv_switch_sync(struct vcpu *v);
/* This CPU, which idles, loads hv_root in place of a vcpu's that it has kept. */
void pv_drop_lazy(void *unused);
/* In the idle loop after each interrupt. */
void pv_idle_woken(void);
/* Whether a long operation should stop at a safe place: lets pending interrupts in (no
 * lock may be held); true when something else wants this CPU or the current domain is
 * to stop. */
bool hc_should_yield(void);
/* pv/vcpu.c: the x86 part of a vcpu's birth and death. */
int pv_vcpu_create(struct vcpu *v);
void pv_vcpu_destroy(struct vcpu *v);   /* after its roots were dropped        */
void pv_vcpu_drop_roots(struct vcpu *v);
/* Full context as VCPUOP_initialise and setvcpucontext give it. */
struct vcpu_guest_context;
int pv_vcpu_set_context(struct vcpu *v, const struct vcpu_guest_context *c);
void pv_vcpu_get_context(struct vcpu *v, struct vcpu_guest_context *c);
/* pv/time.c: refresh of vcpu_info's time and of the runstate area. */
void pv_time_update(struct vcpu *v);
/* Writes the guest's own copy of the time, if it named a place. */
void pv_time_area_update(struct vcpu *v);
void pv_runstate_update(struct vcpu *v);
void pv_wallclock_update(struct domain *d);

#endif
