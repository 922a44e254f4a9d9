/* SPDX-License-Identifier: MIT */
/* ring.c - a page shared with a domain that behaves, and with ones that do not. */
#include <pthread.h>
#include <sched.h>

#include "harness.h"
#include "xenstore-lite/ring.h"

static struct xenstore_domain_interface page;
static struct ring ring;

static void attach(void)
{
    memset(&page, 0, sizeof(page));
    ring_attach(&ring, dom1, &page);
}

/* What a domain's kernel does: as many bytes as there is room for. */
static size_t send_bytes(const void *from, size_t len)
{
    size_t i;

    for (i = 0; i < len && page.req_prod - page.req_cons < XENSTORE_RING_SIZE;
         i++)
        page.req[page.req_prod++ % XENSTORE_RING_SIZE] = ((const char *)from)[i];
    return i;
}

static size_t receive_bytes(void *to, size_t len)
{
    size_t i;

    for (i = 0; i < len && page.rsp_prod != page.rsp_cons; i++)
        ((char *)to)[i] = page.rsp[page.rsp_cons++ % XENSTORE_RING_SIZE];
    return i;
}

static void send_request(uint32_t type, const void *payload, uint32_t len)
{
    struct xsd_sockmsg msg = { .type = type, .len = len };
    uint8_t whole[sizeof(msg) + 4096];
    size_t done = 0;

    memcpy(whole, &msg, sizeof(msg));
    memcpy(whole + sizeof(msg), payload, len);
    while (done < sizeof(msg) + len) {
        done += send_bytes(whole + done, sizeof(msg) + len - done);
        ring_run(&ring, 32);
    }
}

static uint32_t receive_reply(char *payload)
{
    struct xsd_sockmsg msg = { .type = XS_INVALID };
    size_t done = 0;

    if (receive_bytes(&msg, sizeof(msg)) != sizeof(msg))
        return XS_INVALID;
    while (done < msg.len) {
        size_t n = receive_bytes(payload + done, msg.len - done);

        done += n;
        if (!n && !(ring_run(&ring, 32) & RING_NOTIFY))
            return XS_INVALID;
    }
    payload[msg.len] = '\0';
    return msg.type;
}

static void a_request_and_its_reply(void)
{
    char text[4097];
    int i;

    attach();
    CU_ASSERT_EQUAL(ring_run(&ring, 32), 0);
    for (i = 0; i < 500; i++) {         /* past the ring's end many times */
        send_request(XS_GET_DOMAIN_PATH, "1", 2);
        CU_ASSERT_EQUAL_FATAL(receive_reply(text), XS_GET_DOMAIN_PATH);
        CU_ASSERT_STRING_EQUAL(text, "/local/domain/1");
    }
    CU_ASSERT_EQUAL(ring_run(&ring, 32), 0);
}

static void messages_larger_than_the_ring(void)
{
    char value[2001], text[4097];
    struct xsd_sockmsg msg;

    attach();
    make(dom0, 0, "/local/domain/1");
    perms(dom0, 0, "/local/domain/1", "n1");
    memset(value, 'v', sizeof(value));
    value[0] = 'a';
    value[1] = '\0';
    value[2000] = 'w';
    send_request(XS_WRITE, value, sizeof(value));
    CU_ASSERT_EQUAL(receive_reply(text), XS_WRITE);
    send_request(XS_READ, "a", 2);
    CU_ASSERT_EQUAL(receive_bytes(&msg, sizeof(msg)), sizeof(msg));
    CU_ASSERT_EQUAL(msg.len, 1999);
    CU_ASSERT_EQUAL(receive_bytes(text, 1999), 1008);
    CU_ASSERT_EQUAL(ring_run(&ring, 0), RING_NOTIFY);
    CU_ASSERT_EQUAL(receive_bytes(text, 991), 991);
    CU_ASSERT_EQUAL(text[990], 'w');
}

static void indices_that_jump(void)
{
    char text[4097];

    watch(dom1, "/tool", "t");
    event(dom1);
    attach();
    page.req_prod = 1025;
    CU_ASSERT_TRUE(ring_run(&ring, 32) & RING_NOTIFY);
    CU_ASSERT_EQUAL(page.error, XENSTORE_ERROR_RINGIDX);
    CU_ASSERT_PTR_NULL(dom1->watches);
    page.req_prod = 0;
    CU_ASSERT_EQUAL(ring_run(&ring, 32), 0);
    page.connection = XENSTORE_RECONNECT;
    CU_ASSERT_EQUAL(ring_run(&ring, 32), RING_NOTIFY);
    CU_ASSERT_EQUAL(page.connection, XENSTORE_CONNECTED);
    CU_ASSERT_EQUAL(page.error, XENSTORE_ERROR_NONE);
    send_request(XS_GET_DOMAIN_PATH, "1", 2);
    CU_ASSERT_EQUAL(receive_reply(text), XS_GET_DOMAIN_PATH);
    page.rsp_cons -= 2000;
    send_bytes("\xa\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0" "1", 18);
    ring_run(&ring, 32);
    CU_ASSERT_EQUAL(page.error, XENSTORE_ERROR_RINGIDX);
}

static void our_own_indices_are_ours(void)
{
    char text[4097];

    attach();
    send_request(XS_GET_DOMAIN_PATH, "1", 2);
    CU_ASSERT_EQUAL(receive_reply(text), XS_GET_DOMAIN_PATH);
    page.req_cons = 77;
    page.rsp_prod = 5;
    page.req_cons = 18;
    page.rsp_cons = 32;
    send_request(XS_GET_DOMAIN_PATH, "1", 2);
    CU_ASSERT_EQUAL(page.req_cons, 36);
    CU_ASSERT_EQUAL(page.rsp_prod, 64);
}

static void a_length_that_is_too_long(void)
{
    struct xsd_sockmsg msg = { .type = XS_READ, .len = 4097 };

    attach();
    send_bytes(&msg, sizeof(msg));
    CU_ASSERT_TRUE(ring_run(&ring, 32) & RING_NOTIFY);
    CU_ASSERT_EQUAL(page.error, XENSTORE_ERROR_PROTO);
    CU_ASSERT_TRUE(ring.failed);
}

static void replies_that_are_not_taken(void)
{
    struct {
        struct xsd_sockmsg msg;
        char payload[2];
    } m = { { .type = XS_GET_DOMAIN_PATH, .len = 2 }, "1" };
    char text[4097];
    unsigned int sent = 0, got = 0, i;

    attach();
    for (i = 0; i < 1000; i++) {
        if (page.req_prod - page.req_cons + 18 > XENSTORE_RING_SIZE)
            continue;
        send_bytes(&m, 18);
        sent++;
        ring_run(&ring, 32);
    }
    CU_ASSERT_TRUE(sent < 150);
    CU_ASSERT_TRUE(dom1->replies <= 20);
    CU_ASSERT_EQUAL(get(dom0, 0, "/tool"), 0);
    while (receive_reply(text) == XS_GET_DOMAIN_PATH) {
        got++;
        ring_run(&ring, 32);
    }
    CU_ASSERT_EQUAL(got, sent);
}

static void a_budget_is_kept(void)
{
    struct {
        struct xsd_sockmsg msg;
        char payload[2];
    } m = { { .type = XS_GET_DOMAIN_PATH, .len = 2 }, "1" };
    uint64_t before;
    int i;

    attach();
    for (i = 0; i < 10; i++)
        send_bytes(&m, 18);
    before = store->requests;
    CU_ASSERT_EQUAL(ring_run(&ring, 3), RING_NOTIFY | RING_MORE);
    CU_ASSERT_EQUAL(store->requests - before, 3);
    CU_ASSERT_EQUAL(ring_run(&ring, 0), RING_MORE);
    CU_ASSERT_EQUAL(ring_run(&ring, 32), RING_NOTIFY);
    CU_ASSERT_EQUAL(store->requests - before, 10);
}

/* Pair (B): each side stores, fences, loads; one of the two must see. */
#define ROUNDS 50000u
static uint32_t x, y, saw[2][ROUNDS], at_barrier;

static void meet(uint32_t round)
{
    __atomic_fetch_add(&at_barrier, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&at_barrier, __ATOMIC_SEQ_CST) < 2 * (round + 1))
        sched_yield();
}

static void *one_side(void *arg)
{
    bool second = arg;
    uint32_t i;

    for (i = 0; i < ROUNDS; i++) {
        meet(i);
        ring_publish(second ? &y : &x, i + 1);
        saw[second][i] = ring_load(second ? &x : &y);
    }
    return NULL;
}

static void no_wake_up_is_lost(void)
{
    pthread_t other;
    uint32_t i, lost = 0;

    pthread_create(&other, NULL, one_side, &page);
    one_side(NULL);
    pthread_join(other, NULL);
    for (i = 0; i < ROUNDS; i++)
        lost += saw[0][i] < i + 1 && saw[1][i] < i + 1;
    CU_ASSERT_EQUAL(lost, 0);
}

CU_TestInfo ring_tests[] = {
    { "a request and its reply", a_request_and_its_reply },
    { "messages larger than the ring", messages_larger_than_the_ring },
    { "indices that jump", indices_that_jump },
    { "our own indices are ours", our_own_indices_are_ours },
    { "a length that is too long", a_length_that_is_too_long },
    { "replies that are not taken", replies_that_are_not_taken },
    { "a budget is kept", a_budget_is_kept },
    { "no wake-up is lost", no_wake_up_is_lost },
    CU_TEST_INFO_NULL,
};
