/* SPDX-License-Identifier: MIT */
/*
 * request.h - what a guest may ask of a disk: decode a private copy of one
 * request and judge it.  Pure; knows of no ring, grant or file.
 *
 * A request that blk_decode() and, for an indirect one, blk_decode_indirect()
 * passed names only sectors of this disk and only whole 512-byte pieces within
 * granted pages; nothing else about it needs to be checked again.
 */
#ifndef BACKENDS_BLK_REQUEST_H
#define BACKENDS_BLK_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "public/io/blkif.h"

#define BLK_SECTOR 512u
#define BLK_MAX_SEGMENTS 32u     /* what we offer for indirect requests */
#define BLK_MAX_BYTES (BLK_MAX_SEGMENTS * 4096u)

enum blk_op { BLK_READ, BLK_WRITE, BLK_FLUSH, BLK_DISCARD };

struct blk_limits {
    uint64_t sectors;            /* of 512 bytes, whatever the disk's own */
    uint32_t align;              /* sectors per sector of the disk's own */
    bool readonly;
    bool can_discard;
};

struct blk_segment {
    uint32_t ref;
    uint16_t offset, len;        /* bytes within the granted page */
};

struct blk_request {
    uint64_t id;                 /* echoed in the response, as is wire_op */
    uint8_t wire_op;
    enum blk_op op;
    bool indirect;               /* segments are still in the guest's page */
    uint32_t indirect_ref;
    uint64_t sector;
    uint64_t nr_sectors;
    unsigned nr_segments;
    struct blk_segment segments[BLK_MAX_SEGMENTS];
};

/*
 * BLKIF_RSP_OKAY: *req is ready, or, when req->indirect is set, waits for
 * blk_decode_indirect().  Anything else is the answer to give; id and wire_op
 * are filled in always.
 */
int blk_decode(const struct blkif_request *raw, const struct blk_limits *lim,
               struct blk_request *req);

/* seg is a private copy of req->nr_segments entries. */
int blk_decode_indirect(const struct blkif_request_segment *seg,
                        const struct blk_limits *lim, struct blk_request *req);

#endif
