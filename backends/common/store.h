/* SPDX-License-Identifier: MIT */
/*
 * store.h - a xenstore client that outlives its daemon.
 *
 * Talks the wire protocol over the daemon's unix socket.  When the connection
 * is lost it is made again and every watch is registered again; a request that
 * was under way is sent again (all requests here may be repeated).  As each new
 * watch fires once, a user whose handler looks at the whole state, not at
 * what changed, needs to know nothing about it.
 *
 * Watch events are handed out by the loop only, never from within a request.
 */
#ifndef BACKENDS_COMMON_STORE_H
#define BACKENDS_COMMON_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "backends/common/loop.h"

#define STORE_PATH_MAX 3072
#define STORE_PAYLOAD_MAX 4096

typedef void store_event_fn(void *arg, const char *path, const char *token);

struct store_watch {
    struct store_watch *next;
    char *path;
    char *token;
};

struct store_event {
    struct store_event *next;
    char *path;                  /* token follows in the same allocation */
    const char *token;
};

struct store {
    struct loop *loop;
    struct loop_fd io;           /* io.fd < 0: no connection */
    struct loop_timer retry;     /* tries to connect again while idle */
    struct loop_timer deliver;   /* events that a request's reply overtook */
    store_event_fn *on_event;
    void *arg;
    struct store_watch *watches;
    struct store_event *first, **last;
    uint32_t req_id;
};

/* Waits until the daemon answers. */
int store_open(struct store *s, struct loop *loop, store_event_fn *on_event,
               void *arg);

/* NULL when absent; the caller frees. */
char *store_read(struct store *s, const char *path);

/* The node DIR/NODE as a number; false when absent or not one. */
bool store_scan(struct store *s, const char *dir, const char *node,
                unsigned long *value);

/* The node DIR/NODE as text, NULL when absent; the caller frees. */
char *store_get(struct store *s, const char *dir, const char *node);

int store_put(struct store *s, const char *dir, const char *node,
              const char *fmt, ...) __attribute__((format(printf, 4, 5)));
int store_remove(struct store *s, const char *path);
bool store_exists(struct store *s, const char *path);

/* Names below path, each ended by a NUL, in *len bytes; NULL when absent. */
char *store_list(struct store *s, const char *path, uint32_t *len);

bool store_is_introduced(struct store *s, unsigned domid);

int store_watch(struct store *s, const char *path, const char *token);
void store_unwatch(struct store *s, const char *path, const char *token);

#endif
