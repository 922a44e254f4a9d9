/* SPDX-License-Identifier: MIT */
/*
 * front_ring.h - the guest's end of a request ring, for tests; the letters are
 * those of backends/common/ring.h.
 */
#ifndef TESTS_UNIT_BACKENDS_FRONT_RING_H
#define TESTS_UNIT_BACKENDS_FRONT_RING_H

#include "backends/common/ring.h"

struct front_ring {
    struct ring_page *shared;
    uint32_t nr, slot;
    uint32_t req_prod, rsp_cons;
};

static inline void front_ring_init(struct front_ring *f, void *page,
                                   uint32_t bytes, uint32_t slot)
{
    memset(page, 0, bytes);
    f->shared = page;
    f->slot = slot;
    f->nr = ring_entries(bytes, slot);
    f->req_prod = f->rsp_cons = 0;
    f->shared->req_event = f->shared->rsp_event = 1;
}

static inline bool front_ring_full(const struct front_ring *f)
{
    return f->req_prod - f->rsp_cons == f->nr;
}

static inline void *front_ring_slot(const struct front_ring *f, uint32_t i)
{
    return f->shared->entries + (size_t)(i & (f->nr - 1)) * f->slot;
}

static inline void front_ring_put(struct front_ring *f, const void *req,
                                  size_t size)
{
    memcpy(front_ring_slot(f, f->req_prod++), req, size);
}

/* True: the back asked to be told. */
static inline bool front_ring_publish(struct front_ring *f)
{
    uint32_t old = __atomic_load_n(&f->shared->req_prod, __ATOMIC_RELAXED);
    uint32_t event;

    __atomic_store_n(&f->shared->req_prod, f->req_prod,
                     __ATOMIC_RELEASE);                          /* (A) */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);                     /* (B) */
    event = __atomic_load_n(&f->shared->req_event, __ATOMIC_RELAXED);
    return f->req_prod - event < f->req_prod - old;
}

static inline bool front_ring_take(struct front_ring *f, void *rsp, size_t size)
{
    uint32_t prod = __atomic_load_n(&f->shared->rsp_prod,
                                    __ATOMIC_ACQUIRE);           /* (C') */

    if (prod == f->rsp_cons)
        return false;
    memcpy(rsp, front_ring_slot(f, f->rsp_cons++), size);
    return true;
}

static inline bool front_ring_may_sleep(struct front_ring *f)
{
    __atomic_store_n(&f->shared->rsp_event, f->rsp_cons + 1,
                     __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);                     /* (D') */
    return __atomic_load_n(&f->shared->rsp_prod, __ATOMIC_ACQUIRE) ==
           f->rsp_cons;
}

#endif
