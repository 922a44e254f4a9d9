/* SPDX-License-Identifier: MIT */
/* bitmap.h - bits in arrays of words; the atomic forms are full fences. */
#ifndef SPLITRING_LIB_BITMAP_H
#define SPLITRING_LIB_BITMAP_H

#include "lib/types.h"

#define BITMAP_WORDS(bits) (((bits) + 63) / 64)

static inline bool bit_test(const uint64_t *m, unsigned n)
{
    return (__atomic_load_n(&m[n / 64], __ATOMIC_ACQUIRE) >> (n % 64)) & 1;
}
static inline bool bit_test_and_set(uint64_t *m, unsigned n)
{
    uint64_t b = 1ull << (n % 64);
    return __atomic_fetch_or(&m[n / 64], b, __ATOMIC_SEQ_CST) & b;
}
static inline bool bit_test_and_clear(uint64_t *m, unsigned n)
{
    uint64_t b = 1ull << (n % 64);
    return __atomic_fetch_and(&m[n / 64], ~b, __ATOMIC_SEQ_CST) & b;
}
static inline void bit_set(uint64_t *m, unsigned n) { (void)bit_test_and_set(m, n); }
static inline void bit_clear(uint64_t *m, unsigned n) { (void)bit_test_and_clear(m, n); }

#endif
