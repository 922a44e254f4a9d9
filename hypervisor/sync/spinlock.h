/* SPDX-License-Identifier: MIT */
/*
 * spinlock.h - two bytes, with a class whose order a debug build checks.
 *
 * Whoever runs takes it: no queue. Where CPUs are emulated or stolen from (two of
 * them on one real one), a queue hands the lock to a waiter that does not run, and
 * each hand-over then costs a time slice of the host: measured, 12 s became 1 s.
 * But a waiter that came away empty a few times is the next: where CPUs take turns
 * and one is always interrupted with the lock held, the others would wait for ever.
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

typedef struct {
    union {
        uint16_t word;              /* 0: it is free, and nobody waits too long */
        struct { uint8_t taken, starving; };
    };
    uint8_t class;
} spinlock_t;

#define SPINLOCK(name) { .word = 0, .class = LOCK_##name }
#define spin_lock_init(l, name) (*(l) = (spinlock_t)SPINLOCK(name))

#ifdef DEBUG
void lock_check_acquire(const spinlock_t *l, bool second);
void lock_check_release(const spinlock_t *l);
#else
#define lock_check_acquire(l, second) ((void)(l))
#define lock_check_release(l) ((void)(l))
#endif

static inline bool spin_try_take(spinlock_t *l)
{
    uint16_t unused = 0;

    return __atomic_compare_exchange_n(&l->word, &unused, 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}
void spin_wait(spinlock_t *l);
static inline void spin_take(spinlock_t *l)
{
    if (unlikely(!spin_try_take(l)))
        spin_wait(l);
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
    if (!spin_try_take(l))
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
