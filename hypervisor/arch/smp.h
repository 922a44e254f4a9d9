/* SPDX-License-Identifier: MIT */
/* smp.h - the other CPUs: which there are, and how to make them do something. */
#ifndef SPLITRING_ARCH_SMP_H
#define SPLITRING_ARCH_SMP_H

#include "lib/types.h"

extern unsigned nr_cpus;            /* CPUs are numbered 0..nr_cpus-1         */
extern cpumask_t cpus_online;

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
