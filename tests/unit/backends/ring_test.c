/* SPDX-License-Identifier: MIT */
/*
 * ring_test.c - the ring's logic, its two ends as two threads, and one litmus
 * per ordering pair.
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/backends/check.h"
#include "tests/unit/backends/front_ring.h"

static uint8_t page[4096] __attribute__((aligned(4096)));

static void test_sizes(void)
{
    CU_ASSERT_EQUAL(ring_entries(4096, 112), 32);
    CU_ASSERT_EQUAL(ring_entries(16 * 4096, 112), 512);
    CU_ASSERT_EQUAL(ring_entries(4096, 12), 256);
    CU_ASSERT_EQUAL(ring_entries(4096, 8), 256);
    CU_ASSERT_EQUAL(offsetof(struct ring_page, entries), 64);
}

static void test_round_trip_over_the_wrap(void)
{
    struct front_ring f;
    struct back_ring b;
    uint64_t req, rsp;
    unsigned i;

    front_ring_init(&f, page, sizeof(page), 8);
    /* Both ends start just below the wrap of the indices. */
    f.req_prod = f.rsp_cons = f.shared->req_prod = f.shared->rsp_prod =
        UINT32_MAX - 5;
    back_ring_attach(&b, page, sizeof(page), 8);
    for (i = 0; i < 1000; i++) {
        req = i * 3 + 1;
        front_ring_put(&f, &req, sizeof(req));
        front_ring_publish(&f);
        CU_ASSERT_EQUAL(back_ring_waiting(&b), 1);
        back_ring_take(&b, &rsp, sizeof(rsp));
        CU_ASSERT_EQUAL(rsp, req);
        rsp = ~rsp;
        back_ring_put(&b, &rsp, sizeof(rsp));
        back_ring_publish(&b);
        CU_ASSERT(front_ring_take(&f, &rsp, sizeof(rsp)));
        CU_ASSERT_EQUAL(rsp, ~req);
    }
}

static void test_index_jumps_are_refused(void)
{
    struct front_ring f;
    struct back_ring b;
    uint32_t lie;

    front_ring_init(&f, page, sizeof(page), 112);
    back_ring_attach(&b, page, sizeof(page), 112);
    CU_ASSERT_EQUAL(b.nr, 32);
    f.shared->req_prod = 32;
    CU_ASSERT_EQUAL(back_ring_waiting(&b), 32);
    for (lie = 33; lie; lie = lie * 2 + 1) {
        f.shared->req_prod = lie;
        CU_ASSERT_EQUAL(back_ring_waiting(&b), -EPROTO);
        if (lie == UINT32_MAX)
            break;
    }
    /* Requests that were taken still count until they are answered. */
    f.shared->req_prod = 32;
    b.req_cons = 32;
    CU_ASSERT_EQUAL(back_ring_waiting(&b), 0);
    f.shared->req_prod = 33;
    CU_ASSERT_EQUAL(back_ring_waiting(&b), -EPROTO);
}

static void test_notify_only_when_asked(void)
{
    struct front_ring f;
    struct back_ring b;
    uint64_t x = 0;

    front_ring_init(&f, page, sizeof(page), 8);
    back_ring_attach(&b, page, sizeof(page), 8);
    f.shared->rsp_event = 3;
    back_ring_put(&b, &x, 8);
    CU_ASSERT_FALSE(back_ring_publish(&b));
    back_ring_put(&b, &x, 8);
    back_ring_put(&b, &x, 8);
    CU_ASSERT(back_ring_publish(&b));
    back_ring_put(&b, &x, 8);
    CU_ASSERT_FALSE(back_ring_publish(&b));
    CU_ASSERT(back_ring_may_sleep(&b, 2));
    f.req_prod = 1;
    CU_ASSERT_FALSE(front_ring_publish(&f));
    f.req_prod = 2;
    CU_ASSERT(front_ring_publish(&f));
    CU_ASSERT_FALSE(back_ring_may_sleep(&b, 2));
    CU_ASSERT(back_ring_may_sleep(&b, 3));
}

/* --- both ends, sleeping and waking --- */

#define MESSAGES 60000u

static int to_back, to_front;    /* eventfds */
static bool timed_out;

static void ring_bell(int fd)
{
    uint64_t one = 1;

    if (write(fd, &one, 8) != 8)
        abort();
}

/* A lost wake-up shows as a sleep that nobody ends. */
static bool sleep_on(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    uint64_t n;

    if (poll(&p, 1, 20000) != 1) {
        timed_out = true;
        return false;
    }
    return read(fd, &n, 8) == 8;
}

static void *back_thread(void *arg)
{
    struct back_ring *b = arg;
    unsigned done = 0;

    while (done < MESSAGES) {
        int n = back_ring_waiting(b);
        uint64_t x;

        for (; n > 0; n--, done++) {
            back_ring_take(b, &x, 8);
            x = ~x;
            back_ring_put(b, &x, 8);
        }
        if (back_ring_publish(b))
            ring_bell(to_front);
        if (done < MESSAGES && back_ring_may_sleep(b, 1) && !sleep_on(to_back))
            break;
    }
    return NULL;
}

static void test_two_threads(void)
{
    struct front_ring f;
    struct back_ring b;
    unsigned sent = 0, got = 0, wrong = 0;
    pthread_t t;
    uint64_t x;

    front_ring_init(&f, page, sizeof(page), 8);
    back_ring_attach(&b, page, sizeof(page), 8);
    to_back = eventfd(0, 0);
    to_front = eventfd(0, 0);
    pthread_create(&t, NULL, back_thread, &b);
    while (got < MESSAGES && !timed_out) {
        while (sent < MESSAGES && !front_ring_full(&f)) {
            x = sent++;
            front_ring_put(&f, &x, 8);
        }
        if (front_ring_publish(&f))
            ring_bell(to_back);
        while (front_ring_take(&f, &x, 8))
            wrong += x != ~(uint64_t)got++;
        if (got < sent && front_ring_may_sleep(&f))
            sleep_on(to_front);
    }
    pthread_join(t, NULL);
    close(to_back);
    close(to_front);
    CU_ASSERT_FALSE(timed_out);
    CU_ASSERT_EQUAL(got, MESSAGES);
    CU_ASSERT_EQUAL(wrong, 0);
}

/* --- store-buffer litmus tests: (B)/(B') and (D)/(D') --- */

static struct {
    uint32_t turn[2] __attribute__((aligned(64)));
    bool stop;                   /* asked for by the test */
    bool last;                   /* decided by side 0, before both meet */
} gate;

static bool (*litmus_side[2])(void);
static unsigned lost, rounds;
static struct front_ring lf;
static struct back_ring lb;

static bool publish_request(void) { return front_ring_publish(&lf); }
static bool sleep_back(void) { return !back_ring_may_sleep(&lb, 1); }
static bool publish_response(void) { return back_ring_publish(&lb); }
static bool sleep_front(void) { return !front_ring_may_sleep(&lf); }

/* The same two steps without their fences: what the litmus must be able to see. */
static bool publish_unfenced(void)
{
    uint32_t event;

    __atomic_store_n(&lf.shared->req_prod, lf.req_prod, __ATOMIC_RELEASE);
    __asm__ volatile("" ::: "memory");
    event = __atomic_load_n(&lf.shared->req_event, __ATOMIC_RELAXED);
    return lf.req_prod - event < 1;
}

static bool sleep_unfenced(void)
{
    __atomic_store_n(&lb.shared->req_event, lb.req_cons + 1,
                     __ATOMIC_RELAXED);
    __asm__ volatile("" ::: "memory");
    return __atomic_load_n(&lb.shared->req_prod, __ATOMIC_ACQUIRE) !=
           lb.req_cons;
}

/* Wait until the other side is at this point too. */
static void meet(unsigned me, uint32_t round)
{
    unsigned spins = 0;

    __atomic_store_n(&gate.turn[me], round, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&gate.turn[!me], __ATOMIC_ACQUIRE) < round)
        if (++spins % 4096 == 0)
            sched_yield();
}

static bool saw[2];

/* Each side has a CPU of its own: on one they would never run at once. */
static void stay_on_a_cpu(unsigned nth)
{
    cpu_set_t set;
    int cpu = -1;

    if (sched_getaffinity(0, sizeof(set), &set))
        return;
    for (unsigned n = 0; n <= nth % (unsigned)CPU_COUNT(&set); n++)
        do
            cpu++;
        while (!CPU_ISSET(cpu, &set));
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof(set), &set);
}

static void *litmus_thread(void *arg)
{
    unsigned me = (unsigned)(uintptr_t)arg;
    uint32_t round = 0;

    stay_on_a_cpu(me);
    for (;;) {
        if (me == 0)
            gate.last = __atomic_load_n(&gate.stop, __ATOMIC_ACQUIRE);
        meet(me, ++round);
        if (gate.last)
            return NULL;
        saw[me] = litmus_side[me]();
        meet(me, ++round);
        if (me == 0) {           /* this side judges and resets */
            rounds++;
            lost += !saw[0] && !saw[1];
            memset(lf.shared, 0, 16);
        }
    }
}

/* One publishes index 1 while the other says "wake me at 1": one must see. */
static void litmus(bool (*publish)(void), bool (*go_to_sleep)(void),
                   double seconds)
{
    struct timespec nap = { .tv_nsec = 20000000 };
    pthread_t t[2];
    unsigned i;

    front_ring_init(&lf, page, sizeof(page), 8);
    memset(lf.shared, 0, 16);
    back_ring_attach(&lb, page, sizeof(page), 8);
    lf.req_prod = lb.rsp_prod = 1;
    lb.req_cons = lf.rsp_cons = 0;
    memset(&gate, 0, sizeof(gate));
    lost = rounds = 0;
    litmus_side[0] = publish;
    litmus_side[1] = go_to_sleep;
    for (i = 0; i < 2; i++)
        pthread_create(&t[i], NULL, litmus_thread, (void *)(uintptr_t)i);
    for (; seconds > 0 && !(publish == publish_unfenced && lost);
         seconds -= 0.02)
        nanosleep(&nap, NULL);
    __atomic_store_n(&gate.stop, true, __ATOMIC_RELEASE);
    for (i = 0; i < 2; i++)
        pthread_join(t[i], NULL);
}

static void test_litmus_requests(void)
{
    litmus(publish_request, sleep_back, 1.5);
    printf("note (B): %u rounds, %u lost wake-ups\n", rounds, lost);
    CU_ASSERT(rounds > 100);
    CU_ASSERT_EQUAL(lost, 0);
}

static void test_litmus_responses(void)
{
    litmus(publish_response, sleep_front, 1.5);
    printf("note (D): %u rounds, %u lost wake-ups\n", rounds, lost);
    CU_ASSERT(rounds > 100);
    CU_ASSERT_EQUAL(lost, 0);
}

/* Without this one, silence of the two above could mean a blind litmus. */
static void test_litmus_sees_a_missing_fence(void)
{
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
        printf("note: one CPU only; a missing fence cannot show\n");
        return;
    }
    litmus(publish_unfenced, sleep_unfenced, 120);
    printf("note without fences: %u rounds, %u lost wake-ups\n", rounds, lost);
    CU_ASSERT(lost > 0);
}

/* (A)/(A') and (C)/(C'): what is seen after the index is whole. */
static void *message_thread(void *arg)
{
    struct back_ring *b = arg;
    unsigned done = 0, wrong = 0;

    while (done < MESSAGES) {
        int n = back_ring_waiting(b);
        uint64_t x[2];

        if (n == 0)
            sched_yield();
        for (; n > 0; n--, done++) {
            back_ring_take(b, x, 16);
            wrong += x[0] != done || x[1] != ~x[0];
            x[0] = ~x[0];
            x[1] = ~x[1];
            back_ring_put(b, x, 16);
            back_ring_publish(b);
        }
    }
    return (void *)(uintptr_t)wrong;
}

static void test_litmus_messages(void)
{
    struct front_ring f;
    struct back_ring b;
    unsigned sent = 0, got = 0, wrong = 0;
    uint64_t x[2];
    pthread_t t;
    void *their_wrong;

    front_ring_init(&f, page, sizeof(page), 16);
    back_ring_attach(&b, page, sizeof(page), 16);
    pthread_create(&t, NULL, message_thread, &b);
    while (got < MESSAGES) {
        if (sent < MESSAGES && !front_ring_full(&f)) {
            x[0] = sent++;
            x[1] = ~x[0];
            front_ring_put(&f, x, 16);
            front_ring_publish(&f);
        } else {
            sched_yield();
        }
        while (front_ring_take(&f, x, 16)) {
            wrong += x[0] != ~(uint64_t)got || x[1] != got;
            got++;
        }
    }
    pthread_join(t, &their_wrong);
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_PTR_NULL(their_wrong);
}

static const struct check tests[] = {
    { "a ring has as many entries as the ABI says", test_sizes },
    { "requests and responses cross the wrap", test_round_trip_over_the_wrap },
    { "an index beyond the ring is refused", test_index_jumps_are_refused },
    { "each side is rung only when it asked", test_notify_only_when_asked },
    { "two threads that sleep lose no message", test_two_threads },
    { "pairs A and C: no half-written entry", test_litmus_messages },
    { "pair B: no lost wake-up of the back", test_litmus_requests },
    { "pair D: no lost wake-up of the front", test_litmus_responses },
    { "the litmus sees a missing fence", test_litmus_sees_a_missing_fence },
};
CHECK_MAIN("ring", tests)
