/* SPDX-License-Identifier: MIT */
/*
 * uaccess.c - copies to and from addresses that may fault.
 *
 * A fault inside one of the string instructions lands behind it, with the count
 * register saying what was left. SMAP is never on (docs/real-machine.md).
 */
#include "arch/uaccess.h"

#include "lib/errno.h"

/* Words first, then the odd bytes; a fault among the words retries by bytes, so
 * that the count of what could not be copied is exact. */
size_t uaccess_copy(void *dst, const void *src, size_t n)
{
    size_t words = n / 8, rest = n % 8;

    __asm__ __volatile__(
        "1: rep movsq\n"
        "   mov %3, %2\n"
        "2: rep movsb\n"
        "   jmp 4f\n"
        "3: lea (%3, %2, 8), %2\n"
        "   jmp 2b\n"
        "4:\n\t"
        EX_ENTRY(1b, 3b)
        EX_ENTRY(2b, 4b)
        : "+D"(dst), "+S"(src), "+c"(words) : "r"(rest) : "memory");
    return words;
}

size_t uaccess_clear(vaddr_t dst, size_t n)
{
    size_t words = n / 8, rest = n % 8;

    __asm__ __volatile__(
        "1: rep stosq\n"
        "   mov %2, %1\n"
        "2: rep stosb\n"
        "   jmp 4f\n"
        "3: lea (%2, %1, 8), %1\n"
        "   jmp 2b\n"
        "4:\n\t"
        EX_ENTRY(1b, 3b)
        EX_ENTRY(2b, 4b)
        : "+D"(dst), "+c"(words) : "r"(rest), "a"(0) : "memory");
    return words;
}

int msr_read_safe(uint32_t msr, uint64_t *val)
{
    uint32_t lo = 0, hi = 0;
    int rc = 0;

    __asm__ __volatile__(
        "1: rdmsr\n"
        "   jmp 3f\n"
        "2: mov %4, %2\n"
        "3:\n\t"
        EX_ENTRY(1b, 2b)
        : "+a"(lo), "+d"(hi), "+r"(rc) : "c"(msr), "i"(-EIO));
    *val = ((uint64_t)hi << 32) | lo;
    return rc;
}
