/* SPDX-License-Identifier: MIT */
/*
 * loop.h - a small event loop: file descriptors and timers, one thread.
 *
 * Handlers run one at a time and may add or remove any descriptor or timer,
 * their own included.  A struct belongs to its user and must stay where it is
 * while it is registered.
 */
#ifndef BACKENDS_COMMON_LOOP_H
#define BACKENDS_COMMON_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop_fd {
    int fd;
    void (*ready)(void *arg, uint32_t epoll_events);
    void *arg;
};

struct loop_timer {
    void (*due)(void *arg);
    void *arg;
    int64_t at_ms;               /* meaningful while armed */
    bool armed;
    struct loop_timer *next;
};

struct loop {
    int epoll_fd;
    bool stopped;
    int status;
    struct loop_timer *timers;   /* soonest first */
};

int loop_init(struct loop *l);
int loop_add(struct loop *l, struct loop_fd *f, uint32_t epoll_events);
void loop_change(struct loop *l, struct loop_fd *f, uint32_t epoll_events);
void loop_remove(struct loop *l, struct loop_fd *f);

/* Arm, or move an armed timer. */
void loop_after(struct loop *l, struct loop_timer *t, int64_t ms);
void loop_cancel(struct loop *l, struct loop_timer *t);

int loop_run(struct loop *l);                 /* the status of loop_stop() */
void loop_stop(struct loop *l, int status);

int64_t loop_now_ms(void);

#endif
