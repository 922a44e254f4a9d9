/* SPDX-License-Identifier: MIT */
/*
 * main.c - keeper: starts the daemons in order and starts again what dies.
 *
 *   R1  A daemon is started when the one before it is ready: it said READY=1
 *       to its NOTIFY_SOCKET, or had READY_MS to do so.
 *   R2  One that ends is started again: at once if it had run for STEADY_MS,
 *       else after a time that doubles from 50 ms to 5 s.
 *   R3  Its listening sockets live here, so no client is refused meanwhile.
 *   R4  On SIGTERM the daemons get SIGTERM, last one first, and the keeper ends
 *       when all are gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backends/common/log.h"
#include "backends/common/notify.h"
#include "backends/keeper/keeper.h"

#define LOG_DIR "/var/log/splitring"
#define RUN_DIR "/run/splitring"
#define READY_MS 5000
#define STEADY_MS 10000
#define BACKOFF_FIRST_MS 50
#define BACKOFF_LAST_MS 5000

static int socket_bind(const char *path, int type)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (strlen(path) >= sizeof(a.sun_path))
        return fail(ENAMETOOLONG, "socket path %s is too long", path);
    strcpy(a.sun_path, path);
    unlink(path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
        return fail(errno, "cannot make the socket %s: %m", path);
    return fd;
}

static int service_listen(struct service *s)
{
    unsigned i;

    for (i = 0; i < s->nr_listen; i++) {
        char dir[128];
        int fd;

        snprintf(dir, sizeof(dir), "%s", s->listen[i]);
        if (strrchr(dir, '/'))
            *strrchr(dir, '/') = '\0';
        mkdir(dir, 0755);
        fd = socket_bind(s->listen[i], SOCK_STREAM);
        if (fd < 0 || listen(fd, 128) < 0)
            return fail(errno, "cannot listen at %s: %m", s->listen[i]);
        fcntl(fd, F_SETFL, 0);
        s->listen_fd[i] = fd;
    }
    return 0;
}

/* In the child: descriptors, environment, then the daemon itself. */
static void service_exec(struct service *s)
{
    char text[64], path[128];
    sigset_t none;
    unsigned i;
    int out;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    snprintf(path, sizeof(path), LOG_DIR "/%s.log", s->name);
    out = open(path, O_WRONLY | O_CREAT | O_APPEND, 0640);
    if (out >= 0) {
        dup2(out, STDOUT_FILENO);
        dup2(out, STDERR_FILENO);
    }
    snprintf(path, sizeof(path), RUN_DIR "/%s.notify", s->name);
    setenv("NOTIFY_SOCKET", path, 1);
    /* Out of the way first: a socket may sit where another has to go. */
    for (i = 0; i < s->nr_listen; i++)
        s->listen_fd[i] = fcntl(s->listen_fd[i], F_DUPFD_CLOEXEC, 64);
    for (i = 0; i < s->nr_listen; i++)
        dup2(s->listen_fd[i], 3 + (int)i);
    if (s->nr_listen > 0) {
        snprintf(text, sizeof(text), "%u", s->nr_listen);
        setenv("LISTEN_FDS", text, 1);
        snprintf(text, sizeof(text), "%d", getpid());
        setenv("LISTEN_PID", text, 1);
    }
    /* Else the C library keeps up to seven freed pieces of each small size: more
     * and more of them, for as long as sizes come that were not there before. */
    setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 0);
    execv(s->argv[0], s->argv);
    fail(errno, "cannot run %s: %m", s->argv[0]);
    _exit(127);
}

static void service_start(struct service *s)
{
    s->started_ms = loop_now_ms();
    s->pid = fork();
    if (s->pid == 0)
        service_exec(s);
    if (s->pid < 0) {
        fail(errno, "cannot start %s: %m", s->name);
        s->pid = 0;
    }
    loop_after(&s->keeper->loop, &s->timer, s->pid ? READY_MS
                                                   : BACKOFF_LAST_MS);
}

static void service_ready(struct service *s)
{
    struct keeper *k = s->keeper;
    unsigned next = (unsigned)(s - k->services) + 1;

    loop_cancel(&k->loop, &s->timer);
    if (s->ready)
        return;                  /* started again: the others run already */
    s->ready = true;
    if (next == k->nr_services)
        notify_ready();
    else if (!k->stopping)
        service_start(&k->services[next]);                    /* R1 */
}

static void service_timer(void *arg)
{
    struct service *s = arg;

    if (s->pid == 0) {
        service_start(s);
        return;
    }
    if (!s->ready)
        log_line("%s did not say that it is ready within %d ms; going on",
                 s->name, READY_MS);
    service_ready(s);
}

static void service_notified(void *arg, uint32_t events)
{
    struct service *s = arg;
    char text[256];
    ssize_t n = recv(s->notify.fd, text, sizeof(text) - 1, 0);

    (void)events;
    if (n <= 0)
        return;
    text[n] = '\0';
    if (strstr(text, "READY=1"))
        service_ready(s);
}

static void keeper_stop(struct keeper *k)
{
    unsigned i, left = 0;

    k->stopping = true;
    for (i = k->nr_services; i-- > 0;) {                      /* R4 */
        struct service *s = &k->services[i];

        loop_cancel(&k->loop, &s->timer);
        if (s->pid == 0)
            continue;
        kill(s->pid, SIGTERM);
        left++;
    }
    if (left == 0)
        loop_stop(&k->loop, 0);
}

static void service_ended(struct service *s, int status)
{
    struct keeper *k = s->keeper;
    bool steady = loop_now_ms() - s->started_ms >= STEADY_MS;

    s->pid = 0;
    if (k->stopping) {
        keeper_stop(k);
        return;
    }
    if (steady || s->backoff_ms == 0)
        s->backoff_ms = BACKOFF_FIRST_MS;
    if (WIFSIGNALED(status))
        log_line("%s was ended by signal %d; starting it again", s->name,
                 WTERMSIG(status));
    else
        log_line("%s ended with status %d (see " LOG_DIR "/%s.log); starting "
                 "it again", s->name, WEXITSTATUS(status), s->name);
    loop_after(&k->loop, &s->timer, steady ? 0 : s->backoff_ms); /* R2 */
    s->backoff_ms *= 2;
    if (s->backoff_ms > BACKOFF_LAST_MS)
        s->backoff_ms = BACKOFF_LAST_MS;
}

static void keeper_signal(void *arg, uint32_t events)
{
    struct keeper *k = arg;
    struct signalfd_siginfo info;
    int status;
    pid_t pid;
    unsigned i;

    (void)events;
    if (read(k->signals.fd, &info, sizeof(info)) != sizeof(info))
        return;
    if (info.ssi_signo != SIGCHLD)
        keeper_stop(k);
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (i = 0; i < k->nr_services; i++)
            if (k->services[i].pid == pid)
                service_ended(&k->services[i], status);
}

/* Short of memory, the kernel is to look for its victim elsewhere: every guest
 * hangs on these daemons.  They inherit it. */
static void keeper_spare_from_oom(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, "-900", 4) != 4)
        log_line("cannot lower oom_score_adj: %m");
    if (fd >= 0)
        close(fd);
}

static int keeper_prepare(struct keeper *k)
{
    sigset_t set;
    unsigned i;

    keeper_spare_from_oom();
    mkdir(LOG_DIR, 0755);
    mkdir(RUN_DIR, 0755);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    k->signals = (struct loop_fd){
        .fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
        .ready = keeper_signal, .arg = k };
    if (loop_init(&k->loop) < 0 ||
        loop_add(&k->loop, &k->signals, EPOLLIN) < 0)
        return -EIO;
    for (i = 0; i < k->nr_services; i++) {
        struct service *s = &k->services[i];
        char path[128];

        snprintf(path, sizeof(path), RUN_DIR "/%s.notify", s->name);
        s->timer = (struct loop_timer){ .due = service_timer, .arg = s };
        s->notify = (struct loop_fd){ .fd = socket_bind(path, SOCK_DGRAM),
                                      .ready = service_notified, .arg = s };
        if (s->notify.fd < 0 || service_listen(s) < 0 ||
            loop_add(&k->loop, &s->notify, EPOLLIN) < 0)
            return -EIO;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static struct keeper k;
    const char *file = argc > 1 ? argv[1] : "/etc/splitring/keeper.conf";
    int fd;

    log_name("keeper", "");
    if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
        puts("usage: keeper [FILE]\nStarts the daemons of FILE "
             "(/etc/splitring/keeper.conf) in order and keeps them running.");
        return argc == 2 && strcmp(argv[1], "--help") == 0 ? 0 : 2;
    }
    fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, k.text, sizeof(k.text) - 1) < 0)
        return -fail(1, "cannot read %s: %m", file);
    close(fd);
    if (k.text[sizeof(k.text) - 2])
        return -fail(1, "%s is longer than %zu bytes", file,
                     sizeof(k.text) - 2);
    if (keeper_parse(&k, file) < 0 || keeper_prepare(&k) < 0)
        return 1;
    if (k.nr_services == 0)
        return -fail(1, "%s names no daemon", file);
    service_start(&k.services[0]);
    return loop_run(&k.loop);
}
