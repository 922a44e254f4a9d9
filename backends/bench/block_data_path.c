/* SPDX-License-Identifier: MIT */
/*
 * block_data_path.c - what it costs to bring a guest's pages to the disk.
 *
 * Run in the control domain, which grants pages to itself, so that no guest is
 * needed.  For each request size and direction it times, per request,
 *   map      map the grants, direct I/O on the mapped pages, unmap
 *   copy     grant copy to or from a registered buffer, direct I/O on that
 *   persist  pages mapped for good, direct I/O on them, and one memcpy, which
 *            is what a frontend with persistent grants has to do itself
 *   io       direct I/O on a registered buffer alone: the floor
 * each with one request at a time and with a batch of 8 requests, where a
 * batch is one ioctl for copy and still one per request for map.
 *
 * usage: block-data-path BLOCKDEV_OR_FILE [ROUNDS]
 */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <xengnttab.h>

#define PAGE 4096u
#define BATCH 8
#define MAX_PAGES 32

enum mode { MODE_MAP, MODE_COPY, MODE_PERSIST, MODE_IO, MODES };
static const char *const mode_names[] = { "map", "copy", "persist", "io" };

struct bench {
    int fd;
    bool write;
    unsigned pages, batch, rounds;
    struct io_uring ring;
    xengnttab_handle *gnt;
    char *granted;                   /* BATCH * MAX_PAGES pages */
    uint32_t refs[BATCH * MAX_PAGES];
    char *mapped;                    /* the same pages, mapped for good */
    char *buffer;                    /* registered, as large */
    xengnttab_grant_copy_segment_t ops[BATCH * MAX_PAGES];
};

static void die(const char *what)
{
    fprintf(stderr, "block-data-path: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now_us(clockid_t clock)
{
    struct timespec ts;

    clock_gettime(clock, &ts);
    return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

/* One batch of direct I/O; where[i] is request i's memory. */
static void run_io(struct bench *b, char *const *where, bool registered)
{
    unsigned i, len = b->pages * PAGE;
    struct io_uring_cqe *cqe;

    for (i = 0; i < b->batch; i++) {
        struct io_uring_sqe *sqe = io_uring_get_sqe(&b->ring);
        uint64_t at = (uint64_t)i * len;

        if (registered && b->write)
            io_uring_prep_write_fixed(sqe, b->fd, where[i], len, at, 0);
        else if (registered)
            io_uring_prep_read_fixed(sqe, b->fd, where[i], len, at, 0);
        else if (b->write)
            io_uring_prep_write(sqe, b->fd, where[i], len, at);
        else
            io_uring_prep_read(sqe, b->fd, where[i], len, at);
    }
    if (io_uring_submit_and_wait(&b->ring, b->batch) < 0)
        die("submit");
    for (i = 0; i < b->batch; i++) {
        if (io_uring_wait_cqe(&b->ring, &cqe) < 0)
            die("wait");
        if (cqe->res != (int)len) {
            errno = cqe->res < 0 ? -cqe->res : EIO;
            die("direct I/O");
        }
        io_uring_cqe_seen(&b->ring, cqe);
    }
}

static void run_map(struct bench *b)
{
    char *where[BATCH];
    unsigned i;

    for (i = 0; i < b->batch; i++) {
        where[i] = xengnttab_map_domain_grant_refs(
            b->gnt, b->pages, 0, b->refs + i * b->pages,
            PROT_READ | PROT_WRITE);
        if (!where[i])
            die("map");
    }
    run_io(b, where, false);
    for (i = 0; i < b->batch; i++)
        if (xengnttab_unmap(b->gnt, where[i], b->pages) < 0)
            die("unmap");
}

static void grant_copy(struct bench *b)
{
    unsigned i, n = b->batch * b->pages;

    for (i = 0; i < n; i++) {
        xengnttab_grant_copy_segment_t *op = &b->ops[i];

        memset(op, 0, sizeof(*op));
        op->len = PAGE;
        op->flags = b->write ? GNTCOPY_source_gref : GNTCOPY_dest_gref;
        if (b->write) {
            op->source.foreign.ref = b->refs[i];
            op->dest.virt = b->buffer + (size_t)i * PAGE;
        } else {
            op->source.virt = b->buffer + (size_t)i * PAGE;
            op->dest.foreign.ref = b->refs[i];
        }
    }
    if (xengnttab_grant_copy(b->gnt, n, b->ops) < 0)
        die("grant copy");
    for (i = 0; i < n; i++)
        if (b->ops[i].status != GNTST_okay)
            die("grant copy status");
}

static void run_round(struct bench *b, enum mode mode)
{
    size_t bytes = (size_t)b->batch * b->pages * PAGE;
    char *base = mode == MODE_PERSIST ? b->mapped : b->buffer;
    char *where[BATCH];
    unsigned i;

    if (mode == MODE_MAP) {
        run_map(b);
        return;
    }
    for (i = 0; i < b->batch; i++)
        where[i] = base + (size_t)i * b->pages * PAGE;
    if (mode == MODE_PERSIST && b->write)
        memcpy(b->granted, b->buffer, bytes);
    if (mode == MODE_COPY && b->write)
        grant_copy(b);
    run_io(b, where, mode != MODE_PERSIST);
    if (mode == MODE_COPY && !b->write)
        grant_copy(b);
    if (mode == MODE_PERSIST && !b->write)
        memcpy(b->buffer, b->granted, bytes);
}

static void measure(struct bench *b)
{
    int mode;

    printf("%-5s %5u KiB x%u ", b->write ? "write" : "read", b->pages * 4,
           b->batch);
    for (mode = 0; mode < MODES; mode++) {
        double wall, cpu;
        unsigned i;

        run_round(b, (enum mode)mode);
        wall = now_us(CLOCK_MONOTONIC);
        cpu = now_us(CLOCK_PROCESS_CPUTIME_ID);
        for (i = 0; i < b->rounds; i++)
            run_round(b, (enum mode)mode);
        wall = now_us(CLOCK_MONOTONIC) - wall;
        cpu = now_us(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        printf(" %s %7.1f (%7.1f)", mode_names[mode],
               wall / b->rounds / b->batch, cpu / b->rounds / b->batch);
    }
    printf("\n");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static const unsigned sizes[] = { 1, 4, 11, 32 };
    static struct bench b;
    xengntshr_handle *share = xengntshr_open(NULL, 0);
    struct iovec iov;
    unsigned i, w;

    if (argc < 2) {
        fprintf(stderr, "usage: block-data-path BLOCKDEV_OR_FILE [ROUNDS]\n");
        return 2;
    }
    b.rounds = argc > 2 ? (unsigned)atoi(argv[2]) : 200;
    b.fd = open(argv[1], O_RDWR | O_DIRECT);
    b.gnt = xengnttab_open(NULL, 0);
    if (b.fd < 0 || !b.gnt || !share)
        die(argv[1]);
    b.granted = xengntshr_share_pages(share, 0, BATCH * MAX_PAGES, b.refs, 1);
    if (!b.granted)
        die("granting pages to ourselves");
    b.mapped = xengnttab_map_domain_grant_refs(b.gnt, BATCH * MAX_PAGES, 0,
                                               b.refs, PROT_READ | PROT_WRITE);
    if (!b.mapped)
        die("mapping our own grants");
    b.buffer = mmap(NULL, BATCH * MAX_PAGES * PAGE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    iov = (struct iovec){ b.buffer, BATCH * MAX_PAGES * PAGE };
    if (io_uring_queue_init(64, &b.ring, 0) < 0 ||
        io_uring_register_buffers(&b.ring, &iov, 1) < 0)
        die("io_uring");
    printf("microseconds per request: wall time (process CPU time)\n");
    for (w = 0; w < 2; w++)
        for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
            for (b.batch = 1; b.batch <= BATCH; b.batch += BATCH - 1) {
                b.write = w;
                b.pages = sizes[i];
                measure(&b);
            }
    return 0;
}
