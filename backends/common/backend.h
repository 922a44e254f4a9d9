/* SPDX-License-Identifier: MIT */
/*
 * backend.h - the process that serves one device: its xenbus life.
 *
 * The store's nodes are the only state: at every event the process looks at
 * its own state node, the frontend's, and `online`, and takes the step that
 * backend_decide() names.  So a process that is started in place of a dead one
 * needs nothing from it, and neither does a store that came back.
 */
#ifndef BACKENDS_COMMON_BACKEND_H
#define BACKENDS_COMMON_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include "backends/common/loop.h"
#include "backends/common/store.h"
#include "backends/common/xen.h"
#include "public/io/xenbus.h"

struct backend;

struct backend_ops {
    const char *program;                 /* "blkback" */
    const char *type;                    /* "vbd" */
    /* Write what the frontend may ask for; runs before InitWait. */
    int (*announce)(struct backend *b);
    /* Take the ring and set b->port; own state may be Connected already. */
    int (*connect)(struct backend *b);
    /* Do what there is to do while connected: 0, or 1 to be called again after
     * others had their turn, or negative when the ring is broken. */
    int (*serve)(struct backend *b);
    /* Give the ring back; nothing of the guest is touched after it. */
    void (*disconnect)(struct backend *b);
    /* The device is leaving for good. */
    void (*leave)(struct backend *b);
};

struct backend {
    const struct backend_ops *ops;
    struct loop loop;
    struct loop_timer look;      /* armed: what was seen in the store is old */
    struct store store;
    struct xen xen;
    struct loop_fd evtchn;       /* in the loop while connected */
    struct loop_timer more;      /* armed: the ring was left with work in it */
    uint32_t port;               /* of the ring, while connected */
    unsigned domid;
    unsigned handle;
    char path[128];              /* /local/domain/0/backend/TYPE/D/N */
    char front[256];             /* the frontend's directory */
    bool has_script;             /* a hotplug script prepares the device */
    bool connected;
    bool failed;                 /* told the toolstack; waits to be removed */
    void *device;                /* the type's own */
};

/* What backend_decide() looks at. */
struct backend_view {
    unsigned own, front;         /* enum xenbus_state, 0: no such node */
    bool online;
    bool prepared;               /* the hotplug script, if any, is done */
    bool connected;
};

enum backend_step {
    STEP_NONE,
    STEP_ANNOUNCE,               /* write features, go to InitWait */
    STEP_CONNECT,                /* take the ring, go to Connected */
    STEP_CLOSING,                /* give the ring back, go to Closing */
    STEP_CLOSED,                 /* give the ring back, go to Closed */
    STEP_GONE,                   /* nothing left to serve: end */
};

enum backend_step backend_decide(const struct backend_view *v);

/* The manager, or with --device D/N the process for one device. */
int backend_main(int argc, char **argv, const struct backend_ops *ops,
                 void *device);

/* Serve now: something has happened besides the ring's event. */
void backend_work(struct backend *b);

/* Look at the store again, for instance after the ring turned out broken. */
void backend_check(struct backend *b);

/* Tell the toolstack why this device cannot be served, and stop serving it. */
void backend_fail(struct backend *b);

/* The process part of backend_main(), and the manager part. */
int backend_serve(const struct backend_ops *ops, void *device, unsigned domid,
                  unsigned handle);
int manager_run(const struct backend_ops *ops);

#endif
