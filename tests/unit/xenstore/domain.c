/* SPDX-License-Identifier: MIT */
/* domain.c - introduced, shut down, dying, gone, and what each leaves. */
#include "harness.h"

#define EVENT(c, text) CU_ASSERT_STRING_EQUAL(event(c), text)

static int introduced(const char *domid)
{
    int rc = ask(dom0, XS_IS_DOMAIN_INTRODUCED, 0, domid, strlen(domid) + 1);

    return rc ? -rc : answer[0] == 'T';
}

static void introduction(void)
{
    watch(dom0, "@introduceDomain", "i");
    event(dom0);
    CU_ASSERT_EQUAL(introduced("0"), 1);
    CU_ASSERT_EQUAL(introduced("3"), 0);
    CU_ASSERT_EQUAL(ASK(dom1, INTRODUCE, 0, "3\0001\0002"), EACCES);
    CU_ASSERT_EQUAL(ASK(dom0, INTRODUCE, 0, "3\0001\0002"), 0);
    CU_ASSERT_EQUAL(introduced("3"), 1);
    EVENT(dom0, "@introduceDomain i");
    CU_ASSERT_EQUAL(ASK(dom0, INTRODUCE, 0, "3\0001\0002"), 0);
    CU_ASSERT_EQUAL(ASK(dom0, INTRODUCE, 0, "3\0009\0002"), EINVAL);
    CU_ASSERT_EQUAL(ASK(dom0, INTRODUCE, 0, "0\0001\0002"), EINVAL);
    CU_ASSERT_EQUAL(ASK(dom0, INTRODUCE, 0, "3\0001"), EINVAL);
    CU_ASSERT_EQUAL(ASK(dom0, INTRODUCE, 0, "-3\0001\0002"), EINVAL);
    CU_ASSERT_EQUAL(rings_opened, 2);
    EVENT(dom0, "");
    fate[4] = DOM_GONE;
    CU_ASSERT_EQUAL(ASK(dom0, INTRODUCE, 0, "4\0001\0002"), ENOENT);
}

static void release(void)
{
    watch(dom0, "@releaseDomain", "r");
    event(dom0);
    CU_ASSERT_EQUAL(ASK(dom0, RELEASE, 0, "3"), ENOENT);
    CU_ASSERT_EQUAL(ASK(dom0, RELEASE, 0, "0"), EINVAL);
    ASK(dom0, INTRODUCE, 0, "3\0001\0002");
    CU_ASSERT_EQUAL(ASK(dom1, RELEASE, 0, "3"), EACCES);
    CU_ASSERT_EQUAL(ASK(dom0, RELEASE, 0, "3"), 0);
    EVENT(dom0, "@releaseDomain r");
    CU_ASSERT_EQUAL(introduced("3"), 0);
    CU_ASSERT_EQUAL(rings_closed, 1);
}

static void each_step_of_death_is_told_once(void)
{
    watch(dom0, "@releaseDomain", "r");
    watch(dom0, "@releaseDomain/3", "r3");
    watch(dom0, "@releaseDomain/4", "r4");
    event(dom0), event(dom0), event(dom0);
    ASK(dom0, INTRODUCE, 0, "3\0001\0002");
    domains_check(store);
    EVENT(dom0, "");
    fate[3] = DOM_SHUT;
    domains_check(store);
    domains_check(store);
    EVENT(dom0, "@releaseDomain r");
    EVENT(dom0, "@releaseDomain/3 r3");
    EVENT(dom0, "");
    CU_ASSERT_EQUAL(introduced("3"), 1);
    fate[3] = DOM_DYING;
    domains_check(store);
    domains_check(store);
    EVENT(dom0, "@releaseDomain r");
    EVENT(dom0, "@releaseDomain/3 r3");
    EVENT(dom0, "");
    CU_ASSERT_EQUAL(introduced("3"), 0);
    CU_ASSERT_EQUAL(rings_closed, 1);
    fate[3] = DOM_GONE;
    domains_check(store);
    domains_check(store);
    EVENT(dom0, "@releaseDomain r");
    EVENT(dom0, "@releaseDomain/3 r3");
    EVENT(dom0, "");
    CU_ASSERT_PTR_NULL(store_find_domain(store, 3));
}

static void a_cancelled_save_is_news_again(void)
{
    watch(dom0, "@releaseDomain", "r");
    event(dom0);
    CU_ASSERT_EQUAL(ASK(dom0, RESUME, 0, "3"), ENOENT);
    ASK(dom0, INTRODUCE, 0, "3\0001\0002");
    fate[3] = DOM_SHUT;
    domains_check(store);
    EVENT(dom0, "@releaseDomain r");
    fate[3] = DOM_RUNNING;
    CU_ASSERT_EQUAL(ASK(dom0, RESUME, 0, "3"), 0);
    fate[3] = DOM_SHUT;
    domains_check(store);
    EVENT(dom0, "@releaseDomain r");
}

static void the_dead_own_nothing(void)
{
    ASK(dom0, INTRODUCE, 0, "3\0001\0002");
    make(dom0, 0, "/local/domain/3");
    perms(dom0, 0, "/local/domain/3", "n3");
    put(dom0, 0, "/local/domain/3/data/x", "v");
    put(dom0, 0, "/shared/a", "v");
    put(dom0, 0, "/shared/b", "v");
    perms(dom0, 0, "/shared/a", "n3 r1");
    perms(dom0, 0, "/shared/b", "n0 r3 r1");
    watch(dom0, "/shared", "t");
    event(dom0);
    fate[3] = DOM_GONE;
    domains_check(store);
    EVENT(dom0, "/shared/a t");
    CU_ASSERT_EQUAL(get(dom0, 0, "/local/domain/3/data/x"), ENOENT);
    CU_ASSERT_EQUAL(get(dom0, 0, "/shared/a"), ENOENT);
    CU_ASSERT_EQUAL(get(dom0, 0, "/shared/b"), 0);
    ASK(dom0, GET_PERMS, 0, "/shared/b");
    CU_ASSERT_EQUAL(memcmp(answer, "n0\0r1", answer_len), 0);
    CU_ASSERT_EQUAL(ASK(dom0, CONTROL, 0, "check"), 0);
    CU_ASSERT_EQUAL(strncmp(answer, "OK", 2), 0);
}

static void a_domain_known_by_name_alone_is_cleaned_up(void)
{
    put(dom0, 0, "/x", "v");
    perms(dom0, 0, "/x", "n0 r5");
    fate[5] = DOM_GONE;
    domains_check(store);
    ASK(dom0, GET_PERMS, 0, "/x");
    CU_ASSERT_EQUAL(answer_len, 3);
}

static void guests_hear_of_domains_only_when_let(void)
{
    watch(dom1, "@releaseDomain", "r");
    EVENT(dom1, "@releaseDomain r");
    ASK(dom0, INTRODUCE, 0, "3\0001\0002");
    ASK(dom0, RELEASE, 0, "3");
    EVENT(dom1, "");
    CU_ASSERT_EQUAL(perms(dom1, 0, "@releaseDomain", "r1"), EACCES);
    CU_ASSERT_EQUAL(perms(dom0, 0, "@releaseDomain", "n0 r1"), 0);
    ASK(dom0, INTRODUCE, 0, "3\0001\0002");
    ASK(dom0, RELEASE, 0, "3");
    EVENT(dom1, "@releaseDomain r");
}

CU_TestInfo domain_tests[] = {
    { "introduction", introduction },
    { "release", release },
    { "each step of death is told once", each_step_of_death_is_told_once },
    { "a cancelled save is news again", a_cancelled_save_is_news_again },
    { "the dead own nothing", the_dead_own_nothing },
    { "a domain known by name alone is cleaned up",
      a_domain_known_by_name_alone_is_cleaned_up },
    { "guests hear of domains only when let",
      guests_hear_of_domains_only_when_let },
    CU_TEST_INFO_NULL,
};
