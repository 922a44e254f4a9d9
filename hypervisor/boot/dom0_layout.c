/* SPDX-License-Identifier: MIT */
/*
 * dom0_layout.c - the numbers of the layout, and the page tables that map it.
 *
 *   R1  Every page-table frame is inside the boot mapping and mapped read-only
 *       there; so is nothing else.
 */
#include "boot/dom0_layout.h"

#include "lib/string.h"
#include "pte.h"

#define MAP_ALIGN (MIB(4) >> PAGE_SHIFT)
#define MAP_SPARE (KIB(512) >> PAGE_SHIFT)
#define L1_SPAN   512ul
#define L2_SPAN   (512ul * 512)

static uint64_t span_count(uint64_t pages, uint64_t span)
{
    return (pages + span - 1) / span;
}

/* Tables for map_end pages from virt_base, and for the list if it lies apart. */
static uint64_t tables_needed(const struct kernel_image *k,
                              const struct dom0_layout *l, uint64_t map_end)
{
    uint64_t first = (k->virt_base & (GIB(1) - 1)) >> PAGE_SHIFT;
    uint64_t n = 1 + 1;                             /* L4, L3 */

    n += span_count(first + map_end, L2_SPAN);      /* L2 */
    n += span_count((first & (L1_SPAN - 1)) + map_end, L1_SPAN);
    if (l->p2m_mapped_apart)
        n += 1 + span_count(l->nr_p2m_frames, L2_SPAN) +
             span_count(l->nr_p2m_frames, L1_SPAN);
    return n;
}

const char *dom0_layout_make(const struct kernel_image *k, uint64_t nr_pages,
                             uint64_t initrd_size, struct dom0_layout *l)
{
    uint64_t next = PFN_UP(k->end_paddr), nr_pt = 8, fixed;

    l->nr_pages = nr_pages;
    l->nr_p2m_frames = PFN_UP(nr_pages * 8);
    l->p2m_mapped_apart = k->init_p2m != 0;
    l->initrd_size = initrd_size;
    l->initrd_mapped = initrd_size && !k->mod_start_pfn;
    if (l->initrd_mapped) {
        l->initrd_pfn = next;
        next += PFN_UP(initrd_size);
    }
    if (!l->p2m_mapped_apart) {
        l->p2m_pfn = next;
        next += l->nr_p2m_frames;
    }
    l->start_info_pfn = next++;
    l->stack_pfn = next++;
    l->pt_pfn = fixed = next;
    for (;;) {
        uint64_t need;

        l->map_end_pfn = ROUND_UP(fixed + nr_pt + MAP_SPARE, MAP_ALIGN);
        need = tables_needed(k, l, l->map_end_pfn);
        if (need <= nr_pt)
            break;
        nr_pt = need;
    }
    l->nr_pt = nr_pt;
    next = l->map_end_pfn;
    if (l->p2m_mapped_apart) {
        l->p2m_pfn = next;
        next += l->nr_p2m_frames;
    }
    if (initrd_size && !l->initrd_mapped) {
        l->initrd_pfn = next;
        next += PFN_UP(initrd_size);
    }
    if (next > nr_pages)
        return "kernel, initrd and first page tables do not fit into dom0_mem";
    return NULL;
}

struct tables {
    const struct dom0_layout *l;
    uint64_t next;                      /* pfn of the next free table frame    */
    pte_t *l4;
};

static pte_t *table_below(struct tables *t, pte_t *entry)
{
    if (!(*entry & PTE_P)) {
        uint64_t pfn = t->next++;

        BUG_ON(pfn >= t->l->pt_pfn + t->l->nr_pt);
        *entry = pte_make(MFN(t->l->p2m[pfn]), PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D);
    }
    return frame_map(pte_mfn(*entry));
}

static bool is_table(const struct dom0_layout *l, uint64_t pfn)
{
    return pfn >= l->pt_pfn && pfn < l->pt_pfn + l->nr_pt;
}

static void map_range(struct tables *t, vaddr_t va, uint64_t pfn, uint64_t count)
{
    pte_t *l1 = NULL;

    for (; count; count--, pfn++, va += PAGE_SIZE) {
        if (!l1 || pt_index(va, 1) == 0) {
            pte_t *l3 = table_below(t, &t->l4[pt_index(va, 4)]);
            pte_t *l2 = table_below(t, &l3[pt_index(va, 3)]);

            l1 = table_below(t, &l2[pt_index(va, 2)]);
        }
        l1[pt_index(va, 1)] =
            pte_make(MFN(t->l->p2m[pfn]), PTE_P | PTE_US | PTE_A | PTE_D |
                     (is_table(t->l, pfn) ? 0 : PTE_RW));       /* R1 */
    }
}

void dom0_tables_build(const struct kernel_image *k, const struct dom0_layout *l)
{
    struct tables t = { .l = l, .next = l->pt_pfn + 1 };

    for (uint64_t i = 0; i < l->nr_pt; i++)
        memset(dom0_frame(l, l->pt_pfn + i), 0, PAGE_SIZE);
    t.l4 = dom0_frame(l, l->pt_pfn);
    map_range(&t, k->virt_base, 0, l->map_end_pfn);
    if (l->p2m_mapped_apart)
        map_range(&t, k->init_p2m, l->p2m_pfn, l->nr_p2m_frames);
}
