/* SPDX-License-Identifier: MIT */
/*
 * quota.h - no unprivileged domain takes more than its share.
 *
 *   R1  What is held on a domain's behalf is charged to it, always; whether it
 *       may take more is asked before, and only of unprivileged domains.
 *   R2  A charge and its refund use the same figure.
 *   R3  A request that asks and is refused has changed nothing.
 */
#ifndef XENSTORE_QUOTA_H
#define XENSTORE_QUOTA_H

#include <assert.h>

#include "store.h"

static inline void quota_charge(struct domain *d, size_t bytes)
{
    d->bytes += bytes;
}

static inline void quota_refund(struct domain *d, size_t bytes)
{
    assert(d->bytes >= bytes);  /* R2; no client can reach it */
    d->bytes -= bytes;
}

/* Sets every limit to its default. */
void quota_defaults(struct store *s);
const char *quota_name(enum quota_kind kind);
/* Sets a limit by name; 0 or -EINVAL. */
int quota_set(struct store *s, const char *name, uint32_t value);

/*
 * 0 if a request of `c` may bring a count to `total`, or make `d` hold `more`
 * bytes; otherwise the negative errno that the table gives for that limit.
 */
int quota_count(const struct store *s, const struct conn *c,
                enum quota_kind kind, uint64_t total);
int quota_memory(const struct store *s, const struct conn *c,
                 const struct domain *d, size_t more);

#endif
