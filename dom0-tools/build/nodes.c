/* SPDX-License-Identifier: MIT */
/* nodes.c - domains' nodes in the store; see nodes.h. */
#include "dom0-tools/build/nodes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dom0-tools/lib/say.h"

#define CONSOLE_LIMIT 1048576

/* Writing below one directory; the first failure is kept. */
struct dir {
    struct store *xs;
    uint32_t domid;
    char path[128];
    bool ok;
};

static void add(struct dir *d, enum store_perm perm, const char *key,
                const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void add(struct dir *d, enum store_perm perm, const char *key,
                const char *fmt, ...)
{
    char path[256], value[MAC_TEXT + 2048];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(value, sizeof(value), fmt, ap);
    va_end(ap);
    snprintf(path, sizeof(path), "%s%s%s", d->path, *key ? "/" : "", key);
    d->ok = d->ok && store_node(d->xs, path, perm, d->domid, value);
}

static bool write_domain(struct tools *t, const struct guest *g,
                         uint32_t domid, const struct rings *r)
{
    static const char *const guests_own[] = {
        "control/shutdown", "control/sysrq", "control/feature-poweroff",
        "control/feature-reboot", "control/feature-suspend",
        "device/suspend/event-channel", "data", "drivers", "feature", "attr",
        "error",
    };
    struct dir d = { .xs = t->xs, .domid = domid, .ok = true };
    char uuid[UUID_TEXT], key[64];
    unsigned int i;

    uuid_format(g->uuid, uuid);
    snprintf(d.path, sizeof(d.path), "/local/domain/%u", domid);
    /* children take their parent's permissions unless given their own */
    add(&d, STORE_OURS, "", "%s", "");
    add(&d, STORE_KEEP, "name", "%s", g->name);
    add(&d, STORE_KEEP, "domid", "%u", domid);
    add(&d, STORE_KEEP, "vm", "/vm/%s", uuid);
    add(&d, STORE_KEEP, "memory/static-max", "%llu",
        (unsigned long long)g->maxmem_kib);
    add(&d, STORE_KEEP, "memory/target", "%llu",
        (unsigned long long)g->memory_kib);
    add(&d, STORE_KEEP, "memory/videoram", "0");
    add(&d, STORE_KEEP, "store/ring-ref", "%llu",
        (unsigned long long)r->store_mfn);
    add(&d, STORE_KEEP, "store/port", "%u", r->store_port);
    add(&d, STORE_KEEP, "device", "%s", "");
    add(&d, STORE_KEEP, "control/platform-feature-multiprocessor-suspend", "1");
    add(&d, STORE_KEEP, "control/platform-feature-xs_reset_watches", "1");
    for (i = 0; i < sizeof(guests_own) / sizeof(guests_own[0]); i++)
        add(&d, STORE_GUESTS, guests_own[i], "%s", "");
    for (i = 0; i < g->maxvcpus; i++) {
        snprintf(key, sizeof(key), "cpu/%u/availability", i);
        add(&d, STORE_KEEP, key, "%s", i < g->vcpus ? "online" : "offline");
    }
    add(&d, STORE_KEEP, "console/backend", "/local/domain/0/backend/console/"
        "%u/0", domid);
    add(&d, STORE_FRONT, "console/backend-id", "0");
    add(&d, STORE_KEEP, "console/limit", "%d", CONSOLE_LIMIT);
    add(&d, STORE_KEEP, "console/type", "xenconsoled");
    add(&d, STORE_KEEP, "console/output", "pty");
    add(&d, STORE_KEEP, "console/tty", "%s", "");
    add(&d, STORE_KEEP, "console/port", "%u", r->console_port);
    add(&d, STORE_KEEP, "console/ring-ref", "%llu",
        (unsigned long long)r->console_mfn);
    return d.ok;
}

static bool write_vm(struct tools *t, const struct guest *g, uint32_t domid)
{
    struct dir d = { .xs = t->xs, .domid = domid, .ok = true };
    char uuid[UUID_TEXT];
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    uuid_format(g->uuid, uuid);
    snprintf(d.path, sizeof(d.path), "/vm/%s", uuid);
    add(&d, STORE_OURS, "", "%s", "");
    add(&d, STORE_KEEP, "name", "%s", g->name);
    add(&d, STORE_KEEP, "uuid", "%s", uuid);
    add(&d, STORE_KEEP, "start_time", "%lld.%02ld", (long long)now.tv_sec,
        now.tv_nsec / 10000000);
    add(&d, STORE_KEEP, "image/ostype", "linux");
    add(&d, STORE_KEEP, "image/kernel", "%s", g->kernel);
    if (g->ramdisk)
        add(&d, STORE_KEEP, "image/ramdisk", "%s", g->ramdisk);
    add(&d, STORE_KEEP, "image/cmdline", "%s", g->cmdline);
    snprintf(d.path, sizeof(d.path), "/libxl/%u", domid);
    add(&d, STORE_KEEP, "type", "pv");
    add(&d, STORE_KEEP, "toolstack", "splitring");
    return d.ok;
}

int nodes_write(struct tools *t, const struct guest *g, uint32_t domid,
                const struct rings *rings)
{
    int done;

    do {
        store_begin(t->xs);
        if (!write_domain(t, g, domid, rings) || !write_vm(t, g, domid)) {
            int why = errno;

            store_abandon(t->xs);
            return fail("domain %s: cannot write its nodes to the store: %s",
                        g->name, strerror(why));
        }
        done = store_commit(t->xs);
    } while (done == 0);
    if (done < 0)
        return fail("domain %s: the store refuses its nodes: %s", g->name,
                    strerror(errno));
    if (!store_introduce(t->xs, domid, rings->store_mfn, rings->store_port))
        return fail("domain %s: the store daemon does not take it: %s", g->name,
                    strerror(errno));
    return 0;
}

void nodes_remove(struct tools *t, uint32_t domid)
{
    static const char *const places[] = {
        "/local/domain/%u", "/libxl/%u", "/local/domain/0/backend/vbd/%u",
        "/local/domain/0/backend/vif/%u", "/local/domain/0/backend/console/%u",
        "/local/domain/0/error/backend/vbd/%u",
        "/local/domain/0/error/backend/vif/%u",
    };
    unsigned int i;

    for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char path[128];
        int n = snprintf(path, sizeof(path), "%.*s%u",
                         (int)strlen(places[i]) - 2, places[i], domid);

        if (n > 0 && store_exists(t->xs, path))
            store_remove(t->xs, path);
    }
}

void nodes_remove_vm(struct tools *t, const uint8_t uuid[16])
{
    char id[UUID_TEXT], path[64];

    uuid_format(uuid, id);
    snprintf(path, sizeof(path), "/vm/%s", id);
    store_remove(t->xs, path);
}

int nodes_write_control_domain(struct tools *t)
{
    struct dir d = { .xs = t->xs, .ok = true };
    dominfo info;
    int rc = hv_domain_info(t->hv, 0, &info);

    if (rc < 0)
        return fail("the hypervisor does not describe the control domain: %s",
                    strerror(-rc));
    if (store_exists(t->xs, "/local/domain/0/name"))
        return 0;
    snprintf(d.path, sizeof(d.path), "/local/domain/0");
    add(&d, STORE_KEEP, "domid", "0");
    add(&d, STORE_KEEP, "memory/static-max", "%llu",
        (unsigned long long)info.max_pages * 4);
    add(&d, STORE_KEEP, "memory/target", "%llu",
        (unsigned long long)info.tot_pages * 4);
    add(&d, STORE_KEEP, "name", "Domain-0");
    snprintf(d.path, sizeof(d.path), "/libxl");
    add(&d, STORE_KEEP, "", "%s", "");
    snprintf(d.path, sizeof(d.path), "/vm");
    add(&d, STORE_KEEP, "", "%s", "");
    snprintf(d.path, sizeof(d.path), "/local/pool/0");
    add(&d, STORE_KEEP, "name", "Pool-0");
    return d.ok ? 0 : fail("cannot write the control domain's nodes: %s",
                           strerror(errno));
}
