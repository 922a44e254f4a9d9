/* SPDX-License-Identifier: MIT */
/*
 * console_test.c - the console page's indices, the bounded queue behind the
 * terminal, and the log that cannot fill a disk.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/console/conring.h"
#include "backends/console/logfile.h"
#include "backends/console/tail.h"
#include "tests/unit/backends/check.h"

static struct xencons_interface ring;

/* What a guest's driver does; how much of it fitted. */
static uint32_t guest_print(const char *text, uint32_t n)
{
    uint32_t prod = ring.out_prod, i;
    uint32_t cons = __atomic_load_n(&ring.out_cons, __ATOMIC_ACQUIRE);

    for (i = 0; i < n && prod - cons < CONRING_OUT; i++)
        ring.out[prod++ % CONRING_OUT] = text[i];
    __atomic_store_n(&ring.out_prod, prod, __ATOMIC_RELEASE);
    return i;
}

static void test_output_over_the_wrap(void)
{
    char text[300], buf[CONRING_OUT];
    unsigned i;
    int n;

    memset(&ring, 0, sizeof(ring));
    ring.out_prod = ring.out_cons = UINT32_MAX - 1000;
    for (i = 0; i < sizeof(text); i++)
        text[i] = (char)i;
    for (i = 0; i < 50; i++) {
        CU_ASSERT_EQUAL(guest_print(text, sizeof(text)), sizeof(text));
        n = conring_take(&ring, buf);
        CU_ASSERT_EQUAL(n, (int)sizeof(text));
        CU_ASSERT_EQUAL(memcmp(buf, text, sizeof(text)), 0);
        CU_ASSERT_EQUAL(conring_take(&ring, buf), 0);
    }
}

static void test_full_ring_is_emptied(void)
{
    char text[3000], buf[CONRING_OUT];

    memset(&ring, 0, sizeof(ring));
    memset(text, 'x', sizeof(text));
    CU_ASSERT_EQUAL(guest_print(text, sizeof(text)), CONRING_OUT);
    CU_ASSERT_EQUAL(conring_take(&ring, buf), (int)CONRING_OUT);
    CU_ASSERT_EQUAL(guest_print(text, sizeof(text)), CONRING_OUT);
}

static void test_wild_indices(void)
{
    char buf[CONRING_OUT];
    uint32_t lie;

    for (lie = CONRING_OUT + 1; lie; lie <<= 1) {
        memset(&ring, 0, sizeof(ring));
        ring.out_prod = lie;
        CU_ASSERT_EQUAL(conring_take(&ring, buf), -1);
        CU_ASSERT_EQUAL(ring.out_cons, lie);
        CU_ASSERT_EQUAL(conring_take(&ring, buf), 0);
        ring.in_cons = lie;
        CU_ASSERT_EQUAL(conring_room(&ring), 0);
    }
}

static void test_input(void)
{
    uint32_t i;

    memset(&ring, 0, sizeof(ring));
    ring.in_prod = ring.in_cons = UINT32_MAX - 2;
    CU_ASSERT_EQUAL(conring_room(&ring), CONRING_IN);
    for (i = 0; i < CONRING_IN / 4; i++)
        conring_put(&ring, "typed", 4);
    CU_ASSERT_EQUAL(conring_room(&ring), 0);
    CU_ASSERT_EQUAL(ring.in[(UINT32_MAX - 2) % CONRING_IN], 't');
    ring.in_cons += 5;
    CU_ASSERT_EQUAL(conring_room(&ring), 5);
}

#define BYTES 400000u

static void *printing_guest(void *arg)
{
    uint32_t sent = 0;

    (void)arg;
    while (sent < BYTES) {
        char c[7];
        uint32_t i, n = sizeof(c) < BYTES - sent ? sizeof(c) : BYTES - sent;

        for (i = 0; i < n; i++)
            c[i] = (char)((sent + i) * 31);
        n = guest_print(c, n);
        if (n == 0)
            sched_yield();
        sent += n;
    }
    return NULL;
}

static void test_two_threads(void)
{
    char buf[CONRING_OUT];
    uint32_t got = 0, wrong = 0;
    pthread_t t;
    int i, n;

    memset(&ring, 0, sizeof(ring));
    pthread_create(&t, NULL, printing_guest, NULL);
    while (got < BYTES) {
        n = conring_take(&ring, buf);
        if (n < 0)
            break;
        for (i = 0; i < n; i++)
            wrong += buf[i] != (char)(got++ * 31);
        if (n == 0)
            sched_yield();
    }
    pthread_join(t, NULL);
    CU_ASSERT_EQUAL(got, BYTES);
    CU_ASSERT_EQUAL(wrong, 0);
}

static void test_tail_forgets_the_oldest(void)
{
    struct tail *t = calloc(1, sizeof(*t));
    unsigned i, n_bytes = 3 * TAIL_SIZE / 2;
    const char *bytes;
    size_t n;

    tail_oldest(t, &n);
    CU_ASSERT_EQUAL(n, 0);
    for (i = 0; i < n_bytes; i++) {
        char c = (char)(i * 7);

        tail_add(t, &c, 1);
    }
    for (i = n_bytes - TAIL_SIZE; i < n_bytes; i += (unsigned)n) {
        bytes = tail_oldest(t, &n);
        CU_ASSERT_FATAL(n > 0);
        CU_ASSERT_EQUAL(bytes[0], (char)(i * 7));
        CU_ASSERT_EQUAL(bytes[n - 1], (char)((i + n - 1) * 7));
        tail_drop(t, n);
    }
    CU_ASSERT_EQUAL(i, n_bytes);
    tail_oldest(t, &n);
    CU_ASSERT_EQUAL(n, 0);
    free(t);
}

static off_t size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_size : -1;
}

static void test_log_is_bounded(void)
{
    char dir[] = "/tmp/console-test-XXXXXX", path[64], old[64];
    static char line[1000];
    struct logfile f;
    unsigned i;

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/a_.._b.log", dir);
    snprintf(old, sizeof(old), "%s/a_.._b.log.1", dir);
    CU_ASSERT_EQUAL(logfile_open(&f, dir, "a/../b.log"), 0);
    for (i = 0; i < 3 * LOGFILE_LIMIT / sizeof(line); i++)
        logfile_add(&f, line, sizeof(line));
    CU_ASSERT(size_of(path) > 0 && size_of(path) <= LOGFILE_LIMIT);
    CU_ASSERT(size_of(old) > 0 && size_of(old) <= LOGFILE_LIMIT);
    logfile_close(&f);
    /* Opened again it goes on where it was. */
    i = (unsigned)size_of(path);
    CU_ASSERT_EQUAL(logfile_open(&f, dir, "a/../b.log"), 0);
    logfile_add(&f, "x", 1);
    CU_ASSERT_EQUAL(size_of(path), i + 1);
    logfile_close(&f);
    unlink(path);
    unlink(old);
    rmdir(dir);
}

static const struct check tests[] = {
    { "output crosses the wrap whole", test_output_over_the_wrap },
    { "a full ring is emptied at once", test_full_ring_is_emptied },
    { "indices beyond belief are repaired", test_wild_indices },
    { "input never overwrites what is unread", test_input },
    { "a guest in another thread loses no byte", test_two_threads },
    { "the queue keeps the newest bytes", test_tail_forgets_the_oldest },
    { "the log is bounded and stays in its directory", test_log_is_bounded },
};
CHECK_MAIN("console", tests)
