/* SPDX-License-Identifier: MIT */
/* layout.c - plan a PV guest's memory and fill its tables; see layout.h. */
#include "dom0-tools/build/layout.h"

#include <string.h>

#include "dom0-tools/lib/say.h"

#define MAP_ROOM (512u << 10)
#define MAP_ALIGN (4u << 20)

/* Bits of a page-table entry. */
#define PTE_P 0x01u
#define PTE_RW 0x02u
#define PTE_US 0x04u
#define PTE_A 0x20u
#define PTE_D 0x40u
#define PTE_LEAF (PTE_P | PTE_A | PTE_D)
#define PTE_TABLE (PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)

static uint64_t pages(uint64_t bytes)
{
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
}

static unsigned int level_shift(unsigned int level)
{
    return 12 + 9 * level; /* what one table of that level maps, 1 to 3 */
}

/* Tables of @level that [from, to) touches. */
static uint64_t level_tables(uint64_t from, uint64_t to, unsigned int level)
{
    return ((to - 1) >> level_shift(level)) - (from >> level_shift(level)) + 1;
}

/* Tables below the L4. */
static uint64_t area_tables(uint64_t from, uint64_t to)
{
    return level_tables(from, to, 3) + level_tables(from, to, 2) +
           level_tables(from, to, 1);
}

uint64_t layout_va(const struct layout *l, uint64_t pfn)
{
    return l->virt_base + pfn * PAGE_BYTES;
}

static struct frames take(uint64_t *next, uint64_t n)
{
    struct frames f = { *next, n };

    *next += n;
    return f;
}

static bool va_canonical(uint64_t va)
{
    return (uint64_t)((int64_t)(va << 16) >> 16) == va;
}

/* The list may stand apart only in an L4 slot of its own. */
static bool p2m_goes_apart(const struct kernel *k, uint64_t bytes)
{
    uint64_t end = k->init_p2m + bytes;

    return k->init_p2m != NO_ADDRESS && (k->init_p2m & 0xfff) == 0 &&
           end > k->init_p2m && va_canonical(k->init_p2m) &&
           va_canonical(end) &&
           k->init_p2m >> 39 == (end - 1) >> 39 &&
           k->init_p2m >> 39 != k->virt_base >> 39;
}

/* The tables map themselves and the room after them: grow until it fits. */
static int plan_tables(struct layout *l, uint64_t *next)
{
    uint64_t n = 0, need = 1, end;

    do {
        n = need;
        if (__builtin_add_overflow(layout_va(l, *next + n + 1),
                                   MAP_ROOM + MAP_ALIGN - 1, &end))
            return -1;
        end &= ~(uint64_t)(MAP_ALIGN - 1);
        if (end < l->virt_base || l->virt_base >> 39 != (end - 1) >> 39)
            return -1;
        need = 1 + area_tables(l->virt_base, end);
    } while (need > n);
    l->tables = take(next, n);
    l->stack = take(next, 1);
    l->map_end = end;
    return 0;
}

int layout_plan(const char *path, const struct kernel *k, uint64_t nr_pages,
                uint64_t initrd_bytes, struct layout *l)
{
    uint64_t next = pages(k->end - k->virt_base);
    uint64_t list = pages(nr_pages * sizeof(uint64_t)), mapped;

    memset(l, 0, sizeof(*l));
    l->nr_pages = nr_pages;
    l->virt_base = k->virt_base;
    l->p2m_apart = p2m_goes_apart(k, list * PAGE_BYTES);
    l->initrd_mapped = !k->mod_start_pfn;
    if (next > nr_pages)
        return fail("kernel %s: it needs %llu MiB by itself and memory= gives "
                    "%llu; raise memory=", path,
                    (unsigned long long)((next + 255) >> 8),
                    (unsigned long long)(nr_pages >> 8));
    if (l->initrd_mapped)
        l->initrd = take(&next, pages(initrd_bytes));
    if (!l->p2m_apart)
        l->p2m = take(&next, list);
    l->info = take(&next, 1);
    l->store = take(&next, 1);
    l->console = take(&next, 1);
    if (plan_tables(l, &next) < 0)
        return fail("kernel %s: what must be mapped at boot does not fit above "
                    "its VIRT_BASE %#llx", path,
                    (unsigned long long)k->virt_base);
    /* the mapped room is the kernel's to use at once: keep it free */
    mapped = (l->map_end - l->virt_base) / PAGE_BYTES;
    next = mapped > next ? mapped : next;
    if (l->p2m_apart) {
        l->p2m_va = k->init_p2m;
        l->p2m = take(&next, list);
        l->p2m_tables = take(&next, area_tables(k->init_p2m, k->init_p2m +
                                                list * PAGE_BYTES));
    } else {
        l->p2m_va = layout_va(l, l->p2m.pfn);
    }
    if (!l->initrd_mapped)
        l->initrd = take(&next, pages(initrd_bytes));
    if (next > nr_pages) /* R2 */
        return fail("kernel %s: it needs %llu MiB to start with its ramdisk "
                    "and memory= gives %llu; raise memory=", path,
                    (unsigned long long)((next + 255) >> 8),
                    (unsigned long long)(nr_pages >> 8));
    return 0;
}

static bool in(const struct frames *f, uint64_t pfn)
{
    return pfn - f->pfn < f->n;
}

/* A mapped area: va [from, to) shows frames @pfn and on. */
struct area {
    uint64_t from, to, pfn;
    page_table *tables;     /* its L3s, then L2s, then L1s */
    uint64_t tables_pfn;
};

static unsigned int slot(uint64_t va, unsigned int level)
{
    return (va >> (12 + 9 * level)) & (TABLE_ENTRIES - 1);
}

static void fill_area(const struct layout *l, const uint64_t *p2m,
                      page_table *l4, const struct area *a)
{
    /* at[x]: index in a->tables of the first table of level x */
    uint64_t at[4], va, i;

    at[3] = 0;
    at[2] = at[3] + level_tables(a->from, a->to, 3);
    at[1] = at[2] + level_tables(a->from, a->to, 2);
#define NTH(level, va_) \
    (at[level] + ((va_) >> level_shift(level)) - (a->from >> level_shift(level)))
#define TABLE_MFN(nth) (p2m[a->tables_pfn + (nth)] << 12)
    for (va = a->from, i = 0; va < a->to; va += PAGE_BYTES, i++) {
        uint64_t pfn = a->pfn + i;

        (*l4)[slot(va, 3)] = TABLE_MFN(NTH(3, va)) | PTE_TABLE;
        a->tables[NTH(3, va)][slot(va, 2)] = TABLE_MFN(NTH(2, va)) | PTE_TABLE;
        a->tables[NTH(2, va)][slot(va, 1)] = TABLE_MFN(NTH(1, va)) | PTE_TABLE;
        if (pfn >= l->nr_pages)
            continue;
        a->tables[NTH(1, va)][slot(va, 0)] =
            p2m[pfn] << 12 | PTE_LEAF |
            (in(&l->tables, pfn) || in(&l->p2m_tables, pfn) ? 0 : PTE_RW);
    }
#undef NTH
#undef TABLE_MFN
}

void layout_fill_tables(const struct layout *l, const uint64_t *p2m,
                        page_table *boot, page_table *apart)
{
    struct area main = {
        .from = l->virt_base, .to = l->map_end, .pfn = 0,
        .tables = boot + 1, .tables_pfn = l->tables.pfn + 1,
    };
    struct area list = {
        .from = l->p2m_va, .to = l->p2m_va + l->p2m.n * PAGE_BYTES,
        .pfn = l->p2m.pfn, .tables = apart, .tables_pfn = l->p2m_tables.pfn,
    };

    memset(boot, 0, l->tables.n * sizeof(*boot));
    fill_area(l, p2m, boot, &main);
    if (!l->p2m_apart)
        return;
    memset(apart, 0, l->p2m_tables.n * sizeof(*apart));
    fill_area(l, p2m, boot, &list);
}
