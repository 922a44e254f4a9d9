/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "a grant entry and a copy that another vcpu changes meanwhile never map another "
    "frame, never copy past a page, and leave no use behind";

static grant_ref_t ref;
static struct gnttab_copy copy;
static unsigned running, stop;
static uint64_t good, bad;
static domid_t self;

static void flip(void *arg)
{
    struct grant_entry_v1 *e = &grant_table()[ref];

    (void)arg;
    __atomic_store_n(&running, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        for (unsigned i = 0; i < 50; i++) {
            __atomic_store_n(&e->frame, (uint32_t)bad, __ATOMIC_RELAXED);
            __atomic_store_n(&e->domid, NOBODY, __ATOMIC_RELAXED);
            __atomic_store_n(&e->domid, self, __ATOMIC_RELAXED);
            __atomic_store_n(&e->frame, (uint32_t)good, __ATOMIC_RELAXED);
            __atomic_store_n(&copy.len, 4096, __ATOMIC_RELAXED);
            __atomic_store_n(&copy.dest.offset, 4088, __ATOMIC_RELAXED);
            __atomic_store_n(&copy.len, 8, __ATOMIC_RELAXED);
            __atomic_store_n(&copy.dest.offset, 0, __ATOMIC_RELAXED);
        }
        if (time_ns() % 8 == 0)
            hc_sched_op(SCHEDOP_yield, NULL);
    }
}

static unsigned mapped, copied, wrong;

static void map_once(char *hole)
{
    struct gnttab_map_grant_ref m = { .host_addr = (uint64_t)hole, .ref = ref,
                                      .flags = GNTMAP_host_map, .dom = self };
    struct gnttab_unmap_grant_ref u = { .host_addr = (uint64_t)hole };

    hc_grant_table_op(GNTTABOP_map_grant_ref, &m, 1);
    if (m.status != GNTST_okay)
        return;
    mapped++;
    wrong += PTE_MFN(*pte_of(hole, 1)) != good;
    u.handle = m.handle;
    hc_grant_table_op(GNTTABOP_unmap_grant_ref, &u, 1);
    wrong += u.status != GNTST_okay;
}

static void copy_once(void)
{
    copy.status = 77;
    hc_grant_table_op(GNTTABOP_copy, &copy, 1);
    copied += copy.status == GNTST_okay;
}

void test_main(void)
{
    char *hole = va_hole();
    char *before = page_alloc(), *to = page_alloc(), *after = page_alloc();
    uint64_t end = time_ns() + 800000000UL;

    self = rt_domid();
    good = va_to_mfn(page_alloc());
    bad = hypervisor_frame();
    ref = grant_new(self, good, false);
    copy = (struct gnttab_copy){
        .source = { .u.gmfn = va_to_mfn(before), .domid = DOMID_SELF },
        .dest = { .u.gmfn = va_to_mfn(to), .domid = DOMID_SELF }, .len = 8,
    };
    memset(after, 0x5a, PAGE_SIZE);
    mapped = copied = wrong = running = stop = 0;
    expect_eq(0, rt_vcpu_start(1, flip, NULL), "start");
    expect_true(wait_for(&running, 2000000000), "the second vcpu never ran");
    while (copied < 20 || time_ns() < end) {
        map_once(hole);
        copy_once();
    }
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    while (hc_vcpu_op(VCPUOP_is_up, 1, NULL) == 1)
        hc_sched_op(SCHEDOP_yield, NULL);
    rt_printf("  %u mapped, %u copied\n", mapped, copied);
    expect_eq(0, wrong, "wrong frames mapped, or unmaps refused");
    expect_true(copied > 0, "nothing was copied");
    for (unsigned i = 0; i < PAGE_SIZE; i++)
        if (after[i] != 0x5a)
            wrong++;
    expect_eq(0, wrong, "bytes changed behind the page");
    expect_eq(GTF_permit_access, grant_table()[ref].flags, "flags at the end");
    expect_true(grant_end(ref), "its grant is in use");
    expect_eq(0, *pte_of(hole, 1), "the entry at the end");
}
