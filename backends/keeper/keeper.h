/* SPDX-License-Identifier: MIT */
/*
 * keeper.h - the keeper's configuration: which daemons, in which order.
 *
 * One line a daemon, `#` starts a comment:
 *
 *     NAME [listen=SOCKET]... COMMAND [ARGUMENT]...
 *
 * The sockets are made and kept by the keeper and handed over as descriptors 3,
 * 4, ... with LISTEN_FDS and LISTEN_PID, so that clients of a daemon that is
 * being restarted wait in its queue and are not refused.
 */
#ifndef BACKENDS_KEEPER_KEEPER_H
#define BACKENDS_KEEPER_KEEPER_H

#include <stdint.h>
#include <sys/types.h>

#include "backends/common/loop.h"

#define KEEPER_SERVICES 16
#define KEEPER_ARGS 16
#define KEEPER_LISTENS 4
#define KEEPER_TEXT 8192

struct service {
    const char *name;
    const char *listen[KEEPER_LISTENS];
    int listen_fd[KEEPER_LISTENS];
    unsigned nr_listen;
    char *argv[KEEPER_ARGS + 1];
    unsigned argc;

    struct keeper *keeper;
    pid_t pid;                   /* 0: not running */
    bool ready;                  /* it said READY=1, or had its time */
    struct loop_fd notify;       /* it sends that here */
    struct loop_timer timer;     /* running: gives up waiting; else: starts */
    int64_t started_ms, backoff_ms;
};

struct keeper {
    char text[KEEPER_TEXT];      /* the file, cut into words */
    struct service services[KEEPER_SERVICES];
    unsigned nr_services;
    struct loop loop;
    struct loop_fd signals;
    bool stopping;
};

/* Cut text (k->text holds it) into services; 0, or -EINVAL after fail() that
 * names file and line. */
int keeper_parse(struct keeper *k, const char *file);

#endif
