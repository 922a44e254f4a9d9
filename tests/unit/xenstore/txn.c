/* SPDX-License-Identifier: MIT */
/* txn.c - transactions: alone, beside each other, and against each other. */
#include "harness.h"
#include "xenstore-lite/fair.h"

#define VALUE(c, tx, path, want) do { \
    CU_ASSERT_EQUAL(get(c, tx, path), 0); \
    CU_ASSERT_STRING_EQUAL(answer, want); \
} while (0)

static void nothing_shows_before_the_end(void)
{
    uint32_t tx = begin(dom0);

    CU_ASSERT_EQUAL(put(dom0, tx, "/t/a", "v"), 0);
    VALUE(dom0, tx, "/t/a", "v");
    CU_ASSERT_EQUAL(get(dom0, 0, "/t/a"), ENOENT);
    CU_ASSERT_EQUAL(ASK(dom0, DIRECTORY, tx, "/t"), 0);
    CU_ASSERT_STRING_EQUAL(answer, "a");
    CU_ASSERT_EQUAL(end(dom0, tx, "T"), 0);
    VALUE(dom0, 0, "/t/a", "v");
    CU_ASSERT_EQUAL(get(dom0, tx, "/t/a"), ENOENT);
}

static void an_abort_leaves_nothing(void)
{
    uint32_t tx;

    put(dom0, 0, "/t/a", "v");
    tx = begin(dom0);
    put(dom0, tx, "/t/b", "v");
    rm(dom0, tx, "/t/a");
    perms(dom0, tx, "/t", "r0");
    CU_ASSERT_EQUAL(end(dom0, tx, "F"), 0);
    VALUE(dom0, 0, "/t/a", "v");
    CU_ASSERT_EQUAL(get(dom0, 0, "/t/b"), ENOENT);
    CU_ASSERT_EQUAL(get(dom1, 0, "/t"), EACCES);
}

static void what_was_read_must_still_hold(void)
{
    uint32_t tx;

    put(dom0, 0, "/t", "1");
    tx = begin(dom0);
    VALUE(dom0, tx, "/t", "1");
    put(dom0, 0, "/t", "2");
    VALUE(dom0, tx, "/t", "1");
    put(dom0, tx, "/u", "from 1");
    CU_ASSERT_EQUAL(end(dom0, tx, "T"), EAGAIN);
    CU_ASSERT_EQUAL(get(dom0, 0, "/u"), ENOENT);
    tx = begin(dom0);
    CU_ASSERT_EQUAL(get(dom0, tx, "/absent"), ENOENT);
    put(dom0, 0, "/absent", "now");
    CU_ASSERT_EQUAL(get(dom0, tx, "/absent"), ENOENT);
    CU_ASSERT_EQUAL(end(dom0, tx, "T"), EAGAIN);
    tx = begin(dom0);
    ASK(dom0, DIRECTORY, tx, "/tool");
    put(dom0, 0, "/tool/new", "");
    CU_ASSERT_EQUAL(end(dom0, tx, "T"), EAGAIN);
    tx = begin(dom0);
    VALUE(dom0, tx, "/t", "2");
    rm(dom0, 0, "/t");
    VALUE(dom0, tx, "/t", "2");
    CU_ASSERT_EQUAL(end(dom0, tx, "T"), EAGAIN);
}

static void what_was_not_read_may_change(void)
{
    uint32_t a = begin(dom0), b = begin(dom0);

    put(dom0, 0, "/t/blind", "0");
    put(dom0, a, "/t/a", "1");
    put(dom0, b, "/t/b", "2");
    put(dom0, 0, "/t/c", "3");
    put(dom0, a, "/t/blind", "1");
    put(dom0, 0, "/t/blind", "9");
    CU_ASSERT_EQUAL(end(dom0, a, "T"), 0);
    CU_ASSERT_EQUAL(end(dom0, b, "T"), 0);
    VALUE(dom0, 0, "/t/blind", "1");
    ASK(dom0, DIRECTORY, 0, "/t");
    CU_ASSERT_EQUAL(memcmp(answer, "a\0b\0blind\0c", answer_len), 0);
}

static void two_that_make_the_same(void)
{
    uint32_t a = begin(dom0), b = begin(dom0);

    put(dom0, a, "/t/x", "1");
    put(dom0, b, "/t/x", "2");
    CU_ASSERT_EQUAL(end(dom0, a, "T"), 0);
    CU_ASSERT_EQUAL(end(dom0, b, "T"), EAGAIN);
    VALUE(dom0, 0, "/t/x", "1");
}

static void removing_and_making_again(void)
{
    uint32_t tx;

    put(dom0, 0, "/t/a/b", "old");
    put(dom0, 0, "/t/a/c", "old");
    tx = begin(dom0);
    CU_ASSERT_EQUAL(rm(dom0, tx, "/t/a"), 0);
    CU_ASSERT_EQUAL(get(dom0, tx, "/t/a/b"), ENOENT);
    CU_ASSERT_EQUAL(get(dom0, tx, "/t/a"), ENOENT);
    put(dom0, tx, "/t/a/b/d", "new");
    CU_ASSERT_EQUAL(get(dom0, tx, "/t/a/c"), ENOENT);
    VALUE(dom0, tx, "/t/a/b", "");
    ASK(dom0, DIRECTORY, tx, "/t/a");
    CU_ASSERT_EQUAL(answer_len, 2);
    CU_ASSERT_EQUAL(end(dom0, tx, "T"), 0);
    CU_ASSERT_EQUAL(get(dom0, 0, "/t/a/c"), ENOENT);
    VALUE(dom0, 0, "/t/a/b/d", "new");
    VALUE(dom0, 0, "/t/a/b", "");
}

static void made_and_removed_inside(void)
{
    uint32_t tx = begin(dom0), nodes = store->nodes;

    put(dom0, tx, "/t/a", "v");
    CU_ASSERT_EQUAL(rm(dom0, tx, "/t"), 0);
    CU_ASSERT_EQUAL(end(dom0, tx, "T"), 0);
    CU_ASSERT_EQUAL(store->nodes, nodes);
}

static void permissions_inside(void)
{
    uint32_t tx;

    put(dom0, 0, "/t", "v");
    tx = begin(dom0);
    perms(dom0, tx, "/t", "n0 r1");
    CU_ASSERT_EQUAL(get(dom1, 0, "/t"), EACCES);
    CU_ASSERT_EQUAL(end(dom0, tx, "T"), 0);
    CU_ASSERT_EQUAL(get(dom1, 0, "/t"), 0);
    tx = begin(dom1);
    VALUE(dom1, tx, "/t", "v");
    perms(dom0, 0, "/t", "n0");
    CU_ASSERT_EQUAL(end(dom1, tx, "T"), EAGAIN);
}

static void watches_fire_at_the_end(void)
{
    uint32_t tx;

    put(dom0, 0, "/t/old/x", "v");
    watch(dom0, "/t", "t");
    watch(dom0, "/t/old/x", "x");
    while (*event(dom0))
        ;
    tx = begin(dom0);
    put(dom0, tx, "/t/a", "v");
    put(dom0, tx, "/t/a", "w");
    rm(dom0, tx, "/t/old");
    put(dom0, tx, "/t/b", "v");
    CU_ASSERT_STRING_EQUAL(event(dom0), "");
    end(dom0, tx, "T");
    CU_ASSERT_STRING_EQUAL(event(dom0), "/t/old/x x");
    CU_ASSERT_STRING_EQUAL(event(dom0), "/t/a t");
    CU_ASSERT_STRING_EQUAL(event(dom0), "/t/old t");
    CU_ASSERT_STRING_EQUAL(event(dom0), "/t/b t");
    CU_ASSERT_STRING_EQUAL(event(dom0), "");
    tx = begin(dom0);
    put(dom0, tx, "/t/a", "v");
    end(dom0, tx, "F");
    CU_ASSERT_STRING_EQUAL(event(dom0), "");
}

static void one_client_cannot_use_anothers(void)
{
    uint32_t tx = begin(dom0);

    CU_ASSERT_EQUAL(get(dom1, tx, "/tool"), ENOENT);
    CU_ASSERT_EQUAL(end(dom1, tx, "T"), ENOENT);
    CU_ASSERT_EQUAL(end(dom0, tx, "T"), 0);
}

static void going_on_after_what_it_read_went(void)
{
    uint32_t tx;

    put(dom0, 0, "/t/a/b", "v");
    tx = begin(dom0);
    get(dom0, tx, "/t/a");
    rm(dom0, 0, "/t");
    CU_ASSERT_EQUAL(put(dom0, tx, "/t/a/c", "v"), 0);
    CU_ASSERT_EQUAL(perms(dom0, tx, "/t/a", "r0"), 0);
    CU_ASSERT_EQUAL(put(dom0, tx, "/t/a", "w"), 0);
    CU_ASSERT_EQUAL(ASK(dom0, DIRECTORY, tx, "/t/a"), 0);
    CU_ASSERT_EQUAL(rm(dom0, tx, "/t/a"), 0);
    CU_ASSERT_EQUAL(end(dom0, tx, "T"), EAGAIN);
    CU_ASSERT_EQUAL(get(dom0, 0, "/t"), ENOENT);
}

static void the_dead_are_not_named_at_the_end(void)
{
    uint32_t tx;

    put(dom0, 0, "/t", "v");
    tx = begin(dom0);
    CU_ASSERT_EQUAL(perms(dom0, tx, "/t", "n0 r3"), 0);
    fate[3] = DOM_GONE;
    domains_check(store);
    CU_ASSERT_EQUAL(end(dom0, tx, "T"), EAGAIN);
    ASK(dom0, GET_PERMS, 0, "/t");
    CU_ASSERT_EQUAL(answer_len, 3);
}

/* One try of dom0 to read and write while dom1 writes in between. */
static int raced(void)
{
    uint32_t tx = begin(dom0);

    get(dom0, tx, "/race");
    if (conn_may_feed(dom1))
        put(dom1, 0, "/race", "mine");
    put(dom0, tx, "/race", "ours");
    return end(dom0, tx, "T");
}

static void a_writer_that_never_stops_is_held_back(void)
{
    put(dom0, 0, "/race", "v");
    perms(dom0, 0, "/race", "b0");
    CU_ASSERT_EQUAL(raced(), EAGAIN);
    CU_ASSERT_EQUAL(raced(), EAGAIN);
    CU_ASSERT_EQUAL(raced(), EAGAIN);
    CU_ASSERT_TRUE(conn_may_feed(dom1));
    CU_ASSERT_EQUAL(raced(), 0);
    CU_ASSERT_TRUE(conn_may_feed(dom1));
    CU_ASSERT_EQUAL(raced(), EAGAIN);
    VALUE(dom0, 0, "/race", "mine");
}

static void holding_back_ends_by_itself(void)
{
    put(dom0, 0, "/race", "v");
    perms(dom0, 0, "/race", "b0");
    CU_ASSERT_EQUAL(fair_clock(store, 1000), -1);
    while (conn_may_feed(dom1)) {
        raced();
        CU_ASSERT_TRUE_FATAL(dom0->conflicts < 10);
        if (dom0->conflicts == 3)
            begin(dom0);
    }
    CU_ASSERT_TRUE(conn_may_feed(dom2));
    CU_ASSERT_TRUE(conn_may_feed(dom0));
    CU_ASSERT_EQUAL(fair_clock(store, 1049), 1);
    CU_ASSERT_FALSE(conn_may_feed(dom1));
    CU_ASSERT_EQUAL(fair_clock(store, 1050), -1);
    CU_ASSERT_TRUE(conn_may_feed(dom1));
}

static void a_guest_holds_nobody_back(void)
{
    uint32_t tx;
    int i;

    put(dom0, 0, "/race", "v");
    perms(dom0, 0, "/race", "b0");
    for (i = 0; i < 10; i++) {
        tx = begin(dom1);
        get(dom1, tx, "/race");
        put(dom2, 0, "/race", "w");
        CU_ASSERT_EQUAL(end(dom1, tx, "T"), EAGAIN);
        begin(dom1);
        CU_ASSERT_TRUE(conn_may_feed(dom2));
        ASK(dom1, RESET_WATCHES, 0, "");
    }
}

CU_TestInfo txn_tests[] = {
    { "nothing shows before the end", nothing_shows_before_the_end },
    { "an abort leaves nothing", an_abort_leaves_nothing },
    { "what was read must still hold", what_was_read_must_still_hold },
    { "what was not read may change", what_was_not_read_may_change },
    { "two that make the same", two_that_make_the_same },
    { "removing and making again", removing_and_making_again },
    { "made and removed inside", made_and_removed_inside },
    { "permissions inside", permissions_inside },
    { "watches fire at the end", watches_fire_at_the_end },
    { "one client cannot use another's", one_client_cannot_use_anothers },
    { "going on after what it read went", going_on_after_what_it_read_went },
    { "the dead are not named at the end", the_dead_are_not_named_at_the_end },
    { "a writer that never stops is held back",
      a_writer_that_never_stops_is_held_back },
    { "holding back ends by itself", holding_back_ends_by_itself },
    { "a guest holds nobody back", a_guest_holds_nobody_back },
    CU_TEST_INFO_NULL,
};
