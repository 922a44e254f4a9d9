/* SPDX-License-Identifier: MIT */
/*
 * spinlock.h - one word, fair, with a class whose order a debug build checks.
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
    LOCK_CLASSES
};

typedef struct { uint16_t head, tail; uint8_t class; } spinlock_t;

#define SPINLOCK(name) { .head = 0, .tail = 0, .class = LOCK_##name }
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
    uint16_t me = __atomic_fetch_add(&l->tail, 1, __ATOMIC_RELAXED);

    while (unlikely(__atomic_load_n(&l->head, __ATOMIC_ACQUIRE) != me))
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
    uint16_t head = __atomic_load_n(&l->head, __ATOMIC_RELAXED);

    if (!__atomic_compare_exchange_n(&l->tail, &head, (uint16_t)(head + 1), false,
                                     __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return false;
    lock_check_acquire(l, true);
    return true;
}
static inline void spin_unlock(spinlock_t *l)
{
    lock_check_release(l);
    /* The holder alone writes it, and x86 keeps the order of stores */
    __asm__ __volatile__("" ::: "memory");
    l->head++;
}

#endif
