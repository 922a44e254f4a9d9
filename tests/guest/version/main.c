/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"
#include "public/version.h"

const char test_title[] =
    "xen_version says 4.17, a PV hypervisor's features and strings, and no more";

void test_main(void)
{
    static xen_capabilities_info_t caps;
    static xen_commandline_t line;
    xen_extraversion_t extra;
    struct xen_compile_info info;
    struct xen_platform_parameters params;
    struct xen_feature_info features = { .submap_idx = 0 };
    xen_domain_handle_t handle;

    expect_eq(4 << 16 | 17, hc_xen_version(XENVER_version, NULL), "version");
    expect_eq(0, hc_xen_version(XENVER_extraversion, extra), "extraversion");
    expect_true(strlen(extra) < sizeof(extra), "extraversion does not end");
    expect_eq(0, hc_xen_version(XENVER_compile_info, &info), "compile_info");
    expect_eq(0, hc_xen_version(XENVER_capabilities, caps), "capabilities");
    expect_true(strncmp(caps, "xen-3.0-x86_64", 14) == 0, "capabilities: %s",
                caps);
    expect_eq(0, hc_xen_version(XENVER_platform_parameters, &params), "params");
    expect_eq(HYPERVISOR_VIRT_START, params.virt_start, "virt_start");
    expect_eq(0, hc_xen_version(XENVER_get_features, &features), "features");
    expect_eq(1U << XENFEAT_mmu_pt_update_preserve_ad |
              1U << XENFEAT_highmem_assist |
              1U << XENFEAT_gnttab_map_avail_bits |
              (rt_is_dom0() ? 1U << XENFEAT_dom0 : 0) |
              1U << XENFEAT_memory_op_vnode_supported |
              1U << XENFEAT_direct_mapped,
              features.submap, "features");
    features.submap_idx = 1;
    expect_eq(-XEN_EINVAL, hc_xen_version(XENVER_get_features, &features),
              "submap 1");
    expect_eq(PAGE_SIZE, hc_xen_version(XENVER_pagesize, NULL), "page size");
    expect_eq(0, hc_xen_version(XENVER_guest_handle, handle), "handle");
    expect_eq(0, hc_xen_version(XENVER_commandline, line), "command line");
    expect_eq(-XEN_ENOSYS, hc_xen_version(99, NULL), "command 99");
    expect_eq(-XEN_EFAULT, hc_xen_version(XENVER_extraversion,
                                          (void *)0x7f0000000000UL),
              "to an unmapped address");
}
