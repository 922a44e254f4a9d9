/* SPDX-License-Identifier: MIT */
/*
 * ring.h - bytes between a shared page and a connection.
 *
 *   field            written by   read by
 *   req, req_prod    domain       daemon
 *   req_cons         daemon       domain
 *   rsp, rsp_prod    daemon       domain
 *   rsp_cons         domain       daemon
 *   connection       the domain asks to reconnect, the daemon answers
 *   error            daemon       domain
 *
 * Order. Each promise is a pair; the other half is in the domain's kernel.
 *   (A) the writer of a ring stores the bytes, then releases its index; the
 *       reader acquires the index, then reads the bytes.   => whole bytes.
 *   (B) who moves an index stores it, has a full fence, and loads the other's
 *       index once more before it sleeps; so does the other side before it
 *       decides that no event is needed.                    => no lost wake-up.
 * Trust. The domain may write anything anywhere at any time: its indices are read
 * once per use and judged, ours are kept in private memory.
 *
 * Knows no hypervisor: any page and any way to notify will do.
 */
#ifndef XENSTORE_RING_H
#define XENSTORE_RING_H

#include "conn.h"

/* The two ways to touch an index; tests hold the pair (B) against each other. */
static inline uint32_t ring_load(const uint32_t *field)
{
    return __atomic_load_n(field, __ATOMIC_ACQUIRE);            /* (A) */
}

static inline void ring_publish(uint32_t *field, uint32_t value)
{
    __atomic_store_n(field, value, __ATOMIC_RELEASE);           /* (A) */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);                    /* (B) */
}

struct ring {
    struct conn *c;             /* counts what was taken and given */
    struct xenstore_domain_interface *page; /* NULL: not there yet */
    bool failed;                /* cut off until it reconnects */
};

/* Starts where the indices in the page are. */
void ring_attach(struct ring *r, struct conn *c,
                 struct xenstore_domain_interface *page);
/* Goes on where the connection is, whatever our indices in the page are. */
void ring_resume(struct ring *r, struct xenstore_domain_interface *page);

#define RING_NOTIFY 1u          /* the other side has something to notice */
#define RING_MORE   2u          /* requests wait that the budget did not allow */

/* Moves what can be moved, and carries out at most `budget` requests. */
unsigned int ring_run(struct ring *r, unsigned int budget);

#endif
