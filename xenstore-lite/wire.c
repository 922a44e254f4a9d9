/* SPDX-License-Identifier: MIT */
/* wire.c - reads payloads without trusting them. See wire.h. */
#include <errno.h>
#include <string.h>

#include "wire.h"

const char *wire_error_name(int err)
{
    static const struct {
        int err;
        const char *name;
    } names[] = {
#define NAME(e) { e, #e },
        NAME(EINVAL) NAME(EACCES) NAME(EEXIST) NAME(EISDIR)
        NAME(ENOENT) NAME(ENOMEM) NAME(ENOSPC) NAME(EIO)
        NAME(ENOTEMPTY) NAME(ENOSYS) NAME(EROFS) NAME(EBUSY)
        NAME(EAGAIN) NAME(EISCONN) NAME(E2BIG) NAME(EPERM)
#undef NAME
    };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].err == err)
            return names[i].name;
    return "EINVAL";
}

int wire_number64(const char *text, uint64_t *out)
{
    uint64_t n = 0;

    if (!*text)
        return -EINVAL;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return -EINVAL;
        if (__builtin_mul_overflow(n, (uint64_t)10, &n) ||
            __builtin_add_overflow(n, (uint64_t)(*text - '0'), &n))
            return -EINVAL;
    }
    *out = n;
    return 0;
}

int wire_number(const char *text, uint32_t *out)
{
    uint64_t n;

    if (wire_number64(text, &n) || n > UINT32_MAX)
        return -EINVAL;
    *out = (uint32_t)n;
    return 0;
}

int wire_domid(const char *text, uint32_t *out)
{
    if (wire_number(text, out) || *out >= WIRE_DOMID_END)
        return -EINVAL;
    return 0;
}

int wire_count_strings(const char *payload, size_t len)
{
    size_t i;
    int count = 0;

    if (len && payload[len - 1])
        return -1;
    for (i = 0; i < len; i++)
        count += !payload[i];
    return count;
}

const char *wire_next_string(const char *s)
{
    return s + strlen(s) + 1;
}
