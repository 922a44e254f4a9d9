/* SPDX-License-Identifier: MIT */
/*
 * disk_ram.c - a disk of zeroes in memory, gone when it is closed; its target
 * is its size in bytes.  The shortest driver, and the tests' double.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backends/blk/disk.h"
#include "backends/common/log.h"

static int ram_open(struct disk *d, const struct disk_spec *spec)
{
    char *end;

    d->bytes = strtoull(spec->target, &end, 10);
    if (*end || d->bytes == 0 || d->bytes % BLK_SECTOR)
        return fail(EINVAL, "ram disk \"%s\": give its size in bytes, a "
                    "multiple of 512", spec->target);
    d->driver = calloc(1, d->bytes);
    if (!d->driver)
        return fail(ENOMEM, "ram disk: no memory for %s bytes", spec->target);
    d->sector_size = d->physical_size = BLK_SECTOR;
    d->can_discard = true;
    d->poll_fd = -1;
    return 0;
}

static void ram_submit(struct disk *d, struct disk_job *job)
{
    char *at = (char *)d->driver + job->offset;

    if (job->op == BLK_READ)
        memcpy(job->buf, at, job->len);
    else if (job->op == BLK_WRITE)
        memcpy(at, job->buf, job->len);
    else if (job->op == BLK_DISCARD)
        memset(at, 0, job->len);
    job->result = 0;
    d->done(d->arg, job);
}

static void ram_kick(struct disk *d, bool wait)
{
    (void)d;
    (void)wait;
}

static void ram_close(struct disk *d)
{
    free(d->driver);
}

const struct disk_ops disk_ram = {
    .name = "ram", .open = ram_open, .submit = ram_submit, .kick = ram_kick,
    .close = ram_close,
};
