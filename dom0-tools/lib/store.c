/* SPDX-License-Identifier: MIT */
/* store.c - xenstore for the tools; see store.h. */
#include "dom0-tools/lib/store.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xenstore.h>

#include "dom0-tools/lib/mem.h"
#include "dom0-tools/lib/say.h"

#define PATH_ROOM 3072

struct store {
    struct xs_handle *xs;
    xs_transaction_t t;
};

struct store *store_open_quietly(void)
{
    struct xs_handle *xs = xs_open(0);
    struct store *s;

    if (!xs)
        return NULL;
    s = mem_zalloc(1, sizeof(*s));
    s->xs = xs;
    s->t = XBT_NULL;
    return s;
}

struct store *store_open(void)
{
    struct store *s = store_open_quietly();

    if (!s)
        fail("no xenstore daemon answers (%s); start one first",
             strerror(errno));
    return s;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    xs_close(s->xs);
    free(s);
}

void store_begin(struct store *s)
{
    s->t = xs_transaction_start(s->xs);
}

int store_commit(struct store *s)
{
    bool ok = xs_transaction_end(s->xs, s->t, false);

    s->t = XBT_NULL;
    if (ok)
        return 1;
    return errno == EAGAIN ? 0 : -1;
}

void store_abandon(struct store *s)
{
    xs_transaction_end(s->xs, s->t, true);
    s->t = XBT_NULL;
}

char *store_read(struct store *s, const char *fmt, ...)
{
    char path[PATH_ROOM];
    unsigned int len;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(path, sizeof(path), fmt, ap);
    va_end(ap);
    return xs_read(s->xs, s->t, path, &len);
}

bool store_exists(struct store *s, const char *path)
{
    unsigned int len;
    char *v = xs_read(s->xs, s->t, path, &len);

    free(v);
    return v != NULL;
}

char **store_list(struct store *s, unsigned int *n, const char *fmt, ...)
{
    char path[PATH_ROOM];
    char **names;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(path, sizeof(path), fmt, ap);
    va_end(ap);
    *n = 0;
    names = xs_directory(s->xs, s->t, path, n);
    if (!names)
        *n = 0;
    return names;
}

bool store_write(struct store *s, const char *path, const char *value)
{
    return xs_write(s->xs, s->t, path, value, (unsigned int)strlen(value));
}

bool store_writef(struct store *s, const char *path, const char *fmt, ...)
{
    va_list ap;
    char *v;
    bool ok;
    int n;

    va_start(ap, fmt);
    n = vasprintf(&v, fmt, ap);
    va_end(ap);
    if (n < 0)
        return false;
    ok = store_write(s, path, v);
    free(v);
    return ok;
}

bool store_node(struct store *s, const char *path, enum store_perm perm,
                uint32_t domid, const char *value)
{
    struct xs_permissions p[2] = { { 0 } };
    unsigned int n = 2;

    if (!store_write(s, path, value))
        return false;
    p[0].perms = XS_PERM_NONE;
    p[1].perms = XS_PERM_READ;
    if (perm == STORE_OURS) {
        p[1].id = domid;
    } else {
        p[0].id = domid;
        n = perm == STORE_FRONT ? 2 : 1;
    }
    return perm == STORE_KEEP ||
           xs_set_permissions(s->xs, s->t, path, p, n);
}

void store_remove(struct store *s, const char *path)
{
    xs_rm(s->xs, s->t, path);
}

void store_prune(struct store *s, const char *path, const char *stop)
{
    char *p = str_dup(path);
    unsigned int n = 0;

    for (;;) {
        char *slash, **names;

        xs_rm(s->xs, s->t, p);
        slash = strrchr(p, '/');
        if (!slash || slash == p)
            break;
        *slash = '\0';
        if (strlen(p) <= strlen(stop))
            break;
        names = xs_directory(s->xs, s->t, p, &n);
        free(names);
        if (!names || n)
            break;
    }
    free(p);
}

bool store_introduce(struct store *s, uint32_t domid, uint64_t mfn,
                     uint32_t port)
{
    return xs_introduce_domain(s->xs, domid, mfn, port);
}

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool store_wait(struct store *s, const char *path, int ms,
                bool (*done)(void *arg), void *arg)
{
    int64_t end = now_ms() + ms, left;
    bool ok = done(arg);
    char *event;

    if (ok || !xs_watch(s->xs, path, "wait"))
        return ok;
    while (!(ok = done(arg)) && (left = end - now_ms()) > 0) {
        struct pollfd pfd = { .fd = xs_fileno(s->xs), .events = POLLIN };

        /* a second look each second, for what makes no event here */
        poll(&pfd, 1, left > 1000 ? 1000 : (int)left);
        while ((event = store_event(s)))
            free(event);
    }
    xs_unwatch(s->xs, path, "wait");
    while ((event = store_event(s)))
        free(event);
    return ok;
}

bool store_watch(struct store *s, const char *path, const char *token)
{
    return xs_watch(s->xs, path, token);
}

int store_fd(struct store *s)
{
    return xs_fileno(s->xs);
}

char *store_event(struct store *s)
{
    char **ev = xs_check_watch(s->xs);
    char *path;

    if (!ev)
        return NULL;
    path = str_dup(ev[XS_WATCH_PATH]);
    free(ev);
    return path;
}
