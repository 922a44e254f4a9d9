/* SPDX-License-Identifier: MIT */
/*
 * conn_socket.c - moves bytes between unix sockets and connections.
 *
 *   R1  A client that may not be fed is not read: its bytes stay in the kernel
 *       and its buffer here, which is all that it can make us hold.
 *   R2  A client is freed in its own turn or in its flush, nowhere else.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "conn.h"
#include "conn_socket.h"
#include "loop.h"
#include "mem.h"

struct client {
    struct source src;
    struct conn *c;
    uint32_t off, have;         /* what of buf was not fed yet */
    uint8_t buf[8192];
};

struct listener {
    struct source src;
    struct store *store;
    unsigned int domid;
    char *path;                 /* NULL: not ours to take away */
    struct listener *next;
};

static struct listener *listeners;
static int spare_fd = -1;       /* given up to turn somebody away */

static void client_close(struct client *cl)
{
    loop_remove(&cl->src);
    close(cl->src.fd);
    conn_close(cl->c);
    free(cl);
}

/* Sends what there is; false if the client is gone. */
static bool push_out(struct client *cl)
{
    const void *bytes;
    size_t len;
    ssize_t n;

    while ((bytes = conn_peek(cl->c, &len))) {
        n = send(cl->src.fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        conn_sent(cl->c, (size_t)n);
    }
    return true;
}

/* Feeds what was read; false if the client is to be cut off. */
static bool feed(struct client *cl, unsigned int *budget)
{
    long n;

    while (cl->off < cl->have && *budget && conn_may_feed(cl->c)) {
        n = conn_feed(cl->c, cl->buf + cl->off, cl->have - cl->off);
        if (n < 0)
            return false;
        cl->off += (uint32_t)n;
        --*budget;
        if (!push_out(cl))
            return false;
    }
    return !cl->c->broken;
}

static void settle(struct client *cl)
{
    bool may = conn_may_feed(cl->c), left = cl->off < cl->have;
    size_t len;

    loop_want(&cl->src, may && !left, conn_peek(cl->c, &len) != NULL);
    if (may && left)
        loop_again(&cl->src);
}

static void client_turn(struct source *src)
{
    struct client *cl = (struct client *)src;
    unsigned int budget = LOOP_TURN_REQUESTS;
    bool full = true;
    ssize_t n;

    if (!push_out(cl) || !feed(cl, &budget)) {
        client_close(cl);
        return;
    }
    while (full && budget && cl->off == cl->have && conn_may_feed(cl->c)) {
        n = recv(src->fd, cl->buf, sizeof(cl->buf), MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        cl->off = 0;
        cl->have = n > 0 ? (uint32_t)n : 0;
        full = n == (ssize_t)sizeof(cl->buf);
        if (n <= 0 || !feed(cl, &budget)) {
            client_close(cl);
            return;
        }
    }
    settle(cl);
}

static void client_flush(struct conn *c)
{
    struct client *cl = c->transport;

    if (c->broken || !push_out(cl))
        client_close(cl);
    else
        settle(cl);
}

/* No descriptor is left: take one client on and hang up, so it can know. */
static void turn_away(struct listener *l)
{
    int fd;

    store_log(l->store, "no file descriptor left for a client; raise the limit "
                        "(ulimit -n) or close some");
    close(spare_fd);
    fd = accept4(l->src.fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void listener_turn(struct source *src)
{
    struct listener *l = (struct listener *)src;
    struct client *cl;
    int fd, i;

    for (i = 0; i < LOOP_TURN_REQUESTS; i++) {
        fd = accept4(src->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE))
            turn_away(l);
        if (fd < 0)
            return;
        cl = mem_zalloc(sizeof(*cl));
        cl->c = conn_open(l->store, l->domid);
        cl->c->transport = cl;
        cl->c->flush = client_flush;
        loop_add(&cl->src, fd, client_turn);
    }
}

static struct listener *add_listener(struct store *s, int fd,
                                     unsigned int domid)
{
    struct listener *l = mem_zalloc(sizeof(*l));

    if (spare_fd < 0)
        spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    l->store = s;
    l->domid = domid;
    l->next = listeners;
    listeners = l;
    loop_add(&l->src, fd, listener_turn);
    return l;
}

int socket_adopt(struct store *s, int fd, unsigned int domid)
{
    int on = 0;
    socklen_t len = sizeof(on);

    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) || !on) {
        fprintf(stderr, "xenstored: descriptor %d of LISTEN_FDS is no listening "
                        "socket\n", fd);
        return -1;
    }
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    add_listener(s, fd, domid);
    return 0;
}

/* Takes away a socket file that nobody serves; false if somebody does. */
static bool clear_path(const struct sockaddr_un *addr)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool served;

    if (fd < 0)
        return false;
    served = !connect(fd, (const struct sockaddr *)addr, sizeof(*addr));
    close(fd);
    if (!served)
        unlink(addr->sun_path);
    return !served;
}

static void make_folder_of(const char *path)
{
    char *folder = mem_copy(path, strlen(path) + 1);
    char *slash = strrchr(folder, '/');

    if (slash && slash != folder) {
        *slash = '\0';
        mkdir(folder, 0755);
    }
    free(folder);
}

int socket_listen(struct store *s, const char *path, unsigned int domid)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    mode_t mask;
    int fd, rc;

    if (strlen(path) >= sizeof(addr.sun_path)) {
        fprintf(stderr, "xenstored: %s: path of a socket has at most %zu "
                        "bytes\n", path, sizeof(addr.sun_path) - 1);
        return -1;
    }
    strcpy(addr.sun_path, path);
    make_folder_of(path);
    if (!clear_path(&addr)) {
        fprintf(stderr, "xenstored: %s is served by another daemon; end it, or "
                        "choose another path with --socket\n", path);
        return -1;
    }
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mask = umask(0177);
    rc = bind(fd, (struct sockaddr *)&addr, sizeof(addr));
    umask(mask);
    if (rc || listen(fd, SOMAXCONN)) {
        fprintf(stderr, "xenstored: %s: %s; is its folder there and ours to "
                        "write?\n", path, strerror(errno));
        return -1;
    }
    add_listener(s, fd, domid)->path = mem_copy(path, strlen(path) + 1);
    return 0;
}

void socket_unlink_all(void)
{
    const struct listener *l;

    for (l = listeners; l; l = l->next)
        if (l->path)
            unlink(l->path);
}
