/* SPDX-License-Identifier: MIT */
/*
 * memory_map.c - the firmware's memory map, made fit to be relied on.
 *
 * Where ranges overlap the higher type wins, so RAM (1) loses against all else;
 * a range that wraps or is empty is left out.
 */
#include "boot/boot_info.h"
#include "lib/bug.h"
#include "lib/printf.h"

void memory_map_add(struct boot_info *bi, maddr_t start, uint64_t size,
                    uint32_t type)
{
    if (size == 0)
        return;
    if (start + size < start)
        size = -start - 1;
    if (type == 0)
        type = 2;                       /* reserved                            */
    if (bi->nr_ranges == MEM_MAX_RANGES) {
        log_warn("memory map: more than %d ranges, the rest is ignored\n",
                 MEM_MAX_RANGES);
        return;
    }
    bi->range[bi->nr_ranges++] = (struct mem_range){ start, size, type };
}

/* The type at a, and the next address at which it may change. */
static uint32_t type_at(const struct boot_info *bi, maddr_t a, maddr_t *next)
{
    uint32_t type = 0;

    *next = UINT64_MAX;
    for (unsigned i = 0; i < bi->nr_ranges; i++) {
        const struct mem_range *r = &bi->range[i];
        maddr_t end = r->start + r->size;

        if (a >= r->start && a < end) {
            type = MAX(type, r->type);
            *next = MIN(*next, end);
        } else if (r->start > a) {
            *next = MIN(*next, r->start);
        }
    }
    return type;
}

void memory_map_sanitise(struct boot_info *bi)
{
    static struct mem_range out[MEM_MAX_RANGES];
    unsigned n = 0;
    maddr_t next;

    for (maddr_t a = 0; a != UINT64_MAX; a = next) {
        uint32_t type = type_at(bi, a, &next);

        if (type == 0)
            continue;
        if (n > 0 && out[n - 1].type == type &&
            out[n - 1].start + out[n - 1].size == a) {
            out[n - 1].size = next - out[n - 1].start;
            continue;
        }
        if (n == MEM_MAX_RANGES)
            boot_panic("memory map: overlaps make more than %d ranges",
                       MEM_MAX_RANGES);
        out[n++] = (struct mem_range){ a, next - a, type };
    }
    bi->nr_ranges = n;
    for (unsigned i = 0; i < n; i++)
        bi->range[i] = out[i];
}
