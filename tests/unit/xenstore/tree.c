/* SPDX-License-Identifier: MIT */
/* tree.c - nodes as clients see them: making, listing, removing, depth. */
#include <stdlib.h>

#include "harness.h"
#include "xenstore-lite/path.h"
#include "xenstore-lite/tree.h"

static void write_makes_parents(void)
{
    CU_ASSERT_EQUAL(put(dom0, 0, "/a/b/c", "v"), 0);
    CU_ASSERT_EQUAL(get(dom0, 0, "/a/b/c"), 0);
    CU_ASSERT_STRING_EQUAL(answer, "v");
    CU_ASSERT_EQUAL(get(dom0, 0, "/a/b"), 0);
    CU_ASSERT_EQUAL(answer_len, 0);
    CU_ASSERT_EQUAL(get(dom0, 0, "/a/x"), ENOENT);
}

static void values_hold_any_byte(void)
{
    CU_ASSERT_EQUAL(ask(dom0, XS_WRITE, 0, "/a\0x\0y\0", 7), 0);
    CU_ASSERT_EQUAL(get(dom0, 0, "/a"), 0);
    CU_ASSERT_EQUAL(answer_len, 4);
    CU_ASSERT_EQUAL(memcmp(answer, "x\0y\0", 4), 0);
    CU_ASSERT_EQUAL(put(dom0, 0, "/a", ""), 0);
    CU_ASSERT_EQUAL(get(dom0, 0, "/a"), 0);
    CU_ASSERT_EQUAL(answer_len, 0);
}

static void mkdir_keeps_what_is_there(void)
{
    put(dom0, 0, "/a", "v");
    CU_ASSERT_EQUAL(make(dom0, 0, "/a"), 0);
    get(dom0, 0, "/a");
    CU_ASSERT_STRING_EQUAL(answer, "v");
}

static void removal(void)
{
    put(dom0, 0, "/a/b/c", "v");
    CU_ASSERT_EQUAL(rm(dom0, 0, "/a/x"), 0);
    CU_ASSERT_EQUAL(rm(dom0, 0, "/a/x/y"), ENOENT);
    CU_ASSERT_EQUAL(rm(dom0, 0, "/a"), 0);
    CU_ASSERT_EQUAL(get(dom0, 0, "/a/b/c"), ENOENT);
    CU_ASSERT_EQUAL(get(dom0, 0, "/a"), ENOENT);
    CU_ASSERT_EQUAL(get(dom0, 0, "/tool"), 0);
}

static void lists_are_sorted(void)
{
    static const char *const names[] = { "/l/m", "/l/z", "/l/a", "/l/mm",
                                         "/l/M", "/l/b" };
    size_t i;

    for (i = 0; i < 6; i++)
        make(dom0, 0, names[i]);
    CU_ASSERT_EQUAL(ASK(dom0, DIRECTORY, 0, "/l"), 0);
    CU_ASSERT_EQUAL(answer_len, 13);
    CU_ASSERT_EQUAL(memcmp(answer, "M\0a\0b\0m\0mm\0z", 13), 0);
    rm(dom0, 0, "/l/m");
    ASK(dom0, DIRECTORY, 0, "/l");
    CU_ASSERT_EQUAL(memcmp(answer, "M\0a\0b\0mm\0z", 11), 0);
    CU_ASSERT_EQUAL(ASK(dom0, DIRECTORY, 0, "/l/a"), 0);
    CU_ASSERT_EQUAL(answer_len, 0);
}

static void long_lists_come_in_parts(void)
{
    char path[64], payload[64], stamp[24] = "";
    size_t offset = 0, names = 0, i, len;
    bool last = false;

    audit_each = false;
    for (i = 0; i < 2000; i++) {
        sprintf(path, "/big/node-%zu", i);
        make(dom0, 0, path);
    }
    CU_ASSERT_EQUAL(ASK(dom0, DIRECTORY, 0, "/big"), E2BIG);
    while (!last) {
        len = (size_t)sprintf(payload, "/big%c%zu", 0, offset) + 1;
        CU_ASSERT_EQUAL_FATAL(ask(dom0, XS_DIRECTORY_PART, 0, payload, len), 0);
        if (!offset)
            strcpy(stamp, answer);
        CU_ASSERT_STRING_EQUAL(answer, stamp);
        i = strlen(answer) + 1;
        CU_ASSERT_TRUE_FATAL(i < answer_len);
        for (; i < answer_len && answer[i]; i += strlen(answer + i) + 1) {
            offset += strlen(answer + i) + 1;
            names++;
        }
        last = i < answer_len;
    }
    CU_ASSERT_EQUAL(names, 2000);
    make(dom0, 0, "/big/one-more");
    ASK(dom0, DIRECTORY_PART, 0, "/big\0000");
    CU_ASSERT_STRING_NOT_EQUAL(answer, stamp);
    CU_ASSERT_EQUAL(ASK(dom0, DIRECTORY_PART, 0, "/big\0-1"), EINVAL);
    CU_ASSERT_EQUAL(ASK(dom0, DIRECTORY_PART, 0, "/big\099999999"), 0);
}

static void the_deepest_tree_comes_and_goes(void)
{
    char path[PATH_BUF];
    size_t i;

    for (i = 0; i + 1 < PATH_ABS_MAX; i += 2)
        memcpy(path + i, "/d", 2);
    path[i] = '\0';
    audit_each = false;
    CU_ASSERT_EQUAL(put(dom0, 0, path, "deep"), 0);
    CU_ASSERT_EQUAL(watch(dom0, path, "t"), 0);
    CU_ASSERT_EQUAL(get(dom0, 0, path), 0);
    CU_ASSERT_STRING_EQUAL(answer, "deep");
    event(dom0);
    CU_ASSERT_EQUAL(rm(dom0, 0, "/d"), 0);
    CU_ASSERT_STRING_NOT_EQUAL(event(dom0), "");
    CU_ASSERT_EQUAL(get(dom0, 0, path), ENOENT);
}

static void paths_come_back_from_nodes(void)
{
    static const char *const all[] = { "/", "/p", "/p/q", "/p/q/rr",
                                       "@releaseDomain" };
    char path[PATH_BUF];
    size_t i;

    make(dom0, 0, "/p/q/rr");
    for (i = 0; i < 5; i++) {
        const struct node *n = tree_find(store, all[i]);

        CU_ASSERT_PTR_NOT_NULL_FATAL(n);
        CU_ASSERT_EQUAL(tree_path(n, path), strlen(all[i]));
        CU_ASSERT_STRING_EQUAL(path, all[i]);
    }
}

static void the_root_hides_special_names(void)
{
    ASK(dom0, DIRECTORY, 0, "/");
    CU_ASSERT_EQUAL(memcmp(answer, "libxl\0local\0tool\0vm", answer_len), 0);
    CU_ASSERT_EQUAL(get(dom0, 0, "@releaseDomain"), EINVAL);
    CU_ASSERT_EQUAL(rm(dom0, 0, "@releaseDomain"), EINVAL);
    CU_ASSERT_EQUAL(put(dom0, 0, "/", "v"), 0);
    get(dom0, 0, "/");
    CU_ASSERT_STRING_EQUAL(answer, "v");
}

static void control_commands(void)
{
    CU_ASSERT_EQUAL(ASK(dom1, CONTROL, 0, "check"), EACCES);
    CU_ASSERT_EQUAL(ASK(dom0, CONTROL, 0, "check"), 0);
    CU_ASSERT_EQUAL(strncmp(answer, "OK", 2), 0);
    CU_ASSERT_EQUAL(ASK(dom0, CONTROL, 0, "bogus"), EINVAL);
    CU_ASSERT_EQUAL(ASK(dom0, CONTROL, 0, "help"), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, "memreport"));
    CU_ASSERT_EQUAL(ASK(dom0, CONTROL, 0, "memreport"), 0);
    CU_ASSERT_EQUAL(ASK(dom0, CONTROL, 0, "quota\0set\0nodes\00099"), 0);
    CU_ASSERT_EQUAL(store->limit[QUOTA_NODES], 99);
    CU_ASSERT_EQUAL(ASK(dom0, CONTROL, 0, "quota\0set\0bogus\00099"), EINVAL);
    CU_ASSERT_EQUAL(ASK(dom0, CONTROL, 0, "quota"), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, "99"));
    CU_ASSERT_EQUAL(ASK(dom0, CONTROL, 0, "print\0hello"), 0);
    CU_ASSERT_EQUAL(ASK(dom0, CONTROL, 0, "log\0on"), 0);
    CU_ASSERT_TRUE(store->log_requests);
}

CU_TestInfo tree_tests[] = {
    { "write makes parents", write_makes_parents },
    { "values hold any byte", values_hold_any_byte },
    { "mkdir keeps what is there", mkdir_keeps_what_is_there },
    { "removal", removal },
    { "lists are sorted", lists_are_sorted },
    { "long lists come in parts", long_lists_come_in_parts },
    { "the deepest tree comes and goes", the_deepest_tree_comes_and_goes },
    { "paths come back from nodes", paths_come_back_from_nodes },
    { "the root hides special names", the_root_hides_special_names },
    { "control commands", control_commands },
    CU_TEST_INFO_NULL,
};
