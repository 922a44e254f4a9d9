/* SPDX-License-Identifier: MIT */
/*
 * uaccess_words.h - guest memory in a few words, whose number the compiler knows:
 * each is one instruction that may fault, and what it brings may stay in a register.
 */
#ifndef SPLITRING_ARCH_UACCESS_WORDS_H
#define SPLITRING_ARCH_UACCESS_WORDS_H

#include "arch/x86/insn.h"
#include "lib/string.h"
#include "lib/types.h"

#define UACCESS_WORDS 9             /* struct iret_context                     */

/* Bytes that were not copied. n is a multiple of 4; 2 may be written as well. */
static inline __attribute__((always_inline)) size_t
uaccess_read_words(void *dst, vaddr_t src, size_t n)
{
    size_t at = 0;
    uint64_t word;
    uint32_t half;

#pragma GCC unroll 9
    for (; at + 8 <= n; at += 8) {
        __asm__ __volatile__ goto("1: mov %1, %0\n\t" EX_ENTRY(1b, %l[fault])
                     : "=r"(word) : "m"(*(const uint64_t *)(src + at))
                     : : fault);
        __builtin_memcpy((char *)dst + at, &word, 8);
    }
    if (at < n) {
        __asm__ __volatile__ goto("1: mov %1, %0\n\t" EX_ENTRY(1b, %l[fault])
                     : "=r"(half) : "m"(*(const uint32_t *)(src + at))
                     : : fault);
        __builtin_memcpy((char *)dst + at, &half, 4);
    }
    return 0;
fault:
    return n - at;
}

static inline __attribute__((always_inline)) size_t
uaccess_write_words(vaddr_t dst, const void *src, size_t n)
{
    size_t at = 0;
    uint64_t word;
    uint32_t half;
    uint16_t two;

    if (n == 2) {
        __builtin_memcpy(&two, src, 2);
        __asm__ __volatile__ goto("1: movw %0, (%1)\n\t" EX_ENTRY(1b, %l[fault])
                     : : "r"(two), "r"(dst) : "memory" : fault);
        return 0;
    }
#pragma GCC unroll 9
    for (; at + 8 <= n; at += 8) {
        __builtin_memcpy(&word, (const char *)src + at, 8);
        __asm__ __volatile__ goto("1: mov %0, (%1)\n\t" EX_ENTRY(1b, %l[fault])
                     : : "r"(word), "r"(dst + at) : "memory" : fault);
    }
    if (at < n) {
        __builtin_memcpy(&half, (const char *)src + at, 4);
        __asm__ __volatile__ goto("1: mov %0, (%1)\n\t" EX_ENTRY(1b, %l[fault])
                     : : "r"(half), "r"(dst + at) : "memory" : fault);
    }
    return 0;
fault:
    return n - at;
}

/* One word to a place that has been checked; on a fault control goes to a label. */
#define uaccess_put(va, val, fault)                                         \
    __asm__ __volatile__ goto("1: mov %1, %0\n\t" EX_ENTRY(1b, %l[fault])   \
                 : : "m"(*(uint64_t *)(va)), "r"((uint64_t)(val))           \
                 : "memory" : fault)

#endif
