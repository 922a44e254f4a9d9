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
/* Opens what rings need; 0, or -1 after having said why not. Then: */
int rings_open(struct store *s);
/*
 * Connects the control domain's kernel, and again every ring that a journal had;
 * then looks who died meanwhile. 0, or -1 as above.
 */
int rings_start(void);
void rings_stop(void);

#endif
