/* SPDX-License-Identifier: MIT */
/*
 * request.c - the judge of block requests.
 *
 *   R1  first_sect <= last_sect < 8: a piece lies within its page.
 *   R2  sector + nr_sectors, computed without wrapping, is within the disk.
 *   R3  A write, discard or flush of writes never reaches a read-only disk.
 */
#include "backends/blk/request.h"

#include <string.h>

_Static_assert(sizeof(struct blkif_request) == 112, "x86_64-abi");
_Static_assert(sizeof(struct blkif_request_indirect) <=
               sizeof(struct blkif_request), "shares the slot");

/* All pieces known: is the range on the disk? */
static int judge_range(const struct blk_request *req,
                       const struct blk_limits *lim)
{
    if (req->sector > lim->sectors ||
        req->nr_sectors > lim->sectors - req->sector)         /* R2 */
        return BLKIF_RSP_ERROR;
    if (req->sector % lim->align || req->nr_sectors % lim->align)
        return BLKIF_RSP_ERROR;
    if (req->op != BLK_READ && lim->readonly)                 /* R3 */
        return BLKIF_RSP_ERROR;
    return BLKIF_RSP_OKAY;
}

static int decode_segments(const struct blkif_request_segment *seg,
                           const struct blk_limits *lim,
                           struct blk_request *req)
{
    unsigned i;

    for (i = 0; i < req->nr_segments; i++) {
        unsigned first = seg[i].first_sect, last = seg[i].last_sect;

        if (first > last || last > 7)                         /* R1 */
            return BLKIF_RSP_ERROR;
        req->segments[i] = (struct blk_segment){
            .ref = seg[i].gref,
            .offset = (uint16_t)(first * BLK_SECTOR),
            .len = (uint16_t)((last - first + 1) * BLK_SECTOR),
        };
        req->nr_sectors += last - first + 1;
    }
    return judge_range(req, lim);
}

static int decode_rw(const struct blkif_request *raw,
                     const struct blk_limits *lim, struct blk_request *req)
{
    req->op = raw->operation == BLKIF_OP_READ ? BLK_READ : BLK_WRITE;
    req->sector = raw->sector_number;
    req->nr_segments = raw->nr_segments;
    if (req->nr_segments == 0 ||
        req->nr_segments > BLKIF_MAX_SEGMENTS_PER_REQUEST)
        return BLKIF_RSP_ERROR;
    return decode_segments(raw->seg, lim, req);
}

static int decode_indirect_head(const struct blkif_request *raw,
                                struct blk_request *req)
{
    struct blkif_request_indirect in;

    memcpy(&in, raw, sizeof(in));
    if (in.indirect_op != BLKIF_OP_READ && in.indirect_op != BLKIF_OP_WRITE)
        return BLKIF_RSP_ERROR;
    if (in.nr_segments == 0 || in.nr_segments > BLK_MAX_SEGMENTS)
        return BLKIF_RSP_ERROR;
    req->op = in.indirect_op == BLKIF_OP_READ ? BLK_READ : BLK_WRITE;
    req->indirect = true;
    req->indirect_ref = in.indirect_grefs[0];
    req->sector = in.sector_number;
    req->nr_segments = in.nr_segments;
    return BLKIF_RSP_OKAY;
}

static int decode_discard(const struct blkif_request *raw,
                          const struct blk_limits *lim,
                          struct blk_request *req)
{
    struct blkif_request_discard d;

    memcpy(&d, raw, sizeof(d));
    /* Secure discard was never offered. */
    if (!lim->can_discard || d.flag != 0)
        return BLKIF_RSP_EOPNOTSUPP;
    req->op = BLK_DISCARD;
    req->sector = d.sector_number;
    req->nr_sectors = d.nr_sectors;
    return judge_range(req, lim);
}

int blk_decode(const struct blkif_request *raw, const struct blk_limits *lim,
               struct blk_request *req)
{
    struct blkif_request_indirect in;

    req->wire_op = raw->operation;
    req->id = raw->id;
    req->indirect = false;
    req->nr_segments = 0;
    req->sector = 0;
    req->nr_sectors = 0;
    switch (raw->operation) {
    case BLKIF_OP_READ:
    case BLKIF_OP_WRITE:
        return decode_rw(raw, lim, req);
    case BLKIF_OP_FLUSH_DISKCACHE:
        req->op = BLK_FLUSH;
        return raw->nr_segments ? BLKIF_RSP_ERROR : BLKIF_RSP_OKAY;
    case BLKIF_OP_DISCARD:
        return decode_discard(raw, lim, req);
    case BLKIF_OP_INDIRECT:
        memcpy(&in, raw, sizeof(in));
        req->id = in.id;
        req->wire_op = in.indirect_op;   /* Linux expects it, not INDIRECT */
        return decode_indirect_head(raw, req);
    default:
        return BLKIF_RSP_EOPNOTSUPP;
    }
}

int blk_decode_indirect(const struct blkif_request_segment *seg,
                        const struct blk_limits *lim, struct blk_request *req)
{
    req->indirect = false;
    return decode_segments(seg, lim, req);
}
