/* SPDX-License-Identifier: MIT */
/* cfg.c - xl.cfg as operators write it is read; errors have their place. */
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/lib/config.h"
#include "tests/unit/tools/tools_test.h"

static int parse(struct cfg *cfg, const char *text)
{
    memset(cfg, 0, sizeof(*cfg));
    hush();
    return cfg_parse(cfg, "t.cfg", text, strlen(text));
}

static void test_values(void)
{
    struct cfg c;
    struct cfg_entry *e;

    CU_ASSERT_FATAL(parse(&c, "# a comment\n name = 'a b' ; n=0x10 # more\n"
                          "l = [ 'x',\n  \"y\", 7, ]\nm=-3\r\n"
                          "q = \"it's \\\"so\\\"\"\n") == 0);
    CU_ASSERT(c.len == 5);
    e = cfg_find(&c, "name");
    CU_ASSERT(e && strcmp(e->one.text, "a b") == 0 && e->line == 2 &&
              e->col == 2);
    e = cfg_find(&c, "n");
    CU_ASSERT(e && e->kind == CFG_NUMBER && e->one.number == 16);
    e = cfg_find(&c, "l");
    CU_ASSERT(e && e->list_len == 3 && e->list[2].number == 7 &&
              e->list[1].line == 4);
    e = cfg_find(&c, "m");
    CU_ASSERT(e && e->one.number == -3);
    e = cfg_find(&c, "q");
    CU_ASSERT(e && strcmp(e->one.text, "it's \"so\"") == 0);
    CU_ASSERT(cfg_find(&c, "nosuch") == NULL);
    cfg_free(&c);
}

static void test_append_and_replace(void)
{
    struct cfg c;

    CU_ASSERT_FATAL(parse(&c, "a='x'\na+='y'\nl=['1']\nl+=['2','3']\nl+=[]\nb=1\n"
                          "b=2\n") == 0);
    CU_ASSERT(strcmp(cfg_find(&c, "a")->one.text, "xy") == 0);
    CU_ASSERT(cfg_find(&c, "l")->list_len == 3);
    CU_ASSERT(cfg_find(&c, "b")->one.number == 2);
    CU_ASSERT(said_has("t.cfg:7:1: b was set on line 6 already"));
    cfg_free(&c);
}

static void test_errors_have_a_place(void)
{
    static const struct { const char *text, *says; } bad[] = {
        { "name = 'x\n", "t.cfg:1:8: the string that starts here" },
        { "a=1\nl=['x'\n", "t.cfg:2:3: the list that starts here has no ]" },
        { "a=1 b=2\n", "t.cfg:1:5: something follows the value" },
        { "a\n", "t.cfg:1:2: = is missing after a" },
        { "=3\n", "t.cfg:1:1: '=' cannot start a key" },
        { "a=\n", "t.cfg:1:3: a value is missing" },
        { "a=word\n", "t.cfg:1:3: word is neither a number" },
        { "a=99999999999999999999\n", "t.cfg:1:3: the number" },
        { "l=['a' 'b']\n", "t.cfg:1:8: a comma or ] is missing" },
        { "l=[['a']]\n", "t.cfg:1:4: a list inside a list" },
        { "a=\"x\\0\"\n", "t.cfg:1:6: an escape" },
        { "a='x'\na+=['y']\n", "t.cfg:2:1: +=" },
        { "\x01=1\n", "t.cfg:1:1: the byte 0x01" },
        { "a=@\n", "t.cfg:1:3: '@' cannot start a value" },
    };
    struct cfg c;
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CU_ASSERT(parse(&c, bad[i].text) == -1);
        CU_ASSERT(said_has(bad[i].says));
        cfg_free(&c);
    }
    memset(&c, 0, sizeof(c));
    hush();
    CU_ASSERT(cfg_parse(&c, "t.cfg", "a='x\0y'", 8) == -1);
    CU_ASSERT(said_has("t.cfg:1:5: a NUL byte"));
    cfg_free(&c);
}

static void test_huge_files_are_refused(void)
{
    size_t n = CFG_FILE_MAX + 100;
    char *big = malloc(n);
    struct cfg c = { 0 };

    CU_ASSERT_FATAL(big != NULL);
    memset(big, 'a', n);
    hush();
    CU_ASSERT(cfg_load(&c, temp_file(big, n)) == -1);
    CU_ASSERT(said_has("larger than"));
    CU_ASSERT(cfg_load(&c, "/nosuch/file") == -1);
    CU_ASSERT(said_has("/nosuch/file: No such file"));
    cfg_free(&c);
    free(big);
}

static int guest(struct guest *g, const char *text)
{
    struct cfg c;
    int rc = parse(&c, text);

    if (rc == 0)
        rc = guest_from_cfg(&c, g);
    cfg_free(&c);
    return rc;
}

#define MINIMAL "name='g'\nkernel='/k'\nmemory=64\n"

static void test_guest(void)
{
    struct guest g;

    CU_ASSERT_FATAL(guest(&g, "builder='generic'\nname=\"g\"\nkernel='/k'\n"
                          "ramdisk='/r'\nroot='/dev/xvda ro'\nextra='quiet'\n"
                          "memory='128'\nmaxmem=256\nvcpus=2\nmaxvcpus=4\n"
                          "cpus='0-1'\ndisk=['/d,raw,xvda,w']\n"
                          "vif=['bridge=br0']\non_crash='preserve'\n"
                          "vnc=1\nfrob=2\ntsc_mode='native'\n") == 0);
    CU_ASSERT(said_has("t.cfg:15:1: vnc is ignored: it is for HVM"));
    CU_ASSERT(said_has("t.cfg:16:1: frob is ignored: no key is called so"));
    CU_ASSERT(strcmp(g.cmdline, "root=/dev/xvda ro quiet") == 0);
    CU_ASSERT(g.memory_kib == 128 << 10 && g.maxmem_kib == 256 << 10);
    CU_ASSERT(g.vcpus == 2 && g.maxvcpus == 4);
    CU_ASSERT(g.disks == 1 && g.vifs == 1);
    CU_ASSERT(g.tsc_mode == 2);
    CU_ASSERT(g.on_crash == AFTER_PRESERVE && g.on_reboot == AFTER_RESTART);
    CU_ASSERT(memcmp(g.vif[0].mac, "\0\x16\x3e", 3) == 0);
    guest_free(&g);
}

static void test_guest_errors(void)
{
    static const struct { const char *text, *says; } bad[] = {
        { "kernel='/k'\nmemory=64\n", "t.cfg: name is missing" },
        { "name='a/b'\nkernel='/k'\nmemory=64\n", "t.cfg:1:6: no guest" },
        { "name='17'\nkernel='/k'\nmemory=64\n", "taken for a domain id" },
        { "name=['x']\nkernel='/k'\nmemory=64\n", "t.cfg:1:1: name wants" },
        { "name='g'\nmemory=64\n", "kernel is missing" },
        { "name='g'\nkernel='/k'\n", "memory is missing" },
        { MINIMAL "memory=-5\n", "memory wants a number" },
        { MINIMAL "memory=1\n", "memory is 1, outside" },
        { MINIMAL "maxmem=32\n", "maxmem is below memory" },
        { MINIMAL "vcpus=0\n", "vcpus is 0" },
        { MINIMAL "vcpus=4\nmaxvcpus=2\n", "maxvcpus is below vcpus" },
        { MINIMAL "type='hvm'\n", "only PV guests" },
        { MINIMAL "uuid='123'\n", "t.cfg:4:6: uuid" },
        { MINIMAL "tsc_mode='fast'\n", "t.cfg:4:10: tsc_mode is one of" },
        { MINIMAL "tsc_mode=3\n", "t.cfg:4:10: tsc_mode is one of" },
        { MINIMAL "on_crash='explode'\n", "t.cfg:4:10: on_crash is one of" },
        { MINIMAL "disk='x'\n", "t.cfg:4:1: disk wants a list" },
        { MINIMAL "disk=['/a,raw,xvda,w','/b,raw,xvda,w']\n",
          "two disks are called xvda" },
        { MINIMAL "vif=['mac=00:16:3e:00:00:01','mac=00:16:3e:00:00:01']\n",
          "same MAC" },
        { MINIMAL "cpus='zz'\n", "t.cfg:4:1: cpus" },
    };
    struct guest g;
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CU_ASSERT(guest(&g, bad[i].text) == -1);
        CU_ASSERT(said_has(bad[i].says));
    }
}

static void test_thousand_disks(void)
{
    struct text t = { 0 };
    struct guest g;
    int i;

    text_add(&t, MINIMAL "disk=[");
    for (i = 0; i < 1000; i++)
        text_add(&t, "'/d%d,raw,xvda%d,w',", i, i % 200);
    text_add(&t, "]\n");
    CU_ASSERT(guest(&g, t.s) == -1);
    CU_ASSERT(said_has("1000 disks"));
    free(t.s);
}

static void test_round_trip(void)
{
    struct guest g, again;
    char *text, *second;

    CU_ASSERT_FATAL(guest(&g, MINIMAL "extra='a=\"b\\\\c\" d'\n"
                          "disk=['phy:/dev/v,xvda,r','/x,y,raw,xvdb,w',"
                          "'vdev=xvdc,access=w,target=/a,b']\n"
                          "vif=['mac=00:16:3e:01:02:03,bridge=b,mtu=9000',"
                          "'vifname=v0,rate=10MB/s,trusted=0']\n"
                          "max_grant_frames=8\non_reboot='destroy'\n") == -1);
    CU_ASSERT_FATAL(guest(&g, MINIMAL "extra='a=\"b\\\\c\" d'\n"
                          "disk=['phy:/dev/v,xvda,r',"
                          "'vdev=xvdc,access=w,target=/a,b']\n"
                          "vif=['mac=00:16:3e:01:02:03,bridge=b,mtu=9000',"
                          "'vifname=v0,rate=10MB/s,trusted=0']\n"
                          "max_grant_frames=8\non_reboot='destroy'\n") == 0);
    CU_ASSERT(strcmp(g.disk[1].path, "/a,b") == 0);
    text = guest_to_cfg(&g);
    CU_ASSERT_FATAL(guest(&again, text) == 0);
    CU_ASSERT(said[0] == '\0');
    second = guest_to_cfg(&again);
    CU_ASSERT(strcmp(text, second) == 0);
    CU_ASSERT(strcmp(again.cmdline, "a=\"b\\c\" d") == 0);
    CU_ASSERT(memcmp(again.uuid, g.uuid, 16) == 0);
    free(text);
    free(second);
    guest_free(&g);
    guest_free(&again);
}

bool suite_cfg(void)
{
    CU_pSuite s = CU_add_suite("cfg", NULL, NULL);

    return s && CU_ADD_TEST(s, test_values) &&
           CU_ADD_TEST(s, test_append_and_replace) &&
           CU_ADD_TEST(s, test_errors_have_a_place) &&
           CU_ADD_TEST(s, test_huge_files_are_refused) &&
           CU_ADD_TEST(s, test_guest) && CU_ADD_TEST(s, test_guest_errors) &&
           CU_ADD_TEST(s, test_thousand_disks) &&
           CU_ADD_TEST(s, test_round_trip);
}
