/* SPDX-License-Identifier: MIT */
/*
 * domctl.h - what the hypervisor says about a domain.
 *
 * A file of its own because it needs our public headers, and conn_ring.c the
 * system's, which come with the Xen libraries.
 */
#ifndef XENSTORE_DOMCTL_H
#define XENSTORE_DOMCTL_H

#include "store.h"

/* 0, or -1 with errno. */
int domctl_open(void);
void domctl_close(void);

/* A domain that the hypervisor will not tell of is taken as running. */
enum dom_state domctl_state(unsigned int domid);

#endif
