/* SPDX-License-Identifier: MIT */
/*
 * blk.h - one disk of one guest: from ring to disk driver and back.
 *
 * The data path copies (docs/measurements/block-data-path.md): every request
 * has a job with a buffer of BLK_MAX_BYTES; a batch of requests costs one grant
 * copy for what is written and one for what was read.
 */
#ifndef BACKENDS_BLK_BLK_H
#define BACKENDS_BLK_BLK_H

#include <stdbool.h>
#include <stdint.h>

#include "backends/blk/disk.h"
#include "backends/blk/journal.h"
#include "backends/common/ring.h"
#include "backends/common/xen.h"

#define BLK_JOBS JOURNAL_JOBS
#define BLK_MAX_OPS (BLK_JOBS * BLK_MAX_SEGMENTS)

struct blk_job {
    struct blk_job *next;
    struct blk_request req;
    struct disk_job disk;        /* disk.buf is this job's buffer, always */
    int status;                  /* BLKIF_RSP_* */
};

struct blk {
    struct xen *xen;
    unsigned domid;
    struct back_ring ring;
    uint32_t port;
    struct disk disk;
    struct blk_limits limits;
    struct journal *journal;
    struct blk_job jobs[BLK_JOBS];
    struct blk_job *free;        /* last in, first out: few buffers stay warm */
    struct blk_job *done;        /* answered by the disk, not yet to the guest */
    unsigned busy;               /* jobs that are neither free nor done */
    struct xen_copy ops[BLK_MAX_OPS];
    unsigned nr_ops;
};

/* Once per process. */
int blk_init(struct blk *blk, struct xen *xen, unsigned domid,
             struct journal *journal);

/* The disk is open, the ring attached: run again what a dead process left. */
int blk_resume(struct blk *blk);

/* 0: nothing is left to do now; 1: there is, call again after others had their
 * turn; -EPROTO: the ring is broken. */
int blk_serve(struct blk *blk);

/* Wait for what is under way and answer it. */
void blk_drain(struct blk *blk);

#endif
