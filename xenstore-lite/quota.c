/* SPDX-License-Identifier: MIT */
/* quota.c - the limits and the one place that judges them. See quota.h. */
#include <errno.h>
#include <string.h>

#include "conn.h"
#include "quota.h"

static const struct {
    const char *name;
    uint32_t value;
    int error;
} quotas[QUOTA_COUNT] = {
#define QUOTA(id, name, value, error) [QUOTA_##id] = { name, value, error },
#include "quota.def"
#undef QUOTA
};

void quota_defaults(struct store *s)
{
    int i;

    for (i = 0; i < QUOTA_COUNT; i++)
        s->limit[i] = quotas[i].value;
}

const char *quota_name(enum quota_kind kind)
{
    return quotas[kind].name;
}

int quota_set(struct store *s, const char *name, uint32_t value)
{
    int i;

    for (i = 0; i < QUOTA_COUNT; i++)
        if (!strcmp(name, quotas[i].name)) {
            s->limit[i] = value;
            return 0;
        }
    return -EINVAL;
}

int quota_count(const struct store *s, const struct conn *c,
                enum quota_kind kind, uint64_t total)
{
    if (c->who.privileged || total <= s->limit[kind])
        return 0;
    return -quotas[kind].error;
}

int quota_memory(const struct store *s, const struct conn *c,
                 const struct domain *d, size_t more)
{
    if (!d->domid)
        return 0;
    return quota_count(s, c, QUOTA_MEMORY, d->bytes + more);
}
