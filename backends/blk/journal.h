/* SPDX-License-Identifier: MIT */
/*
 * journal.h - which requests were taken from a ring and not yet answered, in
 * memory that outlives the process.
 *
 * The ring cannot tell: a response overwrites the slot of some other request.
 * Entry i belongs to job i:
 *   J1  On taking: the request is stored, then the entry becomes TAKEN.
 *   J2  On answering: the response's ring index is stored, then the entry
 *       becomes ANSWERED, then the response is written to the ring.
 *   J3  After the responses are published the entry becomes FREE.
 * So after a kill, an entry is unanswered exactly when it is TAKEN, or ANSWERED
 * with an index that rsp_prod has not passed.  Requests are taken in order, so
 * the first one that nobody took is rsp_prod plus the number of unanswered.
 */
#ifndef BACKENDS_BLK_JOURNAL_H
#define BACKENDS_BLK_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "public/io/blkif.h"

#define JOURNAL_JOBS 32u

enum journal_state { JOURNAL_FREE, JOURNAL_TAKEN, JOURNAL_ANSWERED };

struct journal_entry {
    uint32_t state;
    uint32_t req_index;
    uint32_t rsp_index;
    uint32_t pad;
    struct blkif_request request;
};

struct journal {
    struct journal_entry jobs[JOURNAL_JOBS];
};

static inline void journal_take(struct journal *j, unsigned job,
                                uint32_t req_index,
                                const struct blkif_request *request)
{
    struct journal_entry *e = &j->jobs[job];

    e->request = *request;
    e->req_index = req_index;
    __atomic_store_n(&e->state, JOURNAL_TAKEN, __ATOMIC_RELEASE);     /* J1 */
}

static inline void journal_answer(struct journal *j, unsigned job,
                                  uint32_t rsp_index)
{
    struct journal_entry *e = &j->jobs[job];

    e->rsp_index = rsp_index;
    __atomic_store_n(&e->state, JOURNAL_ANSWERED, __ATOMIC_RELEASE);  /* J2 */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline void journal_free(struct journal *j, unsigned job)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&j->jobs[job].state, JOURNAL_FREE,
                     __ATOMIC_RELEASE);                               /* J3 */
}

/*
 * After a kill: the unanswered jobs, oldest first, into order[]; how many.  All
 * other entries become free.
 */
static inline unsigned journal_recover(struct journal *j, uint32_t rsp_prod,
                                       unsigned order[JOURNAL_JOBS])
{
    unsigned i, k, n = 0;

    for (i = 0; i < JOURNAL_JOBS; i++) {
        struct journal_entry *e = &j->jobs[i];

        if (e->state == JOURNAL_FREE ||
            (e->state == JOURNAL_ANSWERED &&
             (int32_t)(e->rsp_index - rsp_prod) < 0)) {
            e->state = JOURNAL_FREE;
            continue;
        }
        e->state = JOURNAL_TAKEN;
        for (k = n++; k > 0; k--) {
            uint32_t before = j->jobs[order[k - 1]].req_index;

            if ((int32_t)(before - e->req_index) < 0)
                break;
            order[k] = order[k - 1];
        }
        order[k] = i;
    }
    return n;
}

#endif
