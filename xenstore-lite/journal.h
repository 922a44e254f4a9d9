/* SPDX-License-Identifier: MIT */
/*
 * journal.h - what lets the store outlive a kill of the daemon.
 *
 * The core is a function of what it is given: bytes of clients, in order, and what
 * the hypervisor answered. All of that is appended to memory that outlives the
 * process, each record before it is acted upon, and valid by one store. A new
 * process does it all again and stands where the old one stood.
 *
 *   R1  A request is recorded before it is carried out, and the ring's indices
 *       move after that: it is wholly unseen or wholly done, never done twice.
 *   R2  Bytes are given to a ring, then recorded as given, then published.
 *   R3  What a request causes by itself is not recorded: it happens again.
 *   R4  Now and then the state itself is written to the other half and the halves
 *       are exchanged, best when no transaction is open: one that is then is
 *       emptied and ends in EAGAIN, here and there alike.
 *   R5  Doing it again gives the same bytes: whatever an order could depend on is
 *       restored in that order.
 *
 *   R6  A last request that ended two processes is not carried out a third time:
 *       its client is cut off. A journal that ends three is given up.
 *
 * Clients of sockets do not outlive the process; their changes do.
 */
#ifndef XENSTORE_JOURNAL_H
#define XENSTORE_JOURNAL_H

#include "store.h"

enum journal_kind {
    /* given to the store */
    JOURNAL_OPEN, JOURNAL_CLOSE, JOURNAL_RESET, JOURNAL_RESTART,
    JOURNAL_FEED, JOURNAL_SENT, JOURNAL_CHECK,
    /* answered by the world */
    JOURNAL_STATE, JOURNAL_RING,
    /* the state as it was (R4) */
    JOURNAL_STORE, JOURNAL_DOMAIN, JOURNAL_NODE, JOURNAL_CONN, JOURNAL_IN,
    JOURNAL_WATCH, JOURNAL_TXN, JOURNAL_OUT,
};

struct journal_record {
    uint32_t kind;
    uint32_t id;                /* of a client or a domain */
    uint32_t arg, arg2;
    uint64_t len;               /* bytes that follow, without padding */
};

struct journal {
    uint8_t *mem;
    size_t half;                /* bytes of each half */
    size_t at;                  /* replaying: the next record */
    size_t floor;               /* bytes of the last state written */
    bool replaying;
    bool careful;               /* a replay of it did not come to its end (R6) */
    bool off;                   /* no more room: not kept any longer */
    bool broken;                /* a replay came out differently */
    const struct journal_record *ring;  /* of the state being restored */
    /* Makes sure that a piece of the memory is there; false: it is not. */
    bool (*reserve)(size_t from, size_t to);
};

/*
 * Over `size` bytes that may hold a journal. True if there is something in it; then
 * it must be replayed, or this counts as a replay that failed (R6).
 */
bool journal_init(struct journal *j, void *mem, size_t size,
                  bool (*reserve)(size_t from, size_t to));
/* Starts an empty one that begins with the state of `s`. */
void journal_start(struct store *s, struct journal *j);
/*
 * Brings `s`, new and empty, to where the journal ends; its hooks are asked for
 * rings only. 0, or -EIO if the journal contradicts itself.
 */
int journal_replay(struct store *s, struct journal *j);
/* Between requests: exchanges the halves if it is time (R4). */
void journal_tick(struct store *s);
/* R4, at once. */
void journal_compact(struct store *s);

/* Whether what happens now is to be recorded (R3). */
static inline bool journal_wants(const struct store *s)
{
    return s->journal && !s->journal->replaying && !s->inside;
}

/* Each appends one record. */
void journal_note(struct store *s, enum journal_kind kind, uint32_t id,
                  uint32_t arg, uint32_t arg2, const void *bytes, size_t len);

/*
 * The answer that was given at this point, its third argument in out->len; false:
 * ask the world, and note what it says with journal_answer().
 */
bool journal_recall(struct store *s, enum journal_kind kind, uint32_t id,
                    struct journal_record *out);
void journal_answer(struct store *s, enum journal_kind kind, uint32_t id,
                    uint32_t arg, uint32_t arg2, uint32_t extra);

#endif
