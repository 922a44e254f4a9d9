/* SPDX-License-Identifier: MIT */
/*
 * ring.h - a page shared by two domains, in which one (front) posts requests
 * and the other (back) replaces them with responses, without a lock.
 *
 *   field       written by   read by
 *   req_prod    front        back        how many requests are published
 *   req_event   back         front       "notify me when req_prod passes this"
 *   rsp_prod    back         front       how many responses are published
 *   rsp_event   front        back
 *
 * Order. Each promise is a pair; breaking either half loses it.
 *   (A)  the producer stores entries, then releases its prod.
 *   (A') the consumer acquires prod, then reads entries: no half-written entry.
 *   (B)  the producer stores prod, full fence, loads event.
 *   (B') the consumer stores event, full fence, loads prod: at least one of
 *        the two sees the other's store, so no wake-up is lost.
 *
 * Trust. The other side may be malicious: read every shared field once, into a
 * local; copy an entry out before judging it; distrust a prod that is further
 * from what was consumed than the ring is long.
 *
 * Indices only grow, wrap at 2^32, and name an entry modulo the number of
 * entries, which is a power of two. The functions at the end are the same for
 * each kind of ring; DEFINE_RING_TYPES makes the layouts.
 */
#ifndef PUBLIC_IO_RING_H
#define PUBLIC_IO_RING_H

#include <stddef.h>
#include <stdint.h>

typedef unsigned int RING_IDX;

/*
 * union NAME_sring_entry   a request or its response
 * struct NAME_sring        the shared page: 64 bytes of indices, then entries
 * struct NAME_front_ring   what a front keeps for itself
 * struct NAME_back_ring    what a back keeps for itself
 */
#define DEFINE_RING_TYPES(name, req_type, rsp_type)                       \
    union name##_sring_entry {                                            \
        req_type req;                                                     \
        rsp_type rsp;                                                     \
    };                                                                    \
    struct name##_sring {                                                 \
        RING_IDX req_prod, req_event;                                     \
        RING_IDX rsp_prod, rsp_event;                                     \
        union {                                                           \
            struct {                                                      \
                uint8_t smartpoll_active;                                 \
            } netif;                                                      \
            struct {                                                      \
                uint8_t msg;                                              \
            } tapif_user;                                                 \
            uint8_t pvt_pad[4];                                           \
        } pvt;                                                            \
        uint8_t __pad[44];                                                \
        union name##_sring_entry ring[1];                                 \
    };                                                                    \
    struct name##_front_ring {                                            \
        RING_IDX req_prod_pvt;                                            \
        RING_IDX rsp_cons;                                                \
        unsigned int nr_ents;                                             \
        struct name##_sring *sring;                                       \
    };                                                                    \
    struct name##_back_ring {                                             \
        RING_IDX rsp_prod_pvt;                                            \
        RING_IDX req_cons;                                                \
        unsigned int nr_ents;                                             \
        struct name##_sring *sring;                                       \
    };                                                                    \
    typedef struct name##_sring name##_sring_t;                           \
    typedef struct name##_front_ring name##_front_ring_t;                 \
    typedef struct name##_back_ring name##_back_ring_t

/* The largest power of two that is at most n; 0 for 0. */
static inline unsigned int xen_ring_round_down(unsigned long n)
{
    unsigned long p = 1;

    if (n == 0)
        return 0;
    while (p <= n / 2)
        p *= 2;
    return (unsigned int)p;
}

/* How many entries fit into bytes of shared memory. */
#define RING_ENTRIES(name, bytes)                                         \
    xen_ring_round_down(((bytes) - offsetof(struct name##_sring, ring)) / \
                        sizeof(union name##_sring_entry))

/* The producer's half of (A): everything before it is visible first. */
static inline void xen_ring_publish(RING_IDX *prod, RING_IDX value)
{
    __atomic_store_n(prod, value, __ATOMIC_RELEASE);
}

/* The consumer's half of (A'). */
static inline RING_IDX xen_ring_published(const RING_IDX *prod)
{
    return __atomic_load_n(prod, __ATOMIC_ACQUIRE);
}

/* (A) then (B): publishes value and says whether the other side asked to be
 * notified of any entry from *prod's old value on. */
static inline int xen_ring_publish_and_check(RING_IDX *prod, RING_IDX value,
                                             const RING_IDX *event)
{
    RING_IDX old = __atomic_load_n(prod, __ATOMIC_RELAXED);

    xen_ring_publish(prod, value);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return (RING_IDX)(value - __atomic_load_n(event, __ATOMIC_RELAXED)) <
           (RING_IDX)(value - old);
}

/* (B'): asks for a notification of entry cons and says whether it came
 * already, in which case the caller must not sleep. */
static inline int xen_ring_arm_and_check(RING_IDX *event, RING_IDX cons,
                                         const RING_IDX *prod)
{
    __atomic_store_n(event, cons + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return __atomic_load_n(prod, __ATOMIC_ACQUIRE) != cons;
}

#endif /* PUBLIC_IO_RING_H */
