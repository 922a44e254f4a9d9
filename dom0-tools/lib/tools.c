/* SPDX-License-Identifier: MIT */
/* tools.c - handles, finding domains, the one setting; see tools.h. */
#include "dom0-tools/lib/tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dom0-tools/lib/config.h"
#include "dom0-tools/lib/mem.h"
#include "dom0-tools/lib/say.h"

int tools_open(struct tools *t)
{
    memset(t, 0, sizeof(*t));
    t->hv = hv_open();
    if (!t->hv)
        return -1;
    t->xs = store_open();
    if (t->xs)
        return 0;
    tools_close(t);
    return -1;
}

void tools_close(struct tools *t)
{
    foreign_close(t->fm);
    store_close(t->xs);
    hv_close(t->hv);
    memset(t, 0, sizeof(*t));
}

char *domain_name(struct tools *t, uint32_t domid)
{
    return store_read(t->xs, "/local/domain/%u/name", domid);
}

int domain_by_uuid(struct tools *t, const uint8_t uuid[16], dominfo *out)
{
    dominfo *list;
    int i, n = hv_domain_list(t->hv, &list), found = -1;

    for (i = 0; i < n; i++)
        if (memcmp(list[i].handle, uuid, 16) == 0 && list[i].domain != 0 &&
            !(list[i].flags & XEN_DOMINF_dying)) {
            *out = list[i];
            found = (int)list[i].domain;
        }
    free(list);
    return found;
}

/* Names live in the store, domains in the hypervisor: it must be in both. */
static bool find_name(struct tools *t, const char *name, uint32_t *domid)
{
    unsigned int i, n;
    char **ids = store_list(t->xs, &n, "/local/domain");
    bool found = false;

    for (i = 0; i < n && !found; i++) {
        char *v = store_read(t->xs, "/local/domain/%s/name", ids[i]);
        uint64_t id;
        dominfo info;

        found = v && strcmp(v, name) == 0 &&
                str_number(ids[i], 10, DOMID_FIRST_RESERVED - 1, &id) &&
                hv_domain_info(t->hv, (uint32_t)id, &info) == 0;
        if (found)
            *domid = (uint32_t)id;
        free(v);
    }
    free(ids);
    return found;
}

bool domain_find_quietly(struct tools *t, const char *what, uint32_t *domid)
{
    uint8_t uuid[16];
    dominfo info;
    uint64_t id;
    int by_uuid;

    if (str_number(what, 10, DOMID_FIRST_RESERVED - 1, &id)) {
        *domid = (uint32_t)id;
        return hv_domain_info(t->hv, (uint32_t)id, &info) == 0;
    }
    if (find_name(t, what, domid))
        return true;
    if (!uuid_parse(what, uuid))
        return false;
    by_uuid = domain_by_uuid(t, uuid, &info);
    *domid = (uint32_t)by_uuid;
    return by_uuid >= 0;
}

int domain_find(struct tools *t, const char *what, uint32_t *domid)
{
    if (domain_find_quietly(t, what, domid))
        return 0;
    return fail("%s is an invalid domain identifier: no domain has this name, "
                "number or UUID; xl list shows those there are", what);
}

/* The value of "backend.TYPE" in one settings file. */
static bool setting(const char *path, const char *type, bool *kernel)
{
    FILE *f = fopen(path, "re");
    char line[256], value[32];
    bool found = false;
    char key[64];

    if (!f)
        return false;
    while (fgets(line, sizeof(line), f)) {
        char *hash = strchr(line, '#');

        if (hash)
            *hash = '\0';
        if (sscanf(line, " backend.%31[a-z] = %31[a-z]", key, value) != 2 ||
            strcmp(key, type) != 0)
            continue;
        if (strcmp(value, "kernel") != 0 && strcmp(value, "user") != 0)
            warn("%s: backend.%s is user or kernel, not %s", path, type, value);
        *kernel = strcmp(value, "kernel") == 0;
        found = true;
    }
    fclose(f);
    return found;
}

bool backend_in_kernel(const char *type)
{
    bool kernel = false;

    if (!setting("/run/splitring/backends", type, &kernel))
        setting("/etc/splitring.conf", type, &kernel);
    return kernel;
}
