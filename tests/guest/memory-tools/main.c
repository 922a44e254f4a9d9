/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "claims, virtual NUMA, filling on demand, reserved device memory and what is "
    "for HVM alone answer as for a PV domain and check what they are given";

/* covers use: memory_op.claim_pages memory_op.get_vnumainfo */
/* covers use: memory_op.set_pod_target memory_op.get_pod_target */
/* covers use: memory_op.reserved_device_memory_map */
/* covers abuse: memory_op.claim_pages memory_op.get_vnumainfo */
/* covers abuse: memory_op.set_pod_target memory_op.get_pod_target */
/* covers abuse: memory_op.reserved_device_memory_map */

static void check_claim(void)
{
    struct xen_memory_reservation r = { .domid = rt_domid() };
    xen_pfn_t list = 0;

    if (!rt_is_dom0()) {
        expect_eq(-XEN_EPERM, hc_memory_op(XENMEM_claim_pages, &r),
                  "a claim by a guest");
        return;
    }
    r.nr_extents = 1UL << 40;
    expect_true(hc_memory_op(XENMEM_claim_pages, &r) < 0,
                "a claim of 2^40 pages");
    r.nr_extents = 0;
    expect_eq(0, hc_memory_op(XENMEM_claim_pages, &r), "a claim of nothing");
    r.extent_order = 1;
    expect_eq(-XEN_EINVAL, hc_memory_op(XENMEM_claim_pages, &r),
              "a claim with an order");
    r.extent_order = 0;
    r.mem_flags = 1;
    expect_eq(-XEN_EINVAL, hc_memory_op(XENMEM_claim_pages, &r),
              "a claim with flags");
    r.mem_flags = 0;
    set_xen_guest_handle(r.extent_start, &list);
    expect_eq(-XEN_EINVAL, hc_memory_op(XENMEM_claim_pages, &r),
              "a claim with a list");
    set_xen_guest_handle(r.extent_start, NULL);
    r.domid = NOBODY;
    expect_eq(-XEN_EINVAL, hc_memory_op(XENMEM_claim_pages, &r),
              "a claim for nobody");
    r.domid = DOMID_SELF;
    expect_eq(-XEN_EINVAL, hc_memory_op(XENMEM_claim_pages, &r),
              "a claim for DOMID_SELF");
    expect_eq(-XEN_EFAULT, hc_memory_op(XENMEM_claim_pages, UNMAPPED),
              "a claim from nowhere");
}

static void check_vnuma(void)
{
    struct xen_vnuma_topology_info t = { .domid = DOMID_SELF };

    expect_eq(-XEN_EOPNOTSUPP, hc_memory_op(XENMEM_get_vnumainfo, &t),
              "virtual NUMA");
    t.pad = 1;
    expect_eq(-XEN_EINVAL, hc_memory_op(XENMEM_get_vnumainfo, &t), "padding");
    t.pad = 0;
    t.domid = NOBODY;
    expect_eq(-XEN_ESRCH, hc_memory_op(XENMEM_get_vnumainfo, &t), "of nobody");
    expect_eq(-XEN_EFAULT, hc_memory_op(XENMEM_get_vnumainfo, UNMAPPED),
              "from nowhere");
}

static void check_pod(unsigned cmd)
{
    struct xen_pod_target t = { .domid = DOMID_SELF };

    expect_true(hc_memory_op(cmd, &t) < 0, "command %u", cmd);
    t.domid = NOBODY;
    expect_eq(-XEN_ESRCH, hc_memory_op(cmd, &t), "command %u of nobody", cmd);
    expect_eq(-XEN_EFAULT, hc_memory_op(cmd, UNMAPPED),
              "command %u from nowhere", cmd);
}

static void check_reserved(void)
{
    struct xen_reserved_device_memory_map m = { .flags = XENMEM_RDM_ALL };

    expect_eq(0, hc_memory_op(XENMEM_reserved_device_memory_map, &m),
              "reserved device memory");
    expect_eq(0, m.nr_entries, "its entries");
    m.flags = ~0U;
    expect_eq(-XEN_EINVAL, hc_memory_op(XENMEM_reserved_device_memory_map, &m),
              "flags ~0");
    expect_eq(-XEN_EFAULT,
              hc_memory_op(XENMEM_reserved_device_memory_map, UNMAPPED),
              "from nowhere");
}

void test_main(void)
{
    static const unsigned hvm[] = { XENMEM_paging_op, XENMEM_access_op,
                                    XENMEM_sharing_op };
    uint64_t *page = page_alloc();

    check_claim();
    check_vnuma();
    check_pod(XENMEM_set_pod_target);
    check_pod(XENMEM_get_pod_target);
    check_reserved();
    for (unsigned i = 0; i < sizeof(hvm) / sizeof(hvm[0]); i++) {
        expect_true(hc_memory_op(hvm[i], page) < 0, "command %u", hvm[i]);
        expect_true(hc_memory_op(hvm[i], UNMAPPED) < 0,
                    "command %u from nowhere", hvm[i]);
    }
}
