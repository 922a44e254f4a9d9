/* SPDX-License-Identifier: MIT */
/*
 * compare.c - asks two xenstore daemons the same and compares what they answer.
 *
 *   compare SOCKET SOCKET SEED STEPS
 *
 * Requests are random, over a small tree, in and out of transactions, with
 * watches, and with odd paths, permissions and types. After each both answers and
 * all the events it caused must be equal, but for what the protocol leaves open:
 * the order of children and of events, the numbers of transactions, and which of
 * its changes a transaction tells of once it has removed something.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "public/io/xs_wire.h"

#define EVENTS 256
#define BARRIER 0x7fffffffu

struct message {
    struct xsd_sockmsg head;
    char payload[4097];
};

struct peer {
    const char *name;
    int fd;
    uint32_t tx;                /* its number of the open transaction */
    struct message reply;
    int events;
    char *event[EVENTS];
};

static uint32_t seed;

static uint32_t roll(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

static const struct xsd_sockmsg *asked;     /* for the last words */

static void __attribute__((noreturn)) stop(const char *what, const char *why)
{
    printf("fail %s: %s", what, why);
    if (asked)
        printf(" after type %u, tx %u, %u bytes", asked->type, asked->tx_id,
               asked->len);
    putchar('\n');
    exit(1);
}

static void connect_to(struct peer *p, const char *path)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };

    p->name = path;
    p->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    strncpy(addr.sun_path, path, sizeof(addr.sun_path) - 1);
    if (connect(p->fd, (struct sockaddr *)&addr, sizeof(addr)))
        stop(path, "cannot connect");
}

static void get_bytes(struct peer *p, void *to, size_t len)
{
    ssize_t n;

    for (; len; len -= (size_t)n, to = (char *)to + n) {
        n = read(p->fd, to, len);
        if (n <= 0)
            stop(p->name, "hung up");
    }
}

static void get_message(struct peer *p, struct message *m)
{
    get_bytes(p, &m->head, sizeof(m->head));
    if (m->head.len > 4096)
        stop(p->name, "sent a message that is too long");
    get_bytes(p, m->payload, m->head.len);
    m->payload[m->head.len] = '\0';
}

static void put_message(struct peer *p, const struct xsd_sockmsg *head,
                        const void *payload)
{
    if (write(p->fd, head, sizeof(*head)) != sizeof(*head) ||
        write(p->fd, payload, head->len) != (ssize_t)head->len)
        stop(p->name, "hung up");
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sends it, then a question whose answer shows that all events are there. */
static void ask(struct peer *p, const struct xsd_sockmsg *request,
                const void *payload)
{
    struct xsd_sockmsg head = *request, barrier = {
        .type = XS_GET_DOMAIN_PATH, .req_id = BARRIER, .len = 2,
    };
    struct message m;

    if (head.tx_id == 1)
        head.tx_id = p->tx;
    asked = request;
    while (p->events)
        free(p->event[--p->events]);
    put_message(p, &head, payload);
    for (;;) {
        get_message(p, &m);
        if (m.head.type != XS_WATCH_EVENT && m.head.req_id == BARRIER)
            break;
        if (m.head.type != XS_WATCH_EVENT) {
            p->reply = m;
            put_message(p, &barrier, "0");
        } else if (p->events < EVENTS) {
            m.payload[strlen(m.payload)] = ' ';
            p->event[p->events++] = strdup(m.payload);
        }
    }
    qsort(p->event, (size_t)p->events, sizeof(p->event[0]), by_text);
}

/* Children in one order: the list in place, sorted. */
static void sort_list(struct message *m, size_t from)
{
    char *name[512], *copy;
    size_t at = from, count = 0, i;

    copy = malloc(m->head.len + 1ul);
    memcpy(copy, m->payload, m->head.len + 1ul);
    while (at < m->head.len && copy[at] && count < 512) {
        name[count++] = copy + at;
        at += strlen(copy + at) + 1;
    }
    qsort(name, count, sizeof(name[0]), by_text);
    for (at = from, i = 0; i < count; i++) {
        strcpy(m->payload + at, name[i]);
        at += strlen(name[i]) + 1;
    }
    free(copy);
}

static void make_equal(struct message *m)
{
    size_t stamp;

    if (m->head.type == XS_DIRECTORY)
        sort_list(m, 0);
    if (m->head.type != XS_DIRECTORY_PART)
        return;
    stamp = strlen(m->payload) + 1;             /* each has its own numbers */
    memmove(m->payload, m->payload + stamp, m->head.len - stamp + 1);
    m->head.len -= (uint32_t)stamp;
    sort_list(m, 0);
}

static void show(const struct peer *p)
{
    uint32_t i;
    int e;

    printf("  %s: type %u, '", p->name, p->reply.head.type);
    for (i = 0; i < p->reply.head.len; i++)
        putchar(p->reply.payload[i] ? p->reply.payload[i] : '|');
    printf("'\n");
    for (e = 0; e < p->events; e++)
        printf("    event %s\n", p->event[e]);
}

static bool same(struct peer *a, struct peer *b, uint32_t type, bool events)
{
    int e;

    make_equal(&a->reply);
    make_equal(&b->reply);
    if (a->reply.head.type != b->reply.head.type ||
        (events && a->events != b->events))
        return false;
    for (e = 0; events && e < a->events; e++)
        if (strcmp(a->event[e], b->event[e]))
            return false;
    if (a->reply.head.type == XS_TRANSACTION_START) {
        a->tx = (uint32_t)atoi(a->reply.payload);
        b->tx = (uint32_t)atoi(b->reply.payload);
        return a->tx && b->tx;
    }
    if (type == XS_UNWATCH && a->reply.head.type == XS_ERROR)
        return true;            /* theirs does not judge the path there */
    return a->reply.head.len == b->reply.head.len &&
           !memcmp(a->reply.payload, b->reply.payload, a->reply.head.len);
}

static size_t add_path(char *to)
{
    static const char *const odd[] = {
        "", "/", "//", "/x//a", "/x/a/", "x", "a/b", "@releaseDomain", "@bogus",
        "/x/a b", "/local/domain/", "/x/.", "/x/@y", "/x/-", "/x/_", "@",
    };
    size_t len = 0;
    uint32_t parts;

    if (!roll(12))
        return (size_t)sprintf(to, "%s", odd[roll(16)]) + 1;
    len = (size_t)sprintf(to, "/x");
    for (parts = roll(4); parts; parts--)
        len += (size_t)sprintf(to + len, "/%c", 'a' + (char)roll(3));
    return len + 1;
}

static size_t add_perms(char *to)
{
    static const char *const some[] = { "n0", "r0", "b1", "w2", "r3", "n4",
                                        "x1" };
    size_t len = 0;
    uint32_t n;

    for (n = 1 + roll(3); n; n--)
        len += (size_t)sprintf(to + len, "%s", some[roll(20) ? roll(6)
                                                             : 6]) + 1;
    return len;
}

static size_t add_value(char *to)
{
    size_t len = roll(20), i;

    for (i = 0; i < len; i++)
        to[i] = (char)roll(256);
    return len;
}

/*
 * What belongs to a type. All strings are ended: theirs answers what is not with
 * whatever errno holds, and ends on an assertion when that is nothing.
 */
static size_t fill(uint32_t type, char *to)
{
    size_t len = 0;

    switch (type) {
    case XS_TRANSACTION_START:
    case XS_RESET_WATCHES:
        to[len++] = '\0';
        break;
    case XS_TRANSACTION_END:
        len = (size_t)sprintf(to, "%c", "TF"[roll(2)]) + 1;
        break;
    case XS_WATCH:
    case XS_UNWATCH:
        len = add_path(to);
        len += (size_t)sprintf(to + len, "t%u", roll(3)) + 1;
        break;
    case XS_GET_DOMAIN_PATH:
    case XS_IS_DOMAIN_INTRODUCED:
        len = (size_t)sprintf(to, "%u", roll(4)) + 1;
        break;
    case XS_WRITE:
        len = add_path(to);
        len += add_value(to + len);
        break;
    case XS_SET_PERMS:
        len = add_path(to);
        len += add_perms(to + len);
        break;
    case XS_DIRECTORY_PART:
        len = add_path(to);
        len += (size_t)sprintf(to + len, "0") + 1;
        break;
    default:
        len = add_path(to);
        break;
    }
    return len;
}

/* What one of them makes at its start. */
static const char *const both_have[] = {
    "/local", "/local/domain", "/local/domain/0", "/vm", "/libxl", "/tool",
};

/* No types that are none: theirs ends on an assertion soon after one. */
static const uint32_t types[] = {
    XS_DIRECTORY, XS_READ, XS_GET_PERMS, XS_WATCH, XS_UNWATCH,
    XS_GET_DOMAIN_PATH, XS_WRITE, XS_WRITE, XS_WRITE, XS_MKDIR, XS_RM,
    XS_SET_PERMS, XS_IS_DOMAIN_INTRODUCED, XS_DIRECTORY_PART, XS_READ,
    XS_RESET_WATCHES,
};

#define TYPES (sizeof(types) / sizeof(types[0]))

static uint32_t pick_type(bool open)
{
    if (!roll(8))
        return open ? XS_TRANSACTION_END : XS_TRANSACTION_START;
    return types[roll(roll(8) ? TYPES - 1 : TYPES)];
}

int main(int argc, char **argv)
{
    static struct peer a, b;
    struct xsd_sockmsg head;
    char payload[4096];
    bool open = false, removes = false;
    int step, steps;
    size_t i;

    if (argc != 5) {
        fprintf(stderr, "usage: compare SOCKET SOCKET SEED STEPS\n");
        return 2;
    }
    connect_to(&a, argv[1]);
    connect_to(&b, argv[2]);
    seed = (uint32_t)atoi(argv[3]);
    steps = atoi(argv[4]);
    for (i = 0; i < sizeof(both_have) / sizeof(both_have[0]); i++) {
        head = (struct xsd_sockmsg){
            .type = XS_MKDIR, .len = (uint32_t)strlen(both_have[i]) + 1,
        };
        ask(&a, &head, both_have[i]);
        ask(&b, &head, both_have[i]);
    }
    for (step = 0; step < steps; step++) {
        head = (struct xsd_sockmsg){
            .type = pick_type(open), .req_id = (uint32_t)step, .tx_id = open,
        };
        head.len = (uint32_t)fill(head.type, payload);
        if ((head.type == XS_GET_PERMS || head.type == XS_SET_PERMS) &&
            payload[0] == '@')
            continue;           /* ours tells them, theirs only sets them */
        ask(&a, &head, payload);
        ask(&b, &head, payload);
        if (!same(&a, &b, head.type, !removes)) {
            printf("fail seed %s: step %d, type %u, tx %u, '", argv[3], step,
                   head.type, head.tx_id);
            fwrite(payload, 1, head.len, stdout);
            printf("':\n");
            show(&a);
            show(&b);
            return 1;
        }
        if (a.reply.head.type == XS_TRANSACTION_START)
            open = true;
        removes = open && (removes || head.type == XS_RM);
        if (a.reply.head.type == XS_TRANSACTION_END ||
            head.type == XS_RESET_WATCHES)
            open = false;
    }
    return 0;
}
