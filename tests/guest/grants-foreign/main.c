/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "frontends/rt/domain.h"

const char test_title[] =
    "a domain's grants are mapped and copied by the one that they name and no other, "
    "its page outlives it while mapped and goes with the last mapping";

/* covers use: grant_table_op.map_grant_ref grant_table_op.unmap_grant_ref */
/* covers use: grant_table_op.copy */
/* covers abuse: grant_table_op.map_grant_ref grant_table_op.copy */

static struct rt_domain child;
static uint64_t ready;                  /* the child's                        */
static uint64_t shared[512] __attribute__((aligned(4096)));
enum { OURS, READONLY, OTHERS, REFS };
static uint64_t refs[REFS];

static void body(uint64_t arg)
{
    (void)arg;
    shared[0] = 0x1234;
    refs[OURS] = grant_new(0, va_to_mfn(shared), false);
    refs[READONLY] = grant_new(0, va_to_mfn(shared), true);
    refs[OTHERS] = grant_new(NOBODY, va_to_mfn(shared), false);
    store64(&ready, 1);
    for (;;)
        hc_sched_op(SCHEDOP_yield, NULL);
}

static int16_t map(char *hole, unsigned which, unsigned flags,
                   grant_handle_t *handle)
{
    struct gnttab_map_grant_ref m = {
        .host_addr = (uint64_t)hole, .dom = child.id, .flags = flags,
        .ref = (grant_ref_t)load64(domain_at(&child, &refs[which])),
    };

    expect_eq(0, hc_grant_table_op(GNTTABOP_map_grant_ref, &m, 1), "map");
    *handle = m.handle;
    return m.status;
}

static int16_t unmap(char *hole, grant_handle_t handle)
{
    struct gnttab_unmap_grant_ref u = { .host_addr = (uint64_t)hole,
                                        .handle = handle };

    expect_eq(0, hc_grant_table_op(GNTTABOP_unmap_grant_ref, &u, 1), "unmap");
    return u.status;
}

static void check_rights(char *hole)
{
    struct trap_caught c;
    grant_handle_t h;
    uint64_t v;

    expect_true(map(hole, OTHERS, GNTMAP_host_map, &h) < 0,
                "a grant to another");
    expect_true(map(hole, READONLY, GNTMAP_host_map, &h) < 0,
                "a read-only grant, writable");
    expect_eq(GNTST_okay, map(hole, READONLY, GNTMAP_host_map |
                              GNTMAP_readonly, &h), "read-only");
    expect_true(try_read(&c, hole, &v), "read");
    expect_eq(0x1234, v, "its word");
    expect_true(!try_write(&c, hole, 1), "written");
    expect_eq(GNTST_okay, unmap(hole, h), "unmap");
    expect_eq(0, *pte_of(hole, 1), "the entry");
}

static int16_t copy(unsigned from, unsigned offset, unsigned len, void *to)
{
    struct gnttab_copy op = {
        .source = { .domid = child.id, .offset = (uint16_t)offset,
                    .u.ref = (grant_ref_t)load64(domain_at(&child,
                                                           &refs[from])) },
        .dest = { .domid = DOMID_SELF, .u.gmfn = va_to_mfn(to) },
        .len = (uint16_t)len, .flags = GNTCOPY_source_gref,
    };

    expect_eq(0, hc_grant_table_op(GNTTABOP_copy, &op, 1), "copy");
    return op.status;
}

static void check_copy(void)
{
    uint64_t *to = page_alloc();

    expect_eq(GNTST_okay, copy(OURS, 0, 8, to), "copy");
    expect_eq(0x1234, *to, "its word");
    expect_true(copy(OTHERS, 0, 8, to) < 0, "from a grant to another");
    expect_eq(GNTST_bad_copy_arg, copy(OURS, 4090, 8, to), "past its page");
    expect_eq(GNTST_okay, copy(READONLY, 4088, 8, to), "its last word");
}

/* It dies while we have its page. */
static void check_death(char *hole)
{
    struct xen_domctl_getdomaininfo info;
    domid_t id = child.id;
    struct trap_caught c;
    grant_handle_t h;
    uint64_t v;

    expect_eq(GNTST_okay, map(hole, OURS, GNTMAP_host_map, &h), "map");
    domain_destroy(&child);
    expect_true(try_read(&c, hole, &v), "read after its death");
    expect_eq(0x1234, v, "its word");
    expect_true(try_write(&c, hole, 5), "write after its death");
    expect_true(domain_info(id, &info) && (info.flags & XEN_DOMINF_dying),
                "it is not dying");
    expect_eq(GNTST_okay, unmap(hole, h), "unmap");
    expect_true(!try_read(&c, hole, &v), "read after the unmap");
    for (unsigned i = 0; i < 2000 && domain_info(id, &info); i++)
        time_spin(1000000);
    expect_true(!domain_info(id, &info), "it is still there");
}

void test_main(void)
{
    struct gnttab_map_grant_ref m = { .dom = 0, .flags = GNTMAP_host_map };
    char *hole = va_hole();
    uint64_t before;

    m.host_addr = (uint64_t)hole;
    if (!rt_is_dom0()) {
        for (m.ref = 0; m.ref < 50; m.ref++) {
            expect_eq(0, hc_grant_table_op(GNTTABOP_map_grant_ref, &m, 1),
                      "map");
            expect_true(m.status < 0, "a guest mapped grant %u of the control "
                        "domain", m.ref);
        }
        return;
    }
    if (!domain_build(&child, &(struct rt_domain_spec){ .fn = body }))
        return;
    domain_unpause(&child);
    for (unsigned i = 0; i < 3000 && !load64(domain_at(&child, &ready)); i++)
        time_spin(1000000);
    expect_eq(1, load64(domain_at(&child, &ready)), "it has granted");
    before = free_pages();
    check_rights(hole);
    check_copy();
    check_death(hole);
    expect_true(free_pages() > before, "none of its pages came back");
    expect_true(audit_is_clean(), "a count is wrong");
}
