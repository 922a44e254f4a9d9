/* SPDX-License-Identifier: MIT */
/*
 * bug.h - three tiers of wrong, never mixed.
 *
 *   a guest or a tool is at fault   fail(), domain_crash() (core/domain.h)
 *   our own code is at fault        ASSERT() in debug builds, BUG() always
 *   the machine or the boot line    boot_panic()
 */
#ifndef SPLITRING_LIB_BUG_H
#define SPLITRING_LIB_BUG_H

#include "lib/errno.h"
#include "lib/types.h"

__noreturn void bug(const char *file, int line, const char *what);
__noreturn void boot_panic(const char *fmt, ...) __printf_like(1, 2);
void trace_fail(const char *file, int line, int err, const char *fmt, ...)
    __printf_like(4, 5);

#define BUG()      bug(__FILE__, __LINE__, "BUG")
#define BUG_ON(c)  do { if (unlikely(c)) bug(__FILE__, __LINE__, #c); } while (0)

#ifdef DEBUG
#define ASSERT(c)  do { if (unlikely(!(c))) bug(__FILE__, __LINE__, #c); } while (0)
/* An error is born once, with a sentence; elsewhere it is passed on as it is. */
#define fail(err, ...) (trace_fail(__FILE__, __LINE__, (err), __VA_ARGS__), -(err))
#else
#define ASSERT(c)  ((void)sizeof(!(c)))
#define fail(err, ...) (-(err))
#endif

#endif
