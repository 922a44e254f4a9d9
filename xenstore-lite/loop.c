/* SPDX-License-Identifier: MIT */
/* loop.c - one epoll set and a round of turns. See loop.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>

#include "conn.h"
#include "fair.h"
#include "journal.h"
#include "loop.h"

#define EVENTS 64

static int epoll_fd = -1;
static struct source *again;
static bool stopping;

static void control(int op, struct source *src)
{
    struct epoll_event ev = {
        .events = (src->in ? (uint32_t)EPOLLIN : 0u) |
                  (src->out ? (uint32_t)EPOLLOUT : 0u),
        .data.ptr = src,
    };

    if (epoll_fd < 0)
        epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ctl(epoll_fd, op, src->fd, &ev)) {
        perror("xenstored: epoll");
        exit(1);
    }
}

void loop_add(struct source *src, int fd, void (*turn)(struct source *src))
{
    src->fd = fd;
    src->turn = turn;
    src->in = true;
    src->out = src->again = false;
    control(EPOLL_CTL_ADD, src);
}

void loop_want(struct source *src, bool in, bool out)
{
    if (src->in == in && src->out == out)
        return;
    src->in = in;
    src->out = out;
    control(EPOLL_CTL_MOD, src);
}

void loop_remove(struct source *src)
{
    struct source **p;

    if (src->again) {
        for (p = &again; *p != src; p = &(*p)->next_again)
            ;
        *p = src->next_again;
    }
    control(EPOLL_CTL_DEL, src);
}

void loop_again(struct source *src)
{
    if (src->again)
        return;
    src->again = true;
    src->next_again = again;
    again = src;
}

/* One turn for each; those who ask for another wait for the next round. */
static void run_round(void)
{
    struct source *round = NULL, *src;

    while ((src = again)) {
        again = src->next_again;
        src->again = false;
        src->next_again = round;
        round = src;
    }
    while ((src = round)) {
        round = src->next_again;
        src->turn(src);
    }
}

static void flush_dirty(struct store *s)
{
    struct conn *c;

    while ((c = conn_take_dirty(s)))
        if (c->flush)
            c->flush(c);
}

static uint64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

void loop_run(struct store *s)
{
    struct epoll_event ev[EVENTS];
    int i, n, wait;

    while (!stopping) {
        wait = fair_clock(s, now_ms());
        journal_tick(s);
        flush_dirty(s);
        n = epoll_wait(epoll_fd, ev, EVENTS, again ? 0 : wait);
        if (n < 0 && errno != EINTR) {
            perror("xenstored: epoll_wait");
            exit(1);
        }
        for (i = 0; i < n; i++)
            loop_again(ev[i].data.ptr);
        run_round();
    }
}

void loop_stop(void)
{
    stopping = true;
}
