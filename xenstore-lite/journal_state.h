/* SPDX-License-Identifier: MIT */
/*
 * journal_state.h - the whole store as records, and back (journal.h R4, R5).
 *
 * Domains and watches are written bucket by bucket from the end of each chain, so
 * that putting them back at its front gives the same chain.
 */
#ifndef XENSTORE_JOURNAL_STATE_H
#define XENSTORE_JOURNAL_STATE_H

#include "journal.h"

/* Empties open transactions (R4), then gives every record to `put`. */
void journal_state_write(struct store *s,
                         void (*put)(struct store *s,
                                     const struct journal_record *rec,
                                     const void *bytes));

/* One of those records into `s`; `c` is the client with its id, or NULL. */
bool journal_state_redo(struct store *s, const struct journal_record *rec,
                        const uint8_t *bytes, struct conn *c);

#endif
