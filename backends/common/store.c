/* SPDX-License-Identifier: MIT */
/*
 * store.c - the xenstore client: requests, watches, and coming back.
 *
 *   R1  One request is outstanding at a time; its reply is the next message
 *       that is no watch event, and carries its req_id.
 *   R2  A request is repeated only over a new connection, never on the old.
 *   R3  Whatever goes wrong on the socket ends that connection: half a message
 *       can never be told from the start of the next.
 */
#include "backends/common/store.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "backends/common/log.h"
#include "public/io/xs_wire.h"

#define RETRY_MS 100
#define READ_AT_ONCE 32          /* messages, before others get their turn */
#define ANSWER_MS 30000          /* a daemon silent for so long is gone */

struct reply {
    uint32_t type;
    uint32_t len;
    char data[STORE_PAYLOAD_MAX + 1];      /* always ended by a NUL */
};

static void store_lost(struct store *s)
{
    if (s->io.fd < 0)
        return;
    loop_remove(s->loop, &s->io);
    close(s->io.fd);
    s->io.fd = -1;
    loop_after(s->loop, &s->retry, RETRY_MS);
}

static bool store_send(struct store *s, struct iovec *iov, int n)
{
    struct msghdr msg = { .msg_iov = iov, .msg_iovlen = (size_t)n };

    while (msg.msg_iovlen > 0) {
        ssize_t done = sendmsg(s->io.fd, &msg, MSG_NOSIGNAL);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        while (msg.msg_iovlen > 0 && (size_t)done >= msg.msg_iov->iov_len) {
            done -= (ssize_t)msg.msg_iov->iov_len;
            msg.msg_iov++;
            msg.msg_iovlen--;
        }
        if (msg.msg_iovlen > 0) {
            msg.msg_iov->iov_base = (char *)msg.msg_iov->iov_base + done;
            msg.msg_iov->iov_len -= (size_t)done;
        }
    }
    return true;
}

static bool store_receive(struct store *s, void *buf, size_t len)
{
    while (len > 0) {
        struct pollfd p = { .fd = s->io.fd, .events = POLLIN };
        ssize_t done;

        if (poll(&p, 1, ANSWER_MS) == 0)
            return false;
        done = recv(s->io.fd, buf, len, 0);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        buf = (char *)buf + done;
        len -= (size_t)done;
    }
    return true;
}

/* The payload is path NUL token NUL. */
static void store_queue_event(struct store *s, const char *data, uint32_t len)
{
    size_t path_len = strnlen(data, len);
    struct store_event *e;

    if (path_len + 1 >= len)
        return;
    e = malloc(sizeof(*e) + len + 1);
    if (!e)
        abort();
    e->next = NULL;
    e->path = (char *)(e + 1);
    memcpy(e->path, data, len);
    e->path[len] = '\0';
    e->token = e->path + path_len + 1;
    *s->last = e;
    s->last = &e->next;
}

/* Take one message; watch events are queued and *r is left as it was. */
static bool store_message(struct store *s, struct reply *r, uint32_t *req_id)
{
    struct xsd_sockmsg h;
    char event[STORE_PAYLOAD_MAX + 1];
    char *data;

    if (!store_receive(s, &h, sizeof(h)) || h.len > STORE_PAYLOAD_MAX)
        return false;                                         /* R3 */
    data = h.type == XS_WATCH_EVENT ? event : r->data;
    if (!store_receive(s, data, h.len))
        return false;
    data[h.len] = '\0';
    if (h.type == XS_WATCH_EVENT) {
        store_queue_event(s, data, h.len);
        *req_id = 0;
        return true;
    }
    r->type = h.type;
    r->len = h.len;
    *req_id = h.req_id;
    return true;
}

/* One request over the present connection.  False: the connection is lost. */
static bool store_ask(struct store *s, uint32_t type, const struct iovec *body,
                      int nr, struct reply *r)
{
    struct xsd_sockmsg h = { .type = type, .req_id = ++s->req_id };
    struct iovec iov[4] = { { .iov_base = &h, .iov_len = sizeof(h) } };
    uint32_t req_id = 0;
    int i;

    if (h.req_id == 0)
        h.req_id = ++s->req_id;
    for (i = 0; i < nr; i++) {
        iov[i + 1] = body[i];
        h.len += (uint32_t)body[i].iov_len;
    }
    if (!store_send(s, iov, nr + 1))
        return false;
    while (req_id == 0)
        if (!store_message(s, r, &req_id))
            return false;
    return req_id == h.req_id;                                /* R1 */
}

static bool store_ask_watch(struct store *s, const struct store_watch *w)
{
    struct iovec body[2] = {
        { .iov_base = w->path, .iov_len = strlen(w->path) + 1 },
        { .iov_base = w->token, .iov_len = strlen(w->token) + 1 },
    };
    struct reply r;

    return store_ask(s, XS_WATCH, body, 2, &r);
}

static void store_socket_path(struct sockaddr_un *a)
{
    const char *path = getenv("XENSTORED_PATH");
    const char *dir = getenv("XENSTORED_RUNDIR");

    a->sun_family = AF_UNIX;
    if (path)
        snprintf(a->sun_path, sizeof(a->sun_path), "%s", path);
    else
        snprintf(a->sun_path, sizeof(a->sun_path), "%s/socket",
                 dir ? dir : "/run/xenstored");
}

static bool store_connect(struct store *s)
{
    struct sockaddr_un a;
    struct store_watch *w;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    store_socket_path(&a);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    s->io.fd = fd;
    loop_cancel(s->loop, &s->retry);
    if (loop_add(s->loop, &s->io, EPOLLIN) < 0) {
        close(fd);
        s->io.fd = -1;
        return false;
    }
    for (w = s->watches; w; w = w->next)
        if (!store_ask_watch(s, w)) {
            store_lost(s);
            return false;
        }
    if (s->first)
        loop_after(s->loop, &s->deliver, 0);
    return true;
}

/* Like store_ask(), but comes back with an answer, however long it takes. */
static void store_request(struct store *s, uint32_t type,
                          const struct iovec *body, int nr, struct reply *r)
{
    bool said = false;

    while (s->io.fd < 0 || !store_ask(s, type, body, nr, r)) { /* R2 */
        store_lost(s);
        if (!said)
            log_line("xenstored does not answer; waiting for it");
        said = true;
        while (!store_connect(s))
            poll(NULL, 0, RETRY_MS);
    }
    if (said)
        log_line("xenstored is back");
    if (s->first)
        loop_after(s->loop, &s->deliver, 0);
}

static int store_path_request(struct store *s, uint32_t type, const char *path,
                              struct reply *r)
{
    struct iovec body = { .iov_base = (char *)path,
                          .iov_len = strlen(path) + 1 };

    store_request(s, type, &body, 1, r);
    return r->type == XS_ERROR ? -ENOENT : 0;
}

static void store_deliver(void *arg)
{
    struct store *s = arg;

    while (s->first && !s->loop->stopped) {
        struct store_event *e = s->first;

        s->first = e->next;
        if (!s->first)
            s->last = &s->first;
        s->on_event(s->arg, e->path, e->token);
        free(e);
    }
}

static void store_readable(void *arg, uint32_t events)
{
    struct store *s = arg;
    struct pollfd more = { .fd = s->io.fd, .events = POLLIN };
    unsigned left = READ_AT_ONCE;
    struct reply r;
    uint32_t req_id;

    (void)events;
    do {
        if (!store_message(s, &r, &req_id) || req_id != 0) {
            store_lost(s);
            break;
        }
    } while (--left > 0 && poll(&more, 1, 0) == 1);
    store_deliver(s);
}

static void store_retry(void *arg)
{
    struct store *s = arg;

    if (s->io.fd >= 0)
        return;
    if (store_connect(s))
        log_line("xenstored is back");
    else
        loop_after(s->loop, &s->retry, RETRY_MS);
}

int store_open(struct store *s, struct loop *loop, store_event_fn *on_event,
               void *arg)
{
    struct reply r;

    *s = (struct store){ .loop = loop, .on_event = on_event, .arg = arg };
    s->io = (struct loop_fd){ .fd = -1, .ready = store_readable, .arg = s };
    s->retry = (struct loop_timer){ .due = store_retry, .arg = s };
    s->deliver = (struct loop_timer){ .due = store_deliver, .arg = s };
    s->last = &s->first;
    store_connect(s);
    return store_path_request(s, XS_DIRECTORY, "/", &r);
}

char *store_read(struct store *s, const char *path)
{
    struct reply r;

    if (store_path_request(s, XS_READ, path, &r) < 0)
        return NULL;
    return strdup(r.data);
}

char *store_get(struct store *s, const char *dir, const char *node)
{
    char path[STORE_PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", dir, node);
    return store_read(s, path);
}

bool store_scan(struct store *s, const char *dir, const char *node,
                unsigned long *value)
{
    char *text = store_get(s, dir, node);
    char *end = text;
    bool ok = false;

    if (text && *text >= '0' && *text <= '9') {
        errno = 0;
        *value = strtoul(text, &end, 10);
        ok = *end == '\0' && errno == 0;
    }
    free(text);
    return ok;
}

int store_put(struct store *s, const char *dir, const char *node,
              const char *fmt, ...)
{
    char path[STORE_PATH_MAX];
    char value[1024];
    struct iovec body[2];
    struct reply r;
    va_list ap;
    int n;

    snprintf(path, sizeof(path), "%s/%s", dir, node);
    va_start(ap, fmt);
    n = vsnprintf(value, sizeof(value), fmt, ap);
    va_end(ap);
    if (n >= (int)sizeof(value))
        n = sizeof(value) - 1;
    body[0] = (struct iovec){ .iov_base = path, .iov_len = strlen(path) + 1 };
    body[1] = (struct iovec){ .iov_base = value, .iov_len = (size_t)n };
    store_request(s, XS_WRITE, body, 2, &r);
    if (r.type == XS_ERROR)
        return fail(EIO, "cannot write %s: %s", path, r.data);
    return 0;
}

int store_remove(struct store *s, const char *path)
{
    struct reply r;

    return store_path_request(s, XS_RM, path, &r);
}

bool store_exists(struct store *s, const char *path)
{
    struct reply r;

    return store_path_request(s, XS_READ, path, &r) == 0;
}

char *store_list(struct store *s, const char *path, uint32_t *len)
{
    struct reply r;
    char *names;

    if (store_path_request(s, XS_DIRECTORY, path, &r) < 0)
        return NULL;
    names = malloc(r.len + 1);
    if (!names)
        abort();
    memcpy(names, r.data, r.len + 1);
    *len = r.len;
    return names;
}

bool store_is_introduced(struct store *s, unsigned domid)
{
    char text[16];
    struct reply r;

    snprintf(text, sizeof(text), "%u", domid);
    return store_path_request(s, XS_IS_DOMAIN_INTRODUCED, text, &r) == 0 &&
           r.data[0] == 'T';
}

int store_watch(struct store *s, const char *path, const char *token)
{
    struct store_watch *w = malloc(sizeof(*w));
    struct iovec body[2] = {
        { .iov_base = (char *)path, .iov_len = strlen(path) + 1 },
        { .iov_base = (char *)token, .iov_len = strlen(token) + 1 },
    };
    struct reply r;

    if (!w)
        abort();
    store_request(s, XS_WATCH, body, 2, &r);
    if (r.type == XS_ERROR && strcmp(r.data, "EEXIST") != 0) {
        free(w);
        return fail(EIO, "cannot watch %s: %s", path, r.data);
    }
    w->path = strdup(path);
    w->token = strdup(token);
    if (!w->path || !w->token)
        abort();
    w->next = s->watches;
    s->watches = w;
    return 0;
}

void store_unwatch(struct store *s, const char *path, const char *token)
{
    struct store_watch **at = &s->watches;
    struct iovec body[2] = {
        { .iov_base = (char *)path, .iov_len = strlen(path) + 1 },
        { .iov_base = (char *)token, .iov_len = strlen(token) + 1 },
    };
    struct reply r;

    while (*at) {
        struct store_watch *w = *at;

        if (strcmp(w->path, path) == 0 && strcmp(w->token, token) == 0) {
            *at = w->next;
            free(w->path);
            free(w->token);
            free(w);
        } else {
            at = &w->next;
        }
    }
    store_request(s, XS_UNWATCH, body, 2, &r);
}
