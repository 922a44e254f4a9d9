/* SPDX-License-Identifier: MIT */
/*
 * console.c - connect a guest's console and move its bytes.
 *
 *   R1  Output goes to the log first, then to the terminal's queue.
 *   R2  A guest may ring 30 times in 200 ms; then its port stays masked until
 *       they are over, so that a flood costs one guest's share and no more.
 *   R3  Input is taken from the terminal only when the ring has room for it.
 */
#include "backends/console/console.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <termios.h>
#include <unistd.h>

#include "backends/common/log.h"
#include "backends/console/conring.h"

#define WINDOW_MS 200
#define WINDOW_EVENTS 30
#define CONSOLE_GRANT 0u         /* the grant that every console page has */

static void console_pty_flush(struct console *c)
{
    size_t n;
    bool want;

    for (;;) {
        const char *bytes = tail_oldest(&c->tail, &n);
        ssize_t done;

        if (n == 0)
            break;
        done = write(c->pty.fd, bytes, n);
        if (done <= 0)
            break;
        tail_drop(&c->tail, (size_t)done);
    }
    want = n > 0;
    if (want != c->pty_wants_out) {
        c->pty_wants_out = want;
        loop_change(&c->env->loop, &c->pty,
                    (c->pty_paused ? 0 : EPOLLIN) | (want ? EPOLLOUT : 0));
    }
}

static void console_pause_input(struct console *c, bool pause)
{
    if (pause == c->pty_paused)
        return;
    c->pty_paused = pause;
    loop_change(&c->env->loop, &c->pty,
                (pause ? 0 : EPOLLIN) | (c->pty_wants_out ? EPOLLOUT : 0));
}

static void console_take_input(struct console *c)
{
    char buf[CONRING_IN];
    uint32_t room = c->ring ? conring_room(c->ring) : 0;
    ssize_t n;

    if (room == 0) {
        console_pause_input(c, true);                         /* R3 */
        return;
    }
    n = read(c->pty.fd, buf, room);
    if (n <= 0)
        return;
    conring_put(c->ring, buf, (uint32_t)n);
    xen_notify(&c->env->xen, c->port);
}

static void console_pty_ready(void *arg, uint32_t events)
{
    struct console *c = arg;

    if (events & EPOLLOUT)
        console_pty_flush(c);
    if (events & EPOLLIN)
        console_take_input(c);
}

/* Everything the ring holds; rings back if there was anything. */
static void console_drain(struct console *c)
{
    char buf[CONRING_OUT];
    int n = conring_take(c->ring, buf);

    if (n < 0 && !c->bad_indices) {
        c->bad_indices = true;
        fail(EPROTO, "domain %u: console indices are further apart than the "
             "ring is long; its output up to here is dropped", c->domid);
    }
    if (n == 0)
        return;
    xen_notify(&c->env->xen, c->port);
    if (n < 0)
        return;
    logfile_add(&c->log, buf, (size_t)n);                     /* R1 */
    tail_add(&c->tail, buf, (size_t)n);
    console_pty_flush(c);
}

static void console_serve(struct console *c)
{
    console_drain(c);
    if (conring_room(c->ring) > 0)
        console_pause_input(c, false);
}

static void console_window_end(void *arg)
{
    struct console *c = arg;

    c->window_ms = loop_now_ms();
    c->window_events = 0;
    if (!c->ring)
        return;
    xen_unmask(&c->env->xen, c->port);
    console_serve(c);
}

void console_event(struct console *c)
{
    int64_t now = loop_now_ms();

    if (now - c->window_ms >= WINDOW_MS) {
        c->window_ms = now;
        c->window_events = 0;
    }
    if (++c->window_events >= WINDOW_EVENTS)                  /* R2 */
        loop_after(&c->env->loop, &c->window_end,
                   c->window_ms + WINDOW_MS - now);
    else
        xen_unmask(&c->env->xen, c->port);
    console_serve(c);
}

static int console_open_pty(struct console *c)
{
    struct termios raw;
    char name[64];
    char dir[64];
    int master;

    if (openpty(&master, &c->slave, name, NULL, NULL) < 0)
        return fail(errno, "domain %u: no terminal for its console: %m; is "
                    "/dev/pts mounted?", c->domid);
    tcgetattr(c->slave, &raw);
    cfmakeraw(&raw);
    tcsetattr(c->slave, TCSANOW, &raw);
    fcntl(master, F_SETFL, O_NONBLOCK);
    fcntl(master, F_SETFD, FD_CLOEXEC);
    fcntl(c->slave, F_SETFD, FD_CLOEXEC);
    c->pty.fd = master;
    if (loop_add(&c->env->loop, &c->pty, EPOLLIN) < 0)
        return -EIO;
    snprintf(dir, sizeof(dir), "/local/domain/%u/console", c->domid);
    return store_put(&c->env->store, dir, "tty", "%s", name);
}

static void console_open_log(struct console *c)
{
    char dir[64], name[256];
    char *guest;

    if (!c->env->log_guests)
        return;
    snprintf(dir, sizeof(dir), "/local/domain/%u", c->domid);
    guest = store_get(&c->env->store, dir, "name");
    if (guest && *guest)
        snprintf(name, sizeof(name), "guest-%s.log", guest);
    else
        snprintf(name, sizeof(name), "guest-%u.log", c->domid);
    free(guest);
    logfile_open(&c->log, c->env->log_dir, name);
}

static void console_disconnect(struct console *c)
{
    if (!c->ring)
        return;
    loop_cancel(&c->env->loop, &c->window_end);
    xen_unbind(&c->env->xen, c->port);
    if (c->ring_is_foreign)
        xen_unmap_frame(&c->env->xen, c->ring);
    else
        xen_unmap(&c->env->xen, c->ring, 1);
    c->ring = NULL;
}

static int console_map(struct console *c, uint64_t gfn)
{
    uint32_t ref = CONSOLE_GRANT;

    c->ring = xen_map(&c->env->xen, c->domid, &ref, 1);
    c->ring_is_foreign = !c->ring;
    if (!c->ring)
        c->ring = xen_map_frame(&c->env->xen, c->domid, gfn);
    return c->ring ? 0 : -EIO;
}

static void console_connect(struct console *c, uint64_t gfn, uint32_t port)
{
    int rc;

    if (console_map(c, gfn) < 0)
        return;
    rc = xen_bind(&c->env->xen, c->domid, port);
    if (rc < 0) {
        if (c->ring_is_foreign)
            xen_unmap_frame(&c->env->xen, c->ring);
        else
            xen_unmap(&c->env->xen, c->ring, 1);
        c->ring = NULL;
        return;
    }
    c->port = (uint32_t)rc;
    c->gfn = gfn;
    c->remote_port = port;
    if (c->log.fd < 0)
        console_open_log(c);
    if (c->pty.fd < 0)
        console_open_pty(c);
    log_line("domain %u: console connected%s", c->domid,
             c->ring_is_foreign ? " (its page is not granted)" : "");
    console_serve(c);
}

void console_check(struct console *c)
{
    unsigned long gfn, port;
    char dir[64];
    char *type;
    bool ours;

    snprintf(dir, sizeof(dir), "/local/domain/%u/console", c->domid);
    type = store_get(&c->env->store, dir, "type");
    ours = !type || strcmp(type, "xenconsoled") == 0;
    free(type);
    if (!ours || !store_scan(&c->env->store, dir, "ring-ref", &gfn) ||
        !store_scan(&c->env->store, dir, "port", &port))
        return;
    if (c->ring && c->gfn == gfn && c->remote_port == port)
        return;
    console_disconnect(c);
    console_connect(c, gfn, (uint32_t)port);
}

struct console *console_new(struct console_env *env, unsigned domid)
{
    struct console *c = calloc(1, sizeof(*c));

    if (!c)
        abort();
    c->env = env;
    c->domid = domid;
    c->log.fd = -1;
    c->slave = -1;
    c->pty = (struct loop_fd){ .fd = -1, .ready = console_pty_ready,
                               .arg = c };
    c->window_end = (struct loop_timer){ .due = console_window_end, .arg = c };
    return c;
}

void console_free(struct console *c)
{
    if (c->ring)
        console_drain(c);
    console_disconnect(c);
    if (c->pty.fd >= 0) {
        loop_remove(&c->env->loop, &c->pty);
        close(c->pty.fd);
    }
    if (c->slave >= 0)
        close(c->slave);
    logfile_close(&c->log);
    free(c);
}
