/* SPDX-License-Identifier: MIT */
/*
 * conn.h - one client: bytes in, bytes out, and what it holds open.
 *
 * A transport feeds whatever bytes it got, in pieces of any size, and takes
 * output as it has room. A whole request is carried out inside the call that
 * feeds its last byte, and no call carries out more than one, so a transport
 * decides how many requests of one client come before another's turn.
 *
 *   R1  Replies and events leave in the order they were made, except that the
 *       reply to a request goes before the events that the request causes.
 *   R2  An event equal to one that waits untouched is not queued again. Special
 *       events are: some receivers count them.
 *   R3  A client that does not read is not read from (conn_may_feed), and one
 *       whose events exceed their quota is cut off: `broken` is set. Nobody else
 *       notices either.
 */
#ifndef XENSTORE_CONN_H
#define XENSTORE_CONN_H

#include "store.h"

#define CONN_EVENT_BUCKETS 256u
#define CONN_PRIVILEGED_EVENTS (64u << 20)  /* bytes for a socket of dom0 */

struct txn;
struct view;

struct conn_out {               /* one message that waits to be sent */
    struct conn_out *next;
    struct conn_out *twin;      /* R2: others in the same bucket */
    uint32_t len, sent;
    uint32_t bucket;
    bool event;
    bool unique;                /* in the bucket */
    uint8_t bytes[];
};

struct conn {
    struct store *store;
    struct domain *domain;
    struct perm_asker who;
    uint32_t id;
    bool broken;                /* to be closed by its transport */
    bool is_ring;               /* over a ring: it outlives the process */
    bool is_dirty;
    struct conn *next, **link;  /* store.conns */
    struct conn *next_dirty;
    void *transport;            /* the transport's own ... */
    void (*flush)(struct conn *c);  /* ... and how it is told of new output */

    uint32_t taken, given;      /* bytes ever, as ring indices count */
    uint32_t have;              /* bytes of the message coming in */
    uint8_t in[sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX + 1];

    struct conn_out *out, **out_end;
    struct conn_out **mark;     /* R1: where the reply goes; NULL when idle */
    uint32_t replies;           /* waiting replies */
    size_t event_bytes;         /* waiting events */
    struct conn_out **events;   /* R2 */

    struct watch *watches;
    struct txn *txns;
    uint32_t txn_count;
    uint32_t next_txn;
    uint32_t conflicts;         /* of its transactions, in a row (fair.h) */
    uint16_t rival;             /* the domain behind the last; 0: none */
};

struct conn *conn_open(struct store *s, unsigned int domid);
void conn_close(struct conn *c);
/* Forgets watches, transactions, and what was half received and not yet sent. */
void conn_reset(struct conn *c);
/* The same, and counts bytes from zero again. */
void conn_restart(struct conn *c);

/* Whether the client may be read from now. */
bool conn_may_feed(const struct conn *c);
/* Takes at most `len` bytes and returns how many; -EPROTO: cut it off. */
long conn_feed(struct conn *c, const void *bytes, size_t len);

/* The next bytes to send, NULL and 0 if there are none. */
const void *conn_peek(const struct conn *c, size_t *len);
void conn_sent(struct conn *c, size_t len);

void conn_mark_dirty(struct conn *c);
/* Takes one connection from the list of those with new output; NULL if none. */
struct conn *conn_take_dirty(struct store *s);

void conn_reply(struct conn *c, const struct xsd_sockmsg *request,
                uint32_t type, const void *payload, size_t len);
void conn_event(struct conn *c, const char *path, const char *token);

/* Makes sure of the table by which equal events are found. */
void conn_own_events(struct conn *c);
/* Puts back a message that waited, sent up to `sent` bytes. */
void conn_restore_out(struct conn *c, const void *bytes, size_t len,
                      uint32_t sent, bool event, bool unique);

/* Keeps `who` up to date after SET_TARGET. */
void conn_retarget(struct store *s, const struct domain *d);

#endif
