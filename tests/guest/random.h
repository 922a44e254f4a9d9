/* SPDX-License-Identifier: MIT */
/* random.h - the same random numbers in every run, so that a failure repeats. */
#ifndef GUEST_RANDOM_H
#define GUEST_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state;                 /* not 0 */
};

static inline uint64_t random_next(struct random *r)
{
    r->state ^= r->state << 13;
    r->state ^= r->state >> 7;
    r->state ^= r->state << 17;
    return r->state;
}

static inline unsigned random_below(struct random *r, unsigned n)
{
    return (unsigned)((random_next(r) >> 20) % n);
}

#endif
