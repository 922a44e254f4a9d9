/* SPDX-License-Identifier: MIT */
/*
 * heap.c - small pieces of frames, by powers of two.
 *
 *   R1  A frame holds pieces of one size. Its record's type word says which, how
 *       many are in use, and where its first free piece is; a free piece holds
 *       the offset of the next. Offset FULL ends the chain.
 *   R2  A frame with a free piece is on its class's list; one without any piece
 *       in use goes back to the allocator.
 *   R3  What is larger than half a frame is whole frames; type = BIG + order.
 */
#include "mm/page_internal.h"
#include "lib/string.h"

#define MIN_SHIFT 5
#define CLASSES   7                 /* 32 .. 2048 bytes                        */
#define FULL      0xffffu
#define BIG       0x100u

static spinlock_t lock = SPINLOCK(heap);
static uint32_t partial[CLASSES];

static uint64_t slab_word(unsigned class, unsigned used, unsigned first)
{
    return (uint64_t)class << 32 | (uint64_t)used << 16 | first;
}
static unsigned slab_used(uint64_t w) { return (w >> 16) & 0xffff; }
static unsigned slab_first(uint64_t w) { return w & 0xffff; }

static struct page *slab_new(unsigned class)
{
    char *va = hv_pages_alloc(0);
    size_t size = 1ul << (class + MIN_SHIFT);
    struct page *pg;

    if (va == NULL)
        return NULL;
    for (size_t off = 0; off < PAGE_SIZE; off += size) {
        uint16_t next = off + size < PAGE_SIZE ? (uint16_t)(off + size) : FULL;

        memcpy(va + off, &next, sizeof(next));
    }
    pg = page_of(frame_of(va));
    pg->type = slab_word(class, 0, 0);
    return pg;
}

static void *piece_take(unsigned class, struct page *pg)
{
    unsigned off = slab_first(pg->type);
    char *p = (char *)frame_map(page_mfn(pg)) + off;
    uint16_t next;

    memcpy(&next, p, sizeof(next));
    pg->type = slab_word(class, slab_used(pg->type) + 1, next);
    if (next == FULL)
        frame_list_del(&partial[class], pg);                                 /* R2 */
    memset(p, 0, 1ul << (class + MIN_SHIFT));
    return p;
}

void *heap_alloc(size_t size)
{
    unsigned class = 0, order = 0;
    struct page *pg;
    void *p;

    while (class < CLASSES && (1ul << (class + MIN_SHIFT)) < size)
        class++;
    if (class == CLASSES) {                                     /* R3 */
        while ((PAGE_SIZE << order) < size)
            if (++order > MAX_ORDER)
                return NULL;
        p = hv_pages_alloc(order);
        if (p != NULL)
            page_of(frame_of(p))->type = BIG + order;
        return p;
    }
    spin_lock(&lock);
    if (partial[class] == 0) {
        spin_unlock(&lock);
        pg = slab_new(class);
        if (pg == NULL)
            return NULL;
        spin_lock(&lock);
        frame_list_add(&partial[class], pg);
    }
    p = piece_take(class, page_of(MFN(partial[class])));
    spin_unlock(&lock);
    return p;
}

void heap_free(void *p)
{
    struct page *pg;
    unsigned class, used;
    uint16_t next;

    if (p == NULL)
        return;
    pg = page_of(frame_of(p));
    if ((pg->type >> 32) == 0 && (pg->type & ~0xffull) == BIG &&
        ((uintptr_t)p & (PAGE_SIZE - 1)) == 0 && slab_used(pg->type) == 0) {
        hv_pages_free(p, (unsigned)(pg->type & 0xff));
        return;
    }
    spin_lock(&lock);
    class = (unsigned)(pg->type >> 32);
    used = slab_used(pg->type);
    BUG_ON(class >= CLASSES || used == 0);
    next = (uint16_t)slab_first(pg->type);
    memcpy(p, &next, sizeof(next));
    if (next == FULL)
        frame_list_add(&partial[class], pg);
    pg->type = slab_word(class, used - 1, (uintptr_t)p & (PAGE_SIZE - 1));
    if (used == 1)
        frame_list_del(&partial[class], pg);
    spin_unlock(&lock);
    if (used == 1) {
        pg->type = 0;
        hv_pages_free((void *)((uintptr_t)p & PAGE_MASK), 0);
    }
}
