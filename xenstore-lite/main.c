/* SPDX-License-Identifier: MIT */
/*
 * main.c - xenstored: options, then sockets and rings, then the loop.
 *
 * Runs in the foreground unless told otherwise, says READY=1 on NOTIFY_SOCKET,
 * serves the sockets of LISTEN_FDS instead of its own when there are some, and
 * ends cleanly on SIGTERM and SIGINT.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "conn_ring.h"
#include "conn_socket.h"
#include "journal_file.h"
#include "loop.h"
#include "quota.h"
#include "store.h"

#define SOCKETS_MAX 64

struct options {
    const char *sockets[SOCKETS_MAX];
    unsigned int domid[SOCKETS_MAX];
    int count;
    bool no_domains, daemon, verbose;
    const char *pid_file, *log_file, *journal;
    const char *quotas[SOCKETS_MAX];
    int quota_count;
};

static const char usage[] =
    "usage: xenstored [OPTION]...\n"
    "Serve the xenstore to the control domain, its kernel and the guests.\n"
    "\n"
    "  -s, --socket PATH         serve this socket (default: $XENSTORED_PATH, or\n"
    "                            socket in $XENSTORED_RUNDIR or /run/xenstored)\n"
    "      --guest-socket N:PATH serve this one to clients that act as domain N\n"
    "  -D, --no-domain-init      sockets only: no hypervisor, no rings\n"
    "  -F, --pid-file FILE       write the process id there\n"
    "  -T, --trace-file FILE     write the log there (default: standard error)\n"
    "  -J, --journal FILE        outlive a kill: keep there, in memory (/run), what is\n"
    "                            needed to go on, and go on from it if it exists\n"
    "  -Q, --quota NAME=NUMBER   set a limit per domain (see xenstore-control quota)\n"
    "  -V, --verbose             log every request\n"
    "  -N, --no-fork             stay in the foreground (the default)\n"
    "      --daemon              go to the background once ready\n"
    "  -H, --help                this text\n";

static const struct option long_options[] = {
    { "socket", required_argument, NULL, 's' },
    { "guest-socket", required_argument, NULL, 'g' },
    { "no-domain-init", no_argument, NULL, 'D' },
    { "pid-file", required_argument, NULL, 'F' },
    { "trace-file", required_argument, NULL, 'T' },
    { "journal", required_argument, NULL, 'J' },
    { "quota", required_argument, NULL, 'Q' },
    { "verbose", no_argument, NULL, 'V' },
    { "no-fork", no_argument, NULL, 'N' },
    { "daemon", no_argument, NULL, 'd' },
    { "help", no_argument, NULL, 'H' },
    { NULL, 0, NULL, 0 },
};

static FILE *log_to;

static void log_line(void *ctx, const char *line)
{
    char stamp[32];
    time_t now = time(NULL);
    struct tm tm;

    (void)ctx;
    strftime(stamp, sizeof(stamp), "%F %T", localtime_r(&now, &tm));
    fprintf(log_to, "%s %s\n", stamp, line);
    fflush(log_to);
}

static void __attribute__((noreturn)) refuse(const char *what, const char *why)
{
    fprintf(stderr, "xenstored: %s: %s\n", what, why);
    exit(2);
}

static void add_socket(struct options *o, unsigned int domid, const char *path)
{
    if (o->count == SOCKETS_MAX)
        refuse(path, "more sockets than one daemon serves (64)");
    o->domid[o->count] = domid;
    o->sockets[o->count++] = path;
}

static void add_guest_socket(struct options *o, char *arg)
{
    char *colon = strchr(arg, ':');
    uint32_t domid;

    if (!colon)
        refuse(arg, "a guest socket is given as DOMID:PATH");
    *colon = '\0';
    if (wire_domid(arg, &domid))
        refuse(arg, "not a domain's number");
    add_socket(o, domid, colon + 1);
}

static void parse(struct options *o, int argc, char **argv)
{
    int opt;

    while ((opt = getopt_long(argc, argv, "s:DF:T:J:Q:VNH", long_options,
                              NULL)) >= 0) {
        switch (opt) {
        case 's': add_socket(o, 0, optarg); break;
        case 'g': add_guest_socket(o, optarg); break;
        case 'D': o->no_domains = true; break;
        case 'F': o->pid_file = optarg; break;
        case 'T': o->log_file = optarg; break;
        case 'J': o->journal = optarg; break;
        case 'V': o->verbose = true; break;
        case 'N': o->daemon = false; break;
        case 'd': o->daemon = true; break;
        case 'H': fputs(usage, stdout); exit(0);
        case 'Q':
            if (o->quota_count < SOCKETS_MAX)
                o->quotas[o->quota_count++] = optarg;
            break;
        default: fputs(usage, stderr); exit(2);
        }
    }
    if (optind < argc)
        refuse(argv[optind], "not an option; see --help");
}

static const char *default_socket(void)
{
    static char path[256];
    const char *folder = getenv("XENSTORED_RUNDIR");

    if (getenv("XENSTORED_PATH"))
        return getenv("XENSTORED_PATH");
    snprintf(path, sizeof(path), "%s/socket", folder ? folder
                                                     : "/run/xenstored");
    return path;
}

/* The sockets somebody holds for us; how many, 0 if none. */
static int adopt_sockets(struct store *s)
{
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    uint32_t count, who;
    int i;

    if (!fds || wire_number(fds, &count))
        return 0;
    if (pid && (wire_number(pid, &who) || (pid_t)who != getpid()))
        return 0;
    for (i = 0; i < (int)count; i++)
        if (socket_adopt(s, 3 + i, 0))
            exit(1);
    return (int)count;
}

static void open_sockets(struct store *s, struct options *o)
{
    int i;

    if (!adopt_sockets(s) && !o->count)
        add_socket(o, 0, default_socket());
    for (i = 0; i < o->count; i++)
        if (socket_listen(s, o->sockets[i], o->domid[i]))
            exit(1);
}

static void set_quotas(struct store *s, const struct options *o)
{
    uint32_t number;
    int i;

    for (i = 0; i < o->quota_count; i++) {
        char name[64];
        const char *is = strchr(o->quotas[i], '=');
        size_t len = is ? (size_t)(is - o->quotas[i]) : 0;

        if (!len || len >= sizeof(name) || wire_number(is + 1, &number))
            refuse(o->quotas[i], "a quota is given as NAME=NUMBER");
        memcpy(name, o->quotas[i], len);
        name[len] = '\0';
        if (quota_set(s, name, number))
            refuse(name, "no such quota; xenstore-control quota lists them");
    }
}

static void write_pid(const struct options *o)
{
    FILE *f;

    if (!o->pid_file)
        return;
    f = fopen(o->pid_file, "w");
    if (!f || fprintf(f, "%d\n", (int)getpid()) < 0 || fclose(f))
        refuse(o->pid_file, strerror(errno));
}

/* The parent leaves once the child has written a byte: it is ready then. */
static int go_to_background(void)
{
    int pipe_fd[2];
    char ready;

    if (pipe(pipe_fd))
        refuse("pipe", strerror(errno));
    switch (fork()) {
    case -1:
        refuse("fork", strerror(errno));
    case 0:
        close(pipe_fd[0]);
        setsid();
        return pipe_fd[1];
    default:
        close(pipe_fd[1]);
        _exit(read(pipe_fd[0], &ready, 1) == 1 ? 0 : 1);
    }
}

/* Whoever started us may wait for the end of what it gave us to write to. */
static void leave_streams(void)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    dup2(fd, STDIN_FILENO);
    dup2(fd, STDOUT_FILENO);
    if (log_to != stderr)
        dup2(fd, STDERR_FILENO);
    close(fd);
}

static void say_ready(int background_fd)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    size_t len = path ? strlen(path) : 0;
    int fd;

    if (len && len < sizeof(addr.sun_path)) {
        memcpy(addr.sun_path, path, len);
        if (path[0] == '@')
            addr.sun_path[0] = '\0';
        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (sendto(fd, "READY=1", 7, MSG_NOSIGNAL, (struct sockaddr *)&addr,
                   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
            fprintf(stderr, "xenstored: %s: %s; whoever waits for READY=1 "
                            "does not hear it\n", path, strerror(errno));
        close(fd);
    }
    if (background_fd >= 0) {
        leave_streams();
        if (write(background_fd, "+", 1) != 1)
            exit(1);
        close(background_fd);
    }
}

static void signal_turn(struct source *src)
{
    struct signalfd_siginfo info;

    if (read(src->fd, &info, sizeof(info)) == sizeof(info))
        loop_stop();
}

static void watch_signals(void)
{
    static struct source src;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    loop_add(&src, signalfd(-1, &set, SFD_CLOEXEC), signal_turn);
}

int main(int argc, char **argv)
{
    struct options o = { 0 };
    struct store_hooks hooks = { .log = log_line };
    struct store *s;
    int background_fd = -1;

    parse(&o, argc, argv);
    log_to = o.log_file ? fopen(o.log_file, "a") : stderr;
    if (!log_to)
        refuse(o.log_file, strerror(errno));
    if (o.daemon)
        background_fd = go_to_background();
    if (!o.no_domains)
        rings_hooks(&hooks);
    s = store_create(&hooks);
    set_quotas(s, &o);
    s->log_requests = o.verbose;
    watch_signals();
    if (!o.no_domains && rings_open(s))
        return 1;
    if (o.journal && journal_file_open(s, o.journal))
        return 1;
    if (!o.no_domains && rings_start())
        return 1;
    open_sockets(s, &o);
    write_pid(&o);
    say_ready(background_fd);
    loop_run(s);
    s->journal = NULL;          /* what ends here goes on there */
    socket_unlink_all();
    rings_stop();
    store_destroy(s);
    return 0;
}
