/* SPDX-License-Identifier: MIT */
/* create.c - xl create: a configuration file to a running domain. */
#include "dom0-tools/build/create.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/build/life.h"
#include "dom0-tools/cmd/cmd.h"

struct options {
    const char *file;
    bool console, foreground, paused, quiet, dry, no_monitor;
};

static const struct option long_options[] = {
    { "defconfig", required_argument, NULL, 'f' },
    { "dryrun", no_argument, NULL, 'n' },
    { "quiet", no_argument, NULL, 'q' },
    { "help", no_argument, NULL, 'h' },
    { "vncviewer", no_argument, NULL, 'V' },
    { "vncviewer-autopass", no_argument, NULL, 'A' },
    { "ignore-global-affinity-masks", no_argument, NULL, 'i' },
    { NULL, 0, NULL, 0 },
};

static int unpause(struct tools *t, uint32_t domid)
{
    int rc = hv_domain_unpause(t->hv, domid);

    return rc < 0 ? fail("domain %u: cannot be started: %s", domid,
                         strerror(-rc)) : 0;
}

static bool is_over(void *arg)
{
    struct { struct tools *t; struct record r; } *w = arg;
    struct record now;

    /* the guest may be in a new domain after a reboot */
    if (!record_load(w->r.uuid, &now))
        return true;
    w->r = now;
    return life_look(w->t, &now) != LIFE_GOES_ON;
}

/* -F: stay until the guest ends for good, and see to that without a lifed. */
static void stay(struct tools *t, const struct guest *g)
{
    struct { struct tools *t; struct record r; } w = { .t = t };

    memcpy(w.r.uuid, g->uuid, 16);
    for (;;) {
        store_wait(t->xs, "@releaseDomain", 60000, is_over, &w);
        if (!record_load(g->uuid, &w.r) || w.r.state == REC_KEPT)
            return;
        if (life_look(t, &w.r) != LIFE_GOES_ON && !life_served())
            life_act(t, &w.r, 0);
    }
}

static void print_dry(const struct guest *g)
{
    struct text t = { 0 };

    json_guest(&t, g, -1, 0);
    printf("%s\n", t.s);
    free(t.s);
}

static int run(struct tools *t, const struct guest *g,
               const struct options *o)
{
    uint32_t domid;
    int rc;

    create_recover(t);
    life_tidy(t);
    if (o->dry) {
        if (create_check(t, g) < 0)
            return 1;
        print_dry(g);
        return 0;
    }
    if (create_domain(t, g, o->console || o->foreground ? 0 : CREATE_BRIEF,
                      &domid) < 0)
        return 1;
    if (!o->foreground && !o->no_monitor && !life_served())
        warn("no lifed is running, so nothing follows when %s ends: start "
             "/usr/libexec/splitring/lifed, or use -F or -e", g->name);
    if (o->console)
        rc = console_attach(t, domid, o->paused ? NULL : unpause);
    else
        rc = o->paused ? 0 : unpause(t, domid);
    if (rc < 0) { /* a failed create leaves nothing */
        record_remove(g->uuid);
        domain_destroy(t, domid);
        return 1;
    }
    if (o->foreground)
        stay(t, g);
    return 0;
}

/* Trailing key=value words, each a line of configuration. */
static int take_words(struct cfg *cfg, int n, char **words)
{
    struct text t = { 0 };
    int i, rc = 0;

    for (i = 0; i < n; i++)
        text_add(&t, "%s\n", words[i]);
    if (t.s)
        rc = cfg_parse(cfg, "command line", t.s, t.len);
    free(t.s);
    return rc;
}

int cmd_create(int argc, char **argv)
{
    struct options o = { .dry = xl_dry_run };
    struct cfg cfg = { 0 };
    struct guest g;
    struct tools t;
    int c, rc = 1;

    /* the file may stand before the options, as in `xl create x.cfg -c` */
    while ((c = getopt_long(argc, argv, "Fnqf:pcdehVA", long_options, NULL)) !=
           -1) {
        switch (c) {
        case 'f': o.file = optarg; break;
        case 'c': o.console = true; break;
        case 'F': o.foreground = true; break;
        case 'n': o.dry = true; break;
        case 'p': o.paused = true; break;
        case 'q': o.quiet = true; break;
        case 'e': o.no_monitor = true; break;
        case 'd': say_verbose(1); break;
        case 'i': break;
        case 'V':
        case 'A': warn("PV guests have no VNC display here"); break;
        default: return usage("create");
        }
    }
    if (!o.file && optind < argc && !strchr(argv[optind], '='))
        o.file = argv[optind++];
    if (!o.file && optind == argc)
        return usage("create");
    if (!o.quiet && o.file)
        fprintf(stderr, "Parsing config from %s\n", o.file);
    if ((!o.file || cfg_load(&cfg, o.file) == 0) &&
        take_words(&cfg, argc - optind, argv + optind) == 0 &&
        guest_from_cfg(&cfg, &g) == 0) {
        if (tools_open(&t) == 0) {
            rc = run(&t, &g, &o);
            tools_close(&t);
        }
        guest_free(&g);
    }
    cfg_free(&cfg);
    return rc;
}
