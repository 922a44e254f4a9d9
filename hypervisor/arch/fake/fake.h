/* SPDX-License-Identifier: MIT */
/*
 * fake.h - a machine of a few thousand frames and a few CPUs in a host process.
 *
 * Its TLBs never forget by themselves: each CPU keeps every translation that it
 * could have made, until it is flushed.
 */
#ifndef SPLITRING_ARCH_FAKE_H
#define SPLITRING_ARCH_FAKE_H

#include "mm/page.h"

#define FAKE_FRAMES 4096u
#define FAKE_FIRST  16u             /* frames below have no record             */
#define FAKE_CPUS   3u

/* What a CPU may remember of a frame. */
#define FAKE_READS  (1u << 0)
#define FAKE_WRITES (1u << 1)
#define FAKE_TABLE(level) (1u << (1 + (level)))     /* walked as such a table  */

struct fake_frame { uint8_t how; uint32_t owner; };
extern struct fake_frame fake_tlb[FAKE_CPUS][FAKE_FRAMES];
extern unsigned fake_flushes;       /* full ones, of any CPU                   */

/* Empty memory with all frames from FAKE_FIRST on free. */
void fake_machine_init(void);
/* The CPU walks all that is below root, and remembers it. */
void fake_walk(unsigned cpu, mfn_t root);
/* Memory may have changed hands: the number of remembered translations that
 * would let a domain reach what it must not. */
unsigned fake_stale(void);

#endif
