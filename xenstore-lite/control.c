/* SPDX-License-Identifier: MIT */
/*
 * control.c - what an operator asks the daemon itself (xenstore-control).
 *
 * Each command is a row of one table; `help` prints that table.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conn.h"
#include "mem.h"
#include "quota.h"
#include "request.h"

struct text {                   /* a reply being written; what is over is cut */
    char *bytes;
    size_t used;
};

static void __attribute__((format(printf, 2, 3)))
add(struct text *t, const char *fmt, ...)
{
    size_t room = XENSTORE_PAYLOAD_MAX - t->used;
    va_list args;
    int len;

    va_start(args, fmt);
    len = vsnprintf(t->bytes + t->used, room, fmt, args);
    va_end(args);
    if (len > 0)
        t->used += (size_t)len < room ? (size_t)len : room - 1;
}

static int cmd_check(struct store *s, int argc, const char **argv,
                     struct text *out)
{
    char why[200];

    (void)argv;
    if (argc != 1)
        return -EINVAL;
    if (store_audit(s, why, sizeof(why)))
        add(out, "FAULT: %s", why);
    else
        add(out, "OK, %u nodes", s->nodes);
    return 0;
}

static int cmd_log(struct store *s, int argc, const char **argv,
                   struct text *out)
{
    if (argc == 2 && (!strcmp(argv[1], "on") || !strcmp(argv[1], "off")))
        s->log_requests = !strcmp(argv[1], "on");
    else if (argc != 1)
        return -EINVAL;
    add(out, "log of requests is %s", s->log_requests ? "on" : "off");
    return 0;
}

static int cmd_print(struct store *s, int argc, const char **argv,
                     struct text *out)
{
    if (argc != 2)
        return -EINVAL;
    store_log(s, "%s", argv[1]);
    add(out, "OK");
    return 0;
}

static void report_domain(const struct domain *d, struct text *out)
{
    add(out, "domain %5u: %6u nodes %6u watches %3u transactions %9zu bytes\n",
        d->domid, d->nodes, d->watches, d->txns, d->bytes);
}

static int cmd_memreport(struct store *s, int argc, const char **argv,
                         struct text *out)
{
    const struct domain *d;

    (void)argv;
    if (argc != 1)
        return -EINVAL;
    add(out, "%u nodes, %u watches, %llu requests, %llu conflicts\n", s->nodes,
        s->watches.count, (unsigned long long)s->requests,
        (unsigned long long)s->conflicts);
    for (d = store_next_domain(s, NULL); d; d = store_next_domain(s, d))
        report_domain(d, out);
    return 0;
}

static int cmd_quota(struct store *s, int argc, const char **argv,
                     struct text *out)
{
    uint32_t number;
    int i;

    if (argc == 4) {
        if (strcmp(argv[1], "set") || wire_number(argv[3], &number))
            return -EINVAL;
        i = quota_set(s, argv[2], number);
        if (!i)
            add(out, "OK");
        return i;
    }
    if (argc == 2) {
        if (wire_domid(argv[1], &number))
            return -EINVAL;
        if (!store_find_domain(s, number))
            return -ENOENT;
        report_domain(store_find_domain(s, number), out);
        return 0;
    }
    if (argc != 1)
        return -EINVAL;
    add(out, "Quota settings:\n");
    for (i = 0; i < QUOTA_COUNT; i++)
        add(out, "%-18s: %8u\n", quota_name((enum quota_kind)i), s->limit[i]);
    return 0;
}

static int cmd_help(struct store *s, int argc, const char **argv,
                    struct text *out);

static const struct command {
    const char *name;
    int (*run)(struct store *s, int argc, const char **argv, struct text *out);
    const char *usage;
} commands[] = {
    { "check", cmd_check, "" },
    { "log", cmd_log, "[on|off]" },
    { "memreport", cmd_memreport, "" },
    { "print", cmd_print, "<text>" },
    { "quota", cmd_quota, "[set <name> <number> | <domid>]" },
    { "help", cmd_help, "" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int cmd_help(struct store *s, int argc, const char **argv,
                    struct text *out)
{
    size_t i;

    (void)s, (void)argc, (void)argv;
    add(out, "Supported commands:\n");
    for (i = 0; i < COMMANDS; i++)
        add(out, "\t%s %s\n", commands[i].name, commands[i].usage);
    return 0;
}

int op_control(struct request *rq)
{
    const char *argv[4], *text = rq->payload;
    struct text out = { 0 };
    int argc = rq->strings, i, rc = -EINVAL;
    size_t c;

    if (argc < 1 || argc > 4)
        return -EINVAL;
    for (i = 0; i < argc; i++, text = wire_next_string(text))
        argv[i] = text;
    out.bytes = mem_zalloc(XENSTORE_PAYLOAD_MAX);
    for (c = 0; c < COMMANDS; c++)
        if (!strcmp(argv[0], commands[c].name))
            rc = commands[c].run(rq->view.s, argc, argv, &out);
    request_reply_owned(rq, out.bytes, out.used + 1);
    return rc;
}
