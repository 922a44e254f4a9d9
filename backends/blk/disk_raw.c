/* SPDX-License-Identifier: MIT */
/*
 * disk_raw.c - a file or block device as it is, over io_uring.
 *
 *   R1  A writable disk is locked exclusively, a read-only one shared, for as
 *       long as any request on it is under way: one image, one writer.
 *   R2  I/O is direct where the file system can do it, so that an answered
 *       flush is one fdatasync away from the medium, and no page is kept twice.
 *   R3  A job's buffer is registered when its number is used for the first
 *       time: an idle disk pins nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/blk/disk.h"
#include "backends/common/log.h"

#define LOCK_TRIES 50
#define LOCK_WAIT_MS 100

struct raw {
    struct io_uring ring;
    int fd;
    unsigned queued;             /* prepared, not yet submitted */
    unsigned flying;             /* submitted, not yet answered */
    bool can_register;
    bool registered[];           /* by job number */
};

/* The old holder may be a process that was killed with I/O under way. */
static int raw_lock(int fd, const struct disk_spec *spec)
{
    struct flock whole = { .l_type = spec->readonly ? F_RDLCK : F_WRLCK };
    int tries;

    if (spec->shared)
        return 0;
    for (tries = 0; tries < LOCK_TRIES; tries++) {
        if (fcntl(fd, F_OFD_SETLK, &whole) == 0)
            return 0;
        if (errno != EAGAIN && errno != EACCES)
            return fail(errno, "disk %s: cannot lock it: %m", spec->target);
        poll(NULL, 0, LOCK_WAIT_MS);
    }
    return fail(EBUSY, "disk %s is in use by another guest or program; end "
                "that one, or give the disk to both with mode r (or w! if "
                "they know how to share it)", spec->target);
}

static int raw_open_file(const struct disk_spec *spec)
{
    int mode = (spec->readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC;
    int fd = open(spec->target, mode | O_DIRECT);             /* R2 */

    if (fd < 0 && errno == EINVAL)
        fd = open(spec->target, mode);
    if (fd < 0)
        return fail(errno, "disk %s: cannot open it for %s: %m; check the "
                    "disk line of the guest's configuration", spec->target,
                    spec->readonly ? "reading" : "reading and writing");
    return fd;
}

/* Direct I/O on a file needs its file system's alignment; 512 or none. */
static void raw_check_alignment(int fd, const char *target)
{
    void *probe;

    if (posix_memalign(&probe, 4096, 4096) != 0)
        return;
    if (pread(fd, probe, BLK_SECTOR, 0) < 0 && errno == EINVAL &&
        fcntl(fd, F_SETFL, 0) == 0)
        log_line("disk %s: no direct I/O in units of 512 bytes there; going "
                 "through the page cache", target);
    free(probe);
}

static int raw_measure(struct disk *d, int fd, const struct disk_spec *spec)
{
    struct stat st;
    int logical = 512;
    unsigned physical = 512;

    if (fstat(fd, &st) < 0)
        return fail(errno, "disk %s: %m", spec->target);
    if (S_ISREG(st.st_mode)) {
        d->bytes = (uint64_t)st.st_size;
        raw_check_alignment(fd, spec->target);
    } else if (S_ISBLK(st.st_mode)) {
        if (ioctl(fd, BLKGETSIZE64, &d->bytes) < 0)
            return fail(errno, "disk %s: no size: %m", spec->target);
        ioctl(fd, BLKSSZGET, &logical);
        ioctl(fd, BLKPBSZGET, &physical);
    } else {
        return fail(ENOTBLK, "disk %s is neither a file nor a block device",
                    spec->target);
    }
    d->bytes -= d->bytes % (unsigned)logical;
    if (d->bytes == 0)
        return fail(EINVAL, "disk %s is empty: it holds less than one sector",
                    spec->target);
    d->sector_size = (uint32_t)logical;
    d->physical_size = physical;
    d->can_discard = !spec->readonly && S_ISREG(st.st_mode);
    return 0;
}

static int raw_open_ring(struct disk *d, struct raw *r)
{
    int rc = io_uring_queue_init(d->nr_jobs, &r->ring, 0);

    if (rc < 0)
        return fail(-rc, "no io_uring: %s; is io_uring_disabled set?",
                    strerror(-rc));
    r->can_register =
        io_uring_register_buffers_sparse(&r->ring, d->nr_jobs) == 0;
    d->poll_fd = r->ring.ring_fd;
    return 0;
}

static int raw_open(struct disk *d, const struct disk_spec *spec)
{
    struct raw *r = calloc(1, sizeof(*r) + d->nr_jobs);
    int rc;

    if (!r)
        return fail(ENOMEM, "no memory for a disk");
    r->fd = raw_open_file(spec);
    rc = r->fd;
    if (rc >= 0)
        rc = raw_lock(r->fd, spec);                           /* R1 */
    if (rc >= 0)
        rc = raw_measure(d, r->fd, spec);
    if (rc >= 0)
        rc = raw_open_ring(d, r);
    if (rc < 0) {
        if (r->fd >= 0)
            close(r->fd);
        free(r);
        return rc;
    }
    d->driver = r;
    return 0;
}

static bool raw_registered(struct disk *d, struct raw *r, unsigned number)
{
    struct iovec iov = { d->buffers + (size_t)number * BLK_MAX_BYTES,
                         BLK_MAX_BYTES };
    __u64 tag = 0;

    if (!r->registered[number] && r->can_register)            /* R3 */
        r->registered[number] = io_uring_register_buffers_update_tag(
            &r->ring, number, &iov, &tag, 1) == 1;
    return r->registered[number];
}

static void raw_prepare(struct disk *d, struct raw *r, struct disk_job *job,
                        struct io_uring_sqe *sqe)
{
    bool fixed = job->op <= BLK_WRITE && raw_registered(d, r, job->number);
    unsigned len = (unsigned)job->len;

    if (job->op == BLK_FLUSH)
        io_uring_prep_fsync(sqe, r->fd, IORING_FSYNC_DATASYNC);
    else if (job->op == BLK_DISCARD)
        io_uring_prep_fallocate(sqe, r->fd, FALLOC_FL_PUNCH_HOLE |
                                FALLOC_FL_KEEP_SIZE, (off_t)job->offset,
                                (off_t)job->len);
    else if (job->op == BLK_READ && fixed)
        io_uring_prep_read_fixed(sqe, r->fd, job->buf, len, job->offset,
                                 (int)job->number);
    else if (job->op == BLK_READ)
        io_uring_prep_read(sqe, r->fd, job->buf, len, job->offset);
    else if (fixed)
        io_uring_prep_write_fixed(sqe, r->fd, job->buf, len, job->offset,
                                  (int)job->number);
    else
        io_uring_prep_write(sqe, r->fd, job->buf, len, job->offset);
    io_uring_sqe_set_data(sqe, job);
}

static void raw_submit(struct disk *d, struct disk_job *job)
{
    struct raw *r = d->driver;
    struct io_uring_sqe *sqe = io_uring_get_sqe(&r->ring);

    /* The ring holds every job there is, so there is room. */
    if (!sqe) {
        job->result = fail(EBUSY, "io_uring has no room for job %u",
                           job->number);
        d->done(d->arg, job);
        return;
    }
    raw_prepare(d, r, job, sqe);
    r->queued++;
}

static void raw_answer(struct disk *d, struct raw *r, struct io_uring_cqe *cqe)
{
    struct disk_job *job = io_uring_cqe_get_data(cqe);
    bool moves = job->op == BLK_READ || job->op == BLK_WRITE;

    if (cqe->res < 0)
        job->result = fail(-cqe->res, "job at byte %llu, length %llu: %s",
                           (unsigned long long)job->offset,
                           (unsigned long long)job->len, strerror(-cqe->res));
    else if (moves && (uint64_t)cqe->res != job->len)
        job->result = fail(EIO, "short transfer at byte %llu: %d of %llu; was "
                           "the image made smaller?",
                           (unsigned long long)job->offset, cqe->res,
                           (unsigned long long)job->len);
    else
        job->result = 0;
    io_uring_cqe_seen(&r->ring, cqe);
    r->flying--;
    d->done(d->arg, job);
}

static void raw_kick(struct disk *d, bool wait)
{
    struct raw *r = d->driver;
    struct io_uring_cqe *cqe;

    while (r->queued > 0) {
        int n = io_uring_submit(&r->ring);

        if (n > 0) {
            r->queued -= (unsigned)n;
            r->flying += (unsigned)n;
        } else if (r->flying > 0) {
            break;               /* short of memory: what flies will return */
        } else {
            poll(NULL, 0, 1);
        }
    }
    if (wait && r->flying > 0 && io_uring_wait_cqe(&r->ring, &cqe) == 0)
        raw_answer(d, r, cqe);
    while (io_uring_peek_cqe(&r->ring, &cqe) == 0 && cqe)
        raw_answer(d, r, cqe);
}

static void raw_close(struct disk *d)
{
    struct raw *r = d->driver;

    while (r->queued + r->flying > 0)
        raw_kick(d, true);
    io_uring_queue_exit(&r->ring);
    close(r->fd);
    free(r);
}

const struct disk_ops disk_raw = {
    .name = "raw", .open = raw_open, .submit = raw_submit, .kick = raw_kick,
    .close = raw_close,
};
