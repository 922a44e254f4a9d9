/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "frontends/rt/domain.h"

const char test_title[] =
    "a control domain maps another's pages and its grant frames, writable only where "
    "they are, and none of it once the domain is gone";

/* covers use: memory_op.acquire_resource update_va_mapping_otherdomain */
/* covers abuse: memory_op.acquire_resource update_va_mapping_otherdomain */

static struct rt_domain child;
static char *hole;
static uint64_t word;

static void body(uint64_t arg)
{
    (void)arg;
}

static long other(uint64_t mfn, uint64_t flags)
{
    return hypercall6(__HYPERVISOR_update_va_mapping_otherdomain,
                      (uint64_t)hole, mfn << 12 | flags, UVMF_INVLPG, child.id,
                      0, 0);
}

static void check_pages(void)
{
    uint64_t data = child.mfns[va_to_pfn(&word)], root = child.mfns[child.end - 1];
    struct trap_caught c;
    uint64_t v;

    store64(domain_at(&child, &word), 42);
    expect_eq(0, other(data, PTE_FLAGS), "a page of it");
    expect_true(try_read(&c, hole + (uint64_t)&word % PAGE_SIZE, &v), "read");
    expect_eq(42, v, "what is there");
    expect_eq(0, page_set(hole, 0), "unmap");
    expect_true(other(root, PTE_FLAGS) < 0, "its root, writable");
    expect_eq(0, other(root, PTE_P | PTE_US), "its root, read-only");
    expect_true(try_read(&c, hole, &v), "read");
    expect_true(!try_write(&c, hole, 1), "its root was written");
    expect_eq(0, page_set(hole, 0), "unmap");
    expect_true(other(va_to_mfn(&word), PTE_FLAGS) < 0,
                "a page of ours as its own");
    expect_true(other(hypervisor_frame(), PTE_FLAGS) < 0,
                "the hypervisor's as its own");
    expect_true(page_set(hole, data << 12 | PTE_FLAGS) < 0,
                "its page as ours");
    expect_eq(0, *pte_of(hole, 1), "the entry after refusals");
}

static long acquire(struct xen_mem_acquire_resource *r, xen_pfn_t *list)
{
    set_xen_guest_handle(r->frame_list, list);
    return hc_memory_op(XENMEM_acquire_resource, r);
}

static void check_resource(void)
{
    struct xen_mem_acquire_resource r = {
        .domid = child.id, .type = XENMEM_resource_grant_table,
        .id = XENMEM_resource_grant_table_id_shared,
    };
    xen_pfn_t frames[2] = { 0 };
    struct trap_caught c;
    uint64_t v;

    expect_eq(0, acquire(&r, NULL), "how many grant frames");
    expect_true(r.nr_frames >= 1, "none");
    r.nr_frames = 1;
    expect_eq(0, acquire(&r, frames), "the first");
    expect_true(frames[0] != 0, "no frame");
    expect_eq(0, other(frames[0], PTE_FLAGS), "map it");
    expect_true(try_read(&c, hole, &v), "read it");
    expect_eq(0, v, "an entry of a new table");
    expect_eq(0, page_set(hole, 0), "unmap");
    r.nr_frames = 1;
    expect_eq(-XEN_EFAULT, acquire(&r, UNMAPPED), "to nowhere");
    r.frame = 1000000;
    expect_true(acquire(&r, frames) < 0, "frame 1000000");
    r.frame = ~0UL;
    r.nr_frames = 2;
    expect_true(acquire(&r, frames) < 0, "frames that wrap");
    r.frame = 0;
    r.nr_frames = ~0U;
    expect_true(acquire(&r, frames) < 0, "2^32 - 1 frames");
    r.nr_frames = 1;
    r.id = 99;
    expect_true(acquire(&r, frames) < 0, "table 99");
    r.id = XENMEM_resource_grant_table_id_status;
    expect_true(acquire(&r, frames) < 0, "status frames of version 1");
    r.type = 99;
    expect_true(acquire(&r, frames) < 0, "type 99");
    r.type = XENMEM_resource_ioreq_server;
    expect_true(acquire(&r, frames) < 0, "a device model's");
}

void test_main(void)
{
    uint64_t data;

    hole = va_hole();
    if (!rt_is_dom0()) {
        child.id = 0;
        expect_true(other(va_to_mfn(&word), PTE_FLAGS) < 0,
                    "a guest maps the control domain's page");
        return;
    }
    if (!domain_build(&child, &(struct rt_domain_spec){ .fn = body }))
        return;
    check_pages();
    check_resource();
    data = child.mfns[va_to_pfn(&word)];
    domain_destroy(&child);
    child.id = NOBODY;
    expect_true(other(data, PTE_FLAGS) < 0, "a page of what is gone");
    expect_true(audit_is_clean(), "a count is wrong");
}
