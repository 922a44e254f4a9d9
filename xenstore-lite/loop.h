/* SPDX-License-Identifier: MIT */
/*
 * loop.h - waits for file descriptors, and gives each its turn.
 *
 * A round gives every ready source one turn, then hands new output of the store
 * to its transports. A source that has more to do than one turn should take asks
 * for another with loop_again() and gets it in the next round.
 *
 *   R1  A source is removed only in its own turn or from a conn's flush.
 */
#ifndef XENSTORE_LOOP_H
#define XENSTORE_LOOP_H

#include <stdbool.h>

#include "store.h"

#define LOOP_TURN_REQUESTS 32   /* of one client in one turn */

struct source {
    int fd;
    void (*turn)(struct source *src);
    bool in, out;               /* what it waits for */
    bool again;
    struct source *next_again;
};

void loop_add(struct source *src, int fd, void (*turn)(struct source *src));
/* Which readiness gives it a turn. */
void loop_want(struct source *src, bool in, bool out);
void loop_remove(struct source *src);
void loop_again(struct source *src);

/* Runs until loop_stop(). */
void loop_run(struct store *s);
void loop_stop(void);

#endif
