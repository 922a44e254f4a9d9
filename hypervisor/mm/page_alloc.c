/* SPDX-License-Identifier: MIT */
/*
 * page_alloc.c - free frames: a buddy system, given out from the top.
 *
 *   R1  Chunks are aligned to their size. A chunk's zone is the number of
 *       bits of its first frame's number, so all of it has the same.
 *   R2  A request takes from the highest zone that it may use; one without a limit
 *       leaves a reserve below 4 GiB, where the control domain's DMA buffers will
 *       be exchanged to. What requests with a limit take lessens the reserve.
 *   R3  A frame leaves here flushed from every TLB (page.h R6) and cleared; only
 *       while the control domain is built (page_alloc_keep_contents) uncleared.
 */
#include "mm/page_internal.h"
#include "arch/smp.h"
#include "lib/string.h"

#define ZONES    41
#define DMA_ZONE (32 - PAGE_SHIFT)  /* frames below 4 GiB: zones up to this one */
#define RESERVE_MAX  (MIB(96) >> PAGE_SHIFT)
#define RESERVE_LAST (MIB(16) >> PAGE_SHIFT)    /* always kept                 */

static spinlock_t lock = SPINLOCK(page_alloc);
static uint32_t free_head[ZONES][MAX_ORDER + 1];
static uint64_t zone_free[ZONES];       /* frames                             */
static uint64_t total;                  /* frames ever added                  */
static uint64_t limited;                /* frames given below a limit, for R2  */

static unsigned zone_of(uint64_t frame)
{
    return frame == 0 ? 0 : 64 - (unsigned)__builtin_clzll(frame);
}

static struct page *record(uint32_t frame)
{
    return page_of(MFN(frame));
}

/* What is neither free nor anybody's. */
static void records_clear(struct page *pg, unsigned order)
{
    for (uint64_t i = 0; i < 1ull << order; i++) {
        pg[i].refs = PGR_RAM;
        pg[i].type = 0;
        pg[i].owner = pg[i].next = pg[i].prev = 0;
    }
}

static void list_push(uint64_t frame, unsigned order, uint32_t stamp)
{
    struct page *pg = record((uint32_t)frame);

    pg->refs = PGR_RAM | PGR_FREE;
    pg->type = order;
    pg->owner = 0;
    pg->stamp = stamp;
    frame_list_add(&free_head[zone_of(frame)][order], pg);
    zone_free[zone_of(frame)] += 1ull << order;
}

static void list_take(uint64_t frame, unsigned order)
{
    struct page *pg = record((uint32_t)frame);

    frame_list_del(&free_head[zone_of(frame)][order], pg);
    pg->refs = PGR_RAM;
    pg->type = 0;
    zone_free[zone_of(frame)] -= 1ull << order;
}

static bool is_free_chunk(uint64_t frame, unsigned order)
{
    if (frame == 0 || !mfn_valid(MFN(frame)))
        return false;
    return (record((uint32_t)frame)->refs & PGR_FREE) != 0 &&
           record((uint32_t)frame)->type == order;
}

/* The lock is held. Merges with the buddies that are free as well. */
static void give_back(uint64_t frame, unsigned order, uint32_t stamp)
{
    while (order < MAX_ORDER) {
        uint64_t buddy = frame ^ (1ull << order);

        if (!is_free_chunk(buddy, order) || zone_of(buddy) != zone_of(frame))
            break;                                              /* R1 */
        if ((int32_t)(record((uint32_t)buddy)->stamp - stamp) > 0)
            stamp = record((uint32_t)buddy)->stamp;
        list_take(buddy, order);
        frame &= ~(1ull << order);
        order++;
    }
    list_push(frame, order, stamp);
}

static uint64_t frames_in_zones(unsigned last)
{
    uint64_t sum = 0;

    for (unsigned z = 0; z <= last && z < ZONES; z++)
        sum += zone_free[z];
    return sum;
}

/* R2: frames below 4 GiB that a request without a limit leaves. */
static uint64_t reserve(void)
{
    uint64_t most = MIN(RESERVE_MAX, total / 16);
    uint64_t least = MIN(RESERVE_LAST, total / 64);

    return most > limited + least ? most - limited : least;
}

/* The lock is held: the frame number of a chunk, 0 if there is none. */
static uint64_t find_chunk(unsigned order, unsigned top_zone)
{
    for (unsigned z = top_zone + 1; z-- > 0;) {
        for (unsigned o = order; o <= MAX_ORDER; o++) {
            uint64_t frame = free_head[z][o];
            uint32_t stamp;

            if (frame == 0)
                continue;
            stamp = record((uint32_t)frame)->stamp;
            list_take(frame, o);
            while (o > order) {             /* keep the upper half */
                o--;
                list_push(frame, o, stamp);
                frame += 1ull << o;
            }
            record((uint32_t)frame)->stamp = stamp;
            return frame;
        }
    }
    return 0;
}

static bool keep_contents;

void page_alloc_keep_contents(bool keep)
{
    keep_contents = keep;
}

struct page *chunk_alloc(unsigned order, unsigned addr_bits, bool reserve_too)
{
    unsigned top = ZONES - 1;
    struct page *pg = NULL;
    uint64_t frame = 0;
    cpumask_t stale;

    if (order > MAX_ORDER || (addr_bits != 0 && addr_bits <= PAGE_SHIFT))
        return NULL;
    if (addr_bits != 0 && addr_bits - PAGE_SHIFT < top)
        top = addr_bits - PAGE_SHIFT;

    spin_lock(&lock);
    if (addr_bits == 0 && !reserve_too &&
        frames_in_zones(DMA_ZONE) < reserve() + (1ull << order)) {
        /* R2: only what lies above 4 GiB */
        if (frames_in_zones(ZONES - 1) > frames_in_zones(DMA_ZONE))
            frame = find_chunk(order, top);
        if (frame != 0 && zone_of(frame) <= DMA_ZONE) {
            give_back(frame, order, record((uint32_t)frame)->stamp);
            frame = 0;
        }
    } else {
        frame = find_chunk(order, top);
        if (frame != 0 && addr_bits != 0)
            limited += 1ull << order;
    }
    spin_unlock(&lock);
    if (frame == 0)
        return NULL;

    pg = record((uint32_t)frame);
    stale = tlb_filter(cpus_online, pg->stamp);
    if (stale != 0)
        tlb_flush(stale, TLB_ALL);                              /* R3 */
    if (!keep_contents)
        memset(frame_map(MFN(frame)), 0, PAGE_SIZE << order);
    records_clear(pg, order);
    return pg;
}

void chunk_free(struct page *pg, unsigned order)
{
    uint32_t stamp = tlb_stamp();

    records_clear(pg, order);
    spin_lock(&lock);
    give_back(page_mfn(pg).n, order, stamp);
    spin_unlock(&lock);
}

void page_alloc_add(mfn_t start, mfn_t end)
{
    uint64_t f = start.n == 0 ? 1 : start.n;

    while (f < end.n) {
        unsigned order = MIN((unsigned)__builtin_ctzll(f), (unsigned)MAX_ORDER);

        while (f + (1ull << order) > end.n)
            order--;
        records_clear(page_of(MFN(f)), order);
        spin_lock(&lock);
        give_back(f, order, 0);
        total += 1ull << order;
        spin_unlock(&lock);
        f += 1ull << order;
    }
}

void *hv_pages_alloc(unsigned order)
{
    struct page *pg = chunk_alloc(order, 0, true);

    if (pg == NULL)
        return NULL;
    for (uint64_t i = 0; i < 1ull << order; i++)
        pg[i].refs = PGR_RAM | PGR_HV | 1;
    return frame_map(page_mfn(pg));
}

void hv_pages_free(void *va, unsigned order)
{
    if (va != NULL)
        chunk_free(page_of(frame_of(va)), order);
}

uint64_t free_frames(void)
{
    uint64_t low = frames_in_zones(DMA_ZONE);

    return frames_in_zones(ZONES - 1) - MIN(low, reserve());
}

uint64_t total_frames(void)
{
    return total;
}

uint64_t free_frames_below(unsigned addr_bits)
{
    return addr_bits <= PAGE_SHIFT ? 0 : frames_in_zones(addr_bits - PAGE_SHIFT);
}
