/* SPDX-License-Identifier: MIT */
/*
 * life.c - the verbs that start, stop and end domains: shutdown, reboot,
 * destroy, pause, unpause. One file, since each is a few lines.
 */
#include "dom0-tools/build/life.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/build/create.h"
#include "dom0-tools/cmd/cmd.h"
#include "dom0-tools/lib/record.h"

static int pause_one(struct tools *t, uint32_t domid, void *arg)
{
    int rc = arg ? hv_domain_unpause(t->hv, domid) :
                   hv_domain_pause(t->hv, domid);

    return rc < 0 ? fail("domain %u: cannot be %spaused: %s", domid,
                         arg ? "un" : "", strerror(-rc)) : 0;
}

int cmd_pause(int argc, char **argv)
{
    return argc < 2 ? usage("pause") :
                      for_domains(argc - 1, argv + 1, pause_one, NULL);
}

int cmd_unpause(int argc, char **argv)
{
    return argc < 2 ? usage("unpause") :
                      for_domains(argc - 1, argv + 1, pause_one, argv);
}

static int destroy_one(struct tools *t, uint32_t domid, void *arg)
{
    struct record r;
    bool ours;

    (void)arg;
    if (domid == 0)
        return fail("Domain-0 is the control domain: shut the machine down "
                    "instead");
    ours = record_by_domid(domid, &r);
    if (ours)
        record_remove(r.uuid); /* lifed is not to start it again */
    return domain_destroy(t, domid);
}

/* A guest between two domains: its record is all there is. */
static bool give_up_reboot(const char *name)
{
    struct record r;

    if (!record_by_name(name, &r) || r.state != REC_REBOOTING)
        return false;
    record_remove(r.uuid);
    return true;
}

int cmd_destroy(int argc, char **argv)
{
    struct tools t;
    int c, i, rc = 0;

    while ((c = getopt(argc, argv, "fh")) != -1)
        if (c != 'f')
            return usage("destroy");
    if (optind == argc)
        return usage("destroy");
    if (tools_open(&t) < 0)
        return 1;
    create_recover(&t);
    for (i = optind; i < argc; i++) {
        uint32_t domid;

        if (!domain_find_quietly(&t, argv[i], &domid) &&
            give_up_reboot(argv[i]))
            continue;
        if (domain_find(&t, argv[i], &domid) < 0 ||
            destroy_one(&t, domid, NULL) < 0)
            rc = 1;
    }
    tools_close(&t);
    return rc;
}

/* Asking guests to end, and waiting for it. */
struct asked {
    struct tools *t;
    const char *how; /* what goes into control/shutdown */
    dominfo *list;
    int n;
};

static int ask(struct asked *a, uint32_t domid)
{
    char path[64];
    dominfo info;
    int rc = hv_domain_info(a->t->hv, domid, &info);

    if (domid == 0)
        return fail("Domain-0 is the control domain: use the host's own "
                    "%s", a->how);
    if (rc < 0)
        return fail("domain %u: %s", domid, strerror(-rc));
    fprintf(stderr, "%s domain %u\n", strcmp(a->how, "reboot") == 0 ?
            "Rebooting" : "Shutting down", domid);
    snprintf(path, sizeof(path), "/local/domain/%u/control/shutdown", domid);
    if (!store_write(a->t->xs, path, a->how))
        return fail("domain %u: cannot write its control/shutdown node; xl "
                    "destroy ends it", domid);
    a->list = mem_grow(a->list, (size_t)a->n + 1, sizeof(*a->list));
    a->list[a->n++] = info;
    return 0;
}

/* Gone, or ended with nobody who will take it away. */
static bool has_ended(struct tools *t, const dominfo *was)
{
    struct record r;
    dominfo now;

    if (hv_domain_info(t->hv, was->domain, &now) < 0 ||
        memcmp(now.handle, was->handle, 16) != 0)
        return true;
    if (!(now.flags & XEN_DOMINF_shutdown))
        return false;
    return !record_by_domid(was->domain, &r) || r.state == REC_KEPT ||
           !life_served();
}

static bool all_ended(void *arg)
{
    struct asked *a = arg;
    int i, left = 0;

    for (i = 0; i < a->n; i++)
        if (has_ended(a->t, &a->list[i]))
            note("domain %u has ended", a->list[i].domain);
        else
            a->list[left++] = a->list[i];
    a->n = left;
    return left == 0;
}

static int ask_all(struct asked *a)
{
    dominfo *list;
    int i, n = hv_domain_list(a->t->hv, &list), rc = 0;

    for (i = 0; i < n; i++)
        if (list[i].domain != 0 && ask(a, list[i].domain) < 0)
            rc = 1;
    free(list);
    return n < 0 ? 1 : rc;
}

static int ask_main(int argc, char **argv, const char *verb, const char *how)
{
    static const struct option longs[] = {
        { "all", no_argument, NULL, 'a' },
        { "wait", no_argument, NULL, 'w' },
        { NULL, 0, NULL, 0 },
    };
    struct tools t;
    struct asked a = { .t = &t, .how = how };
    bool all = false, wait = false;
    int c, rc = 0;

    while ((c = getopt_long(argc, argv, "awFh", longs, NULL)) != -1) {
        if (c == 'a')
            all = true;
        else if (c == 'w')
            wait = true;
        else if (c != 'F')
            return usage(verb);
    }
    if (all == (optind < argc))
        return usage(verb);
    if (tools_open(&t) < 0)
        return 1;
    if (all)
        rc = ask_all(&a);
    for (; optind < argc; optind++) {
        uint32_t domid;

        if (domain_find(&t, argv[optind], &domid) < 0 || ask(&a, domid) < 0)
            rc = 1;
    }
    if (wait && a.n) {
        fprintf(stderr, "Waiting for %d domains\n", a.n);
        while (!store_wait(t.xs, "@releaseDomain", 60000, all_ended, &a))
            continue;
    }
    free(a.list);
    tools_close(&t);
    return rc;
}

int cmd_shutdown(int argc, char **argv)
{
    return ask_main(argc, argv, "shutdown", "poweroff");
}

int cmd_reboot(int argc, char **argv)
{
    return ask_main(argc, argv, "reboot", "reboot");
}
