/* SPDX-License-Identifier: MIT */
/*
 * store.h - the tools' view of xenstore, over libxenstore.
 *
 * Paths are formats. A store without a transaction works on the live tree; in
 * one, store_commit() says whether it has to be done again.
 */
#ifndef SPLITRING_TOOLS_STORE_H
#define SPLITRING_TOOLS_STORE_H

#include <stdbool.h>
#include <stdint.h>

struct store;

/* Who may touch a node, as xenstore writes it. */
enum store_perm {
    STORE_KEEP,    /* whatever its parent gives */
    STORE_OURS,    /* n0,rD  ours; the guest reads */
    STORE_GUESTS,  /* nD     the guest's own */
    STORE_FRONT,   /* nD,r0  the guest's, and a backend reads */
};

/* NULL, with the reason said, when no daemon answers. */
struct store *store_open(void);
/* The same without a word, for who waits for the daemon. */
struct store *store_open_quietly(void);
void store_close(struct store *s);

void store_begin(struct store *s);
/* 1: done; 0: somebody else was faster, do it again; -1: failed. */
int store_commit(struct store *s);
void store_abandon(struct store *s);

/* The value, to be freed, or NULL. */
char *store_read(struct store *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
bool store_exists(struct store *s, const char *path);
/* Names, to be freed with one free(); NULL when there is no such node. */
char **store_list(struct store *s, unsigned int *n, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
bool store_write(struct store *s, const char *path, const char *value);
bool store_writef(struct store *s, const char *path, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A node with its permissions, made when missing. */
bool store_node(struct store *s, const char *path, enum store_perm perm,
                uint32_t domid, const char *value);
void store_remove(struct store *s, const char *path);
/* Remove @path, then each parent that has no children left, up to @stop. */
void store_prune(struct store *s, const char *path, const char *stop);

bool store_introduce(struct store *s, uint32_t domid, uint64_t mfn,
                     uint32_t port);

/*
 * Until done(@arg), looking again at each change under @path; false when @ms
 * milliseconds were not enough.
 */
bool store_wait(struct store *s, const char *path, int ms,
                bool (*done)(void *arg), void *arg);

bool store_watch(struct store *s, const char *path, const char *token);
int store_fd(struct store *s);
/* The path of one event that has come, to be freed, or NULL. */
char *store_event(struct store *s);

#endif
