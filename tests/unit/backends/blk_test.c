/* SPDX-License-Identifier: MIT */
/*
 * blk_test.c - the judge of block requests, the data path over a ram disk and
 * over a file, and a process that is killed with requests under way.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backends/blk/blk.h"
#include "tests/unit/backends/check.h"
#include "tests/unit/backends/fake_xen.h"
#include "tests/unit/backends/front_ring.h"

#define SECTORS 2048u

static const struct blk_limits limits = {
    .sectors = SECTORS, .align = 1, .can_discard = true };

/* --- the judge --- */

static struct blkif_request rw(uint8_t op, uint64_t sector, unsigned nr)
{
    struct blkif_request r = { .operation = op, .nr_segments = (uint8_t)nr,
                               .id = 77, .sector_number = sector };
    unsigned i;

    for (i = 0; i < nr && i < BLKIF_MAX_SEGMENTS_PER_REQUEST; i++)
        r.seg[i] = (struct blkif_request_segment){
            .gref = FAKE_FIRST_REF + i, .first_sect = 0, .last_sect = 7 };
    return r;
}

static int judge(struct blkif_request r)
{
    struct blk_request req;

    return blk_decode(&r, &limits, &req);
}

static void test_ranges(void)
{
    CU_ASSERT_EQUAL(judge(rw(BLKIF_OP_READ, 0, 1)), BLKIF_RSP_OKAY);
    CU_ASSERT_EQUAL(judge(rw(BLKIF_OP_READ, SECTORS - 8, 1)), BLKIF_RSP_OKAY);
    CU_ASSERT_EQUAL(judge(rw(BLKIF_OP_READ, SECTORS - 7, 1)), BLKIF_RSP_ERROR);
    CU_ASSERT_EQUAL(judge(rw(BLKIF_OP_READ, SECTORS, 1)), BLKIF_RSP_ERROR);
    CU_ASSERT_EQUAL(judge(rw(BLKIF_OP_WRITE, UINT64_MAX, 1)), BLKIF_RSP_ERROR);
    CU_ASSERT_EQUAL(judge(rw(BLKIF_OP_WRITE, UINT64_MAX - 7, 1)),
                    BLKIF_RSP_ERROR);
    CU_ASSERT_EQUAL(judge(rw(BLKIF_OP_WRITE, 1ull << 55, 1)), BLKIF_RSP_ERROR);
}

static void test_segments(void)
{
    struct blkif_request r;
    unsigned n;

    for (n = 0; n < 256; n++)
        CU_ASSERT_EQUAL(judge(rw(BLKIF_OP_READ, 0, n)),
                        n >= 1 && n <= 11 ? BLKIF_RSP_OKAY : BLKIF_RSP_ERROR);
    for (n = 0; n < 256 * 256; n++) {
        unsigned first = n & 255, last = n >> 8;

        r = rw(BLKIF_OP_READ, 0, 1);
        r.seg[0].first_sect = (uint8_t)first;
        r.seg[0].last_sect = (uint8_t)last;
        if (judge(r) != (first <= last && last < 8 ? BLKIF_RSP_OKAY
                                                   : BLKIF_RSP_ERROR))
            CU_FAIL("a piece of a page was judged wrongly");
    }
}

static void test_operations(void)
{
    struct blk_limits ro = limits;
    struct blkif_request r;
    struct blk_request req;
    unsigned op;

    ro.readonly = true;
    for (op = 0; op < 256; op++) {
        int want = op == BLKIF_OP_READ || op == BLKIF_OP_WRITE
            ? BLKIF_RSP_OKAY : BLKIF_RSP_EOPNOTSUPP;

        r = rw((uint8_t)op, 0, 1);
        if (op == BLKIF_OP_FLUSH_DISKCACHE || op == BLKIF_OP_INDIRECT)
            want = BLKIF_RSP_ERROR;      /* with a segment; indirect_op 1 is */
        if (op == BLKIF_OP_INDIRECT)
            r.nr_segments = 9;           /* its indirect_op */
        if (op == BLKIF_OP_DISCARD)
            continue;
        CU_ASSERT_EQUAL(blk_decode(&r, &limits, &req), want);
    }
    r = rw(BLKIF_OP_FLUSH_DISKCACHE, 0, 0);
    CU_ASSERT_EQUAL(blk_decode(&r, &limits, &req), BLKIF_RSP_OKAY);
    CU_ASSERT_EQUAL(req.op, BLK_FLUSH);
    CU_ASSERT_EQUAL(req.id, 77);
    r = rw(BLKIF_OP_WRITE, 0, 1);
    CU_ASSERT_EQUAL(blk_decode(&r, &ro, &req), BLKIF_RSP_ERROR);
    r = rw(BLKIF_OP_READ, 0, 1);
    CU_ASSERT_EQUAL(blk_decode(&r, &ro, &req), BLKIF_RSP_OKAY);
}

static void test_discard(void)
{
    struct blkif_request_discard d = { .operation = BLKIF_OP_DISCARD,
                                       .sector_number = 8, .nr_sectors = 16 };
    struct blk_limits no = limits;
    struct blkif_request r;
    struct blk_request req;

    memset(&r, 0, sizeof(r));
    memcpy(&r, &d, sizeof(d));
    CU_ASSERT_EQUAL(blk_decode(&r, &limits, &req), BLKIF_RSP_OKAY);
    CU_ASSERT_EQUAL(req.nr_sectors, 16);
    no.can_discard = false;
    CU_ASSERT_EQUAL(blk_decode(&r, &no, &req), BLKIF_RSP_EOPNOTSUPP);
    d.nr_sectors = UINT64_MAX;
    memcpy(&r, &d, sizeof(d));
    CU_ASSERT_EQUAL(blk_decode(&r, &limits, &req), BLKIF_RSP_ERROR);
    d.flag = BLKIF_DISCARD_SECURE;
    memcpy(&r, &d, sizeof(d));
    CU_ASSERT_EQUAL(blk_decode(&r, &limits, &req), BLKIF_RSP_EOPNOTSUPP);
}

static struct blkif_request indirect(uint8_t op, unsigned nr, uint32_t ref,
                                     uint64_t sector)
{
    struct blkif_request_indirect in = {
        .operation = BLKIF_OP_INDIRECT, .indirect_op = op,
        .nr_segments = (uint16_t)nr, .id = 99, .sector_number = sector,
        .indirect_grefs = { ref } };
    struct blkif_request r;

    memset(&r, 0, sizeof(r));
    memcpy(&r, &in, sizeof(in));
    return r;
}

static void test_indirect(void)
{
    struct blkif_request_segment seg[BLK_MAX_SEGMENTS];
    struct blkif_request r = indirect(BLKIF_OP_WRITE, 32, 5, 0);
    struct blk_request req;
    unsigned i;

    CU_ASSERT_EQUAL(blk_decode(&r, &limits, &req), BLKIF_RSP_OKAY);
    CU_ASSERT(req.indirect && req.indirect_ref == 5 && req.id == 99);
    CU_ASSERT_EQUAL(req.wire_op, BLKIF_OP_WRITE);
    for (i = 0; i < BLK_MAX_SEGMENTS; i++)
        seg[i] = (struct blkif_request_segment){ .gref = i, .last_sect = 7 };
    CU_ASSERT_EQUAL(blk_decode_indirect(seg, &limits, &req), BLKIF_RSP_OKAY);
    CU_ASSERT_EQUAL(req.nr_sectors, 256);
    r = indirect(BLKIF_OP_WRITE, 32, 5, SECTORS - 255);
    CU_ASSERT_EQUAL(blk_decode(&r, &limits, &req), BLKIF_RSP_OKAY);
    CU_ASSERT_EQUAL(blk_decode_indirect(seg, &limits, &req), BLKIF_RSP_ERROR);
    for (i = 0; i < 65536; i += i < 40 ? 1 : 331) {
        r = indirect(BLKIF_OP_READ, i, 5, 0);
        CU_ASSERT_EQUAL(blk_decode(&r, &limits, &req),
                        i >= 1 && i <= 32 ? BLKIF_RSP_OKAY : BLKIF_RSP_ERROR);
    }
    r = indirect(BLKIF_OP_INDIRECT, 1, 5, 0);
    CU_ASSERT_EQUAL(blk_decode(&r, &limits, &req), BLKIF_RSP_ERROR);
}

/* --- the data path --- */

static uint8_t page[4096] __attribute__((aligned(4096)));
static struct front_ring front;
static struct blk *blk;
static struct journal journal;
static struct xen xen;

static void fill(uint8_t *at, unsigned seed)
{
    unsigned i;

    for (i = 0; i < 4096; i++)
        at[i] = (uint8_t)(seed * 37 + i * 11 + (i >> 8));
}

/* A process begins: open the disk, take the ring, resume. */
static void start(const struct disk_ops *ops, const char *target)
{
    struct disk_spec spec = { .target = target };

    blk = calloc(1, sizeof(*blk));
    CU_ASSERT_EQUAL_FATAL(blk_init(blk, &xen, FAKE_DOMID, &journal), 0);
    blk->disk.ops = ops;
    CU_ASSERT_EQUAL_FATAL(ops->open(&blk->disk, &spec), 0);
    blk->limits = (struct blk_limits){
        .sectors = blk->disk.bytes / BLK_SECTOR, .align = 1,
        .can_discard = true };
    back_ring_attach(&blk->ring, page, sizeof(page),
                     sizeof(struct blkif_request));
    CU_ASSERT_EQUAL_FATAL(blk_resume(blk), 0);
}

static void stop(void)
{
    blk->disk.ops->close(&blk->disk);
    munmap(blk->disk.buffers, (size_t)BLK_JOBS * BLK_MAX_BYTES);
    free(blk);
}

static void new_guest(void)
{
    memset(&journal, 0, sizeof(journal));
    front_ring_init(&front, page, sizeof(page), sizeof(struct blkif_request));
}

static void ask(const struct blkif_request *r)
{
    front_ring_put(&front, r, sizeof(*r));
    front_ring_publish(&front);
}

/* Serve until a response is there; its status. */
static int answer(uint64_t *id)
{
    struct blkif_response rsp;
    unsigned tries;

    for (tries = 0; tries < 5000; tries++) {
        if (blk_serve(blk) < 0)
            return -1000;
        if (front_ring_take(&front, &rsp, sizeof(rsp))) {
            if (id)
                *id = rsp.id;
            return rsp.status;
        }
        usleep(1000);
    }
    return -2000;
}

static void write_then_read(void)
{
    struct blkif_request r = rw(BLKIF_OP_WRITE, 24, 11);
    struct blkif_request_segment *list = (void *)fake_pages[200];
    unsigned i;

    for (i = 0; i < 11; i++)
        fill(fake_pages[i], i + 1);
    r.seg[0].first_sect = 3;             /* pieces that are not whole pages */
    r.seg[10].last_sect = 4;
    ask(&r);
    CU_ASSERT_EQUAL(answer(NULL), BLKIF_RSP_OKAY);
    r = rw(BLKIF_OP_FLUSH_DISKCACHE, 0, 0);
    ask(&r);
    CU_ASSERT_EQUAL(answer(NULL), BLKIF_RSP_OKAY);
    /* Read the same sectors by an indirect request into other pages. */
    for (i = 0; i < 11; i++) {
        list[i] = (struct blkif_request_segment){
            .gref = FAKE_FIRST_REF + 50 + i,
            .first_sect = i == 0 ? 3 : 0, .last_sect = i == 10 ? 4 : 7 };
        memset(fake_pages[50 + i], 0xee, 4096);
    }
    r = indirect(BLKIF_OP_READ, 11, FAKE_FIRST_REF + 200, 24);
    ask(&r);
    CU_ASSERT_EQUAL(answer(NULL), BLKIF_RSP_OKAY);
    CU_ASSERT_EQUAL(memcmp(fake_pages[50] + 1536, fake_pages[0] + 1536, 2560),
                    0);
    CU_ASSERT_EQUAL(fake_pages[50][1535], 0xee);
    CU_ASSERT_EQUAL(memcmp(fake_pages[55], fake_pages[5], 4096), 0);
    CU_ASSERT_EQUAL(memcmp(fake_pages[60], fake_pages[10], 2560), 0);
    CU_ASSERT_EQUAL(fake_pages[60][2560], 0xee);
}

static void test_ram_disk(void)
{
    new_guest();
    start(&disk_ram, "1048576");
    write_then_read();
    stop();
}

static void test_file(void)
{
    char path[] = "/tmp/blk-test-XXXXXX";
    int fd = mkstemp(path);

    CU_ASSERT_FATAL(fd >= 0 && ftruncate(fd, 1 << 20) == 0);
    new_guest();
    start(&disk_raw, path);
    write_then_read();
    stop();
    close(fd);
    unlink(path);
}

static void test_bad_grants_fail_alone(void)
{
    struct blkif_request bad = rw(BLKIF_OP_WRITE, 0, 2), good;
    uint64_t id;
    int status[3], i;

    new_guest();
    start(&disk_ram, "1048576");
    bad.id = 1;
    bad.seg[1].gref = 1;
    good = rw(BLKIF_OP_WRITE, 0, 1);
    good.id = 2;
    front_ring_put(&front, &bad, sizeof(bad));
    front_ring_put(&front, &good, sizeof(good));
    bad.operation = BLKIF_OP_READ;
    bad.id = 0;
    ask(&bad);
    for (i = 0; i < 3; i++) {
        int s = answer(&id);

        CU_ASSERT_FATAL(id < 3);
        status[id] = s;
    }
    CU_ASSERT_EQUAL(status[0], BLKIF_RSP_ERROR);
    CU_ASSERT_EQUAL(status[1], BLKIF_RSP_ERROR);
    CU_ASSERT_EQUAL(status[2], BLKIF_RSP_OKAY);
    CU_ASSERT_EQUAL(blk->busy, 0);
    stop();
}

static void test_broken_ring(void)
{
    new_guest();
    start(&disk_ram, "1048576");
    front.shared->req_prod = 100;
    CU_ASSERT_EQUAL(blk_serve(blk), -EPROTO);
    CU_ASSERT_EQUAL(blk->busy, 0);
    stop();
}

/* --- a kill with requests under way --- */

/* Answers only what the test tells it to, and notes what it was given. */
static struct disk_job *slow_jobs[64];
static unsigned slow_nr;
static uint64_t slow_offsets[64];

static int slow_open(struct disk *d, const struct disk_spec *spec)
{
    (void)spec;
    d->bytes = SECTORS * BLK_SECTOR;
    d->sector_size = d->physical_size = 512;
    d->poll_fd = -1;
    slow_nr = 0;
    return 0;
}

static void slow_submit(struct disk *d, struct disk_job *job)
{
    (void)d;
    slow_offsets[slow_nr] = job->offset;
    slow_jobs[slow_nr++] = job;
}

static void slow_kick(struct disk *d, bool wait)
{
    (void)d;
    (void)wait;
}

static void slow_close(struct disk *d)
{
    (void)d;
}

static const struct disk_ops disk_slow = {
    .name = "slow", .open = slow_open, .submit = slow_submit,
    .kick = slow_kick, .close = slow_close,
};

static void finish(unsigned i)
{
    slow_jobs[i]->result = 0;
    blk->disk.done(blk->disk.arg, slow_jobs[i]);
}

static void test_kill_runs_again_what_is_unanswered(void)
{
    unsigned answered[32] = { 0 }, i;
    struct blkif_response rsp;

    new_guest();
    start(&disk_slow, "");
    for (i = 0; i < 20; i++) {
        struct blkif_request r = rw(BLKIF_OP_WRITE, i * 8, 1);

        r.id = i;
        ask(&r);
    }
    CU_ASSERT_EQUAL(blk_serve(blk), 0);
    CU_ASSERT_EQUAL(slow_nr, 20);
    /* Out of order, so that responses overwrite unanswered requests. */
    finish(19);
    finish(3);
    finish(12);
    CU_ASSERT_EQUAL(blk_serve(blk), 0);
    while (front_ring_take(&front, &rsp, sizeof(rsp)))
        answered[rsp.id]++;
    CU_ASSERT(answered[19] && answered[3] && answered[12]);
    /* Dies after it wrote a response and before it published it. */
    finish(7);
    journal_answer(&journal, slow_jobs[7]->number, blk->ring.rsp_prod);
    for (i = 20; i < 25; i++) {
        struct blkif_request r = rw(BLKIF_OP_WRITE, i * 8, 1);

        r.id = i;
        ask(&r);
    }
    stop();
    start(&disk_slow, "");
    CU_ASSERT_EQUAL(slow_nr, 17);
    for (i = 1; i < slow_nr; i++)        /* in the order they were asked */
        CU_ASSERT(slow_offsets[i - 1] < slow_offsets[i]);
    CU_ASSERT_EQUAL(blk_serve(blk), 0);
    CU_ASSERT_EQUAL(slow_nr, 22);
    for (i = 0; i < slow_nr; i++)
        finish(i);
    CU_ASSERT_EQUAL(blk_serve(blk), 0);
    while (front_ring_take(&front, &rsp, sizeof(rsp)))
        answered[rsp.id]++;
    for (i = 0; i < 25; i++)
        CU_ASSERT_EQUAL(answered[i], 1);
    stop();
}

static void test_kill_at_every_step(void)
{
    unsigned round, i, seed = 1;

    new_guest();
    start(&disk_slow, "");
    for (round = 0; round < 400; round++) {
        static unsigned answered[100000], asked;
        struct blkif_response rsp;

        while (!front_ring_full(&front) && (seed = seed * 1103515245 + 12345,
                                            seed >> 28)) {
            struct blkif_request r = rw(BLKIF_OP_WRITE, 0, 1);

            r.id = asked++;
            ask(&r);
        }
        blk_serve(blk);
        for (i = 0; i < slow_nr; i++)    /* some finish, in some order */
            if (slow_jobs[i] && (seed = seed * 1103515245 + 12345,
                                 seed >> 30)) {
                finish(i);
                slow_jobs[i] = NULL;
            }
        if (round % 3)
            blk_serve(blk);
        while (front_ring_take(&front, &rsp, sizeof(rsp)))
            answered[rsp.id]++;
        stop();                          /* the kill */
        start(&disk_slow, "");
        if (round < 399)
            continue;
        while (front.req_prod != front.rsp_cons) {
            for (i = 0; i < slow_nr; i++)
                finish(i);
            slow_nr = 0;
            blk_serve(blk);
            while (front_ring_take(&front, &rsp, sizeof(rsp)))
                answered[rsp.id]++;
        }
        for (i = 0; i < asked; i++)
            if (answered[i] != 1)
                CU_FAIL("a request was not answered exactly once");
        printf("note: %u requests over 400 kills\n", asked);
    }
    stop();
}

static void test_one_image_one_writer(void)
{
    struct disk_spec spec = { .target = NULL };
    char path[] = "/tmp/blk-test-XXXXXX";
    int fd = mkstemp(path);
    struct flock whole = { .l_type = F_RDLCK };

    CU_ASSERT_FATAL(fd >= 0 && ftruncate(fd, 1 << 20) == 0);
    new_guest();
    start(&disk_raw, path);
    CU_ASSERT(fcntl(fd, F_OFD_SETLK, &whole) < 0);
    stop();
    CU_ASSERT_EQUAL(fcntl(fd, F_OFD_SETLK, &whole), 0);
    close(fd);
    unlink(path);
    spec.target = path;
    blk = calloc(1, sizeof(*blk));
    blk->disk.nr_jobs = 4;
    CU_ASSERT_EQUAL(disk_raw.open(&blk->disk, &spec), -ENOENT);
    spec.target = "/tmp";
    spec.readonly = true;
    CU_ASSERT(disk_raw.open(&blk->disk, &spec) < 0);
    free(blk);
}

static const struct check tests[] = {
    { "no range leaves the disk", test_ranges },
    { "no piece leaves its page", test_segments },
    { "operations, and what is not offered", test_operations },
    { "discards", test_discard },
    { "indirect requests", test_indirect },
    { "a ram disk gives back what was written", test_ram_disk },
    { "a file gives back what was written", test_file },
    { "a bad grant fails its request alone", test_bad_grants_fail_alone },
    { "a broken ring is left alone", test_broken_ring },
    { "after a kill the unanswered run again, in order",
      test_kill_runs_again_what_is_unanswered },
    { "400 kills: each request is answered once", test_kill_at_every_step },
    { "one image has one writer", test_one_image_one_writer },
};
CHECK_MAIN("blk", tests)
