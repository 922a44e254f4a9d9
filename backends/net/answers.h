/* SPDX-License-Identifier: MIT */
/*
 * answers.h - responses that are about to be written to a ring, in memory that
 * outlives the process.
 *
 * A response overwrites its request, so a process that dies between writing
 * responses and publishing them leaves a ring that cannot be read again.
 *   A1  Responses are gathered here first; the ring is untouched meanwhile.
 *   A2  start is stored, then the log becomes READY, then the ring is written
 *       and published.
 *   A3  After that the log becomes EMPTY.
 * So a successor that finds a READY log whose start is the ring's rsp_prod
 * writes it again; in every other case all that is published in the ring is a
 * request still.
 */
#ifndef BACKENDS_NET_ANSWERS_H
#define BACKENDS_NET_ANSWERS_H

#include "backends/common/ring.h"

#define ANSWERS_MAX 256u
#define ANSWERS_SLOT 12u

enum answers_state { ANSWERS_EMPTY, ANSWERS_READY };

struct answers {
    uint32_t state;
    uint32_t start;              /* ring index of the first */
    uint32_t nr;
    uint32_t size;               /* bytes of each */
    uint8_t slots[ANSWERS_MAX][ANSWERS_SLOT];
};

static inline void answers_add(struct answers *a, const void *rsp, size_t size)
{
    a->size = (uint32_t)size;
    memcpy(a->slots[a->nr++], rsp, size);
}

static inline void answers_write(struct answers *a, struct back_ring *r)
{
    uint32_t i;

    for (i = 0; i < a->nr && i < ANSWERS_MAX; i++)
        back_ring_put(r, a->slots[i], a->size < r->slot ? a->size : r->slot);
}

/* True when the front asked to be told. */
static inline bool answers_publish(struct answers *a, struct back_ring *r)
{
    bool tell;

    a->start = r->rsp_prod;
    __atomic_store_n(&a->state, ANSWERS_READY, __ATOMIC_RELEASE);     /* A2 */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    answers_write(a, r);
    tell = back_ring_publish(r);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&a->state, ANSWERS_EMPTY, __ATOMIC_RELEASE);     /* A3 */
    a->nr = 0;
    return tell;
}

/* Right after back_ring_attach(). */
static inline void answers_recover(struct answers *a, struct back_ring *r)
{
    if (a->state == ANSWERS_READY && a->start == r->rsp_prod) {
        answers_write(a, r);
        back_ring_publish(r);
        r->req_cons = r->rsp_prod;
    }
    a->state = ANSWERS_EMPTY;
    a->nr = 0;
}

#endif
