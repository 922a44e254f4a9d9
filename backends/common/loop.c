/* SPDX-License-Identifier: MIT */
/*
 * loop.c - the event loop: one epoll set and a sorted list of timers.
 *
 *   R1  One event is taken per wait, so that a handler may free what another
 *       event would have named; epoll itself goes round the ready ones.
 *   R2  Timers run on the monotonic clock: a step of the wall clock moves
 *       nothing.
 */
#include "backends/common/loop.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "backends/common/log.h"

int64_t loop_now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);          /* R2 */
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int loop_init(struct loop *l)
{
    *l = (struct loop){ .epoll_fd = epoll_create1(EPOLL_CLOEXEC) };
    if (l->epoll_fd < 0)
        return fail(errno, "no epoll set: %m");
    return 0;
}

int loop_add(struct loop *l, struct loop_fd *f, uint32_t epoll_events)
{
    struct epoll_event ev = { .events = epoll_events, .data.ptr = f };

    if (epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, f->fd, &ev) < 0)
        return fail(errno, "cannot watch descriptor %d: %m", f->fd);
    return 0;
}

void loop_change(struct loop *l, struct loop_fd *f, uint32_t epoll_events)
{
    struct epoll_event ev = { .events = epoll_events, .data.ptr = f };

    if (epoll_ctl(l->epoll_fd, EPOLL_CTL_MOD, f->fd, &ev) < 0)
        fail(errno, "cannot change descriptor %d: %m", f->fd);
}

void loop_remove(struct loop *l, struct loop_fd *f)
{
    epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, f->fd, NULL);
}

void loop_cancel(struct loop *l, struct loop_timer *t)
{
    struct loop_timer **at = &l->timers;

    if (!t->armed)
        return;
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    t->armed = false;
}

void loop_after(struct loop *l, struct loop_timer *t, int64_t ms)
{
    struct loop_timer **at = &l->timers;

    loop_cancel(l, t);
    t->at_ms = loop_now_ms() + ms;
    while (*at && (*at)->at_ms <= t->at_ms)
        at = &(*at)->next;
    t->next = *at;
    *at = t;
    t->armed = true;
}

/* Run what is due; yields the milliseconds to the next one, or -1. */
static int loop_run_timers(struct loop *l)
{
    int64_t now = loop_now_ms();

    while (l->timers && l->timers->at_ms <= now && !l->stopped) {
        struct loop_timer *t = l->timers;

        loop_cancel(l, t);
        t->due(t->arg);
    }
    if (!l->timers)
        return -1;
    now = l->timers->at_ms - loop_now_ms();
    return now < 0 ? 0 : (int)now;
}

int loop_run(struct loop *l)
{
    while (!l->stopped) {
        struct epoll_event ev;
        int wait_ms = loop_run_timers(l);
        int n;

        if (l->stopped)
            break;
        n = epoll_wait(l->epoll_fd, &ev, 1, wait_ms);         /* R1 */
        if (n < 0 && errno != EINTR)
            return fail(errno, "epoll: %m");
        if (n == 1) {
            struct loop_fd *f = ev.data.ptr;

            f->ready(f->arg, ev.events);
        }
    }
    return l->status;
}

void loop_stop(struct loop *l, int status)
{
    l->stopped = true;
    l->status = status;
}
