/* SPDX-License-Identifier: MIT */
/*
 * layout.c - the boot page tables map what the plan says, walked as a CPU
 * would; no table is writable; nothing overlaps; nothing leaves the guest.
 */
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/build/layout.h"
#include "tests/unit/tools/tools_test.h"

#define PAGES (64u << 8) /* 64 MiB */
#define MFN(pfn) ((pfn) * 3 + 1000)
#define ADDRESS 0x000ffffffffff000ull

static struct kernel kernel_of(bool apart, bool unmapped)
{
    struct kernel k = {
        .virt_base = FAKE_BASE, .entry = FAKE_ENTRY,
        .hypercall_page = NO_ADDRESS,
        .init_p2m = apart ? FAKE_P2M : NO_ADDRESS, .mod_start_pfn = unmapped,
        .start = FAKE_BASE + 0x1000000, .end = FAKE_BASE + 0x1234567,
    };

    return k;
}

/* The tables of a plan, in place, and how to find one by machine frame. */
struct built {
    struct layout l;
    uint64_t *p2m;
    page_table *boot, *apart;
};

static void build(struct built *b, const struct kernel *k, uint64_t pages,
                  uint64_t initrd)
{
    uint64_t i;

    hush();
    CU_ASSERT_FATAL(layout_plan("k", k, pages, initrd, &b->l) == 0);
    b->p2m = calloc(pages, sizeof(*b->p2m));
    b->boot = calloc(b->l.tables.n, sizeof(*b->boot));
    b->apart = calloc(b->l.p2m_tables.n + 1, sizeof(*b->apart));
    for (i = 0; i < pages; i++)
        b->p2m[i] = MFN(i);
    layout_fill_tables(&b->l, b->p2m, b->boot, b->apart);
}

static void unbuild(struct built *b)
{
    free(b->p2m);
    free(b->boot);
    free(b->apart);
}

static page_table *table_at(struct built *b, uint64_t mfn)
{
    uint64_t pfn = (mfn - 1000) / 3;

    if (pfn - b->l.tables.pfn < b->l.tables.n)
        return &b->boot[pfn - b->l.tables.pfn];
    if (pfn - b->l.p2m_tables.pfn < b->l.p2m_tables.n)
        return &b->apart[pfn - b->l.p2m_tables.pfn];
    return NULL;
}

/* The L1 entry for @va, 0 when it is not mapped, 1 when a table is missing. */
static uint64_t walk(struct built *b, uint64_t va)
{
    page_table *t = &b->boot[0];
    int level;

    for (level = 3; level > 0; level--) {
        uint64_t e = (*t)[(va >> (12 + 9 * level)) & 511];

        if (!(e & 1))
            return 0;
        t = table_at(b, (e & ADDRESS) >> 12);
        if (!t)
            return 1;
    }
    return (*t)[(va >> 12) & 511];
}

static bool is_table(const struct layout *l, uint64_t pfn)
{
    return pfn - l->tables.pfn < l->tables.n ||
           pfn - l->p2m_tables.pfn < l->p2m_tables.n;
}

static void check(struct built *b)
{
    const struct layout *l = &b->l;
    uint64_t va, i, bad = 0;

    for (va = l->virt_base, i = 0; va < l->map_end; va += PAGE_BYTES, i++) {
        uint64_t e = walk(b, va);

        if (i >= l->nr_pages)
            bad += e != 0;
        else
            bad += (e & ADDRESS) >> 12 != MFN(i) ||
                   !(e & 2) != is_table(l, i);
    }
    for (i = 0; i < l->p2m.n && l->p2m_apart; i++) {
        uint64_t e = walk(b, l->p2m_va + i * PAGE_BYTES);

        bad += (e & ADDRESS) >> 12 != MFN(l->p2m.pfn + i) || !(e & 2);
    }
    CU_ASSERT(bad == 0);
    CU_ASSERT(walk(b, l->map_end) == 0);
    CU_ASSERT(walk(b, l->virt_base - PAGE_BYTES) == 0);
    CU_ASSERT(l->map_end % (4 << 20) == 0);
    CU_ASSERT(l->map_end - layout_va(l, l->stack.pfn + 1) >= 512 << 10);
}

static void check_overlap(const struct layout *l)
{
    const struct frames *f[] = { &l->initrd, &l->p2m, &l->info, &l->store,
                                 &l->console, &l->tables, &l->stack,
                                 &l->p2m_tables };
    size_t i, j;

    for (i = 0; i < 8; i++) {
        CU_ASSERT(f[i]->pfn + f[i]->n <= l->nr_pages);
        CU_ASSERT(f[i]->n == 0 || f[i]->pfn >= 0x1235);
        for (j = 0; j < i; j++)
            CU_ASSERT(f[i]->pfn + f[i]->n <= f[j]->pfn ||
                      f[j]->pfn + f[j]->n <= f[i]->pfn);
    }
}

static void test_all_forms(void)
{
    struct built b;
    int form;

    for (form = 0; form < 4; form++) {
        struct kernel k = kernel_of(form & 1, form & 2);

        build(&b, &k, PAGES, 3 << 20);
        CU_ASSERT(b.l.p2m_apart == (form & 1));
        CU_ASSERT(b.l.initrd_mapped == !(form & 2));
        check(&b);
        check_overlap(&b.l);
        unbuild(&b);
    }
}

static void test_sizes(void)
{
    static const uint64_t pages[] = { 0x1800, 0x2000, 0x10000, 0x40001,
                                      0x100000 };
    struct kernel k = kernel_of(true, true);
    struct built b;
    size_t i;

    for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        build(&b, &k, pages[i], 0);
        check(&b);
        check_overlap(&b.l);
        unbuild(&b);
    }
}

static void test_too_small(void)
{
    struct kernel k = kernel_of(true, true);
    struct layout l;

    hush();
    CU_ASSERT(layout_plan("k", &k, 0x1000, 0, &l) == -1);
    CU_ASSERT(said_has("raise memory="));
    CU_ASSERT(layout_plan("k", &k, PAGES, 60 << 20, &l) == -1);
    CU_ASSERT(said_has("with its ramdisk"));
    k.virt_base = 0xfffffffffffff000;
    k.start = k.virt_base;
    k.end = k.virt_base + 0x800;
    CU_ASSERT(layout_plan("k", &k, PAGES, 0, &l) == -1);
    CU_ASSERT(said_has("does not fit above"));
}

/* A note that points into the hypervisor or nowhere is not followed. */
static void test_wild_p2m(void)
{
    static const uint64_t wild[] = {
        0x8000000001, 0x0000800000000000, UINT64_MAX - 0xfff,
        FAKE_BASE - 0x1000, 0x7ffffff000, FAKE_BASE,
    };
    struct kernel k = kernel_of(true, true);
    struct layout l;
    size_t i;

    for (i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
        k.init_p2m = wild[i];
        CU_ASSERT(layout_plan("k", &k, PAGES, 0, &l) == 0);
        CU_ASSERT(!l.p2m_apart);
    }
}

bool suite_layout(void)
{
    CU_pSuite s = CU_add_suite("layout", NULL, NULL);

    return s && CU_ADD_TEST(s, test_all_forms) && CU_ADD_TEST(s, test_sizes) &&
           CU_ADD_TEST(s, test_too_small) && CU_ADD_TEST(s, test_wild_p2m);
}
