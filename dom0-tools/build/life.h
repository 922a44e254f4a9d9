/* SPDX-License-Identifier: MIT */
/*
 * life.h - what happens when a guest ends: its on_poweroff, on_reboot and
 * on_crash. lifed does it for every domain of ours, `xl create -F` for its own
 * when no lifed runs.
 *
 * Rules:
 *   R1  Only domains with a record are touched: those that other toolstacks
 *       made are theirs.
 *   R2  The record is changed before the domain is: whoever is killed between
 *       the two leaves enough behind to go on.
 */
#ifndef SPLITRING_TOOLS_LIFE_H
#define SPLITRING_TOOLS_LIFE_H

#include <stdbool.h>

#include "dom0-tools/lib/record.h"
#include "dom0-tools/lib/tools.h"

enum life { LIFE_GOES_ON, LIFE_ENDED, LIFE_GONE };

/* How the domain of a record stands. */
enum life life_look(struct tools *t, const struct record *r);

/*
 * Do what is to be done for a record that is not LIFE_GOES_ON. @how is
 * CREATE_BRIEF for a process that ends after it (create.h), else 0.
 */
void life_act(struct tools *t, const struct record *r, unsigned int how);

/* Without a daemon: forget the guests whose domains are gone. */
void life_tidy(struct tools *t);

/* The descriptor that says "the daemon runs", or -1 when another has it. */
int life_claim(void);
bool life_served(void);

#endif
