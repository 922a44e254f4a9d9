/* SPDX-License-Identifier: MIT */
/* wire.c - framing, numbers, paths and what malformed requests get. */
#include <stdlib.h>

#include "harness.h"
#include "xenstore-lite/path.h"

static void numbers_are_strict(void)
{
    static const char *const bad[] = { "", "+1", "-1", " 1", "1 ", "0x1",
                                       "4294967296", "99999999999999999999" };
    uint32_t n;
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CU_ASSERT_EQUAL(wire_number(bad[i], &n), -EINVAL);
    CU_ASSERT_EQUAL(wire_number("4294967295", &n), 0);
    CU_ASSERT_EQUAL(n, 4294967295u);
    CU_ASSERT_EQUAL(wire_domid("32751", &n), 0);
    CU_ASSERT_EQUAL(wire_domid("32752", &n), -EINVAL);
}

static void strings_are_counted(void)
{
    CU_ASSERT_EQUAL(wire_count_strings("", 0), 0);
    CU_ASSERT_EQUAL(wire_count_strings("", 1), 1);
    CU_ASSERT_EQUAL(wire_count_strings("a\0b", 4), 2);
    CU_ASSERT_EQUAL(wire_count_strings("a\0b", 3), -1);
}

static void paths_have_one_form(void)
{
    static const char *const bad[] = {
        "", "//", "/a//b", "/a/", "/a b", "/a.b", "/\x80", "a//b", "a/", "@",
    };
    char path[PATH_BUF];
    size_t i, skip;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]) - 1; i++)
        CU_ASSERT_EQUAL(path_canonical(bad[i], 3, PATH_OR_SPECIAL, path, &skip),
                        -EINVAL);
    CU_ASSERT_EQUAL(path_canonical("@x", 3, PATH_PLAIN, path, &skip), -EINVAL);
    CU_ASSERT_EQUAL(path_canonical("@x", 3, PATH_OR_SPECIAL, path, &skip), 0);
    CU_ASSERT_EQUAL(path_canonical("/", 3, PATH_PLAIN, path, &skip), 0);
    CU_ASSERT_EQUAL(path_canonical("a/b", 3, PATH_PLAIN, path, &skip), 0);
    CU_ASSERT_STRING_EQUAL(path, "/local/domain/3/a/b");
    CU_ASSERT_STRING_EQUAL(path + skip, "a/b");
}

static void path_lengths_end_where_they_should(void)
{
    char path[5000], out[PATH_BUF];
    size_t skip;

    memset(path, 'a', sizeof(path));
    path[0] = '/';
    path[PATH_ABS_MAX] = '\0';
    CU_ASSERT_EQUAL(path_canonical(path, 0, PATH_PLAIN, out, &skip), 0);
    path[PATH_ABS_MAX] = 'a';
    path[PATH_ABS_MAX + 1] = '\0';
    CU_ASSERT_EQUAL(path_canonical(path, 0, PATH_PLAIN, out, &skip), -EINVAL);
    path[PATH_REL_MAX + 1] = '\0';
    CU_ASSERT_EQUAL(path_canonical(path + 1, 0, PATH_PLAIN, out, &skip), 0);
    path[PATH_REL_MAX + 1] = 'a';
    path[PATH_REL_MAX + 2] = '\0';
    CU_ASSERT_EQUAL(path_canonical(path + 1, 0, PATH_PLAIN, out, &skip),
                    -EINVAL);
}

static void parts_of_a_path(void)
{
    struct path_part p = { 0 };

    CU_ASSERT_TRUE(path_next("/a/bc", &p));
    CU_ASSERT_EQUAL(p.end, 1);
    CU_ASSERT_TRUE(path_next("/a/bc", &p));
    CU_ASSERT_EQUAL(p.end, 2);
    CU_ASSERT_TRUE(path_next("/a/bc", &p));
    CU_ASSERT_EQUAL(p.len, 2);
    CU_ASSERT_EQUAL(p.end, 5);
    CU_ASSERT_FALSE(path_next("/a/bc", &p));
    CU_ASSERT_EQUAL(path_parent_len("/a/bc"), 2);
    CU_ASSERT_EQUAL(path_parent_len("/a"), 1);
    CU_ASSERT_EQUAL(path_parent_len("/"), 0);
    CU_ASSERT_EQUAL(path_parent_len("@x"), 0);
}

/* The table "Peers compared" of the protocol's notes, our column. */
static void hostile_messages_get_their_error(void)
{
    uint32_t tx = begin(dom0);

    CU_ASSERT_EQUAL(ASK(dom0, INVALID, 0, ""), ENOSYS);
    CU_ASSERT_EQUAL(ASK(dom0, WATCH_EVENT, 0, "/\0t"), ENOSYS);
    CU_ASSERT_EQUAL(ASK(dom0, ERROR, 0, "EIO"), ENOSYS);
    CU_ASSERT_EQUAL(ask(dom0, 20, 0, "", 1), ENOSYS);
    CU_ASSERT_EQUAL(ask(dom0, XS_READ, 0, "", 0), EINVAL);
    CU_ASSERT_EQUAL(ask(dom0, XS_READ, 0, "/tool", 5), EINVAL);
    CU_ASSERT_EQUAL(ASK(dom0, READ, 0, "/tool\0x"), EINVAL);
    CU_ASSERT_EQUAL(ASK(dom0, READ, 77, "/tool"), ENOENT);
    CU_ASSERT_EQUAL(ASK(dom0, TRANSACTION_START, tx, ""), EBUSY);
    CU_ASSERT_EQUAL(ASK(dom0, TRANSACTION_END, 0, "T"), ENOENT);
    CU_ASSERT_EQUAL(ASK(dom0, TRANSACTION_END, tx, "X"), EINVAL);
    CU_ASSERT_EQUAL(end(dom0, tx, "F"), 0);
    CU_ASSERT_EQUAL(rm(dom0, 0, "/"), EINVAL);
    CU_ASSERT_EQUAL(ASK(dom0, IS_DOMAIN_INTRODUCED, 0, "abc"), EINVAL);
    CU_ASSERT_EQUAL(ASK(dom0, GET_DOMAIN_PATH, 0, "abc"), EINVAL);
    CU_ASSERT_EQUAL(watch(dom0, "@bogus", "t"), 0);
    CU_ASSERT_STRING_EQUAL(event(dom0), "@bogus t");
    CU_ASSERT_EQUAL(get(dom0, 0, "/local/domain/"), EINVAL);
    CU_ASSERT_EQUAL(get(dom0, 0, "a"), ENOENT);
    CU_ASSERT_EQUAL(ask(dom0, XS_WRITE, 0, "/x", 2), EINVAL);
    CU_ASSERT_EQUAL(ASK(dom0, WATCH, 0, "/x"), EINVAL);
}

static void too_long_is_cut_off(void)
{
    struct xsd_sockmsg msg = { .type = XS_READ, .len = 4097 };

    CU_ASSERT_EQUAL(conn_feed(dom0, &msg, sizeof(msg)), -EPROTO);
    msg.len = 0xffffffff;
    CU_ASSERT_EQUAL(conn_feed(dom1, &msg, sizeof(msg)), -EPROTO);
}

static void pieces_of_any_size_are_one_message(void)
{
    struct {
        struct xsd_sockmsg msg;
        char path[6];
    } m = { { .type = XS_DIRECTORY, .len = 6 }, "/tool" };
    const uint8_t *bytes = (const uint8_t *)&m;
    size_t step, at, len;

    for (step = 1; step <= 22; step++) {
        for (at = 0; at < 22; at += step) {
            size_t n = 22 - at < step ? 22 - at : step;
            size_t first = at;

            while (first < at + n)
                first += (size_t)conn_feed(dom1, bytes + first, at + n - first);
        }
        CU_ASSERT_PTR_NOT_NULL_FATAL(conn_peek(dom1, &len));
        while (conn_peek(dom1, &len))
            conn_sent(dom1, len);
    }
}

static void half_a_message_holds_nothing_up(void)
{
    CU_ASSERT_EQUAL(conn_feed(dom1, "abc", 3), 3);
    CU_ASSERT_EQUAL(get(dom0, 0, "/tool"), 0);
    conn_reset(dom1);
    CU_ASSERT_EQUAL(ASK(dom1, GET_DOMAIN_PATH, 0, "1"), 0);
    CU_ASSERT_STRING_EQUAL(answer, "/local/domain/1");
}

static void errors_travel_by_name(void)
{
    CU_ASSERT_STRING_EQUAL(wire_error_name(EPERM), "EPERM");
    CU_ASSERT_STRING_EQUAL(wire_error_name(ENOTEMPTY), "ENOTEMPTY");
    CU_ASSERT_STRING_EQUAL(wire_error_name(EPIPE), "EINVAL");
}

CU_TestInfo wire_tests[] = {
    { "numbers are strict", numbers_are_strict },
    { "strings are counted", strings_are_counted },
    { "paths have one form", paths_have_one_form },
    { "path lengths end where they should", path_lengths_end_where_they_should },
    { "parts of a path", parts_of_a_path },
    { "hostile messages get their error", hostile_messages_get_their_error },
    { "too long is cut off", too_long_is_cut_off },
    { "pieces of any size are one message", pieces_of_any_size_are_one_message },
    { "half a message holds nothing up", half_a_message_holds_nothing_up },
    { "errors travel by name", errors_travel_by_name },
    CU_TEST_INFO_NULL,
};
