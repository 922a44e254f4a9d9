/* SPDX-License-Identifier: MIT */
/* output.c - `xl list` rows, byte for byte as real Xen's xl 4.17 printed them. */
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/cmd/cmd.h"
#include "dom0-tools/lib/config.h"
#include "dom0-tools/lib/row.h"
#include "tests/unit/tools/tools_test.h"

static void row_is(const dominfo *d, const char *name, bool verbose,
                   const char *want)
{
    struct text t = { 0 };

    row_domain(&t, name, d, verbose);
    CU_ASSERT(strcmp(t.s, want) == 0);
    free(t.s);
}

static void test_head(void)
{
    struct text t = { 0 };

    row_head(&t, false);
    CU_ASSERT(strcmp(t.s, "Name                                        ID   "
                     "Mem VCPUs\tState\tTime(s)\n") == 0);
    row_head(&t, true);
    CU_ASSERT(strstr(t.s, "Time(s)   UUID                            "
                     "Reason-Code\tSecurity Label\n") != NULL);
    free(t.s);
}

static void test_rows(void)
{
    dominfo d = {
        .domain = 1, .flags = XEN_DOMINF_blocked, .tot_pages = 128 << 8,
        .nr_online_vcpus = 2, .cpu_time = 7700000000ull,
    };

    row_is(&d, "s", false,
           "s                                            1   128     2     "
           "-b----       7.7\n");
    uuid_parse("0e6b930c-ada7-4295-bd51-5a7c0b3a1eae", d.handle);
    d.cpu_time = 7900000000ull;
    row_is(&d, "s", true,
           "s                                            1   128     2     "
           "-b----       7.9 0e6b930c-ada7-4295-bd51-5a7c0b3a1eae        -"
           "                -\n");
    d.flags = XEN_DOMINF_shutdown | 3 << XEN_DOMINF_shutdownshift;
    row_is(&d, "s", false,
           "s                                            1   128     2     "
           "---sc-       7.9\n");
    d.flags = XEN_DOMINF_running | XEN_DOMINF_paused | XEN_DOMINF_dying;
    d.domain = DOMID_INVALID;
    row_is(&d, "(null)", false,
           "(null)                                      -1   128     2     "
           "r-p--d       7.9\n");
}

static void test_json(void)
{
    static const char text[] =
        "name='a\"b'\nkernel='/k'\nmemory=64\nvcpus=2\n"
        "uuid='0e6b930c-ada7-4295-bd51-5a7c0b3a1eae'\n"
        "disk=['/d,raw,xvda,w']\nvif=['mac=00:16:3e:00:00:01']\n";
    static const char want[] =
        "    {\n        \"domid\": 3,\n        \"config\": {\n"
        "            \"c_info\": {\n                \"type\": \"pv\",\n"
        "                \"name\": \"a\\\"b\",\n"
        "                \"uuid\": \"0e6b930c-ada7-4295-bd51-5a7c0b3a1eae\"\n"
        "            },\n            \"b_info\": {\n"
        "                \"max_vcpus\": 2,\n"
        "                \"avail_vcpus\": [\n                    0,\n"
        "                    1\n                ],\n"
        "                \"max_memkb\": 65536,\n";
    struct cfg cfg = { 0 };
    struct text t = { 0 };
    struct guest g;

    CU_ASSERT_FATAL(cfg_parse(&cfg, "t", text, strlen(text)) == 0 &&
                    guest_from_cfg(&cfg, &g) == 0);
    json_guest(&t, &g, 3, 4);
    CU_ASSERT(strncmp(t.s, want, strlen(want)) == 0);
    CU_ASSERT(strstr(t.s, "\"mac\": \"00:16:3e:00:00:01\"") != NULL);
    CU_ASSERT(strcmp(t.s + t.len - 6, "\n    }") == 0);
    free(t.s);
    guest_free(&g);
    cfg_free(&cfg);
}

bool suite_output(void)
{
    CU_pSuite s = CU_add_suite("output", NULL, NULL);

    return s && CU_ADD_TEST(s, test_head) && CU_ADD_TEST(s, test_rows) &&
           CU_ADD_TEST(s, test_json);
}
