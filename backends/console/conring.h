/* SPDX-License-Identifier: MIT */
/*
 * conring.h - the console page, seen from the daemon's side.
 *
 *   field       written by   read by
 *   out[]       guest        daemon      what the guest prints
 *   out_prod    guest        daemon
 *   out_cons    daemon       guest       the guest waits for it when full
 *   in[]        daemon       guest       what is typed
 *   in_prod     daemon       guest
 *   in_cons     guest        daemon
 *
 * Order.  Indices run freely; each promise is a pair.
 *   (A) the guest stores bytes, then releases out_prod.
 *   (A') the daemon acquires out_prod, then reads them.
 *   (C) the daemon has read the bytes, then releases out_cons.
 *   (C') the guest acquires out_cons, then overwrites them.
 *   in[] has the same two pairs with the parts exchanged.
 * Nobody says "wake me": whoever moved an index rings, always.
 *
 * Trust.  The guest writes the whole page.  An index it cannot honestly have
 * is repaired by dropping what the ring holds; our own copies of out_cons and
 * in_prod are not kept, so that a new daemon goes on where the old one was.
 */
#ifndef BACKENDS_CONSOLE_CONRING_H
#define BACKENDS_CONSOLE_CONRING_H

#include <stdint.h>

#include "public/io/console.h"

#define CONRING_OUT sizeof(((struct xencons_interface *)0)->out)
#define CONRING_IN sizeof(((struct xencons_interface *)0)->in)

/*
 * Move what the guest printed into buf (CONRING_OUT bytes at most): how many
 * bytes, or -1 when the indices were beyond belief and have been repaired.
 */
static inline int conring_take(struct xencons_interface *r, char *buf)
{
    uint32_t cons = __atomic_load_n(&r->out_cons, __ATOMIC_RELAXED);
    uint32_t prod = __atomic_load_n(&r->out_prod, __ATOMIC_ACQUIRE); /* (A') */
    uint32_t i, n = prod - cons;

    if (n > CONRING_OUT) {
        __atomic_store_n(&r->out_cons, prod, __ATOMIC_RELEASE);
        return -1;
    }
    for (i = 0; i < n; i++)
        buf[i] = __atomic_load_n(&r->out[(cons + i) % CONRING_OUT],
                                 __ATOMIC_RELAXED);
    __atomic_store_n(&r->out_cons, prod, __ATOMIC_RELEASE);          /* (C) */
    return (int)n;
}

/* How much may be typed now. */
static inline uint32_t conring_room(const struct xencons_interface *r)
{
    uint32_t prod = __atomic_load_n(&r->in_prod, __ATOMIC_RELAXED);
    uint32_t cons = __atomic_load_n(&r->in_cons, __ATOMIC_ACQUIRE);  /* (C') */
    uint32_t n = prod - cons;

    return n > CONRING_IN ? 0 : (uint32_t)(CONRING_IN - n);
}

/* Type n bytes; n is at most what conring_room() said. */
static inline void conring_put(struct xencons_interface *r, const char *buf,
                               uint32_t n)
{
    uint32_t prod = __atomic_load_n(&r->in_prod, __ATOMIC_RELAXED);
    uint32_t i;

    for (i = 0; i < n; i++)
        __atomic_store_n(&r->in[(prod + i) % CONRING_IN], buf[i],
                         __ATOMIC_RELAXED);
    __atomic_store_n(&r->in_prod, prod + n, __ATOMIC_RELEASE);       /* (A) */
}

#endif
