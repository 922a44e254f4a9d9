/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "the machine-to-pfn table is read-only and where the calls say, a control "
    "domain maps it, and its own resources are not to be acquired";

/* covers use: memory_op.machphys_mapping memory_op.machphys_mfn_list */
/* covers abuse: memory_op.acquire_resource */

static void check_m2p(char *hole)
{
    struct xen_machphys_mapping map;
    static xen_pfn_t list[64];
    struct xen_machphys_mfn_list frames = { .max_extents = 64 };
    struct trap_caught c;
    struct mmu_update req = { .ptr = pte_ma(pte_of(hole, 1)) };
    uint64_t v, mfn = va_to_mfn((void *)rt_start_info);

    expect_eq(0, hc_memory_op(XENMEM_machphys_mapping, &map), "mapping");
    expect_eq(MACH2PHYS_VIRT_START, map.v_start, "start");
    expect_true(map.v_end > map.v_start && map.max_mfn > 0, "size");
    expect_true(mfn <= map.max_mfn, "our frame %#lx is beyond the last", mfn);
    expect_eq(va_to_pfn((void *)rt_start_info), mfn_to_pfn(mfn), "an entry");
    expect_true(!try_write(&c, (void *)(map.v_start + mfn * 8), 0),
                "the table was written");
    if (!rt_is_dom0())
        return;
    set_xen_guest_handle(frames.extent_start, list);
    expect_eq(0, hc_memory_op(XENMEM_machphys_mfn_list, &frames), "frames");
    expect_true(frames.nr_extents > 0, "no frames");
    req.val = list[0] << 12 | PTE_P | PTE_US;
    expect_eq(0, hc_mmu_update(&req, 1, NULL, DOMID_XEN), "map the first");
    expect_true(try_read(&c, hole, &v), "read it");
    req.val |= PTE_RW;
    expect_true(hc_mmu_update(&req, 1, NULL, DOMID_XEN) < 0, "map it writable");
    expect_eq(0, page_set(hole, 0), "unmap");
}

/* Another domain's frames are for its toolstack; one's own come by other ways. */
static void check_resource(void)
{
    xen_pfn_t frame = 0;
    struct xen_mem_acquire_resource r = {
        .domid = rt_domid(), .type = XENMEM_resource_grant_table,
        .id = XENMEM_resource_grant_table_id_shared, .nr_frames = 1,
    };

    set_xen_guest_handle(r.frame_list, &frame);
    expect_eq(-XEN_EPERM, hc_memory_op(XENMEM_acquire_resource, &r),
              "a resource of oneself");
    r.pad = 1;
    expect_eq(-XEN_EINVAL, hc_memory_op(XENMEM_acquire_resource, &r), "pad");
    r.pad = 0;
    r.domid = 0x7fe0;
    expect_eq(-XEN_ESRCH, hc_memory_op(XENMEM_acquire_resource, &r),
              "a resource of nobody");
}

void test_main(void)
{
    check_m2p(va_hole());
    if (rt_is_dom0())
        check_resource();
}
