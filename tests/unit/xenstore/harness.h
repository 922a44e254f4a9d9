/* SPDX-License-Identifier: MIT */
/*
 * harness.h - clients of a store in the same process, for the unit tests.
 *
 * A test asks as one of three clients and looks at what came back. Every answer
 * is followed by an audit of the whole store, so any miscount fails the test that
 * made it.
 */
#ifndef TEST_XENSTORE_HARNESS_H
#define TEST_XENSTORE_HARNESS_H

#include <CUnit/CUnit.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "xenstore-lite/conn.h"
#include "xenstore-lite/domain.h"
#include "xenstore-lite/quota.h"

extern struct store *store;
extern struct conn *dom0, *dom1, *dom2;
/* What the hypervisor says of each domain; all run at first. */
extern enum dom_state fate[8];
extern int rings_opened, rings_closed;

/* The payload of the last good answer, with a NUL after it. */
extern char answer[4097];
extern size_t answer_len;
extern bool audit_each;

void start(void);
void stop(void);

/* Sends one request; 0 or the errno that was answered. */
int ask(struct conn *c, uint32_t type, uint32_t tx, const void *payload,
        size_t len);
/* With a payload that is a literal: every string of it is ended. */
#define ASK(c, op, tx, literal) ask(c, XS_##op, tx, literal, sizeof(literal))

int put(struct conn *c, uint32_t tx, const char *path, const char *value);
int get(struct conn *c, uint32_t tx, const char *path);
int make(struct conn *c, uint32_t tx, const char *path);
int rm(struct conn *c, uint32_t tx, const char *path);
int perms(struct conn *c, uint32_t tx, const char *path, const char *list);
uint32_t begin(struct conn *c);
int end(struct conn *c, uint32_t tx, const char *how);
int watch(struct conn *c, const char *path, const char *token);

/* The next event as "path token", or "" when none waits. */
const char *event(struct conn *c);

#define SUITE(name) extern CU_TestInfo name##_tests[];
#include "suites.def"
#undef SUITE

#endif
