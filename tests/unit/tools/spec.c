/* SPDX-License-Identifier: MIT */
/* spec.c - disk and vif specifications in all the forms operators use. */
#include <string.h>

#include "dom0-tools/lib/config.h"
#include "tests/unit/tools/tools_test.h"

static struct cfg_entry entry = { .key = (char *)"disk", .file = "t.cfg" };

static int disk(struct disk *d, const char *spec)
{
    struct cfg_item at = { .text = (char *)spec, .line = 3, .col = 9 };

    hush();
    entry.key = (char *)"disk";
    return disk_parse(&entry, &at, d);
}

static void test_disk_forms(void)
{
    static const struct {
        const char *spec, *path, *vdev;
        bool readonly, removable;
    } good[] = {
        { "/x.img,raw,xvda,w", "/x.img", "xvda", false, false },
        { "/x.img,raw,xvda,rw", "/x.img", "xvda", false, false },
        { "/x.img,,xvda,r", "/x.img", "xvda", true, false },
        { "/x.img, raw , xvdb1 , ro", "/x.img", "xvdb1", true, false },
        { "/x.img,xvda,w", "/x.img", "xvda", false, false },
        { "phy:/dev/vg/a,xvda,w", "/dev/vg/a", "xvda", false, false },
        { "phy:vg/a,xvda,w", "/dev/vg/a", "xvda", false, false },
        { "file:/x,hda1,r", "/x", "hda1", true, false },
        { "tap:aio:/x,sda,w", "/x", "sda", false, false },
        { "/x,raw,xvdc,w,cdrom", "/x", "xvdc", true, true },
        { "file:/x,hdc:cdrom,r", "/x", "hdc", true, true },
        { "format=raw, vdev=xvda, access=rw, target=/a,b=c", "/a,b=c", "xvda",
          false, false },
        { "vdev=xvda,direct-io-safe,no-discard,target=/x", "/x", "xvda",
          false, false },
        { "/x,raw,vdev=xvdd,access=r", "/x", "xvdd", true, false },
    };
    struct disk d;
    size_t i;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        CU_ASSERT_FATAL(disk(&d, good[i].spec) == 0);
        CU_ASSERT(strcmp(d.path, good[i].path) == 0);
        CU_ASSERT(strcmp(d.vdev, good[i].vdev) == 0);
        CU_ASSERT(d.readonly == good[i].readonly);
        CU_ASSERT(d.removable == good[i].removable);
        disk_free(&d);
    }
}

static void test_disk_errors(void)
{
    static const struct { const char *spec, *says; } bad[] = {
        { "", "names no file" },
        { "/x", "lacks the guest's name" },
        { "/x,qcow2,xvda,w", "raw disks only, not qcow2" },
        { "/x,raw,vda,w", "no disk is called vda" },
        { "/x,raw,xvda,z", "access is r or w" },
        { "/x,raw,xvda,w,more", "one field too many" },
        { "x.img,raw,xvda,w", "must be absolute" },
        { "/x,raw,xvda,w,frob=1", "unknown key frob" },
        { "/x,raw,xvda,w,backend=other", "driver domains" },
    };
    struct disk d;
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CU_ASSERT(disk(&d, bad[i].spec) == -1);
        CU_ASSERT(said_has("t.cfg:3:9: disk"));
        CU_ASSERT(said_has(bad[i].says));
    }
}

static int vif(struct vif *v, const char *spec)
{
    struct cfg_item at = { .text = (char *)spec, .line = 3, .col = 9 };

    hush();
    entry.key = (char *)"vif";
    return vif_parse(&entry, &at, v);
}

static void test_vif_forms(void)
{
    struct vif v;

    CU_ASSERT_FATAL(vif(&v, "") == 0);
    CU_ASSERT(!v.has_mac && !v.bridge && v.trusted);
    vif_free(&v);
    CU_ASSERT_FATAL(vif(&v, "mac=00:16:3E:00:aB:01, bridge=xenbr0 ,"
                        "vifname=v0,mtu=9000,rate=1Gb/s@20ms,type=vif") == 0);
    CU_ASSERT(v.has_mac && memcmp(v.mac, "\0\x16\x3e\0\xab\1", 6) == 0);
    CU_ASSERT(strcmp(v.bridge, "xenbr0") == 0 && v.mtu == 9000);
    vif_free(&v);
}

static void test_vif_errors(void)
{
    static const struct { const char *spec, *says; } bad[] = {
        { "mac=00:16:3e:00:00", "not a MAC address" },
        { "mac=00:16:3e:00:00:0g", "not a MAC address" },
        { "mac=01:16:3e:00:00:01", "not a MAC address" },
        { "bridge", "not of the form key=value: bridge" },
        { "frob=1", "unknown key frob" },
        { "mtu=12", "an MTU is" },
        { "type=ioemu", "only type=vif" },
        { "rate=fast", "a rate is like" },
        { "vifname=much-too-long-for-a-name", "no interface can be" },
    };
    struct vif v;
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CU_ASSERT(vif(&v, bad[i].spec) == -1);
        CU_ASSERT(said_has(bad[i].says));
    }
}

bool suite_spec(void)
{
    CU_pSuite s = CU_add_suite("spec", NULL, NULL);

    return s && CU_ADD_TEST(s, test_disk_forms) &&
           CU_ADD_TEST(s, test_disk_errors) && CU_ADD_TEST(s, test_vif_forms) &&
           CU_ADD_TEST(s, test_vif_errors);
}
