/* SPDX-License-Identifier: MIT */
/* quota.c - every limit stops a guest, and only the guest. */
#include <stdlib.h>

#include "harness.h"
#include "xenstore-lite/path.h"

static void home(void)
{
    make(dom0, 0, "/local/domain/1");
    perms(dom0, 0, "/local/domain/1", "n1");
    audit_each = false;
}

static void nodes(void)
{
    char path[64];
    uint32_t tx;
    int i, rc = 0;

    home();
    for (i = 0; i < 2000 && !rc; i++) {
        sprintf(path, "n/%d", i);
        rc = put(dom1, 0, path, "");
    }
    CU_ASSERT_EQUAL(rc, ENOSPC);
    CU_ASSERT_EQUAL(store_domain(store, 1)->nodes, 1000);
    CU_ASSERT_EQUAL(make(dom1, 0, "one-more"), ENOSPC);
    CU_ASSERT_EQUAL(make(dom0, 0, "/local/domain/1/from-0"), 0);
    rm(dom1, 0, "from-0");
    rm(dom1, 0, "n/0");
    rm(dom1, 0, "n/1");
    tx = begin(dom1);
    CU_ASSERT_EQUAL(make(dom1, tx, "m/x"), 0);
    CU_ASSERT_EQUAL(make(dom1, tx, "y"), ENOSPC);
    CU_ASSERT_EQUAL(make(dom1, 0, "z"), 0);
    CU_ASSERT_EQUAL(end(dom1, tx, "T"), ENOSPC);
    CU_ASSERT_EQUAL(get(dom1, 0, "m"), ENOENT);
}

static void watches(void)
{
    char path[64];
    int i, rc = 0;

    audit_each = false;
    for (i = 0; i < 200 && !rc; i++) {
        sprintf(path, "/w/%d", i);
        rc = watch(dom1, path, "t");
    }
    CU_ASSERT_EQUAL(rc, E2BIG);
    CU_ASSERT_EQUAL(i, 129);
    CU_ASSERT_EQUAL(watch(dom2, "/w", "t"), 0);
    CU_ASSERT_EQUAL(ASK(dom1, UNWATCH, 0, "/w/0\0t"), 0);
    CU_ASSERT_EQUAL(watch(dom1, "/w", "t"), 0);
}

static void transactions(void)
{
    int i;

    for (i = 0; i < 10; i++)
        CU_ASSERT_NOT_EQUAL(begin(dom1), 0);
    CU_ASSERT_EQUAL(ASK(dom1, TRANSACTION_START, 0, ""), ENOSPC);
    CU_ASSERT_NOT_EQUAL(begin(dom2), 0);
    for (i = 0; i < 100; i++)
        CU_ASSERT_NOT_EQUAL(begin(dom0), 0);
    ASK(dom1, RESET_WATCHES, 0, "");
    CU_ASSERT_NOT_EQUAL(begin(dom1), 0);
}

static void nodes_of_a_transaction(void)
{
    char path[64];
    uint32_t tx;
    int i, rc = ENOENT;

    home();
    tx = begin(dom1);
    for (i = 0; i < 2000 && rc == ENOENT; i++) {
        sprintf(path, "absent-%d", i);
        rc = get(dom1, tx, path);
    }
    CU_ASSERT_EQUAL(rc, ENOSPC);
    CU_ASSERT_TRUE(i < 1024);
    CU_ASSERT_EQUAL(end(dom1, tx, "T"), 0);
}

static void size_of_a_node(void)
{
    char value[4000];

    home();
    memset(value, 'v', sizeof(value));
    value[2044] = '\0';
    CU_ASSERT_EQUAL(put(dom1, 0, "v", value), 0);
    value[2044] = 'v';
    value[2045] = '\0';
    CU_ASSERT_EQUAL(put(dom1, 0, "v", value), ENOSPC);
    CU_ASSERT_EQUAL(put(dom1, 0, "new", value), ENOSPC);
    value[2045] = 'v';
    value[3999] = '\0';
    CU_ASSERT_EQUAL(put(dom0, 0, "/local/domain/1/v", value), 0);
}

static void length_of_a_path(void)
{
    char path[3000];

    home();
    memset(path, 'p', sizeof(path));
    path[2048 - 16] = '\0';
    CU_ASSERT_EQUAL(make(dom1, 0, path), 0);
    path[2048 - 16] = 'p';
    path[2049 - 16] = '\0';
    CU_ASSERT_EQUAL(make(dom1, 0, path), EINVAL);
    CU_ASSERT_EQUAL(watch(dom1, path, "t"), EINVAL);
}

static void permissions_of_a_node(void)
{
    home();
    make(dom1, 0, "p");
    CU_ASSERT_EQUAL(perms(dom1, 0, "p", "n1 r2 r3 r4 r5"), 0);
    CU_ASSERT_EQUAL(perms(dom1, 0, "p", "n1 r2 r3 r4 r5 r6"), ENOSPC);
    CU_ASSERT_EQUAL(perms(dom0, 0, "/local/domain/1/p",
                          "n1 r2 r3 r4 r5 r6"), 0);
}

static void memory(void)
{
    char path[2100], value[2000];
    struct domain *d = store_domain(store, 1);
    uint32_t tx = 0;
    int i, rc = 0;

    home();
    store->limit[QUOTA_NODES] = 1u << 30;
    store->limit[QUOTA_TXN_NODES] = 1u << 30;
    memset(value, 'v', sizeof(value));
    value[1999] = '\0';
    for (i = 0; i < 5000 && !rc; i++) {
        sprintf(path, "n-%d", i);
        rc = put(dom1, 0, path, value);
    }
    CU_ASSERT_EQUAL(rc, ENOMEM);
    CU_ASSERT_TRUE(d->bytes <= store->limit[QUOTA_MEMORY]);
    rm(dom1, 0, "n-0");
    rm(dom1, 0, "n-1");
    tx = begin(dom1);
    for (i = 0, rc = ENOENT; i < 5000 && rc == ENOENT; i++) {
        sprintf(path, "absent-%d", i);
        rc = get(dom1, tx, path);
    }
    CU_ASSERT_EQUAL(rc, ENOMEM);
    CU_ASSERT_EQUAL(watch(dom1, "/w", value + 1900), ENOMEM);
    CU_ASSERT_TRUE(d->bytes <= store->limit[QUOTA_MEMORY] + 8192);
    CU_ASSERT_EQUAL(put(dom0, 0, "/tool/x", value), 0);
}

static void a_client_that_does_not_read(void)
{
    struct xsd_sockmsg msg = { .type = XS_GET_DOMAIN_PATH, .len = 2 };
    int i;

    audit_each = false;
    for (i = 0; i < 1000 && conn_may_feed(dom1); i++) {
        conn_feed(dom1, &msg, sizeof(msg));
        conn_feed(dom1, "1", 2);
    }
    CU_ASSERT_EQUAL(i, 20);
    CU_ASSERT_TRUE(conn_may_feed(dom2));
    event(dom1);
    CU_ASSERT_TRUE(conn_may_feed(dom1));
}

static void a_client_that_reads_no_events(void)
{
    char path[3000];
    int i;

    audit_each = false;
    perms(dom0, 0, "/tool", "r0");
    watch(dom1, "/tool", "t");
    watch(dom2, "/tool", "t");
    memset(path, 'p', sizeof(path));
    for (i = 0; i < 2000 && !dom1->broken; i++) {
        sprintf(path, "/tool/%02000d", i);
        make(dom0, 0, path);
        event(dom2);
    }
    CU_ASSERT_TRUE(dom1->broken);
    CU_ASSERT_TRUE(dom1->event_bytes <= store->limit[QUOTA_EVENTS]);
    CU_ASSERT_FALSE(dom2->broken);
    CU_ASSERT_FALSE(conn_may_feed(dom1));
    conn_reset(dom1);
    CU_ASSERT_EQUAL(get(dom1, 0, "/tool"), 0);
}

CU_TestInfo quota_tests[] = {
    { "nodes", nodes },
    { "watches", watches },
    { "transactions", transactions },
    { "nodes of a transaction", nodes_of_a_transaction },
    { "size of a node", size_of_a_node },
    { "length of a path", length_of_a_path },
    { "permissions of a node", permissions_of_a_node },
    { "memory", memory },
    { "a client that does not read", a_client_that_does_not_read },
    { "a client that reads no events", a_client_that_reads_no_events },
    CU_TEST_INFO_NULL,
};
