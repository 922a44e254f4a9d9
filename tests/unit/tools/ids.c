/* SPDX-License-Identifier: MIT */
/* ids.c - names, UUIDs, MAC addresses, disk numbers, rates and CPU lists. */
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/lib/config.h"
#include "tests/unit/tools/tools_test.h"

static void test_vdev_numbers(void)
{
    static const struct { const char *vdev; uint32_t number; } good[] = {
        { "xvda", 51712 }, { "xvda1", 51713 }, { "xvda15", 51727 },
        { "xvdb", 51728 }, { "xvdp15", 51967 }, { "/dev/xvda", 51712 },
        { "xvda16", 1u << 28 | 16 }, { "xvdq", 1u << 28 | 16 << 8 },
        { "xvdz", 1u << 28 | 25 << 8 }, { "xvdaa", 1u << 28 | 26 << 8 },
        { "xvdzz255", 1u << 28 | 701 << 8 | 255 }, { "sda", 2048 },
        { "sdp15", 2303 }, { "hda", 768 }, { "hda63", 831 }, { "hdb", 832 },
        { "hdc", 5632 }, { "hdh", 8768 }, { "51712", 51712 },
        { "0xca00", 51712 },
    };
    static const char *const bad[] = {
        "", "xvd", "xvdA", "xvda256", "xvdaaa", "xvda0", "xvda01", "sdq",
        "sda16", "hdi", "hda64", "vda", "xvda1x", "sd",
    };
    uint32_t n;
    size_t i;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        CU_ASSERT(vdev_number(good[i].vdev, &n) && n == good[i].number);
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CU_ASSERT(!vdev_number(bad[i], &n));
}

static void test_vdev_names_come_back(void)
{
    static const char *const names[] = { "xvda", "xvdb1", "xvdq", "xvdaa",
                                         "xvdzz", "xvdab200" };
    uint32_t n;
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *back;

        CU_ASSERT_FATAL(vdev_number(names[i], &n));
        back = vdev_name(n);
        CU_ASSERT(strcmp(back, names[i]) == 0);
        free(back);
    }
}

static void test_uuid(void)
{
    static const char text[] = "01234567-89ab-cdef-0123-456789abcdef";
    uint8_t u[16], v[16];
    char back[UUID_TEXT];

    CU_ASSERT(uuid_parse(text, u));
    uuid_format(u, back);
    CU_ASSERT(strcmp(text, back) == 0);
    CU_ASSERT(!uuid_parse("01234567-89ab-cdef-0123-456789abcde", u));
    CU_ASSERT(!uuid_parse("01234567089ab-cdef-0123-456789abcdef", u));
    CU_ASSERT(!uuid_parse("0123456g-89ab-cdef-0123-456789abcdef", u));
    uuid_random(u);
    uuid_random(v);
    CU_ASSERT(memcmp(u, v, 16) != 0 && (u[6] >> 4) == 4);
}

static void test_mac_is_stable(void)
{
    uint8_t u[16] = { 1, 2, 3 }, a[6], b[6], c[6];

    mac_derive(u, 0, a);
    mac_derive(u, 0, b);
    mac_derive(u, 1, c);
    CU_ASSERT(memcmp(a, b, 6) == 0 && memcmp(a, c, 6) != 0);
    CU_ASSERT(memcmp(a, "\0\x16\x3e", 3) == 0 && !(a[3] & 0x80));
    u[15] = 1;
    mac_derive(u, 0, b);
    CU_ASSERT(memcmp(a, b, 6) != 0);
}

static void test_names(void)
{
    static const char *const bad[] = { "", "a/b", "12", ".", "..", "a\nb",
                                       "Domain-0", "../../etc/passwd" };
    char longest[200];
    size_t i;

    CU_ASSERT(name_fault("guest-1") == NULL && name_fault("1st") == NULL);
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CU_ASSERT(name_fault(bad[i]) != NULL);
    memset(longest, 'a', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    CU_ASSERT(name_fault(longest) != NULL);
}

static void test_cpus(void)
{
    uint8_t map[2];

    CU_ASSERT(cpus_parse("0-3,9,^2", map, 16) && map[0] == 0x0b &&
              map[1] == 0x02);
    CU_ASSERT(cpus_parse("all", map, 16) && map[0] == 0xff && map[1] == 0xff);
    CU_ASSERT(!cpus_parse("16", map, 16) && !cpus_parse("3-1", map, 16));
    CU_ASSERT(!cpus_parse("", map, 16) && !cpus_parse("x", map, 16));
}

static void test_rates(void)
{
    uint64_t n;

    CU_ASSERT(rate_parse("1MB/s", &n) && n == 50000);
    CU_ASSERT(rate_parse("100Mb/s", &n) && n == 625000);
    CU_ASSERT(rate_parse("20000B/s@20ms", &n) && n == 1000);
    CU_ASSERT(!rate_parse("", &n) && !rate_parse("MB/s", &n) &&
              !rate_parse("1M/s", &n) && !rate_parse("1MB", &n));
}

bool suite_ids(void)
{
    CU_pSuite s = CU_add_suite("ids", NULL, NULL);

    return s && CU_ADD_TEST(s, test_vdev_numbers) &&
           CU_ADD_TEST(s, test_vdev_names_come_back) &&
           CU_ADD_TEST(s, test_uuid) && CU_ADD_TEST(s, test_mac_is_stable) &&
           CU_ADD_TEST(s, test_names) && CU_ADD_TEST(s, test_cpus) &&
           CU_ADD_TEST(s, test_rates);
}
