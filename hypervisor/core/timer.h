/* SPDX-License-Identifier: MIT */
/*
 * timer.h - one-shot functions at a system time, on a chosen CPU.
 *
 * The links make a pairing heap, so setting a timer needs no memory and cannot
 * fail.
 */
#ifndef SPLITRING_CORE_TIMER_H
#define SPLITRING_CORE_TIMER_H

#include "arch/time.h"

struct timer {
    s_time_t expires;               /* TIME_NEVER: not set                     */
    void (*fn)(void *arg);          /* runs with interrupts off, no lock held  */
    void *arg;
    unsigned cpu;
    bool queued;
    struct timer *child, *next, *prev;  /* prev: left sibling, or parent       */
};

void timer_init(struct timer *t, void (*fn)(void *), void *arg, unsigned cpu);
void timer_set(struct timer *t, s_time_t expires);  /* replaces an earlier one */
void timer_stop(struct timer *t);
/* Stops it and waits until fn is not running; then the memory may be freed. */
void timer_kill(struct timer *t);
void timer_migrate(struct timer *t, unsigned cpu);
/* This CPU, which is online no more: what is set here goes to CPU 0. */
void timers_leave(void);
/* Arms this CPU's deadline for what others have set here (sched_run calls it). */
void timer_rearm(void);

#endif
