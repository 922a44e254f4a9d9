/* SPDX-License-Identifier: MIT */
/*
 * tail.h - a bounded queue of bytes that forgets its oldest when it is full.
 */
#ifndef BACKENDS_CONSOLE_TAIL_H
#define BACKENDS_CONSOLE_TAIL_H

#include <stddef.h>
#include <string.h>

#define TAIL_SIZE 65536u

struct tail {
    size_t first;                /* free-running; first <= end */
    size_t end;
    char bytes[TAIL_SIZE];
};

static inline void tail_add(struct tail *t, const char *buf, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        t->bytes[t->end++ % TAIL_SIZE] = buf[i];
    if (t->end - t->first > TAIL_SIZE)
        t->first = t->end - TAIL_SIZE;
}

/* The oldest bytes that lie side by side; *n of them, 0 when empty. */
static inline const char *tail_oldest(const struct tail *t, size_t *n)
{
    size_t at = t->first % TAIL_SIZE;

    *n = t->end - t->first;
    if (*n > TAIL_SIZE - at)
        *n = TAIL_SIZE - at;
    return t->bytes + at;
}

static inline void tail_drop(struct tail *t, size_t n)
{
    t->first += n;
}

#endif
