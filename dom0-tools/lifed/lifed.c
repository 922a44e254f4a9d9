/* SPDX-License-Identifier: MIT */
/*
 * lifed.c - the life-cycle daemon: applies on_poweroff, on_reboot and on_crash
 * to every domain of ours, and cleans up after those that are gone.
 *
 * It keeps nothing in memory: records under /run/splitring/domains say what
 * there is (record.h), the hypervisor says how it stands. So it may be killed
 * and started again at any moment. What takes time is done in a child, one
 * per guest. At its first start after boot it writes the control domain's own
 * nodes. It ends when the store's connection is lost; the keeper starts it
 * again.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "dom0-tools/build/create.h"
#include "dom0-tools/build/life.h"
#include "dom0-tools/build/nodes.h"
#include "dom0-tools/lib/notify.h"
#include "dom0-tools/lib/say.h"

/* How often to look without being told. */
#define LOOK_MS 5000

struct work {
    pid_t pid;
    uint8_t uuid[16];
};

static struct work *busy;
static size_t busy_len;

static bool is_busy(const uint8_t uuid[16])
{
    size_t i;

    for (i = 0; i < busy_len; i++)
        if (memcmp(busy[i].uuid, uuid, 16) == 0)
            return true;
    return false;
}

static void reap(void)
{
    pid_t pid;
    size_t i;

    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
        for (i = 0; i < busy_len; i++)
            if (busy[i].pid == pid) {
                busy[i] = busy[--busy_len];
                break;
            }
}

/*
 * For the end of @r's domain, or without @r for what dead creates have left.
 * The child has handles of its own: connections are not shared over fork().
 */
static void start_work(const uint8_t uuid[16], const struct record *r)
{
    struct tools t;
    sigset_t none;
    pid_t pid = fork();

    if (pid < 0) {
        fail("cannot start a process for a guest's end: %s", strerror(errno));
        return;
    }
    if (pid > 0) {
        busy = mem_grow(busy, busy_len + 1, sizeof(*busy));
        busy[busy_len].pid = pid;
        memcpy(busy[busy_len++].uuid, uuid, 16);
        return;
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (tools_open(&t) == 0) {
        if (r)
            life_act(&t, r, CREATE_BRIEF);
        else
            create_recover(&t);
        tools_close(&t);
    }
    _exit(0);
}

static void look(struct tools *t)
{
    static const uint8_t creates[16]; /* no guest's UUID */
    static time_t looked;
    time_t now = time(NULL);
    unsigned int i, n;
    struct record *list = record_list(&n);

    for (i = 0; i < n; i++)
        if (!is_busy(list[i].uuid) &&
            life_look(t, &list[i]) != LIFE_GOES_ON)
            start_work(list[i].uuid, &list[i]);
    free(list);
    /* A create at work is no dead one: each of its events would start a child
     * only to find that out. */
    if (now >= looked && now < looked + LOOK_MS / 1000)
        return;
    looked = now;
    if (tx_any() && !is_busy(creates))
        start_work(creates, NULL);
}

static void wait_for_store(void)
{
    struct timespec pause = { .tv_nsec = 100000000 };
    struct store *s;

    while (!(s = store_open_quietly()))
        nanosleep(&pause, NULL);
    store_close(s);
}

/* Until a signal or the loss of the store; the exit status. */
static int serve(struct tools *t, int signals)
{
    struct pollfd fds[2] = {
        { .fd = store_fd(t->xs), .events = POLLIN },
        { .fd = signals, .events = POLLIN },
    };

    for (;;) {
        struct signalfd_siginfo si;
        char *event;

        look(t);
        if (poll(fds, 2, LOOK_MS) < 0 && errno != EINTR)
            return 1;
        while ((event = store_event(t->xs)))
            free(event);
        if (fds[1].revents &&
            read(signals, &si, sizeof(si)) == sizeof(si)) {
            if (si.ssi_signo != SIGCHLD)
                return 0;
            reap();
        }
        if ((fds[0].revents & (POLLERR | POLLHUP)) ||
            !store_exists(t->xs, "/local/domain/0"))
            return fail("the store is gone") < 0;
    }
}

int main(int argc, char **argv)
{
    struct tools t;
    sigset_t set;
    int claim, signals, rc;

    (void)argv;
    say_program("lifed");
    if (argc > 1) {
        fprintf(stderr, "Usage: lifed\nApplies on_poweroff, on_reboot and "
                "on_crash to the guests that xl created.\n");
        return 2;
    }
    claim = life_claim();
    if (claim < 0) {
        fail("another lifed is running");
        return 1;
    }
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    wait_for_store();
    if (signals < 0 || tools_open(&t) < 0)
        return 1;
    nodes_write_control_domain(&t);
    if (!store_watch(t.xs, "@releaseDomain", "end") ||
        !store_watch(t.xs, "@introduceDomain", "start")) {
        fail("cannot watch for the end of domains: %s", strerror(errno));
        rc = 1;
    } else {
        notify_ready();
        rc = serve(&t, signals);
    }
    tools_close(&t);
    close(signals);
    close(claim);
    return rc;
}
