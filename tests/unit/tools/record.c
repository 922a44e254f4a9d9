/* SPDX-License-Identifier: MIT */
/* record.c - records and journals survive their writers, locks do not. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dom0-tools/lib/record.h"
#include "tests/unit/tools/tools_test.h"

static char root[128];

static void use_root(void)
{
    snprintf(root, sizeof(root), "%s/run", getenv("SPLITRING_TEST_DIR"));
    record_root(root);
    hush();
}

static void test_records(void)
{
    struct record r = { .domid = 7, .state = REC_REBOOTING, .since = 12345 };
    struct record back, *list;
    unsigned int n;

    use_root();
    uuid_random(r.uuid);
    strcpy(r.name, "some name");
    CU_ASSERT(record_save(&r) == 0);
    CU_ASSERT_FATAL(record_load(r.uuid, &back));
    CU_ASSERT(back.domid == 7 && back.state == REC_REBOOTING &&
              back.since == 12345 && strcmp(back.name, r.name) == 0);
    CU_ASSERT(record_by_name("some name", &back));
    CU_ASSERT(!record_by_domid(7, &back)); /* rebooting: it has no domain */
    r.state = REC_RUNNING;
    CU_ASSERT(record_save(&r) == 0 && record_by_domid(7, &back));
    list = record_list(&n);
    CU_ASSERT(n == 1);
    free(list);
    record_remove(r.uuid);
    CU_ASSERT(!record_load(r.uuid, &back));
}

static void test_guest_comes_back(void)
{
    static const char text[] = "name='g'\nkernel='/k'\nmemory=64\n";
    struct record r = { .domid = 1, .state = REC_RUNNING };
    struct cfg cfg = { 0 };
    struct guest g, again;

    use_root();
    CU_ASSERT_FATAL(cfg_parse(&cfg, "t", text, strlen(text)) == 0);
    CU_ASSERT_FATAL(guest_from_cfg(&cfg, &g) == 0);
    memcpy(r.uuid, g.uuid, 16);
    strcpy(r.name, "g");
    CU_ASSERT(record_save_guest(&r, &g) == 0);
    CU_ASSERT_FATAL(record_load_guest(r.uuid, &again));
    CU_ASSERT(memcmp(again.uuid, g.uuid, 16) == 0);
    record_remove(r.uuid);
    CU_ASSERT(!record_load_guest(r.uuid, &again));
    guest_free(&g);
    guest_free(&again);
    cfg_free(&cfg);
}

static void test_names_are_one_process(void)
{
    int fd, other, status;
    pid_t pid;

    use_root();
    fd = name_lock("g");
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT(name_lock("g") < 0 && errno == EAGAIN);
    other = name_lock("h");
    CU_ASSERT(other >= 0);
    close(fd);
    CU_ASSERT(name_lock("h") < 0); /* another name's end is not its own */
    close(other);

    pid = fork();
    if (pid == 0)
        _exit(name_lock("g") < 0); /* dies with it */
    CU_ASSERT(waitpid(pid, &status, 0) == pid && status == 0);
    fd = name_lock("g");
    CU_ASSERT(fd >= 0);
    close(fd);
}

/* A journal is nobody's business until its writer is dead. */
static void test_stale_journals(void)
{
    struct tx tx, other;
    uint8_t uuid[16];
    char *text;
    pid_t pid;
    int status;

    use_root();
    uuid_random(uuid);
    pid = fork();
    if (pid == 0) {
        if (tx_begin(&tx, uuid) < 0 || tx_step(&tx, "domid %u", 9) < 0)
            _exit(1);
        _exit(tx_next_stale(&other) ? 2 : 0);
    }
    CU_ASSERT(waitpid(pid, &status, 0) == pid && status == 0);
    text = tx_next_stale(&other);
    CU_ASSERT_FATAL(text != NULL);
    CU_ASSERT(memcmp(other.uuid, uuid, 16) == 0);
    CU_ASSERT(strcmp(text, "domid 9\n") == 0);
    tx_end(&other);
    free(text);
    CU_ASSERT(tx_next_stale(&other) == NULL);
}

bool suite_record(void)
{
    CU_pSuite s = CU_add_suite("record", NULL, NULL);

    return s && CU_ADD_TEST(s, test_records) &&
           CU_ADD_TEST(s, test_guest_comes_back) &&
           CU_ADD_TEST(s, test_names_are_one_process) &&
           CU_ADD_TEST(s, test_stale_journals);
}
