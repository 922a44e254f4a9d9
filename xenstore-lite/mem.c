/* SPDX-License-Identifier: MIT */
/* mem.c - the one place where running out of memory is noticed. See mem.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

static void *must(void *p, size_t bytes)
{
    if (!p) {
        fprintf(stderr, "xenstored: no memory for %zu bytes; free some "
                        "in the control domain\n", bytes);
        abort();
    }
    return p;
}

void *mem_alloc(size_t bytes)
{
    return must(malloc(bytes ? bytes : 1), bytes);
}

void *mem_zalloc(size_t bytes)
{
    return must(calloc(1, bytes ? bytes : 1), bytes);
}

void *mem_resize(void *old, size_t bytes)
{
    return must(realloc(old, bytes ? bytes : 1), bytes);
}

void *mem_copy(const void *from, size_t bytes)
{
    void *p = mem_alloc(bytes);

    if (bytes)
        memcpy(p, from, bytes);
    return p;
}
