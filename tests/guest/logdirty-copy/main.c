/* SPDX-License-Identifier: MIT */
#include "frontends/rt/domain.h"
#include "public/version.h"
#include "tests/guest/random.h"

/* covers use: domctl.shadow_op */

const char test_title[] =
    "whoever reads only the pages that the log names, round after round, while two "
    "vcpus write, remap and change tables, of which there are more than the log has "
    "twins for, knows every page in the end";

#define PFNS    1024u
#define ROUNDS  3u
#define OWN     24u                 /* pages of each vcpu                     */
#define FAR     90u                 /* tables, more than can have a twin       */

static uint64_t run, steps[2];
static char *own[2][OWN], *hole[2], *far_away[FAR];

static struct rt_domain child;
static uint8_t bits[PFNS / 8];
static uint64_t sum[PFNS];          /* by pfn, of the page when last read      */
static char *window;

/* ---- the child ---- */

static void entry_set(uint64_t mfn, unsigned i, uint64_t value)
{
    struct mmu_update req = { mfn << 12 | i * 8 | MMU_NORMAL_PT_UPDATE, value };

    hc_mmu_update(&req, 1, NULL, DOMID_SELF);
}

/* A page becomes a table, one of its entries changes, and it is a page again. */
static void be_a_table(uint64_t *page, const char *other, uint64_t n)
{
    struct mmuext_op op = { .cmd = MMUEXT_PIN_L1_TABLE, .arg1.mfn = va_to_mfn(page) };

    memset(page, 0, PAGE_SIZE);
    page[n % 512] = va_to_mfn(other) << 12 | (PTE_FLAGS & ~PTE_RW);
    page_readonly(page);
    if (hc_mmuext_op(&op, 1, NULL, DOMID_SELF) == 0) {
        entry_set(op.arg1.mfn, n / 512 % 512, va_to_mfn(other) << 12 | PTE_FLAGS);
        op.cmd = MMUEXT_UNPIN_TABLE;
        hc_mmuext_op(&op, 1, NULL, DOMID_SELF);
    }
    page_writable(page);
}

static void step(unsigned me, struct random *r)
{
    uint64_t n = random_next(r), *page = (uint64_t *)own[me][n % OWN];
    char *alias = hole[me] + (n >> 8) % 64 * PAGE_SIZE;
    uint64_t *at = page + (n >> 16) % 500;

    switch (n >> 56 & 7) {
    case 0:
        *at = n;
        break;
    case 1:
        *(uint64_t *)(far_away[(n >> 8) % FAR] + me * PAGE_SIZE) = n;
        break;
    case 2:
        page_readonly(page);
        page_writable(page);
        *at = n;
        break;
    case 3:
        page_set(alias, va_to_mfn(page) << 12 | (PTE_FLAGS & ~(PTE_A | PTE_D)));
        *(uint64_t *)alias = n;
        if (n & 1 << 30)
            page_set(alias, 0);
        break;
    case 4:
        HC(xen_version, XENVER_extraversion, at, 0, 0);
        break;
    case 5:
        entry_set(va_to_mfn(page), (n >> 16) % 512, n);
        break;
    case 6:
        for (unsigned i = 0; i < 64; i++)   /* no other way to it is left     */
            page_set(hole[me] + i * PAGE_SIZE, 0);
        be_a_table(page, own[me][(n >> 20) % OWN], n >> 24);
        break;
    default:
        page_set(page, load64(pte_of(page, 1)) & ~(PTE_A | PTE_D));
        *at += n;
        break;
    }
}

static void work(void *arg)
{
    unsigned me = arg != NULL;
    struct random r = { 88172645463325252ul + me };

    while (load64(&run) != 0) {
        step(me, &r);
        store64(&steps[me], load64(&steps[me]) + 1);
    }
}

static void child_body(uint64_t unused)
{
    (void)unused;
    for (unsigned v = 0; v < 2; v++) {
        hole[v] = va_hole();
        for (unsigned i = 0; i < OWN; i++)
            own[v][i] = page_alloc();
    }
    for (unsigned v = 0; v < 2; v++) {
        const void *page = page_alloc();

        for (unsigned i = 0; i < FAR; i++) {
            if (v == 0)
                far_away[i] = va_hole();
            page_set(far_away[i] + v * PAGE_SIZE, va_to_mfn(page) << 12 | PTE_FLAGS);
        }
    }
    if (rt_vcpu_start(1, work, (void *)1) != 0)
        rt_shutdown(SHUTDOWN_crash);
    work(NULL);
}

/* ---- the control domain ---- */

static long log_op(unsigned what)
{
    struct xen_domctl op = { .u.shadow_op = { .op = what, .pages = PFNS } };

    op.u.shadow_op.dirty_bitmap.p = bits;
    return domain_ctl(&op, XEN_DOMCTL_shadow_op, child.id);
}

static uint64_t page_sum(unsigned pfn)
{
    struct mmu_update req = { pte_ma(pte_of(window, 1)) | MMU_NORMAL_PT_UPDATE,
                              child.mfns[pfn] << 12 | (PTE_FLAGS & ~PTE_RW) };
    uint64_t s = pfn;

    if (hc_mmu_update(&req, 1, NULL, child.id) != 0)
        return 0;
    mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0);
    for (unsigned i = 0; i < 512; i++)
        s = (s ^ load64(window + i * 8)) * 0x9e3779b97f4a7c15ul + (s >> 29);
    page_set(window, 0);
    return s;
}

static void read_dirty(void)
{
    expect_eq(0, log_op(XEN_DOMCTL_SHADOW_OP_CLEAN), "CLEAN");
    for (unsigned pfn = 0x100; pfn < child.end; pfn++)
        if (bits[pfn / 8] >> (pfn % 8) & 1)
            sum[pfn] = page_sum(pfn);
}

/* Lets the child go on until each of its vcpus did 200 steps, or for a minute. */
static void let_it_work(void)
{
    uint64_t until = time_ns() + 60000000000ul, before[2];

    for (unsigned v = 0; v < 2; v++)
        before[v] = load64(domain_at(&child, &steps[v]));
    for (unsigned v = 0; v < 2; v++)
        while (load64(domain_at(&child, &steps[v])) < before[v] + 200 &&
               domain_ended(&child) < 0 && time_ns() < until)
            hc_sched_op(SCHEDOP_yield, NULL);
}

static void check_copy(void)
{
    uint64_t wrong = 0;

    for (unsigned pfn = 0x100; pfn < child.end; pfn++)
        sum[pfn] = page_sum(pfn);
    for (unsigned r = 0; r < ROUNDS; r++) {
        let_it_work();
        read_dirty();
        expect_eq(-1, domain_ended(&child), "the child lives");
    }
    domain_pause(&child);
    read_dirty();
    for (unsigned pfn = 0x100; pfn < child.end; pfn++)
        wrong += sum[pfn] != page_sum(pfn);
    expect_eq(0, wrong, "pages that were written unseen");
    for (unsigned v = 0; v < 2; v++)
        expect_true(load64(domain_at(&child, &steps[v])) >= 200 * ROUNDS, "vcpu %u did %lu steps",
                    v, load64(domain_at(&child, &steps[v])));
    domain_unpause(&child);
}

void test_main(void)
{
    struct rt_domain_spec spec = { .fn = child_body, .vcpus = 2, .pool = 170 };

    if (!rt_is_dom0()) {
        expect_eq(-XEN_EPERM, log_op(XEN_DOMCTL_SHADOW_OP_PEEK), "by a guest");
        return;
    }
    window = va_hole();
    if (!domain_build(&child, &spec))
        return;
    store64(domain_at(&child, &run), 1);
    domain_unpause(&child);
    /* Debian's build of Xen logs no PV guest (see the test logdirty). */
    if (log_op(XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY) != -XEN_EOPNOTSUPP)
        check_copy();
    store64(domain_at(&child, &run), 0);
    for (unsigned n = 0; n < 1000000 && domain_ended(&child) < 0; n++)
        hc_sched_op(SCHEDOP_yield, NULL);
    expect_eq(SHUTDOWN_poweroff, domain_ended(&child), "how it ended");
    domain_destroy(&child);
}
