/* SPDX-License-Identifier: MIT */
/*
 * record.h - what the tools know of the domains they made, in files under
 * /run, so that any of them may die at any moment and another go on.
 *
 *   /run/splitring/domains/UUID      name, domid, state and since when
 *   /run/splitring/domains/UUID.cfg  the guest's configuration, as xl.cfg
 *   /run/splitring/names.lock        has a locked byte for each guest that
 *                                    somebody is changing right now
 *   /run/splitring/tx/UUID           a create that is not finished: its steps
 *
 * Rules:
 *   R1  A step is written to the tx file before it is taken.
 *   R2  A tx file is locked by the process that works on it: one that can be
 *       locked was left behind, and whoever finds it undoes its steps.
 *   R3  A name is taken by a record as by a running domain: a guest that is
 *       being rebooted keeps its own.
 */
#ifndef SPLITRING_TOOLS_RECORD_H
#define SPLITRING_TOOLS_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "dom0-tools/lib/config.h"

enum record_state {
    REC_RUNNING,
    REC_REBOOTING, /* gone for a moment */
    REC_KEPT,      /* ended, and preserved for a look */
};

struct record {
    uint8_t uuid[16];
    char name[129];
    uint32_t domid;
    enum record_state state;
    uint64_t since; /* seconds of the epoch at which it was started */
};

/* For tests; the default is /run/splitring. */
void record_root(const char *dir);

int record_save(const struct record *r);
/* With the configuration, for the reboot to come. */
int record_save_guest(const struct record *r, const struct guest *g);
bool record_load(const uint8_t uuid[16], struct record *out);
bool record_load_guest(const uint8_t uuid[16], struct guest *out);
void record_remove(const uint8_t uuid[16]);
/* All of them, to be freed. */
struct record *record_list(unsigned int *n);
/* The record that holds @name, if any. */
bool record_by_name(const char *name, struct record *out);
bool record_by_domid(uint32_t domid, struct record *out);

/*
 * The lock of a name: a descriptor to close, or -1 with errno, EAGAIN when somebody
 * has it. It ends with the process too, and leaves nothing to clear away.
 */
int name_lock(const char *name);

/* A create's journal. */
struct tx {
    int fd;
    uint8_t uuid[16];
};
int tx_begin(struct tx *tx, const uint8_t uuid[16]);
int tx_step(struct tx *tx, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Forget the journal: finished, or undone. */
void tx_end(struct tx *tx);
/* There are journals, of live creates or dead ones. */
bool tx_any(void);
/* The next journal that nobody works on, locked; its text, to be freed. */
char *tx_next_stale(struct tx *tx);

#endif
