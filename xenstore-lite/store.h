/* SPDX-License-Identifier: MIT */
/*
 * store.h - the whole state of the daemon's pure core, in one struct.
 *
 * The core knows bytes, domains and time that has passed; no file descriptor and
 * no hypervisor. What it needs of the world it asks through struct store_hooks,
 * and what it has to say waits in each connection's queue until a transport
 * takes it. One thread; nothing here locks.
 *
 * See also conn.h (how bytes get in and out), request.h (what they do).
 */
#ifndef XENSTORE_STORE_H
#define XENSTORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "perm.h"
#include "wire.h"

struct conn;
struct journal;
struct node;
struct watch;

#define STORE_DOMAIN_BUCKETS 64u

enum quota_kind {
#define QUOTA(id, name, value, error) QUOTA_##id,
#include "quota.def"
#undef QUOTA
    QUOTA_COUNT
};

/* One domain that the store has heard of: introduced, or owner of something. */
struct domain {
    struct domain *next;        /* in its bucket */
    uint16_t domid;
    uint16_t target;            /* itself unless SET_TARGET said otherwise */
    bool introduced;
    bool shut;                  /* its shutdown was announced */
    bool dying;                 /* seen dying; waits to be gone */
    uint64_t gfn;               /* of INTRODUCE */
    uint32_t port;
    uint32_t nodes;             /* quota counts: owned nodes ... */
    uint32_t watches;
    uint32_t txns;
    uint32_t conns;             /* open connections that act for it */
    size_t bytes;               /* ... and all memory held on its behalf */
    uint64_t held_until;        /* ms; not fed before, 0: free (fair.h) */
    uint32_t lines;             /* written to the log because of it */
    struct conn *ring;          /* the connection over its ring, if any */
    struct tally *tally;        /* while an audit runs */
};

enum dom_state { DOM_GONE, DOM_RUNNING, DOM_SHUT, DOM_DYING };

struct store_hooks {
    void *ctx;
    /* What the hypervisor says; NULL means every domain always runs. */
    enum dom_state (*dom_state)(void *ctx, unsigned int domid);
    /*
     * Connect a ring: 0 with d->ring set, or -errno. NULL: no rings. Called on a
     * connected domain to tell the other side that it was introduced again.
     */
    int (*ring_open)(void *ctx, struct domain *d);
    /* Let go of a ring that ring_open() connected; closes d->ring. */
    void (*ring_close)(void *ctx, struct domain *d);
    /* A line for the log. NULL: dropped. */
    void (*log)(void *ctx, const char *line);
};

struct watch_table {
    struct watch **bucket;
    uint32_t buckets;           /* a power of two */
    uint32_t count;
};

struct store {
    struct node *top;           /* hidden: holds "/" and the special names */
    uint64_t gen;               /* stamp of the last change */
    uint32_t nodes;
    struct watch_table watches;
    struct conn *conns;
    struct conn *dirty;         /* have output that no transport has seen */
    uint32_t next_conn;
    uint32_t limit[QUOTA_COUNT];
    uint64_t requests, conflicts;
    uint64_t deaths;            /* domains that went, see domain.h */
    uint64_t now_ms;            /* the clock, as it was set last */
    uint32_t held;              /* domains that are held back, see fair.h */
    uint16_t writer;            /* whose request is carried out */
    uint32_t inside;            /* deep in what something recorded causes */
    bool restored;              /* from a journal */
    struct journal *journal;    /* NULL: none is kept */
    bool log_requests;
    struct store_hooks hooks;
    struct domain *domain[STORE_DOMAIN_BUCKETS];
};

struct store *store_create(const struct store_hooks *hooks);
void store_destroy(struct store *s);

/* The record of a domain, made on demand; find returns NULL instead. */
struct domain *store_domain(struct store *s, unsigned int domid);
struct domain *store_find_domain(const struct store *s, unsigned int domid);
/* The one after `d`, the first for NULL; NULL at the end. */
struct domain *store_next_domain(const struct store *s,
                                 const struct domain *d);

void store_log(const struct store *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* About what a domain did: no more than STORE_LOG_LINES of each, then silence. */
void store_log_domain(const struct store *s, struct domain *d,
                      const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
#define STORE_LOG_LINES 20u

/*
 * Checks every rule that joins the parts: counts, order, tables. Returns 0, or
 * -EIO with the first fault in `why`.
 */
int store_audit(struct store *s, char *why, size_t size);

#endif
