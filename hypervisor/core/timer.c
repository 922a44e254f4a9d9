/* SPDX-License-Identifier: MIT */
/*
 * timer.c - one pairing heap of timers for each CPU.
 *
 *   R1  A queued timer is in the heap of t->cpu, under that CPU's lock.
 *   R2  t->cpu changes only under the lock of the old CPU, with t not queued.
 *   R3  Only the CPU itself programs its deadline: whoever puts an earlier timer
 *       on another CPU kicks it, and that CPU calls timer_rearm().
 *   R4  No timer is set on a CPU that is not online; CPU 0 always is.
 */
#include "core/timer.h"
#include "arch/smp.h"
#include "arch/upcalls.h"
#include "sync/spinlock.h"

struct timer_cpu {
    spinlock_t lock;
    struct timer *root;
    struct timer *running;
    s_time_t armed;
} __aligned(64);

static struct timer_cpu timers[NR_CPUS] = {
    [0 ... NR_CPUS - 1] = { .lock = SPINLOCK(timer), .armed = TIME_NEVER },
};

/* The smaller of two roots with the other as its first child. */
static struct timer *heap_merge(struct timer *a, struct timer *b)
{
    struct timer *t;

    if (!a)
        return b;
    if (!b)
        return a;
    if (b->expires < a->expires) {
        t = a;
        a = b;
        b = t;
    }
    b->prev = a;
    b->next = a->child;
    if (a->child)
        a->child->prev = b;
    a->child = b;
    a->next = a->prev = NULL;
    return a;
}

/* The two passes: pairs from the left, then all of them from the right. */
static struct timer *heap_merge_children(struct timer *first)
{
    struct timer *pairs = NULL, *root = NULL;

    while (first) {
        struct timer *a = first, *b = a->next;

        first = b ? b->next : NULL;
        a->next = a->prev = NULL;
        if (b)
            b->next = b->prev = NULL;
        a = heap_merge(a, b);
        a->next = pairs;
        pairs = a;
    }
    while (pairs) {
        struct timer *t = pairs;

        pairs = t->next;
        t->next = NULL;
        root = heap_merge(root, t);
    }
    return root;
}

static void heap_remove(struct timer_cpu *tc, struct timer *t)
{
    if (t == tc->root) {
        tc->root = heap_merge_children(t->child);
    } else {
        if (t->prev->child == t)
            t->prev->child = t->next;
        else
            t->prev->next = t->next;
        if (t->next)
            t->next->prev = t->prev;
        tc->root = heap_merge(tc->root, heap_merge_children(t->child));
    }
    t->child = t->next = t->prev = NULL;
    t->queued = false;
}

static struct timer_cpu *timer_lock(struct timer *t)
{
    for (;;) {
        unsigned cpu = READ_ONCE(t->cpu);
        struct timer_cpu *tc = &timers[cpu];

        spin_lock(&tc->lock);
        if (t->cpu == cpu)
            return tc;
        spin_unlock(&tc->lock);                                     /* R2 */
    }
}

static void arm(struct timer_cpu *tc)
{
    s_time_t next = tc->root ? tc->root->expires : TIME_NEVER;

    if (next != tc->armed) {
        tc->armed = next;
        time_arm(next);
    }
}

void timer_init(struct timer *t, void (*fn)(void *), void *arg, unsigned cpu)
{
    *t = (struct timer){
        .expires = TIME_NEVER, .fn = fn, .arg = arg, .cpu = cpu,
    };
}

void timer_set(struct timer *t, s_time_t expires)
{
    struct timer_cpu *tc = timer_lock(t);
    unsigned cpu = t->cpu;
    bool first;

    if (t->queued)
        heap_remove(tc, t);
    if (unlikely(!(READ_ONCE(cpus_online) & cpumask_of(cpu)))) {    /* R4 */
        t->cpu = 0;
        spin_unlock(&tc->lock);
        timer_set(t, expires);
        return;
    }
    t->expires = expires;
    if (expires != TIME_NEVER) {
        t->queued = true;
        t->child = t->next = t->prev = NULL;
        tc->root = heap_merge(tc->root, t);
    }
    first = tc->root == t;
    if (first && cpu == this_cpu())
        arm(tc);
    spin_unlock(&tc->lock);
    if (first && cpu != this_cpu())
        smp_kick(cpu);                                              /* R3 */
}

void timer_stop(struct timer *t)
{
    struct timer_cpu *tc = timer_lock(t);

    if (t->queued)
        heap_remove(tc, t);
    t->expires = TIME_NEVER;
    spin_unlock(&tc->lock);
}

void timer_kill(struct timer *t)
{
    for (;;) {
        struct timer_cpu *tc = timer_lock(t);
        bool running = tc->running == t;

        if (t->queued)
            heap_remove(tc, t);
        t->expires = TIME_NEVER;
        spin_unlock(&tc->lock);
        if (!running)
            return;
        cpu_relax();
    }
}

void timer_migrate(struct timer *t, unsigned cpu)
{
    struct timer_cpu *tc = timer_lock(t);
    s_time_t expires = t->expires;

    if (t->cpu == cpu || tc->running == t) {
        spin_unlock(&tc->lock);
        return;
    }
    if (t->queued)
        heap_remove(tc, t);
    t->cpu = cpu;
    spin_unlock(&tc->lock);
    if (expires != TIME_NEVER)
        timer_set(t, expires);
}

void timers_leave(void)
{
    struct timer_cpu *tc = &timers[this_cpu()], *to = &timers[0];

    spin_lock(&to->lock);
    spin_lock_second(&tc->lock);
    while (tc->root) {
        struct timer *t = tc->root;

        heap_remove(tc, t);
        t->cpu = 0;
        t->queued = true;
        to->root = heap_merge(to->root, t);
    }
    spin_unlock(&tc->lock);
    spin_unlock(&to->lock);
    smp_kick(0);                                                    /* R3 */
}

void timer_rearm(void)
{
    struct timer_cpu *tc = &timers[this_cpu()];
    struct timer *root = READ_ONCE(tc->root);

    if (!root)
        return;                     /* a deadline too many does no harm */
    spin_lock(&tc->lock);
    arm(tc);
    spin_unlock(&tc->lock);
}

void timer_interrupt(void)
{
    struct timer_cpu *tc = &timers[this_cpu()];

    spin_lock(&tc->lock);
    tc->armed = TIME_NEVER;
    while (tc->root && tc->root->expires <= time_now()) {
        struct timer *t = tc->root;

        heap_remove(tc, t);
        t->expires = TIME_NEVER;
        tc->running = t;
        spin_unlock(&tc->lock);
        t->fn(t->arg);
        spin_lock(&tc->lock);
        tc->running = NULL;
    }
    arm(tc);
    spin_unlock(&tc->lock);
}
