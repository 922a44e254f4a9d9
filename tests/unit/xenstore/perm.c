/* SPDX-License-Identifier: MIT */
/* perm.c - who may do what, and what a new node's permissions are. */
#include "harness.h"

static void entries_parse_and_print(void)
{
    static const char *const bad[] = { "", "r", "x1", "r-1", "r1x", "r 1",
                                       "r99999", "R1" };
    struct perm p;
    char text[8];
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CU_ASSERT_EQUAL(perm_parse(bad[i], &p), -EINVAL);
    CU_ASSERT_EQUAL(perm_parse("b32751", &p), 0);
    CU_ASSERT_EQUAL(perm_print(&p, text), 7);
    CU_ASSERT_STRING_EQUAL(text, "b32751");
}

static void guests_are_shut_out_by_default(void)
{
    put(dom0, 0, "/secret/x", "v");
    CU_ASSERT_EQUAL(get(dom1, 0, "/secret/x"), EACCES);
    CU_ASSERT_EQUAL(get(dom1, 0, "/secret/absent"), EACCES);
    CU_ASSERT_EQUAL(put(dom1, 0, "/secret/x", "w"), EACCES);
    CU_ASSERT_EQUAL(put(dom1, 0, "/new", "w"), EACCES);
    CU_ASSERT_EQUAL(rm(dom1, 0, "/secret/x"), EACCES);
    CU_ASSERT_EQUAL(ASK(dom1, DIRECTORY, 0, "/"), EACCES);
    CU_ASSERT_EQUAL(perms(dom1, 0, "/secret/x", "n1"), EACCES);
    CU_ASSERT_EQUAL(ASK(dom1, GET_PERMS, 0, "/secret/x"), EACCES);
}

static void letters_mean_what_they_say(void)
{
    put(dom0, 0, "/p", "v");
    CU_ASSERT_EQUAL(perms(dom0, 0, "/p", "n0 r1"), 0);
    CU_ASSERT_EQUAL(get(dom1, 0, "/p"), 0);
    CU_ASSERT_EQUAL(get(dom2, 0, "/p"), EACCES);
    CU_ASSERT_EQUAL(put(dom1, 0, "/p", "w"), EACCES);
    CU_ASSERT_EQUAL(get(dom1, 0, "/p/absent"), ENOENT);
    perms(dom0, 0, "/p", "n0 w1");
    CU_ASSERT_EQUAL(get(dom1, 0, "/p"), EACCES);
    CU_ASSERT_EQUAL(put(dom1, 0, "/p", "w"), 0);
    perms(dom0, 0, "/p", "n0 b1");
    CU_ASSERT_EQUAL(get(dom1, 0, "/p"), 0);
    CU_ASSERT_EQUAL(perms(dom1, 0, "/p", "n0 b1"), EACCES);
    perms(dom0, 0, "/p", "r0 n1");
    CU_ASSERT_EQUAL(get(dom1, 0, "/p"), EACCES);
    CU_ASSERT_EQUAL(get(dom2, 0, "/p"), 0);
    CU_ASSERT_EQUAL(ASK(dom0, GET_PERMS, 0, "/p"), 0);
    CU_ASSERT_EQUAL(answer_len, 6);
    CU_ASSERT_EQUAL(memcmp(answer, "r0\0n1", 6), 0);
}

static void only_dom0_gives_nodes_away(void)
{
    put(dom0, 0, "/q", "v");
    perms(dom0, 0, "/q", "n1");
    CU_ASSERT_EQUAL(perms(dom1, 0, "/q", "n2"), EPERM);
    CU_ASSERT_EQUAL(perms(dom1, 0, "/q", "n0 b1"), EPERM);
    CU_ASSERT_EQUAL(perms(dom1, 0, "/q", "r1 b2"), 0);
    CU_ASSERT_EQUAL(perms(dom0, 0, "/q", "n2"), 0);
    CU_ASSERT_EQUAL(get(dom1, 0, "/q"), EACCES);
}

static void new_nodes_inherit(void)
{
    make(dom0, 0, "/h");
    perms(dom0, 0, "/h", "n0 b1 r2");
    CU_ASSERT_EQUAL(put(dom1, 0, "/h/a/b", "v"), 0);
    ASK(dom0, GET_PERMS, 0, "/h/a/b");
    CU_ASSERT_EQUAL(memcmp(answer, "n1\0b1\0r2", answer_len), 0);
    CU_ASSERT_EQUAL(get(dom2, 0, "/h/a/b"), 0);
    perms(dom0, 0, "/h", "n2 b1");
    put(dom0, 0, "/h/c", "v");
    ASK(dom0, GET_PERMS, 0, "/h/c");
    CU_ASSERT_EQUAL(memcmp(answer, "n2\0b1", answer_len), 0);
}

static void malformed_lists_change_nothing(void)
{
    put(dom0, 0, "/m", "v");
    perms(dom0, 0, "/m", "r0");
    CU_ASSERT_EQUAL(ASK(dom0, SET_PERMS, 0, "/m"), EINVAL);
    CU_ASSERT_EQUAL(perms(dom0, 0, "/m", "r0 z1"), EINVAL);
    CU_ASSERT_EQUAL(perms(dom0, 0, "/m", "r0 r99999"), EINVAL);
    CU_ASSERT_EQUAL(perms(dom0, 0, "/absent", "r0"), ENOENT);
    ASK(dom0, GET_PERMS, 0, "/m");
    CU_ASSERT_EQUAL(answer_len, 3);
    CU_ASSERT_STRING_EQUAL(answer, "r0");
}

static void the_unborn_get_nothing(void)
{
    put(dom0, 0, "/u", "v");
    fate[3] = DOM_GONE;
    CU_ASSERT_EQUAL(perms(dom0, 0, "/u", "n0 r3 r1"), 0);
    ASK(dom0, GET_PERMS, 0, "/u");
    CU_ASSERT_EQUAL(answer_len, 6);
    CU_ASSERT_EQUAL(memcmp(answer, "n0\0r1", 6), 0);
    CU_ASSERT_EQUAL(perms(dom0, 0, "/u", "n3"), ENOENT);
}

static void a_target_is_acted_for(void)
{
    put(dom0, 0, "/t", "v");
    perms(dom0, 0, "/t", "n2");
    CU_ASSERT_EQUAL(ASK(dom0, SET_TARGET, 0, "1\0002"), ENOENT);
    ASK(dom0, INTRODUCE, 0, "1\0001\0001");
    ASK(dom0, INTRODUCE, 0, "2\0001\0001");
    CU_ASSERT_EQUAL(get(dom1, 0, "/t"), EACCES);
    CU_ASSERT_EQUAL(ASK(dom1, SET_TARGET, 0, "1\0002"), EACCES);
    CU_ASSERT_EQUAL(ASK(dom0, SET_TARGET, 0, "1\0000"), EINVAL);
    CU_ASSERT_EQUAL(ASK(dom0, SET_TARGET, 0, "1\0002"), 0);
    CU_ASSERT_EQUAL(get(dom1, 0, "/t"), 0);
    CU_ASSERT_EQUAL(put(dom1, 0, "/t", "w"), 0);
    fate[2] = DOM_GONE;
    domains_check(store);
    put(dom0, 0, "/t", "v");
    fate[2] = DOM_RUNNING;
    perms(dom0, 0, "/t", "n2");
    CU_ASSERT_EQUAL(get(dom1, 0, "/t"), EACCES);
}

CU_TestInfo perm_tests[] = {
    { "entries parse and print", entries_parse_and_print },
    { "guests are shut out by default", guests_are_shut_out_by_default },
    { "letters mean what they say", letters_mean_what_they_say },
    { "only dom0 gives nodes away", only_dom0_gives_nodes_away },
    { "new nodes inherit", new_nodes_inherit },
    { "malformed lists change nothing", malformed_lists_change_nothing },
    { "the unborn get nothing", the_unborn_get_nothing },
    { "a target is acted for", a_target_is_acted_for },
    CU_TEST_INFO_NULL,
};
