/* SPDX-License-Identifier: MIT */
/*
 * spinlock.c - how a lock is waited for. In debug builds each CPU remembers which
 * locks it holds, and stops the machine when one is taken against the order of
 * locks.def.
 */
#include "sync/spinlock.h"

#define PATIENCE 4u        /* pauses before a waiter is served next            */

void spin_wait(spinlock_t *l)
{
    bool starving = false;

    for (unsigned n = 0; READ_ONCE(l->word) != 0 || !spin_try_take(l); n++) {
        if (n >= PATIENCE && !starving)
            starving = !__atomic_exchange_n(&l->starving, 1, __ATOMIC_RELAXED);
        if (starving && !__atomic_exchange_n(&l->taken, 1, __ATOMIC_ACQUIRE)) {
            __atomic_store_n(&l->starving, 0, __ATOMIC_RELAXED);
            return;
        }
        cpu_relax();
    }
}

#ifdef DEBUG

#define LOCKS_HELD_MAX 16

static const char *const class_name[] = {
#define LOCK(name) #name,
#include "sync/locks.def"
#undef LOCK
};

static struct held {
    const spinlock_t *lock[LOCKS_HELD_MAX];
    unsigned count;
} held[NR_CPUS];

static void wrong(const spinlock_t *l, const spinlock_t *outer, const char *why)
{
    boot_panic("lock order: %s (%p) taken under %s (%p): %s",
               class_name[l->class], (const void *)l,
               class_name[outer->class], (const void *)outer, why);
}

/* second: spin_lock_second(), or a lock tried and got, which cannot deadlock. */
void lock_check_acquire(const spinlock_t *l, bool second)
{
    struct held *h = &held[this_cpu()];

    for (unsigned i = 0; i < h->count && l->class != LOCK_console; i++) {
        const spinlock_t *outer = h->lock[i];

        if (outer == l)
            wrong(l, outer, "the same lock twice");
        if (outer->class > l->class && !second)
            wrong(l, outer, "see sync/locks.def");
        if (outer->class == l->class && !second)
            wrong(l, outer, "two of a class need spin_lock_second()");
    }
    BUG_ON(h->count == LOCKS_HELD_MAX);
    h->lock[h->count++] = l;
}

void lock_check_release(const spinlock_t *l)
{
    struct held *h = &held[this_cpu()];

    for (unsigned i = h->count; i-- > 0;) {
        if (h->lock[i] == l) {
            h->lock[i] = h->lock[--h->count];
            return;
        }
    }
    boot_panic("lock %s (%p) released by a CPU that does not hold it",
               class_name[l->class], (const void *)l);
}

#endif
