/* SPDX-License-Identifier: MIT */
/* bitmap.c - search in arrays of bits, a word at a time. */
#include "lib/bitmap.h"

static unsigned find(const uint64_t *m, unsigned bits, unsigned from, uint64_t flip)
{
    for (unsigned i = from / 64; i < BITMAP_WORDS(bits); i++) {
        uint64_t w = READ_ONCE(m[i]) ^ flip;

        if (i == from / 64)
            w &= ~0ull << (from % 64);
        if (w)
            return MIN(i * 64 + (unsigned)__builtin_ctzll(w), bits);
    }
    return bits;
}

unsigned bitmap_find_set(const uint64_t *m, unsigned bits, unsigned from)
{
    return from >= bits ? bits : find(m, bits, from, 0);
}

unsigned bitmap_find_clear(const uint64_t *m, unsigned bits, unsigned from)
{
    return from >= bits ? bits : find(m, bits, from, ~0ull);
}

/* What the compiler calls for __builtin_popcountll(). */
int __popcountdi2(int64_t v);
int __popcountdi2(int64_t v)
{
    int n = 0;

    for (uint64_t w = (uint64_t)v; w; w &= w - 1)
        n++;
    return n;
}
