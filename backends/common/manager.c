/* SPDX-License-Identifier: MIT */
/*
 * manager.c - watches backend/TYPE and keeps one process per device.
 *
 *   R1  A device has a process from the moment its nodes are there until that
 *       process ends by itself; one that dies otherwise is started again,
 *       after 50 ms at first and 3 s at most.
 *   R2  Processes outlive the manager; a new manager starts successors, which
 *       wait for the device's lock.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backends/common/backend.h"
#include "backends/common/log.h"
#include "backends/common/notify.h"

#define BACKOFF_FIRST_MS 50
#define BACKOFF_LAST_MS 3000
#define STEADY_MS 10000          /* one that ran so long starts from the first */

struct manager;

struct child {
    struct child *next;
    struct manager *manager;
    unsigned domid, handle;
    pid_t pid;                   /* 0: waits to be started again */
    int64_t started_ms, backoff_ms;
    struct loop_timer again;
};

struct manager {
    const struct backend_ops *ops;
    struct loop loop;
    struct store store;
    char path[64];               /* /local/domain/0/backend/TYPE */
    struct loop_fd signals;
    struct child *children;
};

static void child_start(struct child *c)
{
    char device[32];
    sigset_t none;

    snprintf(device, sizeof(device), "%u/%u", c->domid, c->handle);
    c->started_ms = loop_now_ms();
    c->pid = fork();
    if (c->pid == 0) {
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        execl("/proc/self/exe", c->manager->ops->program, "--device", device,
              NULL);
        _exit(127);
    }
    if (c->pid < 0) {
        fail(errno, "cannot start a process for device %s: %m", device);
        c->pid = 0;
        loop_after(&c->manager->loop, &c->again, BACKOFF_LAST_MS);
    }
}

static void child_again(void *arg)
{
    child_start(arg);
}

static struct child *child_find(struct manager *m, unsigned domid,
                                unsigned handle)
{
    struct child *c = m->children;

    while (c && (c->domid != domid || c->handle != handle))
        c = c->next;
    return c;
}

/* Are its nodes there, and not just waiting to be removed? */
static bool device_wants_process(struct manager *m, unsigned domid,
                                 unsigned handle)
{
    char path[96];
    unsigned long state, online;

    snprintf(path, sizeof(path), "%s/%u/%u", m->path, domid, handle);
    if (!store_scan(&m->store, path, "state", &state))
        return false;
    if (!store_scan(&m->store, path, "online", &online))
        online = 0;
    return state != XenbusStateClosed || online;
}

static void manager_consider(struct manager *m, unsigned domid,
                             unsigned handle)
{
    struct child *c;

    if (child_find(m, domid, handle) ||
        !device_wants_process(m, domid, handle))
        return;
    c = calloc(1, sizeof(*c));
    if (!c)
        abort();
    c->manager = m;
    c->domid = domid;
    c->handle = handle;
    c->again = (struct loop_timer){ .due = child_again, .arg = c };
    c->backoff_ms = BACKOFF_FIRST_MS;
    c->next = m->children;
    m->children = c;
    child_start(c);
}

/* Consider every device below path: two levels from the type's directory. */
static void manager_scan(struct manager *m, const char *path, unsigned domid,
                         bool domains)
{
    uint32_t len = 0, at;
    char *names = store_list(&m->store, path, &len);
    char below[96];

    for (at = 0; names && at < len; at += (uint32_t)strlen(names + at) + 1) {
        unsigned n = (unsigned)strtoul(names + at, NULL, 10);

        if (!domains) {
            manager_consider(m, domid, n);
            continue;
        }
        snprintf(below, sizeof(below), "%s/%u", m->path, n);
        manager_scan(m, below, n, false);
    }
    free(names);
}

static void manager_event(void *arg, const char *path, const char *token)
{
    struct manager *m = arg;
    unsigned domid, handle;

    (void)token;
    if (strcmp(path, m->path) == 0)
        manager_scan(m, m->path, 0, true);
    else if (sscanf(path + strlen(m->path), "/%u/%u", &domid, &handle) == 2)
        manager_consider(m, domid, handle);
}

static void child_ended(struct manager *m, pid_t pid, int status)
{
    struct child **at = &m->children;
    struct child *c;

    while (*at && (*at)->pid != pid)
        at = &(*at)->next;
    c = *at;
    if (!c)
        return;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        *at = c->next;
        /* Its nodes may have been made anew while it ended. */
        manager_consider(m, c->domid, c->handle);
        free(c);
        return;
    }
    if (WIFSIGNALED(status))
        fail(ECHILD, "the process for device %u/%u was ended by signal %d; "
             "starting it again", c->domid, c->handle, WTERMSIG(status));
    else
        fail(ECHILD, "the process for device %u/%u ended with status %d; "
             "starting it again", c->domid, c->handle, WEXITSTATUS(status));
    c->pid = 0;
    if (loop_now_ms() - c->started_ms >= STEADY_MS)
        c->backoff_ms = BACKOFF_FIRST_MS;
    loop_after(&m->loop, &c->again, c->backoff_ms);            /* R1 */
    c->backoff_ms *= 2;
    if (c->backoff_ms > BACKOFF_LAST_MS)
        c->backoff_ms = BACKOFF_LAST_MS;
}

static void manager_signal(void *arg, uint32_t events)
{
    struct manager *m = arg;
    struct signalfd_siginfo info;
    struct child *c;
    int status;
    pid_t pid;

    (void)events;
    if (read(m->signals.fd, &info, sizeof(info)) != sizeof(info))
        return;
    if (info.ssi_signo != SIGCHLD) {
        for (c = m->children; c; c = c->next)
            if (c->pid > 0)
                kill(c->pid, SIGTERM);
        loop_stop(&m->loop, 0);
        return;
    }
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        child_ended(m, pid, status);
}

static int manager_catch_signals(struct manager *m)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    m->signals = (struct loop_fd){
        .fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
        .ready = manager_signal, .arg = m };
    if (m->signals.fd < 0)
        return fail(errno, "no signal descriptor: %m");
    return loop_add(&m->loop, &m->signals, EPOLLIN);
}

int manager_run(const struct backend_ops *ops)
{
    static struct manager m;

    m.ops = ops;
    log_name(ops->program, "");
    snprintf(m.path, sizeof(m.path), "/local/domain/0/backend/%s", ops->type);
    if (loop_init(&m.loop) < 0 || manager_catch_signals(&m) < 0)
        return 1;
    store_open(&m.store, &m.loop, manager_event, &m);
    if (store_watch(&m.store, m.path, "devices") < 0)
        return 1;
    notify_ready();
    return loop_run(&m.loop);
}

int backend_main(int argc, char **argv, const struct backend_ops *ops,
                 void *device)
{
    unsigned domid, handle;
    char rest;

    if (argc == 1)
        return manager_run(ops);
    if (argc == 3 && strcmp(argv[1], "--device") == 0 &&
        sscanf(argv[2], "%u/%u%c", &domid, &handle, &rest) == 2)
        return backend_serve(ops, device, domid, handle);
    printf("usage: %s [--device DOMID/HANDLE]\n"
           "Serves every device below backend/%s, each by a process of its\n"
           "own; with --device it is that process.\n",
           ops->program, ops->type);
    return argc == 2 && strcmp(argv[1], "--help") == 0 ? 0 : 2;
}
