/* SPDX-License-Identifier: MIT */
/*
 * domain.h - domains come, go, and take what was theirs with them.
 *
 *   R1  A domain is introduced from INTRODUCE until RELEASE or until it is dying;
 *       only then does its ring have a connection.
 *   R2  Once the hypervisor no longer knows it, no node is its own, no permission
 *       names it and nobody acts for it: the next domain of that number starts
 *       with nothing.
 *   R3  @releaseDomain is told at shutdown, at death, and when it is gone.
 */
#ifndef XENSTORE_DOMAIN_H
#define XENSTORE_DOMAIN_H

#include "store.h"

/* Whether permissions may name it. */
bool domain_exists(struct store *s, unsigned int domid);

/* INTRODUCE: 0 or -errno with nothing changed. */
int domain_introduce(struct store *s, unsigned int domid, uint64_t gfn,
                     uint32_t port);
/* RELEASE: the same. */
int domain_release(struct store *s, unsigned int domid);

/* Looks at every domain the store knows; after VIRQ_DOM_EXC and at start. */
void domains_check(struct store *s);

#endif
