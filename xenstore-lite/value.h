/* SPDX-License-Identifier: MIT */
/*
 * value.h - the bytes of a node: never changed once made, shared by count.
 *
 * So a transaction keeps what it was told without a copy. NULL is the empty value.
 */
#ifndef XENSTORE_VALUE_H
#define XENSTORE_VALUE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

struct value {
    uint32_t refs;
    uint32_t len;
    char bytes[];
};

static inline struct value *value_make(const void *bytes, uint32_t len)
{
    struct value *v;

    if (!len)
        return NULL;
    v = mem_alloc(sizeof(*v) + len);
    v->refs = 1;
    v->len = len;
    memcpy(v->bytes, bytes, len);
    return v;
}

static inline uint32_t value_len(const struct value *v)
{
    return v ? v->len : 0;
}

static inline struct value *value_get(struct value *v)
{
    if (v)
        v->refs++;
    return v;
}

static inline void value_put(struct value *v)
{
    if (v && !--v->refs)
        free(v);
}

#endif
