/* SPDX-License-Identifier: MIT */
/*
 * spinlock.h - one byte, with a class whose order a debug build checks.
 *
 * Whoever runs takes it: no queue. Where CPUs are emulated or stolen from (two of
 * them on one real one), a queue hands the lock to a waiter that does not run, and
 * each hand-over then costs a time slice of the host: measured, 12 s became 1 s.
 * What is held is held for a bounded number of steps (invariant I5).
 *
 * A waiter serves other CPUs' flush requests (machine.h R2), so a holder may wait
 * for a flush on every CPU without a deadlock.
 */
#ifndef SPLITRING_SYNC_SPINLOCK_H
#define SPLITRING_SYNC_SPINLOCK_H

#include "lib/bug.h"
#include "machine.h"

enum lock_class {
#define LOCK(name) LOCK_##name,
#include "sync/locks.def"
#undef LOCK
};

typedef struct { uint8_t taken, class; } spinlock_t;

#define SPINLOCK(name) { .taken = 0, .class = LOCK_##name }
#define spin_lock_init(l, name) (*(l) = (spinlock_t)SPINLOCK(name))

#ifdef DEBUG
void lock_check_acquire(const spinlock_t *l, bool second);
void lock_check_release(const spinlock_t *l);
#else
#define lock_check_acquire(l, second) ((void)(l))
#define lock_check_release(l) ((void)(l))
#endif

static inline void spin_take(spinlock_t *l)
{
    while (unlikely(__atomic_exchange_n(&l->taken, 1, __ATOMIC_ACQUIRE)))
        while (__atomic_load_n(&l->taken, __ATOMIC_RELAXED))
            cpu_relax();
}
static inline void spin_lock(spinlock_t *l)
{
    lock_check_acquire(l, false);
    spin_take(l);
}
static inline void spin_lock_second(spinlock_t *l)
{
    lock_check_acquire(l, true);
    spin_take(l);
}
static inline bool spin_trylock(spinlock_t *l)
{
    if (__atomic_load_n(&l->taken, __ATOMIC_RELAXED) ||
        __atomic_exchange_n(&l->taken, 1, __ATOMIC_ACQUIRE))
        return false;
    lock_check_acquire(l, true);
    return true;
}
static inline void spin_unlock(spinlock_t *l)
{
    lock_check_release(l);
    __atomic_store_n(&l->taken, 0, __ATOMIC_RELEASE);
}

#endif
