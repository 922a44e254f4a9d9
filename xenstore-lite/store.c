/* SPDX-License-Identifier: MIT */
/* store.c - makes, ends and audits the whole core. See store.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "conn.h"
#include "mem.h"
#include "quota.h"
#include "store.h"
#include "tree.h"
#include "txn.h"
#include "watch.h"

struct store *store_create(const struct store_hooks *hooks)
{
    static const char *const first[] = {
        "/tool", "/tool/xenstored", "/local", "/local/domain",
        "/local/domain/0", "/vm", "/libxl",
    };
    struct store *s = mem_zalloc(sizeof(*s));
    struct conn maker = { .store = s, .who = { .privileged = true } };
    struct view v = { .s = s, .c = &maker };
    size_t i;

    if (hooks)
        s->hooks = *hooks;
    quota_defaults(s);
    tree_create(s);
    maker.domain = store_domain(s, 0);
    maker.domain->introduced = true;
    for (i = 0; i < sizeof(first) / sizeof(first[0]); i++)
        view_mkdir(&v, first[i]);
    return s;
}

void store_destroy(struct store *s)
{
    struct domain *d, *next;

    while (s->conns)
        conn_close(s->conns);
    tree_destroy(s);
    watch_tables_destroy(s);
    for (d = store_next_domain(s, NULL); d; d = next) {
        next = store_next_domain(s, d);
        free(d);
    }
    free(s);
}

static void log_line(const struct store *s, const char *fmt, va_list args)
{
    char line[1024];

    vsnprintf(line, sizeof(line), fmt, args);
    s->hooks.log(s->hooks.ctx, line);
}

void store_log(const struct store *s, const char *fmt, ...)
{
    va_list args;

    if (!s->hooks.log)
        return;
    va_start(args, fmt);
    log_line(s, fmt, args);
    va_end(args);
}

void store_log_domain(const struct store *s, struct domain *d,
                      const char *fmt, ...)
{
    va_list args;

    if (!s->hooks.log || d->lines >= STORE_LOG_LINES)
        return;
    va_start(args, fmt);
    log_line(s, fmt, args);
    va_end(args);
    if (++d->lines == STORE_LOG_LINES)
        store_log(s, "domain %u: no more lines about it", d->domid);
}
