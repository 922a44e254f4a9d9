/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "an unmap that names a wrong address leaves both the CPU's and the device's "
    "mapping of its handle, and a right one ends both";

static int16_t unmap(uint64_t host, uint64_t bus, grant_handle_t handle)
{
    struct gnttab_unmap_grant_ref op = {
        .host_addr = host, .dev_bus_addr = bus, .handle = handle,
    };

    expect_eq(0, hc_grant_table_op(GNTTABOP_unmap_grant_ref, &op, 1), "unmap");
    return op.status;
}

void test_main(void)
{
    uint64_t *page = page_alloc(), hole = (uint64_t)va_hole();
    domid_t self = rt_domid();
    grant_ref_t ref = grant_new(self, va_to_mfn(page), false);
    struct gnttab_map_grant_ref op = {
        .host_addr = hole, .flags = GNTMAP_host_map | GNTMAP_device_map,
        .ref = ref, .dom = self,
    };

    expect_eq(0, hc_grant_table_op(GNTTABOP_map_grant_ref, &op, 1), "map");
    expect_eq(GNTST_okay, op.status, "map for the CPU and a device");
    expect_eq(GNTST_general_error,
              unmap(hole + PAGE_SIZE, op.dev_bus_addr, op.handle),
              "both, at an address where nothing is");
    expect_eq(GNTST_okay, unmap(hole, 0, op.handle), "the CPU's mapping");
    expect_true(!grant_end(ref), "the device's mapping is gone as well");
    expect_eq(GNTST_okay, unmap(0, op.dev_bus_addr, op.handle), "the device's");
    expect_true(grant_end(ref), "the grant is still in use");
    expect_eq(GNTST_bad_handle, unmap(0, op.dev_bus_addr, op.handle), "again");
}
