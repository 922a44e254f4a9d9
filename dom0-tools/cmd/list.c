/* SPDX-License-Identifier: MIT */
/* list.c - xl list and vm-list: what domains there are. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/cmd/cmd.h"
#include "dom0-tools/lib/config.h"
#include "dom0-tools/lib/record.h"
#include "dom0-tools/lib/row.h"

struct options {
    bool lengthy, verbose;
};

static void print_text(struct text *t)
{
    fputs(t->s, stdout);
    free(t->s);
}

static void print_head(const struct options *o)
{
    struct text t = { 0 };

    row_head(&t, o->verbose);
    print_text(&t);
}

static void print_row(const char *name, const dominfo *d,
                      const struct options *o)
{
    struct text t = { 0 };

    row_domain(&t, name, d, o->verbose);
    print_text(&t);
}

/* What is known of a domain that other tools made. */
static void json_plain(struct text *out, const char *name, const dominfo *d)
{
    char uuid[UUID_TEXT];

    uuid_format(d->handle, uuid);
    text_add(out, "    {\n        \"domid\": %u,\n        \"config\": {\n"
             "            \"c_info\": {\n                \"type\": \"pv\",\n"
             "                \"name\": \"%s\",\n"
             "                \"uuid\": \"%s\"\n            },\n"
             "            \"b_info\": {\n                \"max_memkb\": %llu,\n"
             "                \"target_memkb\": %llu,\n"
             "                \"type.pv\": {\n\n                }\n"
             "            }\n        }\n    }", d->domain, name, uuid,
             (unsigned long long)d->max_pages * 4,
             (unsigned long long)d->tot_pages * 4);
}

static void json_one(struct text *out, const char *name, const dominfo *d)
{
    struct record r;
    struct guest g;

    if (d->domain && record_load(d->handle, &r) && r.domid == d->domain &&
        record_load_guest(r.uuid, &g)) {
        free(g.name);
        g.name = str_dup(name);
        json_guest(out, &g, d->domain, 4);
        guest_free(&g);
    } else {
        json_plain(out, name, d);
    }
}

static void show(struct tools *t, const dominfo *d, const struct options *o,
                 struct text *json)
{
    char *name = domain_name(t, d->domain);

    if (!name && d->domain == 0)
        name = str_dup("Domain-0");
    if (!o->lengthy) {
        print_row(name ? name : "(null)", d, o);
    } else {
        if (json->len)
            text_add(json, ",\n");
        json_one(json, name ? name : "(null)", d);
    }
    free(name);
}

/* A guest between two domains is there all the same. */
static bool show_rebooting(const char *name, const struct options *o)
{
    dominfo d = { .domain = DOMID_INVALID };
    struct record r;

    if (!record_by_name(name, &r) || r.state != REC_REBOOTING)
        return false;
    memcpy(d.handle, r.uuid, 16);
    if (!o->lengthy)
        print_row(name, &d, o);
    note("domain %s is being rebooted", name);
    return true;
}

static int show_named(struct tools *t, int n, char **names,
                      const struct options *o, struct text *json)
{
    bool head = o->lengthy;
    int i, rc = 0;

    for (i = 0; i < n; i++) {
        uint32_t domid;
        dominfo d;

        if (domain_find_quietly(t, names[i], &domid) &&
            hv_domain_info(t->hv, domid, &d) == 0) {
            if (!head)
                print_head(o);
            head = true;
            show(t, &d, o, json);
        } else if (!show_rebooting(names[i], o)) {
            domain_find(t, names[i], &domid);
            rc = 1;
        }
    }
    return rc;
}

static int show_all(struct tools *t, const struct options *o,
                    struct text *json)
{
    dominfo *list;
    int i, n = hv_domain_list(t->hv, &list);

    if (n < 0) {
        free(list);
        fail("the hypervisor does not list domains: %s", strerror(-n));
        return 1;
    }
    if (!o->lengthy)
        print_head(o);
    for (i = 0; i < n; i++)
        show(t, &list[i], o, json);
    free(list);
    return 0;
}

int cmd_list(int argc, char **argv)
{
    static const struct option longs[] = {
        { "long", no_argument, NULL, 'l' },
        { "verbose", no_argument, NULL, 'v' },
        { "context", no_argument, NULL, 'Z' },
        { "cpupool", no_argument, NULL, 'c' },
        { "numa", no_argument, NULL, 'n' },
        { NULL, 0, NULL, 0 },
    };
    struct options o = { 0 };
    struct text json = { 0 };
    struct tools t;
    int c, rc;

    while ((c = getopt_long(argc, argv, "lvhZcn", longs, NULL)) != -1) {
        if (c == 'l')
            o.lengthy = true;
        else if (c == 'v')
            o.verbose = true;
        else if (c == '?' || c == 'h')
            return usage("list");
    }
    if (tools_open(&t) < 0)
        return 1;
    if (optind < argc)
        rc = show_named(&t, argc - optind, argv + optind, &o, &json);
    else
        rc = show_all(&t, &o, &json);
    if (o.lengthy)
        printf("[\n%s\n]\n\n", json.s ? json.s : "");
    free(json.s);
    tools_close(&t);
    return rc;
}

int cmd_vm_list(int argc, char **argv)
{
    struct tools t;
    dominfo *list;
    int i, n;

    (void)argv;
    if (argc > 1)
        return usage("vm-list");
    if (tools_open(&t) < 0)
        return 1;
    printf("UUID                                  ID    name\n");
    n = hv_domain_list(t.hv, &list);
    for (i = 0; i < n; i++) {
        char uuid[UUID_TEXT], *name = domain_name(&t, list[i].domain);

        uuid_format(list[i].handle, uuid);
        printf("%s  %u    %-30s\n", uuid, list[i].domain,
               name ? name : "(null)");
        free(name);
    }
    free(list);
    tools_close(&t);
    return 0;
}
