/* SPDX-License-Identifier: MIT */
/*
 * blk_fuzz.c - whatever a block request says, one that passes the judge names
 * only sectors of the disk and whole pieces within pages.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backends/blk/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void check_passed(const struct blk_request *r,
                         const struct blk_limits *lim)
{
    uint64_t sum = 0;
    unsigned i;

    must(r->nr_segments <= BLK_MAX_SEGMENTS);
    must(r->sector <= lim->sectors);
    must(r->nr_sectors <= lim->sectors - r->sector);
    must(r->op == BLK_READ || r->op == BLK_FLUSH || !lim->readonly);
    must(r->op != BLK_DISCARD || lim->can_discard);
    for (i = 0; i < r->nr_segments; i++) {
        must(r->segments[i].offset + r->segments[i].len <= 4096);
        must(r->segments[i].len > 0 && r->segments[i].len % 512 == 0);
        sum += r->segments[i].len;
    }
    must(sum <= BLK_MAX_BYTES);
    if (r->op == BLK_READ || r->op == BLK_WRITE)
        must(sum == r->nr_sectors * BLK_SECTOR && sum > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct blkif_request_segment list[BLK_MAX_SEGMENTS];
    struct blk_limits lim = { 0 };
    struct blkif_request raw;
    struct blk_request req;
    size_t used = sizeof(raw) + 4;

    if (size < used)
        return 0;
    memcpy(&raw, data + 4, sizeof(raw));
    lim.sectors = (uint64_t)data[0] << (data[1] % 40);
    lim.align = data[2] & 1 ? 8 : 1;
    lim.readonly = data[3] & 1;
    lim.can_discard = data[3] & 2;
    if (blk_decode(&raw, &lim, &req) != BLKIF_RSP_OKAY)
        return 0;
    if (req.indirect) {
        must(req.nr_segments >= 1 && req.nr_segments <= BLK_MAX_SEGMENTS);
        memset(list, 0, sizeof(list));
        size -= used;
        memcpy(list, data + used, size < sizeof(list) ? size : sizeof(list));
        if (blk_decode_indirect(list, &lim, &req) != BLKIF_RSP_OKAY)
            return 0;
    }
    check_passed(&req, &lim);
    return 0;
}
