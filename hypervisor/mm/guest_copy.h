/* SPDX-License-Identifier: MIT */
/*
 * guest_copy.h - the one door to guest virtual memory.
 *
 * A pointer the guest gave us is a claim, not an address. These check that the
 * range stays out of our part of the address space, go through the current
 * vcpu's page tables, and give -EFAULT where it does not lead anywhere. Memory
 * is read once into a private copy; only the copy is judged.
 */
#ifndef SPLITRING_MM_GUEST_COPY_H
#define SPLITRING_MM_GUEST_COPY_H

#include "arch/uaccess.h"
#include "layout.h"
#include "lib/errno.h"
#include "lib/types.h"

#define GUEST_LOW_END 0x0000800000000000ull    /* of the lower half            */

/* n elements of this size from va on are all outside of our part; of none, va. */
static inline bool guest_range_ok(vaddr_t va, uint64_t n, size_t size)
{
    uint64_t bytes, end;

    if (__builtin_mul_overflow(n, size, &bytes))
        return false;
    if (__builtin_add_overflow(va, bytes - (bytes != 0), &end))
        return false;
    return end < GUEST_LOW_END || va >= HV_VA_END;
}
/* As n bytes from va on: what is not canonical lies below our part and faults, so
 * of a few bytes it is enough to look at the first. */
static inline bool guest_few_ok(vaddr_t va, size_t n)
{
    _Static_assert(HV_VA_START % (HV_VA_END - HV_VA_START) == 0, "one comparison");
    if (__builtin_constant_p(n) && n <= PAGE_SIZE)
        return va / (HV_VA_END - HV_VA_START) != HV_VA_START / (HV_VA_END - HV_VA_START);
    return n == 0 || guest_range_ok(va, n, 1);
}
__must_check static inline int guest_read(void *dst, vaddr_t src, size_t n)
{
    if (unlikely(!guest_few_ok(src, n)) || unlikely(uaccess_read(dst, src, n) != 0))
        return -EFAULT;
    return 0;
}
__must_check static inline int guest_write(vaddr_t dst, const void *src, size_t n)
{
    if (unlikely(!guest_few_ok(dst, n)) ||
        unlikely(uaccess_write(dst, src, n) != 0))
        return -EFAULT;
    return 0;
}
__must_check static inline int guest_clear(vaddr_t dst, size_t n)
{
    if (!guest_range_ok(dst, n, 1) || uaccess_clear(dst, n) != 0)
        return -EFAULT;
    return 0;
}

/* Typed forms over the ABI's guest handles (a struct with a member p); i counts
 * elements. A wrongly typed local is a compile error. */
#define handle_va(h, i) ((vaddr_t)(h).p + (uint64_t)(i) * sizeof(*(h).p))
#define copy_in(dst, h, i) ({                                                \
    uint64_t at_ = (uint64_t)(i);                                            \
    guest_range_ok((vaddr_t)(h).p, at_ + 1, sizeof(*(dst))) ?                \
        guest_read((dst), handle_va(h, at_),                                 \
                   sizeof(*(dst)) + 0 * sizeof((dst) == (h).p)) : -EFAULT; })
#define copy_out(h, i, src) ({                                               \
    uint64_t at_ = (uint64_t)(i);                                            \
    guest_range_ok((vaddr_t)(h).p, at_ + 1, sizeof(*(src))) ?                \
        guest_write(handle_va(h, at_), (src),                                \
                    sizeof(*(src)) + 0 * sizeof((src) == (h).p)) : -EFAULT; })
#define handle_is_null(h) ((h).p == NULL)

#endif
