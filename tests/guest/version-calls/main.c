/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "public/version.h"

const char test_title[] =
    "each version question is answered with text that ends, a build id fits what was "
    "asked for, and nothing is written where it cannot be";

/* covers use: xen_version xen_version.version xen_version.extraversion */
/* covers use: xen_version.compile_info xen_version.capabilities */
/* covers use: xen_version.changeset xen_version.platform_parameters */
/* covers use: xen_version.get_features xen_version.pagesize */
/* covers use: xen_version.guest_handle xen_version.commandline */
/* covers use: xen_version.build_id */
/* covers abuse: xen_version xen_version.version xen_version.extraversion */
/* covers abuse: xen_version.compile_info xen_version.capabilities */
/* covers abuse: xen_version.changeset xen_version.platform_parameters */
/* covers abuse: xen_version.get_features xen_version.pagesize */
/* covers abuse: xen_version.guest_handle xen_version.commandline */
/* covers abuse: xen_version.build_id */

static char text[1100];

static void check_text(unsigned cmd, unsigned size)
{
    memset(text, 0x7e, sizeof(text));
    expect_eq(0, hc_xen_version(cmd, text), "question %u", cmd);
    expect_true(strlen(text) < size, "text %u does not end", cmd);
    expect_eq(0x7e, text[size], "the byte after text %u", cmd);
}

void test_main(void)
{
    static void *const bad[] = { UNMAPPED, NONCANONICAL, HYPERVISOR, TOP };
    struct xen_feature_info f = { .submap_idx = 0 };
    xen_domain_handle_t handle;
    uint64_t start = 0;
    struct xen_build_id *id = (struct xen_build_id *)text;
    long n;

    expect_eq(4 << 16 | 17, hc_xen_version(XENVER_version, NULL), "version");
    check_text(XENVER_extraversion, sizeof(xen_extraversion_t));
    check_text(XENVER_capabilities, sizeof(xen_capabilities_info_t));
    check_text(XENVER_changeset, sizeof(xen_changeset_info_t));
    check_text(XENVER_commandline, sizeof(xen_commandline_t));
    expect_eq(0, hc_xen_version(XENVER_compile_info, text), "compile_info");
    expect_eq(PAGE_SIZE, hc_xen_version(XENVER_pagesize, NULL), "pagesize");
    expect_eq(-XEN_EINVAL, hc_xen_version(XENVER_pagesize, text),
              "pagesize with an argument");
    expect_eq(0, hc_xen_version(XENVER_guest_handle, &handle), "handle");
    expect_eq(0, hc_xen_version(XENVER_platform_parameters, &start), "start");
    expect_eq(HYPERVISOR_VIRT_START, start, "where the hypervisor begins");
    expect_eq(-XEN_EFAULT, hc_xen_version(XENVER_platform_parameters, UNMAPPED),
              "start to nowhere");
    expect_eq(0, hc_xen_version(XENVER_get_features, &f), "features");
    expect_true(f.submap != 0, "no features");
    f.submap_idx = ~0U;
    expect_eq(-XEN_EINVAL, hc_xen_version(XENVER_get_features, &f),
              "feature word ~0");
    n = hc_xen_version(XENVER_build_id, NULL);
    expect_true((n > 0 && n < 64) || n == -XEN_ENODATA || !rt_is_dom0(),
                "length of the build id: %ld", n);
    if (n > 0) {
        id->len = 0;
        expect_eq(-XEN_EINVAL, hc_xen_version(XENVER_build_id, id),
                  "room for nothing");
        id->len = (uint32_t)n - 1;
        expect_eq(-XEN_ENOBUFS, hc_xen_version(XENVER_build_id, id),
                  "room for too little");
        id->len = (uint32_t)n;
        expect_eq(n, hc_xen_version(XENVER_build_id, id), "the build id");
        expect_eq(-XEN_EFAULT, hc_xen_version(XENVER_build_id, UNMAPPED),
                  "to nowhere");
    }
    for (unsigned cmd = XENVER_extraversion; cmd <= XENVER_commandline; cmd++) {
        if (cmd == XENVER_pagesize)
            continue;
        for (unsigned b = 0; b < sizeof(bad) / sizeof(bad[0]); b++)
            expect_eq(-XEN_EFAULT, hc_xen_version(cmd, bad[b]),
                      "question %u to %p", cmd, bad[b]);
    }
    expect_eq(-XEN_ENOSYS, hc_xen_version(99, text), "question 99");
    expect_eq(-XEN_ENOSYS, hc_xen_version(~0U, text), "question ~0");
}
