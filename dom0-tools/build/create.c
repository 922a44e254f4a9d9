/* SPDX-License-Identifier: MIT */
/* create.c - make and end domains; see create.h. */
#include "dom0-tools/build/create.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dom0-tools/build/device.h"
#include "dom0-tools/build/nodes.h"
#include "dom0-tools/build/pv.h"
#include "dom0-tools/lib/say.h"

/* What a domain may have beyond its memory, as other toolstacks allow. */
#define MAXMEM_SLACK_KIB 1024
/* How long daemons may take to let go of a domain that was destroyed. */
#define GONE_WAIT_MS 5000

/* The guest's files, open. */
struct parts {
    struct image image, initrd;
    struct kernel kernel;
};

static void parts_close(struct parts *p)
{
    image_free(&p->image);
    image_free(&p->initrd);
}

static int parts_open(const struct guest *g, struct parts *p)
{
    memset(p, 0, sizeof(*p));
    if (image_load(g->kernel, &p->image) == 0 &&
        kernel_parse(g->kernel, &p->image, &p->kernel) == 0 &&
        (!g->ramdisk || image_map("ramdisk", g->ramdisk, &p->initrd) == 0))
        return 0;
    parts_close(p);
    return -1;
}

/* Names and UUIDs are one guest's. */
static int check_identity(struct tools *t, const struct guest *g, bool again)
{
    char id[UUID_TEXT];
    struct record r;
    uint32_t domid;
    dominfo info;

    if (domain_find_quietly(t, g->name, &domid))
        return fail("domain %s: there is one of that name (domain %u)", g->name,
                    domid);
    uuid_format(g->uuid, id);
    if (domain_by_uuid(t, g->uuid, &info) >= 0)
        return fail("domain %s: domain %u has its UUID %s", g->name,
                    info.domain, id);
    if (!again && record_by_name(g->name, &r) && r.state == REC_REBOOTING)
        return fail("domain %s: it is being rebooted; wait, or give it up with "
                    "xl destroy %s", g->name, g->name);
    return 0;
}

static int check_memory(struct tools *t, const struct guest *g)
{
    struct xen_sysctl_physinfo info;

    if (hv_physinfo(t->hv, &info) < 0 ||
        info.free_pages * 4 >= g->memory_kib)
        return 0;
    return fail("domain %s: memory=%llu is more than the %llu MiB that are "
                "free; lower it, or end another guest", g->name,
                (unsigned long long)g->memory_kib >> 10,
                (unsigned long long)info.free_pages >> 8);
}

static int check_all(struct tools *t, const struct guest *g, bool again)
{
    unsigned int i;

    if (check_identity(t, g, again) < 0 || check_memory(t, g) < 0)
        return -1;
    for (i = 0; i < g->disks; i++)
        if (disk_check(t, &g->disk[i]) < 0)
            return -1;
    for (i = 0; i < g->vifs; i++)
        if (vif_check(t, &g->vif[i], i) < 0)
            return -1;
    return 0;
}

int create_check(struct tools *t, const struct guest *g)
{
    struct layout plan;
    struct parts p;
    int rc;

    if (check_all(t, g, false) < 0 || parts_open(g, &p) < 0)
        return -1;
    rc = layout_plan(g->kernel, &p.kernel, g->memory_kib / 4, p.initrd.len,
                     &plan);
    parts_close(&p);
    return rc;
}

static int make_empty(struct tools *t, const struct guest *g, uint32_t *domid)
{
    struct xen_domctl_createdomain how = {
        .max_vcpus = g->maxvcpus,
        .max_evtchn_port = g->max_event_channels,
        .max_grant_frames = g->max_grant_frames,
        .max_maptrack_frames = g->max_maptrack_frames,
        .grant_opts = XEN_DOMCTL_GRANT_version(1),
    };
    int rc;

    memcpy(how.handle, g->uuid, sizeof(how.handle));
    rc = hv_domain_create(t->hv, &how, domid);
    if (rc < 0)
        return fail("domain %s: the hypervisor does not create it: %s", g->name,
                    strerror(-rc));
    return 0;
}

static int pin_vcpus(struct tools *t, const struct guest *g, uint32_t domid)
{
    struct xen_sysctl_physinfo info;
    uint32_t i, cpus;
    uint8_t map[512];
    int rc = hv_physinfo(t->hv, &info);

    if (!g->cpus || rc < 0)
        return rc;
    cpus = info.max_cpu_id + 1;
    if (cpus > sizeof(map) * 8 || !cpus_parse(g->cpus, map, cpus))
        return fail("domain %s: cpus=\"%s\" names CPUs this host does not have "
                    "(0 to %u)", g->name, g->cpus, cpus - 1);
    for (i = 0; i < g->maxvcpus && rc == 0; i++)
        rc = hv_vcpu_affinity(t->hv, domid, i, map, cpus);
    if (rc < 0)
        return fail("domain %s: cannot pin its vcpus to %s: %s", g->name,
                    g->cpus, strerror(-rc));
    return 0;
}

static int set_limits(struct tools *t, const struct guest *g, uint32_t domid)
{
    int rc = hv_domain_max_vcpus(t->hv, domid, g->maxvcpus);

    if (rc == 0)
        rc = hv_domain_max_mem(t->hv, domid,
                               g->maxmem_kib + MAXMEM_SLACK_KIB);
    if (rc == 0)
        rc = hv_domain_tsc_mode(t->hv, domid, g->tsc_mode);
    if (rc == 0)
        rc = hv_domain_memory_map(t->hv, domid, g->maxmem_kib << 10);
    if (rc < 0)
        return fail("domain %s: the hypervisor refuses its limits (maxvcpus "
                    "%u, maxmem %llu MiB, tsc_mode %s): %s", g->name, g->maxvcpus,
                    (unsigned long long)g->maxmem_kib >> 10,
                    tsc_mode_name(g->tsc_mode), strerror(-rc));
    return pin_vcpus(t, g, domid);
}

/* Memory, image and rings. */
static int fill(struct tools *t, const struct guest *g, uint32_t domid,
                const struct parts *p, struct rings *rings)
{
    struct pv b = {
        .hv = t->hv, .fm = t->fm, .domid = domid, .name = g->name,
        .kernel_path = g->kernel, .image = &p->image, .kernel = &p->kernel,
        .initrd = &p->initrd, .cmdline = g->cmdline,
        .nr_pages = g->memory_kib / 4,
    };
    int store = hv_alloc_unbound(t->hv, domid);
    int console = hv_alloc_unbound(t->hv, domid);
    int rc;

    if (store < 0 || console < 0)
        return fail("domain %s: no event channel for its %s: %s", g->name,
                    store < 0 ? "store" : "console",
                    strerror(store < 0 ? -store : -console));
    b.store_port = rings->store_port = (uint32_t)store;
    b.console_port = rings->console_port = (uint32_t)console;
    rc = pv_build(&b);
    rings->store_mfn = b.store_mfn;
    rings->console_mfn = b.console_mfn;
    pv_free(&b);
    return rc;
}

/* Ctrl-C and its like end a create between two steps, and it is undone. */
static sig_atomic_t cancelled;

static void on_signal(int sig)
{
    cancelled = sig;
}

static void catch_signals(void)
{
    struct sigaction sa = { .sa_handler = on_signal };

    cancelled = 0;
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    sigaction(SIGHUP, &sa, NULL);
}

static void release_signals(void)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
}

static int cancel(const struct guest *g)
{
    return fail("domain %s: its creation was interrupted", g->name);
}

static int build(struct tools *t, const struct guest *g, unsigned int how,
                 struct tx *tx, struct record *r)
{
    struct rings rings;
    struct parts p;
    int rc;

    if (parts_open(g, &p) < 0)
        return -1;
    note("domain %s: kernel %s unpacked, %zu MiB", g->name, g->kernel,
         p.image.len >> 20);
    rc = cancelled ? cancel(g) : make_empty(t, g, &r->domid);
    if (rc == 0)
        rc = tx_step(tx, "domid %u", r->domid);
    if (rc == 0)
        rc = set_limits(t, g, r->domid);
    if (rc == 0)
        rc = fill(t, g, r->domid, &p, &rings);
    if (rc == 0)
        note("domain %s: number %u, %llu MiB filled", g->name, r->domid,
             (unsigned long long)g->memory_kib >> 10);
    if (rc == 0 && cancelled)
        rc = cancel(g);
    if (rc == 0)
        rc = nodes_write(t, g, r->domid, &rings);
    if (!(how & CREATE_BRIEF))
        parts_close(&p);
    if (rc == 0)
        rc = devices_add(t, r->domid, g, tx);
    if (rc == 0 && cancelled)
        rc = cancel(g);
    if (rc == 0) {
        r->since = (uint64_t)time(NULL);
        rc = record_save_guest(r, g);
    }
    return rc;
}

/* Undo by what the hypervisor and the journal know of @uuid. */
static void undo(struct tools *t, const uint8_t uuid[16], uint32_t domid)
{
    dominfo info;
    int found = domain_by_uuid(t, uuid, &info);

    if (found >= 0)
        domain_destroy(t, (uint32_t)found);
    else if (domid)
        domain_sweep(t, domid, uuid);
}

int create_domain(struct tools *t, const struct guest *g, unsigned int how,
                  uint32_t *domid)
{
    struct record r = { .state = REC_RUNNING };
    bool again = how & CREATE_AGAIN;
    int lock = again ? -1 : name_lock(g->name);
    struct tx tx;
    int rc;

    if (lock < 0 && !again)
        return errno == EAGAIN
                   ? fail("domain %s: somebody else is creating it right now", g->name)
                   : fail("domain %s: its name cannot be locked in /run/splitring: "
                          "%s; be root, or make room there", g->name, strerror(errno));
    memcpy(r.uuid, g->uuid, 16);
    snprintf(r.name, sizeof(r.name), "%s", g->name);
    if (!t->fm)
        t->fm = foreign_open();
    catch_signals();
    rc = t->fm ? check_all(t, g, again) : -1;
    if (rc == 0)
        rc = tx_begin(&tx, g->uuid);
    if (rc == 0) {
        rc = tx_step(&tx, "name %s", g->name);
        if (rc == 0)
            rc = build(t, g, how, &tx, &r);
        if (rc < 0) {
            undo(t, g->uuid, r.domid);
            if (!again)
                record_remove(g->uuid);
        }
        tx_end(&tx);
    }
    release_signals();
    if (lock >= 0)
        close(lock);
    *domid = r.domid;
    return rc;
}

void domain_sweep(struct tools *t, uint32_t domid, const uint8_t uuid[16])
{
    dominfo info;

    devices_remove(t, domid);
    nodes_remove(t, domid);
    /* the guest's own node stays when a new domain has taken it over */
    if (domain_by_uuid(t, uuid, &info) < 0)
        nodes_remove_vm(t, uuid);
}

/* Waiting for the last page of a domain to be let go. */
struct end {
    struct tools *t;
    uint32_t domid;
};

static bool is_gone(void *arg)
{
    struct end *e = arg;
    dominfo info;

    return hv_domain_info(e->t->hv, e->domid, &info) < 0;
}

int domain_destroy(struct tools *t, uint32_t domid)
{
    struct end end = { t, domid };
    uint8_t uuid[16];
    dominfo info;
    int rc = hv_domain_info(t->hv, domid, &info);

    if (rc < 0)
        return 0;
    memcpy(uuid, info.handle, sizeof(uuid));
    hv_domain_pause(t->hv, domid);
    devices_remove(t, domid);
    rc = hv_domain_destroy(t->hv, domid);
    if (rc < 0 && rc != -ESRCH)
        return fail("domain %u: the hypervisor does not destroy it: %s", domid,
                    strerror(-rc));
    domain_sweep(t, domid, uuid);
    if (!store_wait(t->xs, "@releaseDomain", GONE_WAIT_MS, is_gone, &end))
        warn("domain %u: something still holds pages of it; its memory comes "
             "back when that lets go", domid);
    return 0;
}

/* What a journal says: the number its domain had, and the name it holds. */
static uint32_t journal_read(char *text, const char **name)
{
    uint64_t domid = 0;
    char *save = NULL, *line;

    for (line = strtok_r(text, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        if (str_has_prefix(line, "name "))
            *name = line + strlen("name ");
        else if (str_has_prefix(line, "domid ") &&
                 !str_number(line + strlen("domid "), 10, UINT32_MAX, &domid))
            domid = 0;
    }
    return (uint32_t)domid;
}

void create_recover(struct tools *t)
{
    struct tx tx;
    char *text;

    while ((text = tx_next_stale(&tx))) {
        const char *name = NULL;
        uint32_t domid = journal_read(text, &name);
        struct record r;

        warn("the creation of %s was cut short; undoing it",
             name ? name : "a guest");
        undo(t, tx.uuid, domid);
        if (!record_load(tx.uuid, &r) || r.state != REC_REBOOTING)
            record_remove(tx.uuid);
        tx_end(&tx);
        free(text);
    }
}
