/* SPDX-License-Identifier: MIT */
/* time.h - system time, the clock of the wall, and one deadline per CPU. */
#ifndef SPLITRING_ARCH_TIME_H
#define SPLITRING_ARCH_TIME_H

#include "lib/types.h"

/* How to turn a TSC reading into nanoseconds of system time, as pvclock does:
 * system_time + (((tsc - tsc_timestamp) << or >> shift) * mul >> 32). */
struct time_scale {
    uint64_t tsc_timestamp;
    uint64_t system_time;
    uint32_t mul;
    int8_t shift;
};

s_time_t time_now(void);            /* since boot; never goes back on a CPU   */
void time_scale_get(struct time_scale *out);
/* Sets mul and shift as they are for a counter of so many Hz; not 0. */
void time_scale_of(uint64_t hz, struct time_scale *out);
uint32_t time_tsc_khz(void);

/* Wall-clock time at system time 0 (what shared_info's wc_* fields carry). */
void time_wallclock_base(uint64_t *sec, uint32_t *nsec);
void time_wallclock_set(uint64_t sec, uint32_t nsec, uint64_t system_time);

/* Arms this CPU's one-shot timer; TIME_NEVER disarms. timer_interrupt()
 * (core/timer.c) is called when it fires, maybe early. */
void time_arm(s_time_t deadline);

/* Busy wait, for device bring-up only. */
void time_udelay(unsigned us);

#endif
