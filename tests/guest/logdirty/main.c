/* SPDX-License-Identifier: MIT */
#include "frontends/rt/domain.h"
#include "public/version.h"

/* covers use: domctl.shadow_op */
/* covers abuse: domctl.shadow_op */

const char test_title[] =
    "the log of a domain's written pages has each page that it or we have written "
    "since the last CLEAN, in whatever way, no other, and nothing the domain reads "
    "is changed by it";

#define PFNS 1024u

enum order {
    IDLE, WRITE, READ, WRITE_BY_CALL, PLAIN_UPDATE, TABLE_UPDATE, PIN, UNPIN,
    CLEAR_DIRTY, CLEAR, TOUCH, READONLY_TRAP, SECOND_CPU, GRANT, GRANT_2, QUIT,
};
enum { W, R, CALL, UPDATE, MAP, TABLE, DIRTY, CPU2, GRANTED, COPIED, HELD, PAGES };

typedef char page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static page area[PAGES];            /* the child's, each for one purpose      */
static page page_of_orders;
#define ORDER  ((uint64_t *)page_of_orders)         /* we write, the child reads */
#define DONE   ((uint64_t *)page_of_orders + 1)     /* the child writes        */
#define RESULT ((uint64_t *)page_of_orders + 2)

static struct rt_domain child;
static uint8_t bits[PFNS / 8];

/* ---- the child ---- */

static void second(void *arg)
{
    (void)arg;
    store64(area[CPU2], 1);
    store64(RESULT, 1);
    for (;;)
        hc_sched_op(SCHEDOP_block, NULL);
}

static uint64_t trap_of_write(void *va)
{
    struct trap_caught c;

    return try_write(&c, va, 1) ? 0 : 1ul << 32 | (c.frame.error & 0xff);
}

static uint64_t child_does(uint64_t order)
{
    const uint64_t *entry;
    struct mmu_update req;
    struct mmuext_op op = { .arg1.mfn = va_to_mfn(area[TABLE]) };

    switch (order) {
    case WRITE:
        *(uint64_t *)area[W] += 1;
        return *(uint64_t *)area[W];
    case READ:
        return load64(area[R]);
    case WRITE_BY_CALL:
        return (uint64_t)HC(xen_version, XENVER_extraversion, area[CALL], 0, 0);
    case PLAIN_UPDATE:
        req.ptr = va_to_mfn(area[UPDATE]) << 12 | MMU_NORMAL_PT_UPDATE;
        req.val = 77;
        return (uint64_t)hc_mmu_update(&req, 1, NULL, DOMID_SELF);
    case TABLE_UPDATE:
        page_readonly(area[MAP]);
        return (uint64_t)page_writable(area[MAP]);
    case PIN:
        page_readonly(area[TABLE]);
        op.cmd = MMUEXT_PIN_L1_TABLE;
        return (uint64_t)hc_mmuext_op(&op, 1, NULL, DOMID_SELF);
    case UNPIN:
        op.cmd = MMUEXT_UNPIN_TABLE;
        return (uint64_t)hc_mmuext_op(&op, 1, NULL, DOMID_SELF);
    case CLEAR_DIRTY:
        entry = pte_of(area[DIRTY], 1);
        page_set(area[DIRTY], load64(entry) & ~(PTE_D | PTE_A));
        if (load64(entry) & PTE_D)
            return 100;
        order = load64(area[DIRTY]);
        if ((load64(entry) & (PTE_A | PTE_D)) != PTE_A)
            return 101;
        *(uint64_t *)area[DIRTY] = order + 1;
        return (load64(entry) & (PTE_A | PTE_D | PTE_RW)) == (PTE_A | PTE_D | PTE_RW);
    case CLEAR:
        return (uint64_t)page_set(area[DIRTY], load64(pte_of(area[DIRTY], 1)) &
                                               ~(PTE_D | PTE_A));
    case TOUCH:
        return load64(area[DIRTY]);
    case READONLY_TRAP:             /* a protected page's error code, a hole's  */
        page_readonly(area[W]);
        order = trap_of_write(area[W]) << 8;
        page_writable(area[W]);
        return order | trap_of_write((void *)0x600000000000);
    case SECOND_CPU:
        store64(RESULT, 0);
        if (rt_vcpu_start(1, second, NULL) != 0)
            return 100;
        while (load64(RESULT) == 0)
            hc_sched_op(SCHEDOP_yield, NULL);
        return 1;
    case GRANT:
        return grant_new(0, va_to_mfn(area[GRANTED]), false);
    default:
        return grant_new(0, va_to_mfn(area[COPIED]), false);
    }
}

static void child_body(uint64_t arg)
{
    uint64_t order;

    (void)arg;
    while ((order = load64(ORDER)) != QUIT) {
        if (order != IDLE) {
            store64(RESULT, child_does(order));
            store64(ORDER, IDLE);
            store64(DONE, load64(DONE) + 1);
        }
        hc_sched_op(SCHEDOP_yield, NULL);
    }
}

/* ---- the control domain ---- */

static uint64_t order(uint64_t what)
{
    uint64_t before = load64(domain_at(&child, DONE));
    unsigned turns = 0;

    store64(domain_at(&child, ORDER), what);
    while (load64(domain_at(&child, DONE)) == before && ++turns < 1000000 &&
           domain_ended(&child) < 0)
        hc_sched_op(SCHEDOP_yield, NULL);
    expect_eq(before + 1, load64(domain_at(&child, DONE)), "order %lu is done", what);
    return load64(domain_at(&child, RESULT));
}

static long shadow_op(unsigned what, uint64_t pages, struct xen_domctl *op)
{
    *op = (struct xen_domctl){ .u.shadow_op = { .op = what, .pages = pages } };
    op->u.shadow_op.dirty_bitmap.p = bits;
    return domain_ctl(op, XEN_DOMCTL_shadow_op, child.id);
}

static long log_op(unsigned what)
{
    struct xen_domctl op;
    long rc = shadow_op(what, PFNS, &op);

    if (rc == 0 && what == XEN_DOMCTL_SHADOW_OP_CLEAN)
        expect_eq(PFNS, op.u.shadow_op.pages, "pages of a CLEAN");
    return rc;
}

static bool is_dirty(const void *va)
{
    uint64_t pfn = va_to_pfn(va);

    return bits[pfn / 8] >> (pfn % 8) & 1;
}

static void clean(void)
{
    expect_eq(0, log_op(XEN_DOMCTL_SHADOW_OP_CLEAN), "CLEAN");
}

/* After an order: its page is in the log, the one that is only read is not, PEEK
 * takes nothing out and CLEAN does. */
static void check_order(uint64_t what, uint64_t result, int dirty, const char *text)
{
    clean();
    expect_eq(result, order(what), "%s", text);
    memset(bits, 0, sizeof(bits));
    expect_eq(0, log_op(XEN_DOMCTL_SHADOW_OP_PEEK), "PEEK");
    if (dirty >= 0)
        expect_true(is_dirty(area[dirty]), "%s: its page is clean", text);
    expect_true(!is_dirty(area[R]), "%s: a page that nobody wrote", text);
    memset(bits, 0, sizeof(bits));
    clean();
    if (dirty >= 0)
        expect_true(is_dirty(area[dirty]), "%s: PEEK took it", text);
    clean();
    for (unsigned i = 0; i < PAGES; i++)
        expect_true(i == HELD || !is_dirty(area[i]), "%s: page %u stays dirty",
                    text, i);
    expect_true(is_dirty(page_of_orders), "a page that we map is dirty always");
}

/* The child's tables are its last pages: an update of an entry is a write there. */
static bool is_table_dirty(void)
{
    for (unsigned pfn = child.end - 8; pfn < child.end; pfn++)
        if (bits[pfn / 8] >> (pfn % 8) & 1)
            return true;
    return false;
}

static void check_tables(void)
{
    check_order(TABLE_UPDATE, 0, -1, "an entry is changed");
    order(TABLE_UPDATE);
    clean();
    expect_true(is_table_dirty(), "a changed table is dirty");
    clean();
    expect_true(!is_table_dirty(), "and then it is not");
    order(CLEAR);
    clean();
    order(TOUCH);
    clean();
    expect_true(is_table_dirty(), "A that the processor would have set is a write");
    clean();
    expect_true(!is_table_dirty(), "and then it is not");
    check_order(PIN, 0, TABLE, "a page becomes a table");
    check_order(UNPIN, 0, TABLE, "it is one no more");
}

static void check_grants(void)
{
    struct gnttab_map_grant_ref m = { .flags = GNTMAP_host_map, .dom = child.id };
    struct gnttab_unmap_grant_ref u = { 0 };
    struct gnttab_copy c = { .len = 8, .flags = GNTCOPY_dest_gref };
    static page from;
    char *hole = va_hole();

    m.host_addr = u.host_addr = (uint64_t)hole;
    m.ref = (grant_ref_t)order(GRANT);
    expect_eq(0, hc_grant_table_op(GNTTABOP_map_grant_ref, &m, 1), "map");
    expect_eq(GNTST_okay, m.status, "map");
    clean();
    clean();
    expect_true(is_dirty(area[GRANTED]), "a page that we have mapped is dirty");
    store64(hole, 5);
    u.handle = m.handle;
    expect_eq(0, hc_grant_table_op(GNTTABOP_unmap_grant_ref, &u, 1), "unmap");
    clean();
    expect_true(is_dirty(area[GRANTED]), "it is dirty once more when unmapped");
    clean();
    expect_true(!is_dirty(area[GRANTED]), "and then it is not");

    c.dest.u.ref = (grant_ref_t)order(GRANT_2);
    c.dest.domid = child.id;
    c.source.u.gmfn = va_to_mfn(from);
    c.source.domid = DOMID_SELF;
    clean();
    expect_eq(0, hc_grant_table_op(GNTTABOP_copy, &c, 1), "copy");
    expect_eq(GNTST_okay, c.status, "copy");
    clean();
    expect_true(is_dirty(area[COPIED]), "a page copied to is dirty");
    clean();
    expect_true(!is_dirty(area[COPIED]), "and then it is not");
}

static void check_abuse(void)
{
    struct xen_domctl op;

    expect_eq(-XEN_EINVAL, log_op(XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY),
              "logged twice");
    expect_true(shadow_op(XEN_DOMCTL_SHADOW_OP_CLEAN, 1ul << 60, &op) < 0,
                "2^60 pages");
    op.u.shadow_op.dirty_bitmap.p = (void *)0x600000000000;
    op.u.shadow_op.op = XEN_DOMCTL_SHADOW_OP_CLEAN;
    op.u.shadow_op.pages = PFNS;
    order(WRITE);
    expect_eq(-XEN_EFAULT, domain_ctl(&op, XEN_DOMCTL_shadow_op, child.id),
              "a bitmap in a hole");
    clean();
    expect_true(is_dirty(area[W]), "what could not be told stays in the log");
    expect_true(shadow_op(XEN_DOMCTL_SHADOW_OP_ENABLE_TEST, PFNS, &op) < 0,
                "another mode");
    op.u.shadow_op.op = XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY;
    expect_eq(-XEN_EINVAL, domain_ctl(&op, XEN_DOMCTL_shadow_op, 0), "oneself");
}

static bool xen_of_debian(void)
{
    char extra[16] = "";

    HC(xen_version, XENVER_extraversion, extra, 0, 0);
    return strlen(extra) < 9 || strncmp(extra + strlen(extra) - 9, "splitring", 9);
}

static void check_log(void)
{
    check_order(WRITE, 3, W, "a write");
    check_order(READ, 0, -1, "a read");
    check_order(WRITE, 4, W, "a second write");
    check_order(WRITE_BY_CALL, 0, CALL, "a hypercall's answer");
    check_order(PLAIN_UPDATE, 0, UPDATE, "a word by mmu_update");
    check_order(CLEAR_DIRTY, 1, DIRTY, "A and D are the guest's own");
    check_order(READONLY_TRAP, 0x100000003ul << 8 | 0x100000002, -1, "errors of traps");
    check_tables();
    check_order(SECOND_CPU, 1, CPU2, "another vcpu's write");
    store64(domain_at(&child, area[HELD]), 1);
    clean();
    expect_true(is_dirty(area[HELD]), "a page that we map");
    check_grants();
    check_abuse();
}

void test_main(void)
{
    struct rt_domain_spec spec = { .fn = child_body, .vcpus = 2 };
    unsigned turns = 0;
    long rc;

    if (!rt_is_dom0()) {
        expect_eq(-XEN_EPERM, log_op(XEN_DOMCTL_SHADOW_OP_PEEK), "by a guest");
        return;
    }
    if (!domain_build(&child, &spec))
        return;
    domain_unpause(&child);
    order(WRITE);
    /* Xen says of a domain without a log that nothing was written. */
    rc = log_op(XEN_DOMCTL_SHADOW_OP_CLEAN);
    expect_eq(xen_of_debian() ? 0 : -XEN_EINVAL, rc, "CLEAN without a log");
    expect_eq(-XEN_EINVAL, log_op(XEN_DOMCTL_SHADOW_OP_OFF), "OFF without a log");
    expect_eq(-XEN_EINVAL, log_op(99), "shadow_op 99");
    order(WRITE);
    rc = log_op(XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY);
    /* Debian's build of Xen logs no PV guest. */
    expect_eq(xen_of_debian() ? -XEN_EOPNOTSUPP : 0, rc, "ENABLE_LOGDIRTY");
    if (rc == 0) {
        check_log();
        expect_eq(0, log_op(XEN_DOMCTL_SHADOW_OP_OFF), "OFF");
        expect_true(log_op(XEN_DOMCTL_SHADOW_OP_PEEK) < 0, "PEEK of no log");
        order(WRITE);
        expect_eq(0, log_op(XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY), "once more");
        clean();
    }
    store64(domain_at(&child, ORDER), QUIT);
    while (domain_ended(&child) < 0 && ++turns < 1000000)
        hc_sched_op(SCHEDOP_yield, NULL);
    expect_eq(SHUTDOWN_poweroff, domain_ended(&child), "how it ended");
    domain_destroy(&child);
}
