/* SPDX-License-Identifier: MIT */
/*
 * console.h - one guest's console: its ring, its log, its terminal.
 *
 * The ring is always drained, whether anybody reads or not: a guest that
 * finds it full spins.  What no terminal takes is kept, oldest lost first.
 */
#ifndef BACKENDS_CONSOLE_CONSOLE_H
#define BACKENDS_CONSOLE_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "backends/common/loop.h"
#include "backends/common/store.h"
#include "backends/common/xen.h"
#include "backends/console/logfile.h"
#include "backends/console/tail.h"

/* What all consoles share. */
struct console_env {
    struct loop loop;
    struct store store;
    struct xen xen;
    const char *log_dir;
    bool log_guests;
};

struct console {
    struct console *next;
    struct console_env *env;
    unsigned domid;
    struct xencons_interface *ring;    /* NULL: not connected */
    bool ring_is_foreign;              /* mapped as a frame, not by a grant */
    uint64_t gfn;
    uint32_t remote_port;
    uint32_t port;
    bool bad_indices;                  /* said once */
    struct logfile log;
    struct loop_fd pty;                /* the master */
    int slave;                         /* held, so that the master lives on */
    bool pty_wants_out, pty_paused;
    struct tail tail;                  /* what the terminal did not take yet */
    int64_t window_ms;                 /* start of the present 200 ms */
    unsigned window_events;
    struct loop_timer window_end;      /* armed: the port stays masked */
};

struct console *console_new(struct console_env *env, unsigned domid);

/* Look at the guest's console nodes and connect, reconnect or do nothing. */
void console_check(struct console *c);

/* The guest rang. */
void console_event(struct console *c);

/* Takes what is left in the ring, then gives everything back. */
void console_free(struct console *c);

#endif
