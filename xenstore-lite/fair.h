/* SPDX-License-Identifier: MIT */
/*
 * fair.h - a guest that keeps the control domain's transactions from ending waits.
 *
 * A transaction that read what a guest writes all the time would end in EAGAIN for
 * ever. Once it happened FAIR_CONFLICTS times in a row to one client of the control
 * domain, the guest that wrote last is not fed while that client tries again.
 *
 *   R1  Only the control domain's clients are helped; it itself never waits.
 *   R2  Nobody waits longer than FAIR_HOLD_MS for one transaction.
 */
#ifndef XENSTORE_FAIR_H
#define XENSTORE_FAIR_H

#include "store.h"

#define FAIR_CONFLICTS 3u
#define FAIR_HOLD_MS   50u

/* A client's transaction begins, is refused because of `writer`, or ends. */
void fair_begin(struct conn *c);
void fair_refused(struct conn *c, unsigned int writer);
void fair_end(struct conn *c);

/* Sets the store's clock; returns for how long nothing is due, -1: for ever. */
int fair_clock(struct store *s, uint64_t now_ms);

#endif
