/* SPDX-License-Identifier: MIT */
/*
 * main.c - blkback: serves backend/vbd, each disk by a process of its own.
 *
 * Store nodes read: type, params, physical-device-path, mode, device-type,
 * discard-enable; of the frontend's: protocol, ring-ref(N), ring-page-order,
 * event-channel.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "backends/blk/blk.h"
#include "backends/common/backend.h"
#include "backends/common/kept.h"
#include "backends/common/log.h"
#include "public/io/protocols.h"

#define MAX_RING_ORDER 4u

struct vbd {
    struct blk blk;
    void *pages;
    unsigned nr_pages;
    bool disk_is_open;
    bool cdrom;
    struct disk_spec spec;
    struct loop_fd disk_ready;
};

static struct vbd *vbd_of(struct backend *b)
{
    return b->device;
}

static void vbd_journal_path(struct backend *b, char *path, size_t size)
{
    snprintf(path, size, "/run/splitring/vbd-%u-%u.journal", b->domid,
             b->handle);
}

/* A new ring follows: nothing that was journalled belongs to it. */
static int vbd_announce(struct backend *b)
{
    char path[96];

    vbd_journal_path(b, path, sizeof(path));
    unlink(path);
    store_put(&b->store, b->path, "feature-flush-cache", "1");
    store_put(&b->store, b->path, "feature-max-indirect-segments", "%u",
              BLK_MAX_SEGMENTS);
    store_put(&b->store, b->path, "feature-persistent", "0");
    return store_put(&b->store, b->path, "max-ring-page-order", "%u",
                     MAX_RING_ORDER);
}

static int vbd_serve(struct backend *b)
{
    return blk_serve(&vbd_of(b)->blk);
}

static void vbd_disk_ready(void *arg, uint32_t events)
{
    struct backend *b = arg;

    (void)events;
    backend_work(b);
}

/* What the script, or else the toolstack, says is the disk; caller frees. */
static char *vbd_target(struct backend *b)
{
    char *path = NULL;

    if (b->has_script)
        path = store_get(&b->store, b->path, "physical-device-path");
    if (!path)
        path = store_get(&b->store, b->path, "params");
    return path;
}

static int vbd_open_disk(struct backend *b)
{
    struct vbd *v = vbd_of(b);
    struct disk *d = &v->blk.disk;
    char *type = store_get(&b->store, b->path, "type");
    char *mode = store_get(&b->store, b->path, "mode");
    char *kind = store_get(&b->store, b->path, "device-type");
    int rc;

    v->spec.target = vbd_target(b);
    v->spec.readonly = !mode || mode[0] != 'w';
    v->spec.shared = mode && strchr(mode, '!');
    v->cdrom = kind && strcmp(kind, "cdrom") == 0;
    d->ops = disk_driver(type ? type : "phy");
    if (!v->spec.target || !*v->spec.target)
        rc = fail(EINVAL, "it has no target: node %s/params is empty", b->path);
    else if (!d->ops)
        rc = fail(EINVAL, "disk %s: no driver for type \"%s\"; use file or phy",
                  v->spec.target, type);
    else
        rc = d->ops->open(d, &v->spec);
    free(type);
    free(mode);
    free(kind);
    if (rc < 0) {
        free((char *)v->spec.target);
        return rc;
    }
    v->disk_is_open = true;
    v->blk.limits = (struct blk_limits){
        .sectors = d->bytes / BLK_SECTOR, .align = d->sector_size / BLK_SECTOR,
        .readonly = v->spec.readonly, .can_discard = d->can_discard };
    if (d->poll_fd < 0)
        return 0;
    v->disk_ready = (struct loop_fd){ .fd = d->poll_fd,
                                      .ready = vbd_disk_ready, .arg = b };
    return loop_add(&b->loop, &v->disk_ready, EPOLLIN);
}

static void vbd_close_disk(struct backend *b)
{
    struct vbd *v = vbd_of(b);

    if (!v->disk_is_open)
        return;
    if (v->blk.disk.poll_fd >= 0)
        loop_remove(&b->loop, &v->disk_ready);
    v->blk.disk.ops->close(&v->blk.disk);
    free((char *)v->spec.target);
    v->spec.target = NULL;
    v->disk_is_open = false;
}

static void vbd_describe(struct backend *b)
{
    struct vbd *v = vbd_of(b);
    const struct disk *d = &v->blk.disk;
    unsigned long want;
    bool discard = d->can_discard &&
        !(store_scan(&b->store, b->path, "discard-enable", &want) && !want);

    v->blk.limits.can_discard = discard;
    store_put(&b->store, b->path, "feature-discard", "%d", discard);
    if (discard) {
        store_put(&b->store, b->path, "discard-granularity", "4096");
        store_put(&b->store, b->path, "discard-alignment", "0");
    }
    store_put(&b->store, b->path, "sectors", "%llu",
              (unsigned long long)v->blk.limits.sectors);
    store_put(&b->store, b->path, "info", "%d",
              (v->cdrom ? VDISK_CDROM : 0) |
              (v->spec.readonly ? VDISK_READONLY : 0));
    store_put(&b->store, b->path, "sector-size", "%u", d->sector_size);
    store_put(&b->store, b->path, "physical-sector-size", "%u",
              d->physical_size);
}

static int vbd_read_refs(struct backend *b, uint32_t *refs, unsigned *nr)
{
    unsigned long order = 0, ref;
    bool numbered = store_scan(&b->store, b->front, "ring-page-order", &order);
    char node[32] = "ring-ref";
    unsigned i;

    if (order > MAX_RING_ORDER)
        return fail(EINVAL, "the guest asks for a ring of 2^%lu pages; at most "
                    "2^%u were offered", order, MAX_RING_ORDER);
    *nr = 1u << order;
    for (i = 0; i < *nr; i++) {
        if (numbered)
            snprintf(node, sizeof(node), "ring-ref%u", i);
        if (!store_scan(&b->store, b->front, node, &ref) || ref > UINT32_MAX)
            return fail(EINVAL, "the guest's node %s/%s is no grant reference",
                        b->front, node);
        refs[i] = (uint32_t)ref;
    }
    return 0;
}

static int vbd_check_protocol(struct backend *b)
{
    char *protocol = store_get(&b->store, b->front, "protocol");
    int rc = 0;

    if (protocol && strcmp(protocol, XEN_IO_PROTO_ABI_X86_64) != 0)
        rc = fail(EINVAL, "the guest speaks protocol \"%.32s\"; only "
                  XEN_IO_PROTO_ABI_X86_64 " is served", protocol);
    free(protocol);
    return rc;
}

static int vbd_take_ring(struct backend *b)
{
    struct vbd *v = vbd_of(b);
    uint32_t refs[1u << MAX_RING_ORDER];
    unsigned long port;
    int rc = vbd_check_protocol(b);

    if (rc == 0)
        rc = vbd_read_refs(b, refs, &v->nr_pages);
    if (rc < 0)
        return rc;
    if (!store_scan(&b->store, b->front, "event-channel", &port))
        return fail(EINVAL, "the guest's node %s/event-channel is no port",
                    b->front);
    v->pages = xen_map(&b->xen, b->domid, refs, v->nr_pages);
    if (!v->pages)
        return -EIO;
    rc = xen_bind(&b->xen, b->domid, (uint32_t)port);
    if (rc < 0) {
        xen_unmap(&b->xen, v->pages, v->nr_pages);
        return rc;
    }
    v->blk.port = b->port = (uint32_t)rc;
    back_ring_attach(&v->blk.ring, v->pages, v->nr_pages * 4096,
                     sizeof(struct blkif_request));
    return 0;
}

static int vbd_init(struct backend *b)
{
    struct journal *journal;
    char path[96];

    vbd_journal_path(b, path, sizeof(path));
    journal = kept_open(path, sizeof(*journal));
    if (!journal)
        return -EIO;
    if (vbd_of(b)->blk.xen) {
        vbd_of(b)->blk.journal = journal;
        return 0;
    }
    return blk_init(&vbd_of(b)->blk, &b->xen, b->domid, journal);
}

static void vbd_disconnect(struct backend *b)
{
    struct vbd *v = vbd_of(b);

    blk_drain(&v->blk);
    xen_unbind(&b->xen, v->blk.port);
    xen_unmap(&b->xen, v->pages, v->nr_pages);
    kept_close(v->blk.journal, sizeof(*v->blk.journal));
    v->blk.journal = NULL;
    vbd_close_disk(b);
}

static int vbd_connect(struct backend *b)
{
    struct vbd *v = vbd_of(b);
    int rc = vbd_init(b);

    if (rc == 0)
        rc = vbd_open_disk(b);
    if (rc == 0)
        rc = vbd_take_ring(b);
    if (rc < 0) {
        vbd_close_disk(b);
        if (v->blk.journal)
            kept_close(v->blk.journal, sizeof(*v->blk.journal));
        v->blk.journal = NULL;
        return rc;
    }
    vbd_describe(b);
    rc = blk_resume(&v->blk);
    if (rc < 0) {
        vbd_disconnect(b);
        return rc;
    }
    log_line("disk %s, %llu sectors%s", v->spec.target,
             (unsigned long long)v->blk.limits.sectors,
             v->spec.readonly ? ", read-only" : "");
    return 0;
}

static void vbd_leave(struct backend *b)
{
    char path[96];

    vbd_journal_path(b, path, sizeof(path));
    unlink(path);
}

static const struct backend_ops vbd_ops = {
    .program = "blkback", .type = "vbd", .announce = vbd_announce,
    .connect = vbd_connect, .serve = vbd_serve, .disconnect = vbd_disconnect,
    .leave = vbd_leave,
};

int main(int argc, char **argv)
{
    static struct vbd vbd;

    return backend_main(argc, argv, &vbd_ops, &vbd);
}
