/* SPDX-License-Identifier: MIT */
/* bitmap.c - the counting of bits that the compiler leaves to us. */
#include "lib/bitmap.h"

/* What the compiler calls for __builtin_popcountll(). */
int __popcountdi2(int64_t v);
int __popcountdi2(int64_t v)
{
    int n = 0;

    for (uint64_t w = (uint64_t)v; w; w &= w - 1)
        n++;
    return n;
}
