/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "after an unmap with a flush on all vcpus, another vcpu cannot use the old "
    "mapping";

static char *hole;
static unsigned running, stop, faults, expect_fault;

static void second_main(void *arg)
{
    struct trap_caught c;
    uint64_t v;

    (void)arg;
    __atomic_store_n(&running, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        if (__atomic_load_n(&expect_fault, __ATOMIC_SEQ_CST) == 1) {
            if (!try_read(&c, hole, &v))
                __atomic_store_n(&faults, 1, __ATOMIC_SEQ_CST);
            __atomic_store_n(&expect_fault, 2, __ATOMIC_SEQ_CST);
        } else {
            try_read(&c, hole, &v);
        }
    }
}

void test_main(void)
{
    uint64_t pte;
    struct mmuext_op op = { .cmd = MMUEXT_INVLPG_ALL };

    hole = va_hole();
    pte = va_to_mfn(page_alloc()) << 12 | PTE_FLAGS;
    running = stop = expect_fault = 0;
    page_set(hole, pte);
    expect_eq(0, rt_vcpu_start(1, second_main, NULL), "start");
    expect_true(wait_for(&running, 2000000000), "the second vcpu never ran");
    for (unsigned i = 0; i < 40; i++) {
        page_set(hole, pte);
        time_spin(2000000);
        faults = 0;
        if (i % 2 == 0) {
            expect_eq(0, hc_update_va_mapping(hole, 0, UVMF_INVLPG | UVMF_ALL),
                      "unmap, flush all");
        } else {
            expect_eq(0, hc_update_va_mapping(hole, 0, UVMF_NONE), "unmap");
            op.arg1.linear_addr = (unsigned long)hole;
            expect_eq(0, hc_mmuext_op(&op, 1, NULL, DOMID_SELF), "invlpg all");
        }
        __atomic_store_n(&expect_fault, 1, __ATOMIC_SEQ_CST);
        for (uint64_t end = time_ns() + 2000000000;
             __atomic_load_n(&expect_fault, __ATOMIC_SEQ_CST) != 2 &&
             time_ns() < end;)
            hc_sched_op(SCHEDOP_yield, NULL);
        expect_eq(1, faults, "round %u: the other vcpu's access faulted", i);
        __atomic_store_n(&expect_fault, 0, __ATOMIC_SEQ_CST);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    while (hc_vcpu_op(VCPUOP_is_up, 1, NULL) == 1)
        hc_sched_op(SCHEDOP_yield, NULL);
}
