/* SPDX-License-Identifier: MIT */
/* grant.c - the caller's own grant table, version 1, of one frame. */
#include "frontends/rt/rt.h"
#include "frontends/rt/private.h"

static struct grant_entry_v1 *table;
static grant_ref_t next_ref = GNTTAB_NR_RESERVED_ENTRIES;

struct grant_entry_v1 *grant_table(void)
{
    xen_pfn_t frame = 0;
    struct gnttab_setup_table op = { .dom = DOMID_SELF, .nr_frames = 1 };
    void *va;

    if (table != NULL)
        return table;
    set_xen_guest_handle(op.frame_list, &frame);
    if (hc_grant_table_op(GNTTABOP_setup_table, &op, 1) != 0 || op.status != 0)
        test_abandon("no grant table", NULL, 0);
    va = page_alloc();
    if (page_set(va, frame << 12 | PTE_FLAGS) != 0)
        test_abandon("cannot map the grant table", NULL, 0);
    table = va;
    return table;
}

unsigned grant_table_entries(void)
{
    return PAGE_SIZE / sizeof(struct grant_entry_v1);
}

grant_ref_t grant_new(unsigned domid, uint64_t mfn, bool readonly)
{
    struct grant_entry_v1 *t = grant_table();
    grant_ref_t ref = next_ref++;

    if (next_ref == grant_table_entries())
        next_ref = GNTTAB_NR_RESERVED_ENTRIES;
    t[ref].frame = (uint32_t)mfn;
    t[ref].domid = (domid_t)domid;
    __atomic_store_n(&t[ref].flags,
                     GTF_permit_access | (readonly ? GTF_readonly : 0),
                     __ATOMIC_RELEASE);
    return ref;
}

bool grant_end(grant_ref_t ref)
{
    uint16_t *flags = &grant_table()[ref].flags;
    uint16_t seen = __atomic_load_n(flags, __ATOMIC_SEQ_CST);

    do {
        if (seen & (GTF_reading | GTF_writing))
            return false;
    } while (!__atomic_compare_exchange_n(flags, &seen, 0, false,
                                          __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    return true;
}
