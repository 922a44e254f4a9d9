/* SPDX-License-Identifier: MIT */
/* smp.h - the other CPUs: which there are, and how to make them do something. */
#ifndef SPLITRING_ARCH_SMP_H
#define SPLITRING_ARCH_SMP_H

#include "lib/types.h"

extern unsigned nr_cpus;            /* CPUs are numbered 0..nr_cpus-1         */
extern cpumask_t cpus_online;       /* those that flushes and calls go to       */
extern cpumask_t cpus_out;          /* taken out of use (cpupool.c): they rest   */

static inline cpumask_t cpus_all(void)
{
    return (cpumask_of(nr_cpus - 1) << 1) - 1;
}
static inline cpumask_t cpus_in_use(void)
{
    return cpus_all() & ~READ_ONCE(cpus_out);
}

/* This CPU comes into cpus_online, with nothing old in its TLB; or it leaves, with
 * hv_root loaded, and goes on answering those who saw it there before. */
void smp_join(void);
void smp_leave(void);

/* An IPI after which cpu does its WORK_SCHED before it runs a guest again.
 * For the CPU itself this is work_raise(WORK_SCHED). */
void smp_kick(unsigned cpu);

/* Runs fn(arg) on every CPU of mask (this one included when it is in mask) and
 * waits until all have; the callers' CPU serves requests of others meanwhile. */
void smp_call(cpumask_t mask, void (*fn)(void *arg), void *arg);

/* Sends an NMI to cpu (for register dumps). */
void smp_nmi(unsigned cpu);
/* Stops every other CPU for good (panic, power-off). */
void smp_stop_others(void);

#endif
