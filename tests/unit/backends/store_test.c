/* SPDX-License-Identifier: MIT */
/*
 * store_test.c - the store client against a daemon that dies at every moment.
 *
 * The daemon is a thread that speaks just enough of the protocol: READ gives
 * back the path, WATCH answers and fires once, and after a set number of
 * bytes of its own it drops the connection, in the middle of whatever it is.
 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "backends/common/store.h"
#include "public/io/xs_wire.h"
#include "tests/unit/backends/check.h"

static int listener;
static long budget;              /* bytes the daemon sends before it dies */
static unsigned connections;

static bool give(int fd, const void *buf, size_t n)
{
    size_t part = (long)n > budget ? (size_t)budget : n;

    if (part > 0 && send(fd, buf, part, MSG_NOSIGNAL) != (ssize_t)part)
        return false;
    budget -= (long)part;
    return part == n;
}

static bool reply(int fd, uint32_t type, uint32_t id, const char *data,
                  uint32_t len)
{
    struct xsd_sockmsg h = { .type = type, .req_id = id, .len = len };

    return give(fd, &h, sizeof(h)) && give(fd, data, len);
}

static bool serve_one(int fd)
{
    struct xsd_sockmsg h;
    char data[4096];

    if (recv(fd, &h, sizeof(h), MSG_WAITALL) != sizeof(h) ||
        recv(fd, data, h.len, MSG_WAITALL) != (ssize_t)h.len)
        return false;
    if (h.type == XS_WATCH)      /* the event overtakes the next reply */
        return reply(fd, XS_WATCH, h.req_id, "OK", 3) &&
               reply(fd, XS_WATCH_EVENT, 0, data, h.len);
    if (h.type == XS_READ && strcmp(data, "/absent") == 0)
        return reply(fd, XS_ERROR, h.req_id, "ENOENT", 7);
    return reply(fd, h.type, h.req_id, data, h.len - 1);
}

static void *daemon_thread(void *arg)
{
    long *budgets = arg;

    for (;;) {
        int fd = accept(listener, NULL, NULL);

        if (fd < 0)
            return NULL;
        budget = *budgets ? *budgets++ : 1000000;
        connections++;
        while (serve_one(fd))
            continue;
        close(fd);
    }
}

static struct loop loop;
static struct store store;
static pthread_t thread;
static char socket_path[64];
static unsigned events;
static char last_event[64];

static void on_event(void *arg, const char *path, const char *token)
{
    (void)arg;
    events++;
    snprintf(last_event, sizeof(last_event), "%s %s", path, token);
    loop_stop(&loop, 0);
}

static void start(long *budgets)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };

    snprintf(socket_path, sizeof(socket_path), "/tmp/store-test-%d", getpid());
    strcpy(a.sun_path, socket_path);
    unlink(socket_path);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL_FATAL(bind(listener, (void *)&a, sizeof(a)), 0);
    listen(listener, 5);
    setenv("XENSTORED_PATH", socket_path, 1);
    connections = events = 0;
    pthread_create(&thread, NULL, daemon_thread, budgets);
    loop_init(&loop);
    store_open(&store, &loop, on_event, NULL);
}

static void stop(void)
{
    shutdown(listener, SHUT_RDWR);
    close(store.io.fd);
    pthread_join(thread, NULL);
    close(listener);
    close(loop.epoll_fd);
    unlink(socket_path);
    while (store.watches) {
        struct store_watch *w = store.watches;

        store.watches = w->next;
        free(w->path);
        free(w->token);
        free(w);
    }
    while (store.first) {
        struct store_event *e = store.first;

        store.first = e->next;
        free(e);
    }
}

static void run_until_event(void)
{
    loop.stopped = false;
    loop_run(&loop);
}

static void test_requests(void)
{
    long budgets[] = { 0 };
    unsigned long n;
    char *text;

    start(budgets);
    text = store_read(&store, "/a/b");
    CU_ASSERT_STRING_EQUAL(text, "/a/b");
    free(text);
    CU_ASSERT_PTR_NULL(store_read(&store, "/absent"));
    CU_ASSERT_FALSE(store_scan(&store, "/a", "b", &n));
    CU_ASSERT_EQUAL(store_watch(&store, "/w", "token"), 0);
    text = store_read(&store, "/x");     /* comes before the event is given */
    CU_ASSERT_STRING_EQUAL(text, "/x");
    free(text);
    CU_ASSERT_EQUAL(events, 0);
    run_until_event();
    CU_ASSERT_EQUAL(events, 1);
    CU_ASSERT_STRING_EQUAL(last_event, "/w token");
    stop();
}

/* Dies after each possible number of bytes, 1 to 80, one after another. */
static void test_lost_in_the_middle(void)
{
    static long budgets[82];
    unsigned i;

    for (i = 0; i < 80; i++)
        budgets[i] = i + 1;
    start(budgets);
    CU_ASSERT_EQUAL(store_watch(&store, "/w", "token"), 0);
    for (i = 0; i < 5; i++) {
        char *text = store_read(&store, "/some/path");

        CU_ASSERT_STRING_EQUAL(text, "/some/path");
        free(text);
    }
    CU_ASSERT(connections > 20);
    run_until_event();
    CU_ASSERT(events >= 1);
    stop();
}

/* Nobody asks anything: the loop itself finds out and comes back. */
static void test_lost_while_idle(void)
{
    long budgets[] = { 16 + 1 + 16 + 3 + 16 + 9, 0 };

    start(budgets);                      /* "/" is asked, then the watch */
    CU_ASSERT_EQUAL(store_watch(&store, "/w", "token"), 0);
    run_until_event();
    CU_ASSERT_EQUAL(events, 1);
    shutdown(store.io.fd, SHUT_RDWR);    /* the daemon is gone */
    run_until_event();
    CU_ASSERT_EQUAL(events, 2);          /* registered again, fired again */
    CU_ASSERT_EQUAL(connections, 2);
    CU_ASSERT_STRING_EQUAL(last_event, "/w token");
    stop();
}

static const struct check tests[] = {
    { "requests, absent nodes, watches", test_requests },
    { "a daemon that dies in the middle of anything", test_lost_in_the_middle },
    { "a daemon that dies while nothing is asked", test_lost_while_idle },
};
CHECK_MAIN("store", tests)
