/* SPDX-License-Identifier: MIT */
/*
 * sched.h - what the scheduler's measurements share: a control domain that sleeps,
 * and one-vcpu domains that do nothing but spin. Figures are printed as lines
 *
 *     figure NAME KEY=VALUE ...
 *
 * with times in ns, and judged by who reads them.
 */
#ifndef TESTS_SCHED_H
#define TESTS_SCHED_H

#include "frontends/rt/domain.h"

#define MAX_SPINNERS 16
#define MS 1000000UL

extern struct rt_domain spinners[MAX_SPINNERS];

/* The number after `word=` on the command line, else `otherwise`. */
unsigned long option_number(const char *word, unsigned long otherwise);
void sleep_until(uint64_t when);            /* blocked, not spinning           */
void sleep_for(uint64_t ns);
void spin(uint64_t arg);                    /* a child's body: for ever        */
void spin_until(uint64_t when);
/* Weight, and cap in percent of one CPU (0: none), of a domain. */
void schedule(const struct rt_domain *d, unsigned weight, unsigned cap);
/* Builds n spinners of one weight, paused. */
bool spinners_build(unsigned n, unsigned weight);
void spinners_start(unsigned n);
void spinners_destroy(unsigned n);

void measure_weights(void);
void measure_caps(void);
void measure_ping(void);
void measure_thief(void);

#endif
