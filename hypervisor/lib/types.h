/* SPDX-License-Identifier: MIT */
/*
 * types.h - the words every layer speaks: integers, frame numbers, helpers.
 *
 * A frame number is a one-word struct so that a machine frame cannot be
 * passed where a domain's own number is meant; it travels in a register.
 */
#ifndef SPLITRING_LIB_TYPES_H
#define SPLITRING_LIB_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct { uint64_t n; } mfn_t;   /* machine frame: what the MMU sees  */
typedef uint64_t maddr_t;               /* machine address, byte granular    */
typedef uint64_t vaddr_t;               /* virtual address, ours or a guest's */
typedef int64_t s_time_t;               /* nanoseconds of system time        */

#define MFN(x)       ((mfn_t){ (x) })
#define MFN_NONE     MFN(~0ull)
static inline bool mfn_eq(mfn_t a, mfn_t b) { return a.n == b.n; }

#define PAGE_SHIFT   12
#define PAGE_SIZE    4096ul
#define PAGE_MASK    (~(PAGE_SIZE - 1))
#define PFN_DOWN(x)  ((uint64_t)(x) >> PAGE_SHIFT)
#define PFN_UP(x)    (((uint64_t)(x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
static inline maddr_t mfn_maddr(mfn_t m) { return m.n << PAGE_SHIFT; }
static inline mfn_t maddr_mfn(maddr_t a) { return MFN(a >> PAGE_SHIFT); }

#define KIB(n)       ((uint64_t)(n) << 10)
#define MIB(n)       ((uint64_t)(n) << 20)
#define GIB(n)       ((uint64_t)(n) << 30)
#define MICROSECS(n) ((s_time_t)(n) * 1000)
#define MILLISECS(n) ((s_time_t)(n) * 1000000)
#define SECONDS(n)   ((s_time_t)(n) * 1000000000)
#define TIME_NEVER   INT64_MAX

#define ARRAY_SIZE(a)       (sizeof(a) / sizeof((a)[0]))
#define container_of(p, T, m) ((T *)((char *)(p) - offsetof(T, m)))
#define MIN(a, b) ({ __typeof__(a) _na = (a); __typeof__(b) _nb = (b); _na < _nb ? _na : _nb; })
#define MAX(a, b) ({ __typeof__(a) _xa = (a); __typeof__(b) _xb = (b); _xa > _xb ? _xa : _xb; })
#define ROUND_UP(x, n)   (((x) + (n) - 1) & ~((__typeof__(x))(n) - 1))
#define ROUND_DOWN(x, n) ((x) & ~((__typeof__(x))(n) - 1))
#define likely(x)    __builtin_expect(!!(x), 1)
#define unlikely(x)  __builtin_expect(!!(x), 0)

#define __packed     __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __noreturn   __attribute__((noreturn))
#define __must_check __attribute__((warn_unused_result))
#define __inline_always inline __attribute__((always_inline))
#define __printf_like(f, a) __attribute__((format(printf, f, a)))

/* Guest-shared words are read and written exactly once through these. */
#define READ_ONCE(x)     __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELAXED)
#define barrier()        __asm__ __volatile__("" ::: "memory")
#define smp_mb()         __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_wmb()        __atomic_thread_fence(__ATOMIC_RELEASE)

/* How much of a long operation is done before it asks whether to stop. In a build for
 * tests (make hv YIELD=1) it is one element, and the answer is always yes. */
#ifndef YIELD_ALWAYS
#define YIELD_ALWAYS 0
#endif
#define BATCH(n) (YIELD_ALWAYS ? 1 : (n))

#define NR_CPUS      64                 /* one word is a set of CPUs          */
#define MAX_VCPUS    128                /* of one domain                      */
typedef uint64_t cpumask_t;             /* bit n is CPU n                     */
#define cpumask_of(cpu) ((cpumask_t)1 << (cpu))

#endif
