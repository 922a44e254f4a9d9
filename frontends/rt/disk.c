/* SPDX-License-Identifier: MIT */
/* disk.c - a disk's front half: a ring of one page, one request at a time. */
#include "frontends/rt/devices.h"

#define PATIENCE 30000000000UL      /* ns that a request may take */

const char *disk_open(struct disk *d)
{
    struct blkif_sring *shared = page_alloc();
    const char *why = device_find(&d->dev, "vbd");
    char path[96];

    if (why != NULL)
        return why;
    shared->req_event = shared->rsp_event = 1;
    d->ring = (blkif_front_ring_t){
        .nr_ents = RING_ENTRIES(blkif, PAGE_SIZE), .sring = shared,
    };
    rt_snprintf(path, sizeof(path), "%s/protocol", d->dev.front);
    if (!device_put(&d->dev, "ring-ref",
                    grant_new(d->dev.backend, va_to_mfn(shared), false)) ||
        !store_write(path, "x86_64-abi"))
        return "its nodes cannot be written";
    return device_connect(&d->dev, XenbusStateInitialised);
}

/* Waits for the one answer that is due. */
static const char *answer_wait(struct disk *d)
{
    struct blkif_sring *shared = d->ring.sring;
    uint64_t until = time_ns() + PATIENCE;

    for (;;) {
        event_clear(d->dev.port);
        if (xen_ring_arm_and_check(&shared->rsp_event, d->ring.rsp_cons,
                                   &shared->rsp_prod))
            break;
        if (!port_wait(d->dev.port, until))
            return "no answer to a request";
    }
    return shared->ring[d->ring.rsp_cons++ % d->ring.nr_ents].rsp.status ==
           BLKIF_RSP_OKAY ? NULL : "a request failed";
}

const char *disk_transfer(struct disk *d, bool write, uint64_t sector,
                          void *page)
{
    struct blkif_sring *shared = d->ring.sring;
    struct blkif_request *r =
        &shared->ring[d->ring.req_prod_pvt % d->ring.nr_ents].req;
    grant_ref_t ref = grant_new(d->dev.backend, va_to_mfn(page), write);
    const char *why;

    memset(r, 0, sizeof(*r));
    r->operation = write ? BLKIF_OP_WRITE : BLKIF_OP_READ;
    r->nr_segments = 1;
    r->sector_number = sector;
    r->seg[0] = (struct blkif_request_segment){ .gref = ref, .last_sect = 7 };
    if (xen_ring_publish_and_check(&shared->req_prod, ++d->ring.req_prod_pvt,
                                   &shared->req_event))
        device_notify(&d->dev);
    why = answer_wait(d);
    if (!grant_end(ref) && why == NULL)
        why = "the backend keeps a page that it has answered for";
    return why;
}
