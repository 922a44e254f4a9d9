/* SPDX-License-Identifier: MIT */
/*
 * conn_ring.h - rings as the hypervisor has them: the control domain's kernel's
 * page, guests' pages, their event channels, and who is still alive.
 */
#ifndef XENSTORE_CONN_RING_H
#define XENSTORE_CONN_RING_H

#include "store.h"

/* Fills in what rings and the hypervisor answer to the store. */
void rings_hooks(struct store_hooks *hooks);
/* Connects the control domain's kernel; 0, or -1 after having said why not. */
int rings_start(struct store *s);
void rings_stop(void);

#endif
