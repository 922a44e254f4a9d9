/* SPDX-License-Identifier: MIT */
/*
 * hvlog.h - the hypervisor's own console, written to hypervisor.log.
 */
#ifndef BACKENDS_CONSOLE_HVLOG_H
#define BACKENDS_CONSOLE_HVLOG_H

#include "backends/console/console.h"

struct hvlog {
    struct console_env *env;
    struct xencall_handle *call;     /* NULL: not asked for */
    void *buf;                       /* hypercall-safe: the call, then text */
    uint32_t port;                   /* rings when there is more */
    uint32_t index;                  /* how far we have read */
    struct logfile log;
};

int hvlog_open(struct hvlog *h, struct console_env *env);

/* True when the port was ours. */
bool hvlog_event(struct hvlog *h, uint32_t port);

#endif
