/* SPDX-License-Identifier: MIT */
/*
 * tlb.h - cached translations, on this CPU and on others.
 *
 * A stamp is a reading of a clock that advances at every full flush of any CPU;
 * a CPU that has flushed everything since a stamp was taken holds nothing older.
 */
#ifndef SPLITRING_ARCH_TLB_H
#define SPLITRING_ARCH_TLB_H

#include "lib/types.h"

#define TLB_ALL (~(vaddr_t)0)       /* everything, global entries included    */

void tlb_flush_local(vaddr_t va_or_all);
/* Returns when every CPU in mask has flushed; polls for requests meanwhile. */
void tlb_flush(cpumask_t mask, vaddr_t va_or_all);

extern uint32_t tlb_clock;
static inline uint32_t tlb_stamp(void)
{
    return __atomic_load_n(&tlb_clock, __ATOMIC_SEQ_CST);
}
/* The CPUs of mask that may still hold an entry made before stamp. */
cpumask_t tlb_filter(cpumask_t mask, uint32_t stamp);

/* Loads CR3 with root. global: entries with the G bit are dropped as well. */
void tlb_load_root(maddr_t root, bool global);
void tlb_load_mode(maddr_t root);   /* the same, not global                   */
maddr_t tlb_root(void);             /* what CR3 holds                         */

/* Flush counters of each CPU, for tests and benchmarks. */
struct tlb_counts { uint64_t root_loads, local, ipis; };
extern struct tlb_counts tlb_counts[NR_CPUS];

#endif
