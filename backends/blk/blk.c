/* SPDX-License-Identifier: MIT */
/*
 * blk.c - the block data path.
 *
 *   R1  A request is copied once (into the journal's entry of its job) and only
 *       that copy is judged; the same goes for indirect segment lists.
 *   R2  A job is free, under way or done; every job that leaves `free` reaches
 *       `done` exactly once, and every done job gives exactly one response.
 *   R3  What was read reaches the guest's pages before its response does.
 *   R4  A grant that cannot be copied fails its request, nothing else.
 */
#include "backends/blk/blk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "backends/common/log.h"

#define MAX_ROUNDS 64            /* then others get their turn */

static void blk_done(struct blk *blk, struct blk_job *job, int status)
{
    job->status = status;
    job->next = blk->done;
    blk->done = job;
    blk->busy--;
}

static void blk_disk_done(void *arg, struct disk_job *dj)
{
    struct blk *blk = arg;

    blk_done(blk, &blk->jobs[dj->number],
             dj->result == 0 ? BLKIF_RSP_OKAY :
             dj->result == -EOPNOTSUPP ? BLKIF_RSP_EOPNOTSUPP :
             BLKIF_RSP_ERROR);
}

int blk_init(struct blk *blk, struct xen *xen, unsigned domid,
             struct journal *journal)
{
    char *buffers = mmap(NULL, (size_t)BLK_JOBS * BLK_MAX_BYTES,
                         PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    unsigned i;

    if (buffers == MAP_FAILED)
        return fail(ENOMEM, "no memory for a disk's buffers");
    blk->xen = xen;
    blk->domid = domid;
    blk->journal = journal;
    blk->disk.buffers = buffers;
    blk->disk.nr_jobs = BLK_JOBS;
    blk->disk.done = blk_disk_done;
    blk->disk.arg = blk;
    for (i = BLK_JOBS; i-- > 0;) {
        struct blk_job *job = &blk->jobs[i];

        job->disk.number = i;
        job->disk.buf = buffers + (size_t)i * BLK_MAX_BYTES;
        job->next = blk->free;
        blk->free = job;
    }
    return 0;
}

/* Queue the copies of one request's pieces; they lie packed in its buffer. */
static void blk_queue_copies(struct blk *blk, struct blk_job *job)
{
    char *at = job->disk.buf;
    unsigned i;

    for (i = 0; i < job->req.nr_segments; i++) {
        const struct blk_segment *s = &job->req.segments[i];
        struct xen_copy *op = &blk->ops[blk->nr_ops++];
        union xen_copy_end guest = { .grant = {
            .ref = s->ref, .offset = s->offset,
            .domid = (uint16_t)blk->domid } };
        union xen_copy_end local = { .local = at };
        bool in = job->req.op == BLK_WRITE;

        *op = (struct xen_copy){
            .from = in ? guest : local, .to = in ? local : guest,
            .len = s->len,
            .flags = in ? XEN_COPY_FROM_GRANT : XEN_COPY_TO_GRANT };
        at += s->len;
    }
}

static void blk_copy(struct blk *blk)
{
    unsigned i;

    if (xen_copy_batch(blk->xen, blk->ops, blk->nr_ops) < 0)
        for (i = 0; i < blk->nr_ops; i++)
            blk->ops[i].status = -1;
    blk->nr_ops = 0;
}

/* Were the next n copies, which begin at *at, all well? */
static bool blk_copied(const struct blk *blk, unsigned *at, unsigned n)
{
    bool ok = true;

    for (; n > 0; n--)
        ok &= blk->ops[(*at)++].status == 0;
    return ok;
}

static void blk_submit(struct blk *blk, struct blk_job *job)
{
    job->disk.op = job->req.op;
    job->disk.offset = job->req.sector * BLK_SECTOR;
    job->disk.len = job->req.nr_sectors * BLK_SECTOR;
    blk->disk.ops->submit(&blk->disk, &job->disk);
}

/* Fetch the segment lists of the indirect requests among batch. */
static void blk_fetch_indirect(struct blk *blk, struct blk_job *batch)
{
    struct blk_job *job;
    unsigned at = 0;

    for (job = batch; job; job = job->next) {
        if (!job->req.indirect)
            continue;
        blk->ops[blk->nr_ops++] = (struct xen_copy){
            .from.grant = { .ref = job->req.indirect_ref,
                            .domid = (uint16_t)blk->domid },
            .to.local = job->disk.buf,
            .len = (uint16_t)(job->req.nr_segments *
                              sizeof(struct blkif_request_segment)),
            .flags = XEN_COPY_FROM_GRANT };
    }
    if (blk->nr_ops == 0)
        return;
    blk_copy(blk);
    for (job = batch; job; job = job->next) {
        if (!job->req.indirect)
            continue;
        job->status = blk_copied(blk, &at, 1)                 /* R1 */
            ? blk_decode_indirect(job->disk.buf, &blk->limits, &job->req)
            : BLKIF_RSP_ERROR;
    }
}

/* Bring in what is written, then hand every good request to the disk. */
static void blk_start(struct blk *blk, struct blk_job *batch)
{
    struct blk_job *job, *next;
    unsigned at = 0;

    blk_fetch_indirect(blk, batch);
    for (job = batch; job; job = job->next)
        if (job->status == BLKIF_RSP_OKAY && job->req.op == BLK_WRITE)
            blk_queue_copies(blk, job);
    blk_copy(blk);
    for (job = batch; job; job = next) {
        next = job->next;
        if (job->status == BLKIF_RSP_OKAY && job->req.op == BLK_WRITE &&
            !blk_copied(blk, &at, job->req.nr_segments))
            job->status = BLKIF_RSP_ERROR;                    /* R4 */
        if (job->status == BLKIF_RSP_OKAY)
            blk_submit(blk, job);
        else
            blk_done(blk, job, job->status);
    }
    blk->disk.ops->kick(&blk->disk, false);
}

/* A job for the request in its journal entry, at the end of a batch. */
static struct blk_job **blk_add(struct blk *blk, struct blk_job *job,
                                struct blk_job **end)
{
    job->status = blk_decode(&blk->journal->jobs[job->disk.number].request,
                             &blk->limits, &job->req);
    job->next = NULL;
    *end = job;
    blk->busy++;
    return &job->next;
}

/* Take as many requests as there are jobs; how many, or -EPROTO. */
static int blk_take(struct blk *blk)
{
    struct blk_job *batch = NULL, **end = &batch;
    int n, waiting = back_ring_waiting(&blk->ring);

    for (n = 0; n < waiting && blk->free; n++) {
        struct blk_job *job = blk->free;
        struct blkif_request raw;

        blk->free = job->next;
        back_ring_take(&blk->ring, &raw, sizeof(raw));        /* R1 */
        journal_take(blk->journal, job->disk.number,
                     blk->ring.req_cons - 1, &raw);
        end = blk_add(blk, job, end);
    }
    if (n > 0)
        blk_start(blk, batch);
    return waiting < 0 ? waiting : n;
}

static void blk_respond(struct blk *blk, struct blk_job *job)
{
    struct blkif_response rsp;

    memset(&rsp, 0, sizeof(rsp));
    rsp.id = job->req.id;
    rsp.operation = job->req.wire_op;
    rsp.status = (int16_t)job->status;
    journal_answer(blk->journal, job->disk.number, blk->ring.rsp_prod);
    back_ring_put(&blk->ring, &rsp, sizeof(rsp));
}

/* Answer all done jobs; how many. */
static unsigned blk_answer(struct blk *blk)
{
    struct blk_job *done = blk->done, *job, *next;
    unsigned at = 0, n = 0;

    if (!done)
        return 0;
    blk->done = NULL;
    for (job = done; job; job = job->next)
        if (job->status == BLKIF_RSP_OKAY && job->req.op == BLK_READ)
            blk_queue_copies(blk, job);
    blk_copy(blk);                                            /* R3 */
    for (job = done; job; job = job->next) {
        if (job->status == BLKIF_RSP_OKAY && job->req.op == BLK_READ &&
            !blk_copied(blk, &at, job->req.nr_segments))
            job->status = BLKIF_RSP_ERROR;
        blk_respond(blk, job);
    }
    if (back_ring_publish(&blk->ring))
        xen_notify(blk->xen, blk->port);
    for (job = done; job; job = next) {
        next = job->next;
        journal_free(blk->journal, job->disk.number);
        job->next = blk->free;                                /* R2 */
        blk->free = job;
        n++;
    }
    return n;
}

int blk_serve(struct blk *blk)
{
    unsigned rounds;

    for (rounds = 0; rounds < MAX_ROUNDS; rounds++) {
        unsigned answered;
        int taken;

        blk->disk.ops->kick(&blk->disk, false);
        answered = blk_answer(blk);
        taken = blk_take(blk);
        if (taken < 0)
            return fail(EPROTO, "the guest's ring is broken: it claims more "
                        "requests than the ring has room for");
        answered += blk_answer(blk);
        if (taken == 0 && answered == 0 &&
            (!blk->free || back_ring_may_sleep(&blk->ring, 1)))
            return 0;
    }
    return 1;
}

int blk_resume(struct blk *blk)
{
    unsigned order[JOURNAL_JOBS], i;
    unsigned n = journal_recover(blk->journal, blk->ring.rsp_prod, order);
    struct blk_job *batch = NULL, **end = &batch, **at;

    blk->ring.req_cons = blk->ring.rsp_prod + n;
    if (back_ring_waiting(&blk->ring) < 0)
        return fail(EPROTO, "the guest's ring does not agree with the journal "
                    "of the process before");
    if (n > 0)
        log_line("running %u request(s) again that a process before left", n);
    for (i = 0; i < n; i++) {
        struct blk_job *job = &blk->jobs[order[i]];

        for (at = &blk->free; *at != job; at = &(*at)->next)
            continue;
        *at = job->next;
        end = blk_add(blk, job, end);
    }
    if (n > 0)
        blk_start(blk, batch);
    return 0;
}

void blk_drain(struct blk *blk)
{
    while (blk->busy > 0)
        blk->disk.ops->kick(&blk->disk, true);
    blk_answer(blk);
}
