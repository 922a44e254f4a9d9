/* SPDX-License-Identifier: MIT */
/*
 * device.h - a guest's disks and cards: their nodes in the store, what the
 * control domain does for them, and their end.
 *
 * The record of what a domain has stands under /libxl/DOMID/device, where the
 * guest cannot write: removal trusts nothing else. Which backend serves a
 * type is backend_in_kernel()'s to say; user backends open params and join
 * the bridge themselves, for the kernel's it is done here.
 */
#ifndef SPLITRING_TOOLS_DEVICE_H
#define SPLITRING_TOOLS_DEVICE_H

#include <stdint.h>

#include "dom0-tools/lib/config.h"
#include "dom0-tools/lib/record.h"
#include "dom0-tools/lib/tools.h"

#define DEFAULT_BRIDGE "xenbr0"

/* Whether the host has what they ask for; nothing is changed. */
int disk_check(struct tools *t, const struct disk *d);
int vif_check(struct tools *t, const struct vif *v, unsigned int index);

/* Write all nodes of all devices and wait until each backend is there. */
int devices_add(struct tools *t, uint32_t domid, const struct guest *g,
                struct tx *tx);
/* Take them all away, waiting for the backends to let go. */
void devices_remove(struct tools *t, uint32_t domid);

#endif
