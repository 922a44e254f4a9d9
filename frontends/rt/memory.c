/* SPDX-License-Identifier: MIT */
/*
 * memory.c - pages and page tables.
 *
 * The loader maps the image and everything behind it up to start_info's end at
 * VIRT_BASE + pfn * 4096; so all tables and the pool, a part of the image's bss,
 * are readable at a known address. A page that has become a page table, or was
 * given away, stays out of the pool for good.
 */
#include "frontends/rt/rt.h"
#include "frontends/rt/private.h"

#define POOL_PAGES 4096

static char pool[POOL_PAGES][PAGE_SIZE]
    __attribute__((aligned(4096), section(".bss.pool")));
static unsigned pool_used, pool_size = POOL_PAGES;
static uint64_t *p2m;

void memory_init(void)
{
    static char shared_page[PAGE_SIZE] __attribute__((aligned(4096)));

    p2m = (uint64_t *)rt_start_info->mfn_list;
    hc_update_va_mapping(shared_page, rt_start_info->shared_info | PTE_P |
                         PTE_RW | PTE_US | PTE_A | PTE_D, UVMF_INVLPG);
    rt_shared = (struct shared_info *)shared_page;
}

void *page_alloc(void)
{
    if (pool_used >= pool_size)
        test_abandon("no page left in the pool", NULL, 0);
    return memset(pool[pool_used++], 0, PAGE_SIZE);
}

unsigned page_pool_left(void)
{
    return pool_size - pool_used;
}

void memory_pool_limit(unsigned pages)
{
    pool_used = 0;
    pool_size = pages;
}

uint64_t va_to_pfn(const void *va)
{
    return ((uint64_t)va - VIRT_BASE) / PAGE_SIZE;
}

uint64_t pfn_to_mfn(uint64_t pfn)
{
    return p2m[pfn];
}

void pfn_set_mfn(uint64_t pfn, uint64_t mfn)
{
    p2m[pfn] = mfn;
}

uint64_t va_to_mfn(const void *va)
{
    return p2m[va_to_pfn(va)];
}

uint64_t mfn_to_pfn(uint64_t mfn)
{
    return machine_to_phys_mapping[mfn];
}

void *mfn_to_va(uint64_t mfn)
{
    return (void *)(VIRT_BASE + mfn_to_pfn(mfn) * PAGE_SIZE);
}

const uint64_t *pte_of(const void *va, int level)
{
    const uint64_t *table = (const uint64_t *)rt_start_info->pt_base;

    for (int l = 4;; l--) {
        const uint64_t *e =
            &table[((uint64_t)va >> (12 + 9 * (l - 1))) % 512];

        if (l == level)
            return e;
        if (!(*e & PTE_P))
            return NULL;
        table = mfn_to_va(PTE_MFN(*e));
    }
}

uint64_t pte_ma(const uint64_t *entry)
{
    return va_to_mfn(entry) * PAGE_SIZE + (uint64_t)entry % PAGE_SIZE;
}

long pte_write(const uint64_t *entry, uint64_t value)
{
    struct mmu_update req = { pte_ma(entry) | MMU_NORMAL_PT_UPDATE, value };

    return hc_mmu_update(&req, 1, NULL, DOMID_SELF);
}

long page_set(void *va, uint64_t pte)
{
    return hc_update_va_mapping(va, pte, UVMF_INVLPG | UVMF_ALL);
}

long page_readonly(void *va)
{
    return page_set(va, va_to_mfn(va) << 12 | PTE_P | PTE_US | PTE_A);
}

long page_writable(void *va)
{
    return page_set(va, va_to_mfn(va) << 12 | PTE_FLAGS);
}

long mmuext(unsigned cmd, uint64_t mfn)
{
    struct mmuext_op op = { .cmd = cmd, .arg1.mfn = mfn };

    return hc_mmuext_op(&op, 1, NULL, DOMID_SELF);
}

/* Makes one page a table and hooks it into the entry. */
static void table_add(const uint64_t *entry)
{
    void *page = page_alloc();

    if (page_readonly(page) != 0 ||
        pte_write(entry, va_to_mfn(page) << 12 | PTE_FLAGS) != 0)
        test_abandon("cannot add a page table", NULL, 0);
}

void *va_hole(void)
{
    static uint64_t next = 0x100000000000UL;    /* a user-half L4 slot */
    void *va = (void *)next;

    next += 1UL << 21;
    for (int level = 4; level > 1; level--) {
        const uint64_t *e = pte_of(va, level);

        if (!(*e & PTE_P))
            table_add(e);
    }
    return va;
}
