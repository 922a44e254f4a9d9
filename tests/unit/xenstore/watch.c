/* SPDX-License-Identifier: MIT */
/* watch.c - who is told what, in which order, and how often. */
#include "harness.h"

#define EVENT(c, text) CU_ASSERT_STRING_EQUAL(event(c), text)

static void setting_fires_once(void)
{
    CU_ASSERT_EQUAL(watch(dom0, "/w", "t"), 0);
    EVENT(dom0, "/w t");
    EVENT(dom0, "");
    CU_ASSERT_EQUAL(watch(dom0, "/w", "t"), EEXIST);
    CU_ASSERT_EQUAL(watch(dom0, "/w", "u"), 0);
    CU_ASSERT_EQUAL(ASK(dom0, UNWATCH, 0, "/w\0t"), 0);
    CU_ASSERT_EQUAL(ASK(dom0, UNWATCH, 0, "/w\0t"), ENOENT);
}

static uint32_t next_type(struct conn *c)
{
    struct xsd_sockmsg msg = { .type = XS_INVALID };
    size_t len;
    const void *bytes = conn_peek(c, &len);

    if (bytes) {
        memcpy(&msg, bytes, sizeof(msg));
        conn_sent(c, len);
    }
    return msg.type;
}

static void the_answer_comes_before_the_event(void)
{
    struct {
        struct xsd_sockmsg msg;
        char payload[6];
    } m = { { .type = XS_WATCH, .len = 5 }, "/w\0t" };

    conn_feed(dom0, &m, 21);
    CU_ASSERT_EQUAL(next_type(dom0), XS_WATCH);
    CU_ASSERT_EQUAL(next_type(dom0), XS_WATCH_EVENT);
    CU_ASSERT_EQUAL(next_type(dom0), XS_INVALID);
}

static void changes_below_are_told(void)
{
    watch(dom0, "/w", "t");
    event(dom0);
    put(dom0, 0, "/w/a/b", "v");
    EVENT(dom0, "/w/a/b t");
    put(dom0, 0, "/w", "v");
    EVENT(dom0, "/w t");
    put(dom0, 0, "/ww", "v");
    EVENT(dom0, "");
    perms(dom0, 0, "/w/a", "r0");
    EVENT(dom0, "/w/a t");
    make(dom0, 0, "/w/a");
    EVENT(dom0, "");
    rm(dom0, 0, "/w/absent");
    EVENT(dom0, "");
    watch(dom0, "/", "root");
    event(dom0);
    put(dom0, 0, "/x", "v");
    EVENT(dom0, "/x root");
}

static void what_goes_with_its_parent(void)
{
    put(dom0, 0, "/w/a/b", "v");
    watch(dom0, "/w/a/b", "leaf");
    watch(dom0, "/w", "top");
    watch(dom0, "/w/a/x", "absent");
    while (*event(dom0))
        ;
    rm(dom0, 0, "/w/a");
    EVENT(dom0, "/w/a top");
    EVENT(dom0, "/w/a/b leaf");
    EVENT(dom0, "");
}

static void relative_watches_hear_relative_paths(void)
{
    make(dom0, 0, "/local/domain/1");
    perms(dom0, 0, "/local/domain/1", "n1");
    watch(dom1, "device", "t");
    EVENT(dom1, "device t");
    put(dom1, 0, "device/vbd", "v");
    EVENT(dom1, "device/vbd t");
    put(dom0, 0, "/local/domain/1/device", "v");
    EVENT(dom1, "device t");
    watch(dom1, "/local/domain/1/device", "abs");
    EVENT(dom1, "/local/domain/1/device abs");
    CU_ASSERT_EQUAL(ASK(dom1, UNWATCH, 0, "device\0t"), 0);
    put(dom1, 0, "device/vbd", "v");
    EVENT(dom1, "/local/domain/1/device/vbd abs");
    EVENT(dom1, "");
}

static void nobody_hears_what_he_may_not_read(void)
{
    make(dom0, 0, "/w");
    CU_ASSERT_EQUAL(watch(dom1, "/w", "t"), 0);
    EVENT(dom1, "/w t");
    put(dom0, 0, "/w/secret", "v");
    EVENT(dom1, "");
    perms(dom0, 0, "/w/secret", "n0 r1");
    EVENT(dom1, "/w/secret t");
    put(dom0, 0, "/w/secret", "w");
    EVENT(dom1, "/w/secret t");
    perms(dom0, 0, "/w/secret", "n0");
    EVENT(dom1, "/w/secret t");
    put(dom0, 0, "/w/secret", "x");
    EVENT(dom1, "");
    perms(dom0, 0, "/w", "n0 r1");
    EVENT(dom1, "/w t");
    put(dom0, 0, "/w/n", "v");
    EVENT(dom1, "/w/n t");
    rm(dom0, 0, "/w/secret");
    EVENT(dom1, "/w/secret t");
}

static void equal_events_wait_once(void)
{
    int i;

    perms(dom0, 0, "/tool", "b0");
    watch(dom1, "/tool", "t");
    event(dom1);
    for (i = 0; i < 100; i++)
        put(dom0, 0, "/tool/x", "v");
    for (i = 0; i < 100; i++)
        put(dom0, 0, "/tool/y", "v");
    EVENT(dom1, "/tool/x t");
    EVENT(dom1, "/tool/y t");
    EVENT(dom1, "");
}

static void an_event_on_its_way_does_not_wait(void)
{
    int messages = 0;
    size_t len;

    perms(dom0, 0, "/tool", "b0");
    watch(dom1, "/tool", "t");
    event(dom1);
    put(dom0, 0, "/tool", "1");
    CU_ASSERT_PTR_NOT_NULL_FATAL(conn_peek(dom1, &len));
    conn_sent(dom1, 5);
    put(dom0, 0, "/tool", "2");
    put(dom0, 0, "/tool", "3");
    for (; conn_peek(dom1, &len); messages++)
        conn_sent(dom1, len);
    CU_ASSERT_EQUAL(messages, 2);
}

static void reset_forgets_watches_and_transactions(void)
{
    watch(dom1, "/tool", "t");
    begin(dom1);
    event(dom1);
    CU_ASSERT_EQUAL(ASK(dom1, RESET_WATCHES, 0, ""), 0);
    CU_ASSERT_PTR_NULL(dom1->watches);
    CU_ASSERT_PTR_NULL(dom1->txns);
    perms(dom0, 0, "/tool", "r0");
    EVENT(dom1, "");
}

static void tokens_have_a_length(void)
{
    char token[1100];

    memset(token, 't', sizeof(token));
    token[1022] = '\0';
    CU_ASSERT_EQUAL(watch(dom0, "/w", token), 0);
    token[1022] = 't';
    token[1023] = '\0';
    CU_ASSERT_EQUAL(watch(dom0, "/w", token), EINVAL);
}

static void many_watches_stay_apart(void)
{
    char path[32], want[40];
    int i;

    audit_each = false;
    for (i = 0; i < 3000; i++) {
        sprintf(path, "/many/%d", i);
        watch(dom0, path, "t");
        event(dom0);
    }
    for (i = 0; i < 3000; i += 7) {
        sprintf(path, "/many/%d", i);
        put(dom0, 0, path, "v");
        sprintf(want, "%s t", path);
        EVENT(dom0, want);
        EVENT(dom0, "");
    }
}

CU_TestInfo watch_tests[] = {
    { "setting fires once", setting_fires_once },
    { "the answer comes before the event", the_answer_comes_before_the_event },
    { "changes below are told", changes_below_are_told },
    { "what goes with its parent", what_goes_with_its_parent },
    { "relative watches hear relative paths",
      relative_watches_hear_relative_paths },
    { "nobody hears what he may not read", nobody_hears_what_he_may_not_read },
    { "equal events wait once", equal_events_wait_once },
    { "an event on its way does not wait", an_event_on_its_way_does_not_wait },
    { "reset forgets watches and transactions",
      reset_forgets_watches_and_transactions },
    { "tokens have a length", tokens_have_a_length },
    { "many watches stay apart", many_watches_stay_apart },
    CU_TEST_INFO_NULL,
};
