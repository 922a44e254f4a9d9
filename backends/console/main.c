/* SPDX-License-Identifier: MIT */
/*
 * main.c - consoled: serves the console of every guest.
 *
 * Domains come and go by the store's two special watches; each domain's console
 * nodes have a watch of their own.  Nothing is kept between runs: a daemon that
 * is started again finds the same nodes and goes on at each ring's out_cons.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "backends/common/log.h"
#include "backends/common/notify.h"
#include "backends/console/console.h"
#include "backends/console/hvlog.h"

struct daemon {
    struct console_env env;
    struct console *consoles;
    struct loop_fd evtchn;
    struct hvlog hvlog;
};

static struct console *console_find(struct daemon *d, unsigned domid)
{
    struct console *c = d->consoles;

    while (c && c->domid != domid)
        c = c->next;
    return c;
}

static void console_watch_path(char *path, size_t size, unsigned domid)
{
    snprintf(path, size, "/local/domain/%u/console", domid);
}

static void daemon_add(struct daemon *d, unsigned domid)
{
    struct console *c;
    char path[64], token[32];

    if (domid == 0 || console_find(d, domid) ||
        !store_is_introduced(&d->env.store, domid))
        return;
    c = console_new(&d->env, domid);
    c->next = d->consoles;
    d->consoles = c;
    console_watch_path(path, sizeof(path), domid);
    snprintf(token, sizeof(token), "dom%u", domid);
    store_watch(&d->env.store, path, token);
    console_check(c);
}

static void daemon_drop_gone(struct daemon *d)
{
    struct console **at = &d->consoles;

    while (*at) {
        struct console *c = *at;
        char path[64], token[32];

        if (store_is_introduced(&d->env.store, c->domid)) {
            at = &c->next;
            continue;
        }
        *at = c->next;
        console_watch_path(path, sizeof(path), c->domid);
        snprintf(token, sizeof(token), "dom%u", c->domid);
        store_unwatch(&d->env.store, path, token);
        log_line("domain %u is gone", c->domid);
        console_free(c);
    }
}

static void daemon_scan(struct daemon *d)
{
    uint32_t len = 0, at;
    char *names = store_list(&d->env.store, "/local/domain", &len);

    daemon_drop_gone(d);
    for (at = 0; names && at < len; at += (uint32_t)strlen(names + at) + 1)
        daemon_add(d, (unsigned)strtoul(names + at, NULL, 10));
    free(names);
}

static void daemon_store_event(void *arg, const char *path, const char *token)
{
    struct daemon *d = arg;
    struct console *c;

    (void)path;
    if (strncmp(token, "dom", 3) != 0) {
        daemon_scan(d);
        return;
    }
    c = console_find(d, (unsigned)strtoul(token + 3, NULL, 10));
    if (c)
        console_check(c);
}

static void daemon_evtchn_event(void *arg, uint32_t events)
{
    struct daemon *d = arg;
    struct console *c = d->consoles;
    int port = xen_pending(&d->env.xen);

    (void)events;
    if (port < 0)
        return;
    if (hvlog_event(&d->hvlog, (uint32_t)port))
        return;
    while (c && !(c->ring && c->port == (uint32_t)port))
        c = c->next;
    if (c)
        console_event(c);
}

static void usage(void)
{
    puts("usage: consoled [--log=none|guest|hv|all] [--log-dir=DIR]\n"
         "Serves the consoles of all guests: a terminal each (node "
         "console/tty)\nand DIR/guest-NAME.log from the first byte "
         "(DIR: /var/log/xen/console).");
}

static int parse(int argc, char **argv, struct daemon *d, bool *hv)
{
    static const struct option options[] = {
        { "log", required_argument, NULL, 'l' },
        { "log-dir", required_argument, NULL, 'd' },
        { "help", no_argument, NULL, 'h' },
        { 0 },
    };
    int o;

    while ((o = getopt_long(argc, argv, "", options, NULL)) >= 0) {
        if (o == 'd') {
            d->env.log_dir = optarg;
        } else if (o == 'l') {
            *hv = strcmp(optarg, "hv") == 0 || strcmp(optarg, "all") == 0;
            d->env.log_guests = strcmp(optarg, "guest") == 0 ||
                                strcmp(optarg, "all") == 0;
        } else {
            usage();
            return o == 'h' ? 0 : 2;
        }
    }
    return -1;
}

int main(int argc, char **argv)
{
    struct daemon d = { .env = { .log_dir = "/var/log/xen/console",
                                 .log_guests = true } };
    bool hv = false;
    int rc = parse(argc, argv, &d, &hv);

    if (rc >= 0)
        return rc;
    log_name("consoled", "");
    if (loop_init(&d.env.loop) < 0 || xen_open(&d.env.xen) < 0)
        return 1;
    d.evtchn = (struct loop_fd){ .fd = xen_evtchn_fd(&d.env.xen),
                                 .ready = daemon_evtchn_event, .arg = &d };
    if (loop_add(&d.env.loop, &d.evtchn, EPOLLIN) < 0)
        return 1;
    if (hv && hvlog_open(&d.hvlog, &d.env) < 0)
        return 1;
    store_open(&d.env.store, &d.env.loop, daemon_store_event, &d);
    if (store_watch(&d.env.store, "@introduceDomain", "introduce") < 0 ||
        store_watch(&d.env.store, "@releaseDomain", "release") < 0)
        return 1;
    daemon_scan(&d);
    notify_ready();
    return loop_run(&d.env.loop);
}
