/* SPDX-License-Identifier: MIT */
/* world.h - domains on the fake machine, and an exact count of their uses. */
#ifndef TESTS_UNIT_HV_WORLD_H
#define TESTS_UNIT_HV_WORLD_H

#include <stdint.h>

#include "arch/fake/fake.h"
#include "mm/alloc.h"
#include "mm/pt.h"

#define WORLD_ROOTS 2

struct world {
    struct mm_domain *d;
    mfn_t root[WORLD_ROOTS];            /* held as L4, or MFN_NONE            */
};

uint32_t rnd(uint32_t below);
void rnd_seed(uint32_t seed);

/* A domain of this many pages at most, running on the CPUs of mask. */
struct mm_domain *world_domain(uint16_t id, uint32_t max_pages, cpumask_t cpus);
void world_domain_end(struct mm_domain *d);     /* checks that nothing is left */

/* Counts every use there is a reason for (allocations, pins, roots, entries of
 * validated tables, `extra` references) and compares with the records: the
 * number of frames that differ. extra[f]: refs held by the test itself. */
unsigned world_recount(const struct world *w, unsigned n, const uint8_t *extra);

/* Calls again for as long as the answer is -ERESTART. */
#define AGAIN(call) ({ int rc_; do rc_ = (call); while (rc_ == -ERESTART); rc_; })

#endif
