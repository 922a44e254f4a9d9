/* SPDX-License-Identifier: MIT */
/* life.c - the end of guests, and their restarts; see life.h. */
#include "dom0-tools/build/life.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "dom0-tools/build/create.h"
#include "dom0-tools/build/nodes.h"
#include "dom0-tools/lib/say.h"
#include "public/sched.h"

#define CLAIM_FILE "/run/splitring/lifed.lock"
/* A guest that lived no longer is started again with a pause before. */
#define SHORT_LIFE_S 2

static bool is_domain_of(const dominfo *info, const struct record *r)
{
    return memcmp(info->handle, r->uuid, 16) == 0;
}

enum life life_look(struct tools *t, const struct record *r)
{
    dominfo info;

    if (r->state == REC_REBOOTING)
        return LIFE_GONE;
    if (hv_domain_info(t->hv, r->domid, &info) < 0 || !is_domain_of(&info, r))
        return LIFE_GONE;
    if (info.flags & XEN_DOMINF_dying)
        return LIFE_GONE;
    if (r->state == REC_RUNNING && (info.flags & XEN_DOMINF_shutdown))
        return LIFE_ENDED;
    return LIFE_GOES_ON;
}

/* A new domain for the same guest; the record says it is on its way. */
static void start_again(struct tools *t, struct record *r, unsigned int how)
{
    struct guest g;
    uint32_t domid;
    int rc;

    if (!record_load_guest(r->uuid, &g)) {
        record_remove(r->uuid);
        return;
    }
    if ((uint64_t)time(NULL) < r->since + SHORT_LIFE_S)
        sleep(1);
    rc = create_domain(t, &g, CREATE_AGAIN | how, &domid);
    if (rc == 0)
        rc = hv_domain_unpause(t->hv, domid);
    if (rc < 0) {
        fail("domain %s: it could not be started again and is given up",
             r->name);
        record_remove(r->uuid);
    }
    guest_free(&g);
}

static void restart(struct tools *t, struct record *r, unsigned int how)
{
    r->state = REC_REBOOTING; /* R2 */
    if (record_save(r) == 0 && domain_destroy(t, r->domid) == 0)
        start_again(t, r, how);
}

/* The ended domain stays under another name; a new one takes the old name. */
static void rename_restart(struct tools *t, struct record *r,
                           unsigned int how)
{
    struct xen_domctl op = {
        .cmd = XEN_DOMCTL_setdomainhandle,
        .domain = (domid_t)r->domid,
    };
    char stamp[20], path[64];
    struct record kept = *r;
    time_t now = time(NULL);
    struct tm tm;

    uuid_random(kept.uuid);
    strftime(stamp, sizeof(stamp), "-%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
    snprintf(kept.name, sizeof(kept.name), "%.100s%s", r->name, stamp);
    kept.state = REC_KEPT;
    r->state = REC_REBOOTING;
    if (record_save(&kept) < 0 || record_save(r) < 0)
        return;
    memcpy(op.u.setdomainhandle.handle, kept.uuid, 16);
    if (hv_domctl(t->hv, &op) < 0) {
        restart(t, r, how);
        return;
    }
    snprintf(path, sizeof(path), "/local/domain/%u/name", r->domid);
    store_write(t->xs, path, kept.name);
    start_again(t, r, how);
}

static enum after action_for(const struct guest *g, unsigned int reason)
{
    switch (reason) {
    case SHUTDOWN_reboot:
        return g->on_reboot;
    case SHUTDOWN_crash:
    case SHUTDOWN_watchdog:
        return g->on_crash;
    default:
        return g->on_poweroff;
    }
}

static void act_on_end(struct tools *t, struct record *r, unsigned int how)
{
    struct guest g;
    dominfo info;
    enum after what;

    if (hv_domain_info(t->hv, r->domid, &info) < 0 ||
        !record_load_guest(r->uuid, &g))
        return;
    what = action_for(&g, (info.flags >> XEN_DOMINF_shutdownshift) &
                      XEN_DOMINF_shutdownmask);
    guest_free(&g);
    switch (what) {
    case AFTER_DESTROY:
        if (domain_destroy(t, r->domid) == 0)
            record_remove(r->uuid);
        break;
    case AFTER_RESTART:
        restart(t, r, how);
        break;
    case AFTER_RENAME_RESTART:
        rename_restart(t, r, how);
        break;
    case AFTER_PRESERVE:
        r->state = REC_KEPT;
        record_save(r);
        break;
    }
}

void life_act(struct tools *t, const struct record *was, unsigned int how)
{
    struct record r;
    int lock = name_lock(was->name);

    if (lock < 0)
        return; /* somebody is at it */
    /* what was true before we had the lock may not be now */
    if (record_load(was->uuid, &r)) {
        dominfo info;
        int half; /* a new domain that its maker did not finish */

        switch (life_look(t, &r)) {
        case LIFE_GOES_ON:
            break;
        case LIFE_ENDED:
            act_on_end(t, &r, how);
            break;
        case LIFE_GONE:
            domain_sweep(t, r.domid, r.uuid);
            if (r.state != REC_REBOOTING) {
                record_remove(r.uuid);
                break;
            }
            half = domain_by_uuid(t, r.uuid, &info);
            if (half < 0 || domain_destroy(t, (uint32_t)half) == 0)
                start_again(t, &r, how);
            break;
        }
    }
    close(lock);
}

void life_tidy(struct tools *t)
{
    unsigned int i, n;
    struct record *list = record_list(&n);

    for (i = 0; i < n && !life_served(); i++)
        if (list[i].state != REC_REBOOTING &&
            life_look(t, &list[i]) == LIFE_GONE)
            life_act(t, &list[i], 0);
    free(list);
}

int life_claim(void)
{
    int fd;

    dir_make("/run/splitring");
    fd = open(CLAIM_FILE, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

bool life_served(void)
{
    int fd = open(CLAIM_FILE, O_RDWR | O_CLOEXEC);
    bool served;

    if (fd < 0)
        return false;
    served = flock(fd, LOCK_SH | LOCK_NB) < 0;
    close(fd);
    return served;
}
