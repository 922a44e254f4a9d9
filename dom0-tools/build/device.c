/* SPDX-License-Identifier: MIT */
/* device.c - virtual disks and cards of a guest; see device.h. */
#include "dom0-tools/build/device.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "dom0-tools/build/host.h"
#include "dom0-tools/lib/say.h"
#include "public/io/xenbus.h"

#define BACKEND_WAIT_MS 10000

/* One device's three places in the store. */
struct place {
    uint32_t domid;
    const char *type;   /* "vbd", "vif" */
    uint32_t number;
    char back[96], front[96], ours[96];
};

static void place_set(struct place *p, uint32_t domid, const char *type,
                      uint32_t number)
{
    p->domid = domid;
    p->type = type;
    p->number = number;
    snprintf(p->back, sizeof(p->back), "/local/domain/0/backend/%s/%u/%u", type,
             domid, number);
    snprintf(p->front, sizeof(p->front), "/local/domain/%u/device/%s/%u",
             domid, type, number);
    snprintf(p->ours, sizeof(p->ours), "/libxl/%u/device/%s/%u", domid, type,
             number);
}

static void put(struct store *xs, const char *dir, const char *key,
                const char *value)
{
    char path[192];

    snprintf(path, sizeof(path), "%s/%s", dir, key);
    store_write(xs, path, value);
}

static void put_number(struct store *xs, const char *dir, const char *key,
                       uint32_t v)
{
    char s[16];

    snprintf(s, sizeof(s), "%u", v);
    put(xs, dir, key, s);
}

/* For the backend, and for other toolstacks that look under /libxl. */
static void put_back(struct store *xs, const struct place *p, const char *key,
                     const char *value)
{
    put(xs, p->back, key, value);
    put(xs, p->ours, key, value);
}

static void put_back_number(struct store *xs, const struct place *p,
                            const char *key, uint32_t v)
{
    char s[16];

    snprintf(s, sizeof(s), "%u", v);
    put_back(xs, p, key, s);
}

/* What every device has, whatever it is. */
static void put_common(struct store *xs, const struct place *p, bool trusted)
{
    store_node(xs, p->front, STORE_FRONT, p->domid, "");
    store_node(xs, p->back, STORE_OURS, p->domid, "");
    put(xs, p->ours, "backend", p->back);
    put(xs, p->front, "backend", p->back);
    put(xs, p->front, "backend-id", "0");
    put(xs, p->front, "trusted", trusted ? "1" : "0");
    put_number(xs, p->front, "state", XenbusStateInitialising);
    put_back(xs, p, "frontend", p->front);
    put_back_number(xs, p, "frontend-id", p->domid);
    put_back(xs, p, "online", "1");
    put_back(xs, p, "trusted", trusted ? "1" : "0");
}

int disk_check(struct tools *t, const struct disk *d)
{
    unsigned int i, j, n, m;
    char **doms, **devs;
    struct stat st;
    int fd = -1, rc = 0;

    if (stat(d->path, &st) < 0)
        return fail("disk %s: %s: %s", d->vdev, d->path, strerror(errno));
    if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
        return fail("disk %s: %s is neither a file nor a block device",
                    d->vdev, d->path);
    fd = open(d->path, (d->readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC |
              O_NONBLOCK);
    if (fd < 0)
        return fail("disk %s: cannot open %s for %s: %s", d->vdev, d->path,
                    d->readonly ? "reading" : "writing", strerror(errno));
    close(fd);
    doms = store_list(t->xs, &n, "/local/domain/0/backend/vbd");
    for (i = 0; i < n; i++) {
        devs = store_list(t->xs, &m, "/local/domain/0/backend/vbd/%s", doms[i]);
        for (j = 0; j < m && rc == 0; j++) {
            char *params = store_read(t->xs, "/local/domain/0/backend/vbd/%s/"
                                      "%s/params", doms[i], devs[j]);
            char *mode = store_read(t->xs, "/local/domain/0/backend/vbd/%s/%s/"
                                    "mode", doms[i], devs[j]);

            if (params && mode && strcmp(params, d->path) == 0 &&
                (!d->readonly || *mode == 'w'))
                rc = fail("disk %s: domain %s uses %s already, and one of the "
                          "two writes; give each its own copy", d->vdev,
                          doms[i], d->path);
            free(params);
            free(mode);
        }
        free(devs);
    }
    free(doms);
    return rc;
}

static const char *vif_bridge(const struct vif *v)
{
    return v->bridge ? v->bridge : DEFAULT_BRIDGE;
}

int vif_check(struct tools *t, const struct vif *v, unsigned int index)
{
    unsigned int i, j, n, m;
    char **doms, **devs, mac[MAC_TEXT];
    int rc = 0;

    if (!bridge_exists(vif_bridge(v)))
        return fail("vif %u: this host has no bridge %s; make it with: ip link "
                    "add %s type bridge && ip link set %s up", index,
                    vif_bridge(v), vif_bridge(v), vif_bridge(v));
    mac_format(v->mac, mac);
    doms = store_list(t->xs, &n, "/local/domain/0/backend/vif");
    for (i = 0; i < n; i++) {
        devs = store_list(t->xs, &m, "/local/domain/0/backend/vif/%s", doms[i]);
        for (j = 0; j < m && rc == 0; j++) {
            char *other = store_read(t->xs, "/local/domain/0/backend/vif/%s/%s/"
                                     "mac", doms[i], devs[j]);

            if (other && strcasecmp(other, mac) == 0)
                rc = fail("vif %u: domain %s has the MAC address %s already",
                          index, doms[i], mac);
            free(other);
        }
        free(devs);
    }
    free(doms);
    return rc;
}

/* For the kernel's backend: the device number it is to open. */
static int disk_to_device(const struct disk *d, struct store *xs,
                          const struct place *p, struct tx *tx, char dev[32],
                          char number[32])
{
    struct stat st;
    int rc;

    if (stat(d->path, &st) == 0 && S_ISREG(st.st_mode)) {
        if (tx_step(tx, "loop %s", d->path) < 0)
            return -1;
        rc = loop_attach(d->path, d->readonly, dev);
        if (rc < 0)
            return fail("disk %s: cannot make a loop device of %s: %s", d->vdev,
                        d->path, strerror(-rc));
        put(xs, p->ours, "loop", dev);
    } else {
        snprintf(dev, 32, "%.31s", d->path);
    }
    if (stat(dev, &st) < 0 || !S_ISBLK(st.st_mode))
        return fail("disk %s: %s is no block device", d->vdev, dev);
    snprintf(number, 32, "%x:%x", major(st.st_rdev), minor(st.st_rdev));
    return 0;
}

static int disk_put(struct tools *t, uint32_t domid, const struct disk *d,
                    struct tx *tx)
{
    bool kernel = backend_in_kernel("vbd");
    char dev[32] = "", number[32] = "";
    struct stat st;
    struct place p;
    bool file = stat(d->path, &st) < 0 || S_ISREG(st.st_mode);
    int done;

    place_set(&p, domid, "vbd", d->number);
    if (kernel && disk_to_device(d, t->xs, &p, tx, dev, number) < 0)
        return -1;
    do {
        store_begin(t->xs);
        put_common(t->xs, &p, d->trusted);
        put_number(t->xs, p.front, "virtual-device", d->number);
        put(t->xs, p.front, "device-type", d->removable ? "cdrom" : "disk");
        put_back(t->xs, &p, "params", d->path);
        put_back(t->xs, &p, "type", file && !kernel ? "file" : "phy");
        put_back(t->xs, &p, "mode", d->readonly ? "r" : "w");
        put_back(t->xs, &p, "device-type", d->removable ? "cdrom" : "disk");
        put_back(t->xs, &p, "dev", d->vdev);
        put_back(t->xs, &p, "bootable", "1");
        put_back(t->xs, &p, "removable", d->removable ? "1" : "0");
        put_back(t->xs, &p, "discard-enable", d->discard ? "1" : "0");
        put_back(t->xs, &p, "direct-io-safe", d->direct_io_safe ? "1" : "0");
        if (kernel) {
            put(t->xs, p.back, "physical-device", number);
            put(t->xs, p.back, "physical-device-path", dev);
            put(t->xs, p.back, "hotplug-status", "connected");
        }
        put_number(t->xs, p.back, "state", XenbusStateInitialising);
        done = store_commit(t->xs);
    } while (done == 0);
    return done > 0 ? 0 : fail("disk %s: cannot write its nodes to the store: "
                               "%s", d->vdev, strerror(errno));
}

static int vif_put(struct tools *t, uint32_t domid, const struct vif *v,
                   unsigned int index)
{
    char mac[MAC_TEXT], name[32];
    struct place p;
    uint64_t rate;
    int done;

    place_set(&p, domid, "vif", index);
    mac_format(v->mac, mac);
    do {
        snprintf(name, sizeof(name), "vif%u.%u", domid, index);
        store_begin(t->xs);
        put_common(t->xs, &p, v->trusted);
        put_number(t->xs, p.front, "handle", index);
        put(t->xs, p.front, "mac", mac);
        put_back(t->xs, &p, "mac", mac);
        put_back(t->xs, &p, "bridge", vif_bridge(v));
        put_back_number(t->xs, &p, "handle", index);
        /* the kernel's backend insists on one; ours would wait for it */
        if (backend_in_kernel("vif"))
            put_back(t->xs, &p, "script", "none");
        put_back(t->xs, &p, "type", "vif");
        put_back(t->xs, &p, "vifname", v->name ? v->name : name);
        if (v->ip)
            put_back(t->xs, &p, "ip", v->ip);
        if (v->rate && rate_parse(v->rate, &rate)) {
            snprintf(name, sizeof(name), "%llu,%u", (unsigned long long)rate,
                     RATE_INTERVAL_US);
            put_back(t->xs, &p, "rate", name);
        }
        if (v->mtu)
            put_back_number(t->xs, &p, "mtu", v->mtu);
        put_number(t->xs, p.back, "state", XenbusStateInitialising);
        done = store_commit(t->xs);
    } while (done == 0);
    return done > 0 ? 0 : fail("vif %u: cannot write its nodes to the store: "
                               "%s", index, strerror(errno));
}

/* Waiting for one backend. */
struct wait {
    struct store *xs;
    const struct place *p;
    char *why;     /* what the backend says went wrong */
    bool settled;
};

static int node_state(struct store *xs, const char *dir)
{
    char *v = store_read(xs, "%s/state", dir);
    int state = v ? atoi(v) : 0;

    free(v);
    return state;
}

static bool backend_is_up(void *arg)
{
    struct wait *w = arg;
    int state = node_state(w->xs, w->p->back);

    if (state >= XenbusStateInitWait && state <= XenbusStateConnected)
        return true;
    free(w->why);
    w->why = store_read(w->xs, "%s/hotplug-error", w->p->back);
    if (!w->why)
        w->why = store_read(w->xs, "/local/domain/0/error/backend/%s/%u/%u/"
                            "error", w->p->type, w->p->domid, w->p->number);
    return w->why;
}

static int backend_wait(struct tools *t, const struct place *p,
                        const char *what)
{
    struct wait w = { .xs = t->xs, .p = p };
    char state[sizeof(p->back) + 8];
    int rc = 0;
    bool up;

    /* it changes for the worse as well, and a backend writes much else */
    snprintf(state, sizeof(state), "%s/state", p->back);
    up = store_wait(t->xs, state, BACKEND_WAIT_MS, backend_is_up, &w);
    if (w.why)
        rc = fail("%s: %s", what, w.why);
    else if (!up)
        rc = fail("%s: no backend took it within %d s; %s", what,
                  BACKEND_WAIT_MS / 1000, backend_in_kernel(p->type) ?
                  "load the kernel's backend module" :
                  "is the backend daemon running (keeper starts it)?");
    free(w.why);
    return rc;
}

/* The kernel made vifD.N: into the bridge with it. */
static int vif_plug(struct tools *t, const struct place *p, const struct vif *v)
{
    char dev[IF_NAMESIZE];
    int rc;

    snprintf(dev, sizeof(dev), "vif%u.%u", p->domid, p->number);
    rc = bridge_join(vif_bridge(v), dev, v->mtu);
    if (rc < 0)
        return fail("vif %u: cannot put %s into bridge %s: %s", p->number, dev,
                    vif_bridge(v), strerror(-rc));
    put(t->xs, p->back, "hotplug-status", "connected");
    return 0;
}

int devices_add(struct tools *t, uint32_t domid, const struct guest *g,
                struct tx *tx)
{
    char what[64];
    struct place p;
    unsigned int i;
    int rc = 0;

    for (i = 0; i < g->disks && rc == 0; i++)
        rc = disk_put(t, domid, &g->disk[i], tx);
    for (i = 0; i < g->vifs && rc == 0; i++)
        rc = vif_put(t, domid, &g->vif[i], i);
    for (i = 0; i < g->disks && rc == 0; i++) {
        place_set(&p, domid, "vbd", g->disk[i].number);
        snprintf(what, sizeof(what), "disk %s", g->disk[i].vdev);
        rc = backend_wait(t, &p, what);
    }
    for (i = 0; i < g->vifs && rc == 0; i++) {
        place_set(&p, domid, "vif", i);
        snprintf(what, sizeof(what), "vif %u", i);
        rc = backend_wait(t, &p, what);
        if (rc == 0 && backend_in_kernel("vif"))
            rc = vif_plug(t, &p, &g->vif[i]);
    }
    return rc;
}

static bool backend_is_gone(void *arg)
{
    struct wait *w = arg;
    int state = node_state(w->xs, w->p->back);

    return state == 0 || state == XenbusStateClosed;
}

/* Ask the backend to close, and see it done before the nodes go. */
static void device_remove(struct tools *t, const struct place *p)
{
    struct wait w = { .xs = t->xs, .p = p };
    char *loop = store_read(t->xs, "%s/loop", p->ours);
    int state = node_state(t->xs, p->back);

    if (state != 0) {
        put(t->xs, p->back, "online", "0");
        if (state < XenbusStateClosing)
            put_number(t->xs, p->back, "state", XenbusStateClosing);
        store_remove(t->xs, p->front);
        if (!store_wait(t->xs, p->back, BACKEND_WAIT_MS, backend_is_gone, &w))
            warn("%s %u of domain %u: its backend did not close within %d s; "
                 "its nodes are removed all the same", p->type, p->number,
                 p->domid, BACKEND_WAIT_MS / 1000);
    }
    store_prune(t->xs, p->back, "/local/domain/0/backend");
    store_remove(t->xs, p->front);
    store_remove(t->xs, p->ours);
    if (loop)
        loop_detach(loop);
    free(loop);
}

void devices_remove(struct tools *t, uint32_t domid)
{
    static const char *const types[] = { "vbd", "vif" };
    unsigned int i, j, n;

    for (i = 0; i < 2; i++) {
        char **names = store_list(t->xs, &n, "/libxl/%u/device/%s", domid,
                                  types[i]);

        for (j = 0; j < n; j++) {
            struct place p;
            uint64_t number;

            if (!str_number(names[j], 10, UINT32_MAX, &number))
                continue;
            place_set(&p, domid, types[i], (uint32_t)number);
            device_remove(t, &p);
        }
        free(names);
    }
}
