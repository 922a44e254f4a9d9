/* SPDX-License-Identifier: MIT */
/*
 * grant_table.h - what grant*.c share: one domain's table and its bookkeeping.
 *
 *   R1  active[] and the reading/writing flags of shared entries change under
 *       the granting domain's lock; maptrack under the mapping domain's.
 *       The two are never held at once.
 *   R2  An active entry is pinned as often as it is mapped or being copied, by
 *       host or device, reading or writing. It is pinned before a page is
 *       used and unpinned after TLBs are flushed. While it is pinned `frame`
 *       and `domid` stay, whatever the guest writes into the shared entry.
 *   R3  GTF_reading is set while there is any pin, GTF_writing while there is
 *       a writing one. Shared entries are read once, and changed by
 *       compare-and-swap of the whole first word.
 *   R4  Each host or device mapping holds one ref on the page, and one typed
 *       use (WRITABLE) unless read-only. A host mapping's belong to the page
 *       table entry (mm/pt.h).
 *   R5  A maptrack kind (GNTMAP_host_map, GNTMAP_device_map) is cleared by the
 *       one unmap that has claimed it; the handle is free when no kind is left
 *       and no claim is open.
 */
#ifndef SPLITRING_CORE_GRANT_TABLE_H
#define SPLITRING_CORE_GRANT_TABLE_H

#include "core/domain.h"

#define GRANTS_PER_FRAME   (PAGE_SIZE / sizeof(struct grant_entry_v1))
#define MAPTRACK_PER_FRAME (PAGE_SIZE / sizeof(struct maptrack))
#define MAPTRACK_KINDS     (GNTMAP_host_map | GNTMAP_device_map)
#define HANDLE_NONE        (~0u)

enum pin { PIN_HOST_READ, PIN_HOST_WRITE, PIN_DEV_READ, PIN_DEV_WRITE, PINS };

/* The counts are fields of 16 bits in one word, PIN 0 lowest; each is below 2^15. */
struct active {
    uint64_t pins;
    uint32_t frame;
    domid_t domid;
};

struct maptrack {
    uint32_t frame;
    grant_ref_t ref;                /* free: the next free handle              */
    domid_t domid;
    uint8_t flags;                  /* low GNTMAP_* bits                       */
    uint8_t claims;                 /* R5                                      */
    uint32_t spare;
};

struct grant_table {
    spinlock_t lock;
    unsigned nr_frames, max_frames; /* R1                                      */
    bool retired;                   /* shared frames are gone                  */
    struct grant_entry_v1 **shared; /* a frame each                            */
    struct active **active;         /* GRANTS_PER_FRAME each                   */
    unsigned nr_maptrack, max_maptrack;     /* frames                          */
    struct maptrack **maptrack;
    grant_handle_t free_handle;
    unsigned release_cursor;
};

/* NULL: not in the table. The lock is held. */
struct active *gnttab_active(struct grant_table *gt, grant_ref_t ref);

/*
 * Pins ref of rd for ld in the given ways (bit n is PIN n): GNTST_okay and the
 * frame, with one ref on it for each bit, and one typed use for each that
 * writes; or an error and nothing has changed.
 */
int gnttab_pin(struct domain *rd, grant_ref_t ref, domid_t ld, unsigned ways,
               struct page **out);
/* Only the accounting: the refs are the caller's to drop. */
void gnttab_unpin(struct domain *rd, grant_ref_t ref, unsigned ways);
/* The refs of `ways` on pg. */
void gnttab_put_page(struct page *pg, unsigned ways);
static inline unsigned pin_ways(unsigned flags)
{
    bool write = !(flags & GNTMAP_readonly);

    return (flags & GNTMAP_host_map ?
            1u << (write ? PIN_HOST_WRITE : PIN_HOST_READ) : 0) |
           (flags & GNTMAP_device_map ?
            1u << (write ? PIN_DEV_WRITE : PIN_DEV_READ) : 0);
}
#define WAYS_WRITE (1u << PIN_HOST_WRITE | 1u << PIN_DEV_WRITE)

/* A free handle of gt, which grows if need be; HANDLE_NONE: the limit. */
grant_handle_t gnttab_handle_new(struct grant_table *gt);
void gnttab_handle_free(struct grant_table *gt, grant_handle_t h);
/* NULL: no such handle. Takes no lock: entries never move. */
struct maptrack *gnttab_maptrack(struct grant_table *gt, grant_handle_t h);

#endif
