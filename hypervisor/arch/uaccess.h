/* SPDX-License-Identifier: MIT */
/*
 * uaccess.h - the instructions that touch guest memory, which may fault.
 *
 * The address range has been checked by mm/guest_copy.h, the only caller but for
 * pv/'s frame building.  Access is through the page tables now loaded.
 */
#ifndef SPLITRING_ARCH_UACCESS_H
#define SPLITRING_ARCH_UACCESS_H

#include "lib/types.h"
#include "uaccess_words.h"

/* Number of bytes that could not be copied; 0 is success. */
size_t uaccess_copy(void *dst, const void *src, size_t n);
static inline __attribute__((always_inline)) size_t
uaccess_read(void *dst, vaddr_t src, size_t n)
{
    if (__builtin_constant_p(n) && n <= UACCESS_WORDS * 8 && n % 4 == 0)
        return uaccess_read_words(dst, src, n);
    return uaccess_copy(dst, (const void *)src, n);
}
static inline __attribute__((always_inline)) size_t
uaccess_write(vaddr_t dst, const void *src, size_t n)
{
    if (__builtin_constant_p(n) && n <= UACCESS_WORDS * 8 && (n % 4 == 0 || n == 2))
        return uaccess_write_words(dst, src, n);
    return uaccess_copy((void *)dst, src, n);
}
size_t uaccess_clear(vaddr_t dst, size_t n);

/* Reads a hypervisor-chosen MSR that may not exist: 0 or -EIO. */
int msr_read_safe(uint32_t msr, uint64_t *val);

#endif
