/* SPDX-License-Identifier: MIT */
/*
 * boot_mm.c - from the firmware's map to an allocator and our own page tables.
 *
 *   R1  RAM is what the map says, in whole frames, above 1 MiB (below are the
 *       BIOS's data and the trampoline) and below the end of the direct map.
 *   R2  What is in use (image, modules) has a record with PGR_HV and one ref; it
 *       joins the free frames by boot_pages_free() or never.
 *   R3  Until the allocator is up, memory is cut off the top of `spare`; what is
 *       left of that goes to the allocator.
 *   R4  Tables made here for slots 256..271 hang below hv_root and are never freed,
 *       so every guest's L4 sees what is added later.
 */
#include "mm/boot_mm.h"
#include "arch/x86/boot.h"
#include "arch/x86/cpu.h"
#include "lib/bitmap.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/m2p.h"
#include "mm/page_internal.h"
#include "pte.h"

#define LOW_END        (MIB(1) >> PAGE_SHIFT)
#define LAST_FRAME     ((DIRECT_MAP_END - DIRECT_MAP_VA) >> PAGE_SHIFT)
#define PIECE_ENTRIES  (MIB(2) / sizeof(uint64_t))
#define IO_MAP_SIZE    GIB(64)
#define HV_FLAGS       (PTE_P | PTE_RW | PTE_A | PTE_D | PTE_G)

struct span { uint64_t start, end; };       /* frames                         */

uint64_t *hv_root;
uint64_t max_frame, ram_frames;
struct mem_range machine_map[MEM_MAX_RANGES];
unsigned nr_machine_map;
static struct span spare[MEM_MAX_RANGES * 2];           /* R3; ascending       */
static unsigned nr_spare;
uint64_t frame_pieces[BITMAP_WORDS(LAST_FRAME / PIECE_RECORDS)];
static bool allocator_up;
static vaddr_t io_map_next = IO_MAP_VA;

/* ---- the map ---- */

/* R1: the frames of a range of RAM; empty where start >= end. */
static struct span ram_span(const struct mem_range *r)
{
    struct span s = { 0, 0 };

    if (r->type == MEM_RAM) {
        s.start = MAX(PFN_UP(r->start), LOW_END);
        s.end = MIN(PFN_DOWN(r->start + r->size), LAST_FRAME);
    }
    return s;
}

bool mfn_is_ram(mfn_t m)
{
    for (unsigned i = 0; i < nr_machine_map; i++) {
        struct span s = ram_span(&machine_map[i]);

        if (m.n >= s.start && m.n < s.end)
            return true;
    }
    return false;
}

/* ---- memory before the allocator ---- */

static void spare_add(uint64_t start, uint64_t end)
{
    if (start >= end)
        return;
    if (nr_spare == ARRAY_SIZE(spare))
        boot_panic("memory map: too many separate pieces of RAM");
    spare[nr_spare++] = (struct span){ start, end };
}

static void spare_remove(uint64_t start, uint64_t end)
{
    unsigned n = nr_spare;

    for (unsigned i = 0; i < n; i++) {
        struct span s = spare[i];

        if (s.end <= start || s.start >= end)
            continue;
        spare[i].end = MAX(s.start, start);
        if (spare[i].end == s.start)
            spare[i].start = spare[i].end = MIN(s.end, end);
        if (s.end > end) {
            if (spare[i].start == spare[i].end)
                spare[i] = (struct span){ end, s.end };
            else
                spare_add(end, s.end);
        }
    }
}

/* n frames aligned to n, the highest below limit. */
static mfn_t spare_take(uint64_t n, uint64_t limit)
{
    struct span *best = NULL;
    uint64_t start = 0;

    for (unsigned i = 0; i < nr_spare; i++) {
        uint64_t end = MIN(spare[i].end, limit), at;

        if (end < n || spare[i].start >= end)
            continue;
        at = ROUND_DOWN(end - n, n);
        if (at >= spare[i].start && at >= start) {
            best = &spare[i];
            start = at;
        }
    }
    if (best == NULL)
        boot_panic("memory: no %lu KiB in one piece for the hypervisor's tables", n * 4);
    spare_remove(start, start + n);
    return MFN(start);
}

/* ---- our own page tables ---- */

static mfn_t table_new(void)
{
    mfn_t m;

    if (allocator_up) {
        void *va = hv_pages_alloc(0);

        BUG_ON(va == NULL);
        return frame_of(va);
    }
    m = spare_take(1, GIB(4) >> PAGE_SHIFT);
    memset(frame_map(m), 0, PAGE_SIZE);
    return m;
}

/* The entry of `level` for va, with the tables above it made as needed. */
static pte_t *hv_entry(vaddr_t va, unsigned level)
{
    pte_t *table = hv_root;
    pte_t user = pt_index(va, 4) == HV_SLOT_FIRST ? PTE_US : 0;

    for (unsigned l = 4; l > level; l--) {
        pte_t *e = &table[pt_index(va, l)];

        if ((*e & PTE_P) == 0)
            *e = pte_make(table_new(), PTE_P | PTE_RW | PTE_A | user);
        table = frame_map(pte_mfn(*e));
    }
    return &table[pt_index(va, level)];
}

static void map_direct(struct span s)
{
    uint64_t step = cpu_features.has_1g ? GIB(1) : MIB(2);
    unsigned level = cpu_features.has_1g ? 3 : 2;
    maddr_t a = ROUND_DOWN(s.start << PAGE_SHIFT, step);

    for (; a < s.end << PAGE_SHIFT; a += step)
        if (a >= GIB(4))                /* the rest is mapped since boot.S    */
            *hv_entry(DIRECT_MAP_VA + a, level) = a | HV_FLAGS | PTE_PSE;
}

static void map_frame_table(struct span s)
{
    uint64_t n = MIB(2) >> PAGE_SHIFT;

    for (uint64_t i = s.start / PIECE_RECORDS; i * PIECE_RECORDS < s.end; i++) {
        vaddr_t va = FRAME_TABLE_VA + i * MIB(2);
        mfn_t m;

        if (bit_test(frame_pieces, (unsigned)i))
            continue;
        m = spare_take(n, LAST_FRAME);
        memset(frame_map(m), 0, MIB(2));
        *hv_entry(va, 2) = pte_make(m, HV_FLAGS | PTE_PSE);
        bit_set(frame_pieces, (unsigned)i);
    }
}

static void map_m2p(struct span s)
{
    uint64_t n = MIB(2) >> PAGE_SHIFT;

    for (uint64_t i = s.start / PIECE_ENTRIES; i * PIECE_ENTRIES < s.end; i++) {
        pte_t *e = hv_entry(M2P_VA + i * MIB(2), 2);
        mfn_t m;

        if ((*e & PTE_P) != 0)
            continue;
        m = spare_take(n, LAST_FRAME);
        m2p_add_piece((unsigned)i, m);
        *e = pte_make(m, PTE_P | PTE_US | PTE_A | PTE_PSE | PTE_G);
    }
}

static void root_init(void)
{
    hv_root = frame_map(table_new());
    for (unsigned i = HV_SLOT_FIRST; i <= HV_SLOT_LAST; i++)
        hv_root[i] = boot_l4[i];
    for (unsigned i = 0; i < 4 * 512; i++)
        *hv_entry(DIRECT_MAP_VA + i * MIB(2), 2) |= PTE_G;
}

void memory_init(const struct mem_range *map, unsigned nr_map,
                 const struct mem_range *used, unsigned nr_used)
{
    uint64_t image_end_frame = PFN_UP(image_maddr(image_end));
    struct span s;

    nr_machine_map = MIN(nr_map, (unsigned)MEM_MAX_RANGES);
    memcpy(machine_map, map, nr_machine_map * sizeof(machine_map[0]));
    for (unsigned i = 0; i < nr_machine_map; i++) {
        s = ram_span(&machine_map[i]);
        spare_add(s.start, s.end);
        if (s.start < s.end)
            max_frame = MAX(max_frame, s.end);
    }
    spare_remove(PFN_DOWN(image_maddr(image_start)), image_end_frame);
    for (unsigned i = 0; i < nr_used; i++)
        spare_remove(PFN_DOWN(used[i].start), PFN_UP(used[i].start + used[i].size));

    root_init();
    for (unsigned i = 0; i < nr_machine_map; i++)
        map_direct(ram_span(&machine_map[i]));
    tlb_load_root(mfn_maddr(frame_of(hv_root)), true);
    for (unsigned i = 0; i < nr_machine_map; i++) {
        s = ram_span(&machine_map[i]);
        if (s.start >= s.end)
            continue;
        map_frame_table(s);
        map_m2p(s);
    }
    for (unsigned i = 0; i < nr_machine_map; i++) {
        s = ram_span(&machine_map[i]);
        ram_frames += s.start < s.end ? s.end - s.start : 0;
        for (uint64_t f = s.start; f < s.end; f++)
            page_of(MFN(f))->refs = PGR_RAM | PGR_HV | 1;       /* R2 */
    }
    for (unsigned i = 0; i < nr_spare; i++)
        page_alloc_add(MFN(spare[i].start), MFN(spare[i].end));
    nr_spare = 0;
    allocator_up = true;
    log_info("memory: %lu MiB free of %lu MiB, highest frame %#lx\n",
             free_frames() >> 8, max_frame >> 8, max_frame);
}

void boot_pages_free(maddr_t start, maddr_t end)
{
    uint64_t first = MAX(PFN_UP(start), LOW_END), last = PFN_DOWN(end);

    for (uint64_t f = first; f < last; f++)
        if (mfn_valid(MFN(f)) && page_of(MFN(f))->refs == (PGR_RAM | PGR_HV | 1))
            page_alloc_add(MFN(f), MFN(f + 1));
}

void *io_map(maddr_t start, size_t size)
{
    maddr_t first = ROUND_DOWN(start, PAGE_SIZE);
    uint64_t bytes = ROUND_UP(start + size, PAGE_SIZE) - first;
    vaddr_t va = io_map_next;

    BUG_ON(va + bytes > IO_MAP_VA + IO_MAP_SIZE);
    io_map_next += bytes;
    for (uint64_t off = 0; off < bytes; off += PAGE_SIZE)
        *hv_entry(va + off, 1) = (first + off) | HV_FLAGS | PTE_PCD | PTE_PWT;
    return (void *)(va + (start - first));
}
