/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "arguments that another vcpu changes during a call are judged and used as one "
    "value: no bad entry ever gets in";

static struct mmu_update req;
static uint64_t good, bad, good_ptr, bad_ptr;
static unsigned running, stop;

static void flip(void *arg)
{
    (void)arg;
    __atomic_store_n(&running, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        for (unsigned i = 0; i < 100; i++) {
            __atomic_store_n(&req.val, bad, __ATOMIC_RELAXED);
            __atomic_store_n(&req.ptr, bad_ptr, __ATOMIC_RELAXED);
            __atomic_store_n(&req.val, good, __ATOMIC_RELAXED);
            __atomic_store_n(&req.ptr, good_ptr, __ATOMIC_RELAXED);
        }
        if (time_ns() % 8 == 0)
            hc_sched_op(SCHEDOP_yield, NULL);
    }
}

void test_main(void)
{
    char *hole = va_hole();
    const uint64_t *e = pte_of(hole, 1);
    const uint64_t *slot = pte_of((void *)HYPERVISOR_VIRT_START, 4) + 1;
    uint64_t before = *slot, end = time_ns() + 1500000000UL, seen;
    unsigned done = 0, refused = 0, wrong = 0;

    good = va_to_mfn(page_alloc()) << 12 | PTE_FLAGS;
    bad = hypervisor_frame() << 12 | PTE_FLAGS;
    good_ptr = pte_ma(e);
    bad_ptr = pte_ma(slot);
    req.ptr = good_ptr;
    req.val = good;
    running = stop = 0;
    expect_eq(0, rt_vcpu_start(1, flip, NULL), "start");
    expect_true(wait_for(&running, 2000000000), "the second vcpu never ran");
    while (time_ns() < end) {
        if (hc_mmu_update(&req, 1, NULL, DOMID_SELF) == 0)
            done++;
        else
            refused++;
        seen = *e;
        if (seen != 0 && PTE_MFN(seen) != PTE_MFN(good))
            wrong++;
        if (*slot != before)
            wrong++;
    }
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    while (hc_vcpu_op(VCPUOP_is_up, 1, NULL) == 1)
        hc_sched_op(SCHEDOP_yield, NULL);
    expect_eq(0, wrong, "bad entries seen");
    expect_true(done > 0, "no update was done");
    rt_printf("  %u updates done, %u refused\n", done, refused);
    page_set(hole, 0);
}
