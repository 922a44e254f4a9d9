/* SPDX-License-Identifier: MIT */
/*
 * backend.c - one process for one device: look at the store, take the step.
 */
#include "backends/common/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/common/log.h"

static void backend_lock_path(const struct backend *b, char *path, size_t size)
{
    snprintf(path, size, "/run/splitring/%s-%u-%u.lock", b->ops->type,
             b->domid, b->handle);
}

/*
 * Wait for the one lock of this device: a process that outlived its manager
 * serves on, and its successor stands by until it is gone.
 */
static int backend_lock(const struct backend *b)
{
    struct flock whole = { .l_type = F_WRLCK };
    char path[128];
    int fd;

    mkdir("/run/splitring", 0755);
    backend_lock_path(b, path, sizeof(path));
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || fcntl(fd, F_OFD_SETLKW, &whole) < 0)
        return fail(errno, "cannot lock %s: %m", path);
    return 0;
}

/* For good: a successor that waits finds no nodes and ends too. */
static void backend_unlock(const struct backend *b)
{
    char path[128];

    backend_lock_path(b, path, sizeof(path));
    unlink(path);
}

static void backend_set_state(struct backend *b, unsigned state)
{
    store_put(&b->store, b->path, "state", "%u", state);
}

static void backend_let_go(struct backend *b)
{
    if (!b->connected)
        return;
    loop_cancel(&b->loop, &b->more);
    loop_remove(&b->loop, &b->evtchn);
    b->ops->disconnect(b);
    b->connected = false;
}

void backend_fail(struct backend *b)
{
    char dir[160];

    backend_let_go(b);
    b->failed = true;
    snprintf(dir, sizeof(dir), "/local/domain/0/error/backend/%s/%u/%u",
             b->ops->type, b->domid, b->handle);
    store_put(&b->store, dir, "error", "%s", log_last_failure());
    if (!b->has_script)
        store_put(&b->store, b->path, "hotplug-error", "%s",
                  log_last_failure());
    backend_set_state(b, XenbusStateClosing);
}

static bool backend_prepared(struct backend *b)
{
    char *status;
    bool done;

    if (!b->has_script)
        return true;
    status = store_get(&b->store, b->path, "hotplug-status");
    done = status && strcmp(status, "connected") == 0;
    free(status);
    return done;
}

static void backend_look(struct backend *b, struct backend_view *v)
{
    unsigned long n;

    v->own = store_scan(&b->store, b->path, "state", &n) ? (unsigned)n : 0;
    v->front = store_scan(&b->store, b->front, "state", &n) ? (unsigned)n : 0;
    v->online = store_scan(&b->store, b->path, "online", &n) && n != 0;
    v->prepared = backend_prepared(b);
    v->connected = b->connected;
}

void backend_work(struct backend *b)
{
    int rc = b->connected ? b->ops->serve(b) : 0;

    if (rc < 0)
        backend_fail(b);
    else if (rc > 0)
        loop_after(&b->loop, &b->more, 0);
}

static void backend_more(void *arg)
{
    backend_work(arg);
}

static void backend_rang(void *arg, uint32_t events)
{
    struct backend *b = arg;
    int port = xen_pending(&b->xen);

    (void)events;
    if (port < 0)
        return;
    xen_unmask(&b->xen, (uint32_t)port);
    backend_work(b);
}

static int backend_connect(struct backend *b)
{
    int rc = b->ops->connect(b);

    if (rc < 0)
        return rc;
    b->evtchn = (struct loop_fd){ .fd = xen_evtchn_fd(&b->xen),
                                  .ready = backend_rang, .arg = b };
    rc = loop_add(&b->loop, &b->evtchn, EPOLLIN);
    if (rc < 0) {
        b->ops->disconnect(b);
        return rc;
    }
    b->connected = true;
    /* A dead process may have answered and not told; requests may wait. */
    xen_notify(&b->xen, b->port);
    loop_after(&b->loop, &b->more, 0);
    return 0;
}

/* True when the view may have changed and is worth another look. */
static bool backend_step(struct backend *b, enum backend_step step)
{
    int rc = 0;

    switch (step) {
    case STEP_ANNOUNCE:
        rc = b->ops->announce(b);
        if (rc == 0)
            backend_set_state(b, XenbusStateInitWait);
        break;
    case STEP_CONNECT:
        rc = backend_connect(b);
        if (rc == 0) {
            backend_set_state(b, XenbusStateConnected);
            log_line("connected");
        }
        break;
    case STEP_CLOSING:
        backend_let_go(b);
        backend_set_state(b, XenbusStateClosing);
        break;
    case STEP_CLOSED:
        backend_let_go(b);
        backend_set_state(b, XenbusStateClosed);
        log_line("closed");
        break;
    case STEP_GONE:
        backend_let_go(b);
        b->ops->leave(b);
        backend_unlock(b);
        loop_stop(&b->loop, 0);
        return false;
    case STEP_NONE:
        return false;
    }
    if (rc < 0)
        backend_fail(b);
    return rc == 0;
}

void backend_check(struct backend *b)
{
    struct backend_view v;
    enum backend_step step;

    do {
        backend_look(b, &v);
        step = backend_decide(&v);
        if (b->failed && step == STEP_CLOSED && v.own == XenbusStateClosing) {
            backend_set_state(b, XenbusStateClosed);
            step = STEP_NONE;
        }
        if (b->failed && step != STEP_GONE)
            return;
    } while (backend_step(b, step));
}

static void backend_look_again(void *arg)
{
    backend_check(arg);
}

/*
 * Each node that we write ourselves makes an event too. Only those that
 * backend_look() reads count, and all that have come are one reason to look.
 */
static void backend_event(void *arg, const char *path, const char *token)
{
    struct backend *b = arg;
    const char *key = strrchr(path, '/');

    (void)token;
    if (strlen(path) > strlen(b->path) &&
        strncmp(path, b->path, strlen(b->path)) == 0 &&
        strcmp(key, "/state") != 0 && strcmp(key, "/online") != 0 &&
        strcmp(key, "/hotplug-status") != 0)
        return;
    loop_after(&b->loop, &b->look, 0);
}

static int backend_find_front(struct backend *b)
{
    char want[64];
    char *front = store_get(&b->store, b->path, "frontend");

    if (!front)
        return -ENOENT;
    snprintf(want, sizeof(want), "/local/domain/%u/", b->domid);
    if (strncmp(front, want, strlen(want)) != 0 ||
        strlen(front) >= sizeof(b->front)) {
        free(front);
        return fail(EINVAL, "its frontend node names no directory of domain "
                    "%u", b->domid);
    }
    strcpy(b->front, front);
    free(front);
    front = store_get(&b->store, b->path, "script");
    b->has_script = front && *front;
    free(front);
    return 0;
}

int backend_serve(const struct backend_ops *ops, void *device, unsigned domid,
                  unsigned handle)
{
    static struct backend b;
    char subject[32], front_state[300];

    b.ops = ops;
    b.domid = domid;
    b.handle = handle;
    b.device = device;
    snprintf(subject, sizeof(subject), "%u/%u", domid, handle);
    b.more = (struct loop_timer){ .due = backend_more, .arg = &b };
    b.look = (struct loop_timer){ .due = backend_look_again, .arg = &b };
    log_name(ops->program, subject);
    snprintf(b.path, sizeof(b.path), "/local/domain/0/backend/%s/%u/%u",
             ops->type, domid, handle);
    if (backend_lock(&b) < 0 || loop_init(&b.loop) < 0 ||
        xen_open(&b.xen) < 0)
        return 1;
    store_open(&b.store, &b.loop, backend_event, &b);
    if (backend_find_front(&b) < 0)
        return 0;                /* removed before we came to it */
    snprintf(front_state, sizeof(front_state), "%s/state", b.front);
    if (store_watch(&b.store, b.path, "back") < 0 ||
        store_watch(&b.store, front_state, "front") < 0)
        return 1;
    return loop_run(&b.loop);
}
