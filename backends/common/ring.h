/* SPDX-License-Identifier: MIT */
/*
 * ring.h - the backend's end of a request ring: shared pages, two parties, no
 * lock.
 *
 *   field       written by   read by
 *   req_prod    front        back        how many requests are published
 *   req_event   back         front       "wake me when req_prod passes this"
 *   rsp_prod    back         front       how many responses are published
 *   rsp_event   front        back        "wake me when rsp_prod passes this"
 *   entries     both: a response overwrites a request that was taken before
 *
 * Order.  Each promise is a pair; breaking either half loses it.
 *   (A) front stores the request, then releases req_prod.
 *   (A') back acquires req_prod, then reads the request.
 *   (B) front stores req_prod, full fence, loads req_event.
 *   (B') back stores req_event, full fence, loads req_prod.  No wake-up is
 *        lost: at least one of them sees the other's store.
 *   (C) back stores the response, then releases rsp_prod.
 *   (C') front acquires rsp_prod, then reads the response.
 *   (D) back stores rsp_prod, full fence, loads rsp_event.
 *   (D') front stores rsp_event, full fence, loads rsp_prod.
 *
 * Trust.  The front may write any of it at any time: every index is read once
 * into a local and believed only within the ring's length, every request is
 * copied once, and only the copy is looked at.
 */
#ifndef BACKENDS_COMMON_RING_H
#define BACKENDS_COMMON_RING_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define RING_HEAD 64u            /* bytes before the first entry */

struct ring_page {
    uint32_t req_prod, req_event;
    uint32_t rsp_prod, rsp_event;
    uint8_t pad[RING_HEAD - 16];
    uint8_t entries[];
};

struct back_ring {
    struct ring_page *shared;
    uint32_t nr;                 /* entries, a power of two */
    uint32_t slot;               /* bytes of one */
    uint32_t req_cons;           /* ours, never re-read from the page */
    uint32_t rsp_prod;           /* ours; published by back_ring_publish() */
};

static inline uint32_t ring_entries(uint32_t bytes, uint32_t slot)
{
    uint32_t nr = 1, fit = (bytes - RING_HEAD) / slot;

    while (nr * 2 <= fit)
        nr *= 2;
    return nr;
}

static inline uint8_t *ring_slot(const struct back_ring *r, uint32_t index)
{
    return r->shared->entries + (size_t)(index & (r->nr - 1)) * r->slot;
}

/*
 * Take up a ring, new or used: a former backend's responses count, and what it
 * had taken but not answered is taken again from the page (callers that know
 * better move req_cons).
 */
static inline void back_ring_attach(struct back_ring *r, void *pages,
                                    uint32_t bytes, uint32_t slot)
{
    r->shared = pages;
    r->slot = slot;
    r->nr = ring_entries(bytes, slot);
    r->rsp_prod = __atomic_load_n(&r->shared->rsp_prod, __ATOMIC_RELAXED);
    r->req_cons = r->rsp_prod;
}

/*
 * How many requests wait, or -EPROTO when the front claims more than the ring
 * can hold beside the ones that are still unanswered.
 */
static inline int back_ring_waiting(const struct back_ring *r)
{
    uint32_t prod = __atomic_load_n(&r->shared->req_prod,
                                    __ATOMIC_ACQUIRE);          /* (A') */

    if (prod - r->rsp_prod > r->nr)
        return -EPROTO;
    return (int)(prod - r->req_cons);
}

/* Copy out the next request; only when back_ring_waiting() was above 0. */
static inline void back_ring_take(struct back_ring *r, void *req, size_t size)
{
    memcpy(req, ring_slot(r, r->req_cons++), size);
    __asm__ volatile("" ::: "memory");       /* the copy is made here, once */
}

/*
 * Ask to be woken once `wanted` requests wait; false when they do already.
 */
static inline bool back_ring_may_sleep(struct back_ring *r, uint32_t wanted)
{
    uint32_t prod;

    __atomic_store_n(&r->shared->req_event, r->req_cons + wanted,
                     __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);                    /* (B') */
    prod = __atomic_load_n(&r->shared->req_prod, __ATOMIC_ACQUIRE);
    return prod - r->req_cons < wanted;
}

/* Write the next response; the front sees it after back_ring_publish(). */
static inline void back_ring_put(struct back_ring *r, const void *rsp,
                                 size_t size)
{
    memcpy(ring_slot(r, r->rsp_prod++), rsp, size);
}

/* Publish what was put; true when the front asked to be told. */
static inline bool back_ring_publish(struct back_ring *r)
{
    uint32_t old = __atomic_load_n(&r->shared->rsp_prod, __ATOMIC_RELAXED);
    uint32_t event;

    __atomic_store_n(&r->shared->rsp_prod, r->rsp_prod,
                     __ATOMIC_RELEASE);                         /* (C) */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);                    /* (D) */
    event = __atomic_load_n(&r->shared->rsp_event, __ATOMIC_RELAXED);
    return r->rsp_prod - event < r->rsp_prod - old;
}

#endif
