/* SPDX-License-Identifier: MIT */
/*
 * create.h - from a configuration to a domain, and a domain's end.
 *
 * Rules:
 *   R1  Whatever can be found wrong without touching anything is found first.
 *   R2  A create that fails leaves nothing: no domain, node, loop device,
 *       record or name taken. One whose process is killed is undone by
 *       create_recover() of whoever comes next.
 *   R3  Between the end of a guest that reboots and its new domain, its record
 *       holds name and UUID.
 */
#ifndef SPLITRING_TOOLS_CREATE_H
#define SPLITRING_TOOLS_CREATE_H

#include <stdbool.h>
#include <stdint.h>

#include "dom0-tools/lib/config.h"
#include "dom0-tools/lib/record.h"
#include "dom0-tools/lib/tools.h"

/* Everything R1 asks for; the result is 0 or -1 with the reason said. */
int create_check(struct tools *t, const struct guest *g);

/* How to create. */
enum {
    CREATE_AGAIN = 1, /* the record of the guest's own reboot is no obstacle */
    /*
     * This process ends soon, so the unpacked kernel is left to its exit: a PV
     * control domain gives back a living process's pages with a trap for each,
     * and a dead one's all at once.
     */
    CREATE_BRIEF = 2,
};

/* A new domain, paused. */
int create_domain(struct tools *t, const struct guest *g, unsigned int how,
                  uint32_t *domid);

/* End a domain and everything of it; quiet about what is gone already. */
int domain_destroy(struct tools *t, uint32_t domid);
/* What a domain that is gone has left in store and host. */
void domain_sweep(struct tools *t, uint32_t domid, const uint8_t uuid[16]);

/* Undo what killed creates have left. */
void create_recover(struct tools *t);

#endif
