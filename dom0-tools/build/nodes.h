/* SPDX-License-Identifier: MIT */
/*
 * nodes.h - a domain's own nodes in the store: who it is, its rings, and what
 * its drivers and the daemons look for. Devices are device.h's.
 */
#ifndef SPLITRING_TOOLS_NODES_H
#define SPLITRING_TOOLS_NODES_H

#include "dom0-tools/lib/config.h"
#include "dom0-tools/lib/tools.h"

struct rings {
    uint32_t store_port, console_port;
    uint64_t store_mfn, console_mfn;
};

/* All nodes, then the introduction to the daemon. -1 with the reason said. */
int nodes_write(struct tools *t, const struct guest *g, uint32_t domid,
                const struct rings *rings);
void nodes_remove(struct tools *t, uint32_t domid);
void nodes_remove_vm(struct tools *t, const uint8_t uuid[16]);

/* The control domain's own, once per boot; those there already stay. */
int nodes_write_control_domain(struct tools *t);

#endif
