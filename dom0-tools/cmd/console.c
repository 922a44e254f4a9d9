/* SPDX-License-Identifier: MIT */
/*
 * console.c - xl console: a guest's console on this terminal.
 *
 * The console daemon names a pty in console/tty. What is shown is passed on as
 * it comes; Ctrl-] leaves. A guest that is gone gets the end of its log shown.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "dom0-tools/cmd/cmd.h"

#define ESCAPE 0x1d
#define TTY_WAIT_MS 10000
#define REPLAY_BYTES (64 << 10)
#define QUIET_S 12

static struct termios saved;
static bool raw;
static sig_atomic_t stop; /* set by a signal, seen after the poll it ends */

static void on_signal(int sig)
{
    (void)sig;
    stop = 1;
}

static void terminal_raw(void)
{
    struct termios t;
    struct sigaction sa = { .sa_handler = on_signal };

    sigaction(SIGTERM, &sa, NULL);
    sigaction(SIGHUP, &sa, NULL);
    sigaction(SIGINT, &sa, NULL);
    if (!isatty(0) || tcgetattr(0, &saved) < 0)
        return;
    t = saved;
    cfmakeraw(&t);
    raw = tcsetattr(0, TCSANOW, &t) == 0;
}

static void terminal_restore(void)
{
    if (raw)
        tcsetattr(0, TCSADRAIN, &saved);
    raw = false;
}

struct tty_wait {
    struct tools *t;
    uint32_t domid;
    char *tty;
};

static bool tty_is_there(void *arg)
{
    struct tty_wait *w = arg;

    free(w->tty);
    w->tty = store_read(w->t->xs, "/local/domain/%u/console/tty", w->domid);
    return w->tty && *w->tty;
}

static int tty_open(struct tools *t, uint32_t domid)
{
    struct tty_wait w = { .t = t, .domid = domid };
    char path[64];
    struct termios tio;
    int fd = -1;

    snprintf(path, sizeof(path), "/local/domain/%u/console", domid);
    if (!store_wait(t->xs, path, TTY_WAIT_MS, tty_is_there, &w)) {
        fail("domain %u: no console daemon gave it a terminal within %d s; is "
             "one running?", domid, TTY_WAIT_MS / 1000);
    } else {
        fd = open(w.tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (fd < 0)
            fail("domain %u: cannot open its console %s: %s", domid, w.tty,
                 strerror(errno));
        else if (tcgetattr(fd, &tio) == 0) {
            cfmakeraw(&tio);
            tcsetattr(fd, TCSANOW, &tio);
        }
    }
    free(w.tty);
    return fd;
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t done = write(fd, p, n);

        if (done < 0 && errno != EINTR && errno != EAGAIN)
            return false;
        if (done > 0) {
            p += done;
            n -= (size_t)done;
        }
    }
    return true;
}

/* The domain is gone, or has ended and lies there. */
static bool domain_is_over(struct tools *t, uint32_t domid)
{
    dominfo info;

    return hv_domain_info(t->hv, domid, &info) < 0 ||
           (info.flags & (XEN_DOMINF_dying | XEN_DOMINF_shutdown));
}

static void say_quiet(struct tools *t, uint32_t domid)
{
    dominfo info;

    if (!isatty(2) || hv_domain_info(t->hv, domid, &info) < 0)
        return;
    fprintf(stderr, "attached; the guest has written nothing for %d s, state "
            "%c%c%c (Ctrl-] leaves)\r\n", QUIET_S,
            info.flags & XEN_DOMINF_running ? 'r' : '-',
            info.flags & XEN_DOMINF_blocked ? 'b' : '-',
            info.flags & XEN_DOMINF_paused ? 'p' : '-');
}

/* Bytes from @from to @to; false at the end, or when the escape is typed. */
static bool pass(int from, int to, bool typed)
{
    char buf[4096];
    ssize_t n = read(from, buf, sizeof(buf));
    char *esc;

    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    if (n == 0)
        return false;
    esc = typed ? memchr(buf, ESCAPE, (size_t)n) : NULL;
    if (esc)
        n = esc - buf;
    return write_all(to, buf, (size_t)n) && !esc;
}

static void relay(struct tools *t, uint32_t domid, int tty)
{
    struct pollfd fds[2] = {
        { .fd = tty, .events = POLLIN },
        { .fd = 0, .events = POLLIN },
    };
    int quiet = 0;

    while (!stop) {
        int n = poll(fds, 2, 1000);

        if (n < 0 && errno != EINTR)
            return;
        if (n <= 0) {
            if (domain_is_over(t, domid))
                return;
            if (quiet >= 0 && ++quiet == QUIET_S)
                say_quiet(t, domid);
            continue;
        }
        if (fds[0].revents) {
            quiet = -1; /* it has spoken */
            if (!pass(tty, 1, false))
                return;
        }
        if (fds[1].revents && !pass(0, tty, true)) {
            if (isatty(0))
                return;
            fds[1].fd = -1; /* the input has ended, the guest has not */
        }
    }
}

int console_attach(struct tools *t, uint32_t domid,
                   int (*ready)(struct tools *t, uint32_t domid))
{
    int tty = tty_open(t, domid), rc;

    if (tty < 0)
        return -1;
    fflush(stdout);
    rc = ready ? ready(t, domid) : 0;
    if (rc == 0) {
        terminal_raw();
        relay(t, domid, tty);
        terminal_restore();
    }
    close(tty);
    return rc;
}

/* The end of what a guest that is gone has written. */
static int replay(const char *name)
{
    char *path = str_fmt("/var/log/xen/console/guest-%s.log", name);
    char buf[4096], when[64];
    struct stat st;
    struct tm tm;
    ssize_t n;
    int fd = strchr(name, '/') ? -1 : open(path, O_RDONLY | O_CLOEXEC);

    free(path);
    if (fd < 0 || fstat(fd, &st) < 0)
        return 1;
    if (st.st_size > REPLAY_BYTES)
        lseek(fd, -REPLAY_BYTES, SEEK_END);
    while ((n = read(fd, buf, sizeof(buf))) > 0)
        if (!write_all(1, buf, (size_t)n))
            break;
    close(fd);
    strftime(when, sizeof(when), "%F %T", localtime_r(&st.st_mtime, &tm));
    fail("domain %s is gone; this was the end of what it wrote, the last at %s",
         name, when);
    return 0;
}

int cmd_console(int argc, char **argv)
{
    struct tools t;
    uint32_t domid;
    int c, rc;

    while ((c = getopt(argc, argv, "n:t:eh")) != -1) {
        if (c == 't' && strcmp(optarg, "pv") != 0) {
            fail("only -t pv consoles are served here");
            return 1;
        }
        if (c == 'n' && strcmp(optarg, "0") != 0) {
            fail("a guest has one console, number 0");
            return 1;
        }
        if (c == '?' || c == 'h')
            return usage("console");
    }
    if (optind != argc - 1)
        return usage("console");
    if (tools_open(&t) < 0)
        return 1;
    if (domain_find_quietly(&t, argv[optind], &domid)) {
        rc = console_attach(&t, domid, NULL) < 0;
    } else {
        rc = replay(argv[optind]);
        if (rc)
            domain_find(&t, argv[optind], &domid);
    }
    tools_close(&t);
    return rc;
}
