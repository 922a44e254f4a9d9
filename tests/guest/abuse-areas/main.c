/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "public/vcpu.h"

const char test_title[] =
    "runstate and time areas that are unmapped, read-only or a page table when the "
    "hypervisor writes them are left alone, and the domain lives on";

/* covers abuse: vcpu_op.register_runstate_memory_area */
/* covers abuse: vcpu_op.register_vcpu_time_memory_area */

static char *hole;

/* Times at which a vcpu's areas are written. */
static void pass_time(void)
{
    for (unsigned i = 0; i < 5; i++) {
        struct sched_poll poll = { .timeout = time_ns() + 500000 };

        hc_sched_op(SCHEDOP_poll, &poll);
        hc_sched_op(SCHEDOP_yield, NULL);
    }
}

static long area(unsigned cmd, uint64_t va)
{
    struct vcpu_register_runstate_memory_area op = { .addr.p = va };

    return hc_vcpu_op(cmd, 0, &op);
}

static void check(unsigned cmd, const char *what)
{
    uint64_t *page = page_alloc(), mfn = va_to_mfn(page);
    uint64_t end = (uint64_t)hole + PAGE_SIZE - 8;

    expect_eq(0, page_set(hole, mfn << 12 | PTE_FLAGS), "map");
    expect_eq(0, area(cmd, (uint64_t)hole), "%s", what);
    pass_time();
    expect_eq(0, page_set(hole, 0), "unmap");
    pass_time();
    expect_eq(0, page_set(hole, mfn << 12 | PTE_P | PTE_US), "read-only");
    expect_true(area(cmd, (uint64_t)hole) <= 0, "%s on a read-only page", what);
    memset(page, 0x5a, PAGE_SIZE);
    pass_time();
    expect_eq(0x5a5a5a5a5a5a5a5aUL, *page, "the read-only page");
    /* A table in use: nothing but checked updates may change it. */
    expect_true(area(cmd, (uint64_t)pte_of(hole, 1)) <= 0, "%s in a table",
                what);
    pass_time();
    expect_eq(mfn, PTE_MFN(*pte_of(hole, 1)), "the table's entry");
    /* Half of it on a page that is not there. */
    expect_eq(0, page_set(hole, mfn << 12 | PTE_FLAGS), "map");
    expect_true(area(cmd, end) <= 0, "%s across the end", what);
    pass_time();
    expect_eq(-XEN_EFAULT, area(cmd, HYPERVISOR_VIRT_START),
              "%s in the machine's table", what);
    expect_eq(0, area(cmd, 0), "none");
    expect_eq(0, page_set(hole, 0), "unmap");
}

void test_main(void)
{
    hole = va_hole();
    check(VCPUOP_register_runstate_memory_area, "a runstate area");
    check(VCPUOP_register_vcpu_time_memory_area, "a time area");
}
