/* SPDX-License-Identifier: MIT */
/*
 * trace.h - records of what happens, for xentrace: one ring for each CPU, of pages
 * that the control domain maps (public/trace.h).
 *
 * A hook costs one test while nothing is traced. Records may be written
 * with any lock held.
 */
#ifndef SPLITRING_CORE_TRACE_H
#define SPLITRING_CORE_TRACE_H

#include "lib/types.h"
#include "public/trace.h"

/* Hypercalls of a lower number go their way without a record (dispatch.c): all of
 * them, or while something is traced, none. */
extern uint64_t trace_quiet;        /* (a) */
#define TRACE_QUIET 64

static inline bool tracing(void)
{
    return unlikely(READ_ONCE(trace_quiet) == 0);
}

/* n words, two in each of a, b and c, into this CPU's ring, if the masks want it. */
void trace_record(uint32_t event, unsigned n, uint64_t a, uint64_t b, uint64_t c)
    __attribute__((cold, noinline));
#define TRACE(event, n, a, b, c) (tracing() ? trace_record(event, n, a, b, c) : (void)0)
#define TRACE_PAIR(first, second) ((uint64_t)(first) | (uint64_t)(second) << 32)
#define TRACE_VCPU(v) TRACE_PAIR((v)->d->id, (v)->id)

/* XEN_SYSCTL_tbuf_op, whose set of CPUs is `cpus`. */
struct xen_sysctl_tbuf_op;
int trace_control(struct xen_sysctl_tbuf_op *op, cpumask_t cpus);

#endif
