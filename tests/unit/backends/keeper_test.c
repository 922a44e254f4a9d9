/* SPDX-License-Identifier: MIT */
/*
 * keeper_test.c - the keeper's configuration: what is read, what is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "backends/common/log.h"
#include "backends/keeper/keeper.h"
#include "tests/unit/backends/check.h"

static struct keeper *parse(const char *text, int *rc)
{
    static struct keeper k;

    memset(&k, 0, sizeof(k));
    snprintf(k.text, sizeof(k.text), "%s", text);
    *rc = keeper_parse(&k, "test.conf");
    return &k;
}

static void test_reads(void)
{
    int rc;
    struct keeper *k = parse("# all of them\n\n"
                             "store listen=/a/b listen=/c  /bin/store -x 1 # y\n"
                             "\tother\t/bin/other\r\n"
                             "last /bin/last", &rc);

    CU_ASSERT_EQUAL(rc, 0);
    CU_ASSERT_EQUAL(k->nr_services, 3);
    CU_ASSERT_STRING_EQUAL(k->services[0].name, "store");
    CU_ASSERT_EQUAL(k->services[0].nr_listen, 2);
    CU_ASSERT_STRING_EQUAL(k->services[0].listen[1], "/c");
    CU_ASSERT_EQUAL(k->services[0].argc, 3);
    CU_ASSERT_STRING_EQUAL(k->services[0].argv[2], "1");
    CU_ASSERT_PTR_NULL(k->services[0].argv[3]);
    CU_ASSERT_STRING_EQUAL(k->services[1].argv[0], "/bin/other");
    CU_ASSERT_STRING_EQUAL(k->services[2].name, "last");
}

static void refuses(const char *text, const char *why)
{
    int rc;

    parse(text, &rc);
    CU_ASSERT(rc < 0);
    if (rc < 0 && !strstr(log_last_failure(), why))
        printf("note: \"%s\" lacks \"%s\"\n", log_last_failure(), why);
    CU_ASSERT_PTR_NOT_NULL(strstr(log_last_failure(), why));
}

static void test_refuses(void)
{
    char many[2000] = "a /bin/a";
    unsigned i;

    refuses("\n\nname", "test.conf:3: daemon name needs a command");
    refuses("name bin/x", "test.conf:1: daemon name needs a command");
    refuses("../x /bin/x", "test.conf:1: the first word");
    refuses("a /b\na /c", "test.conf:2: a second daemon called a");
    refuses("a listen=/1 listen=/2 listen=/3 listen=/4 listen=/5 /b",
            "test.conf:1: more than 4 sockets");
    for (i = 0; i < 20; i++)
        strcat(many, " x");
    refuses(many, "test.conf:1: more than 16 words");
    many[0] = '\0';
    for (i = 0; i < 20; i++)
        sprintf(many + strlen(many), "s%u /bin/s\n", i);
    refuses(many, "test.conf:17: more than 16 daemons");
}

static const struct check tests[] = {
    { "names, sockets, commands, comments", test_reads },
    { "errors name file and line", test_refuses },
};
CHECK_MAIN("keeper", tests)
