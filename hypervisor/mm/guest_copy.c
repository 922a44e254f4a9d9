/* SPDX-License-Identifier: MIT */
/* guest_copy.c - the one door to guest virtual memory; see guest_copy.h. */
#include "mm/guest_copy.h"
#include "arch/uaccess.h"
#include "layout.h"

#define LOW_HALF_END 0x0000800000000000ull

bool guest_range_ok(vaddr_t va, uint64_t n, size_t size)
{
    uint64_t bytes, end;

    if (__builtin_mul_overflow(n, size, &bytes))
        return false;
    if (bytes == 0)
        return true;
    if (__builtin_add_overflow(va, bytes - 1, &end))
        return false;
    return end < LOW_HALF_END || va >= HV_VA_END;
}

int guest_read(void *dst, vaddr_t src, size_t n)
{
    if (!guest_range_ok(src, n, 1) || uaccess_read(dst, src, n) != 0)
        return -EFAULT;
    return 0;
}

int guest_write(vaddr_t dst, const void *src, size_t n)
{
    if (!guest_range_ok(dst, n, 1) || uaccess_write(dst, src, n) != 0)
        return -EFAULT;
    return 0;
}

int guest_clear(vaddr_t dst, size_t n)
{
    if (!guest_range_ok(dst, n, 1) || uaccess_clear(dst, n) != 0)
        return -EFAULT;
    return 0;
}
