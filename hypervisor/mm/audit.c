/* SPDX-License-Identifier: MIT */
/*
 * audit.c - checks the rules of page.h over every frame.
 *
 * Slow and total. With guests running a fault may be a change seen half way; with
 * all paused each one is real.
 */
#include "lib/printf.h"
#include "mm/pt_internal.h"

static unsigned complain(uint64_t frame, const char *what)
{
    const struct page *pg = page_of(MFN(frame));

    log_err("audit: frame %#lx (refs %#lx, type %#lx): %s\n", frame,
            pg->refs, pg->type, what);
    return 1;
}

/* What a present entry of a table of this type must point to (R3, R4). */
static const char *entry_fault(enum page_type type, pte_t e)
{
    const struct page *pg;

    if (!mfn_valid(pte_mfn(e)))
        return type == PGT_L1 ? NULL : "an entry names no RAM";
    pg = page_of(pte_mfn(e));
    if ((pg->refs & PGR_COUNT) == 0 || (pg->refs & PGR_FREE) != 0)
        return "an entry names a free frame";
    if (type != PGT_L1)
        return page_type(pg) == type - 1 && (pg->type & PGT_VALIDATED) != 0
               ? NULL : "an entry names a frame that is not the table below";
    if ((e & PTE_RW) != 0 && page_type(pg) != PGT_WRITABLE)
        return "a writable entry names a frame of another type";
    return NULL;
}

static unsigned audit_table(uint64_t frame, enum page_type type)
{
    const pte_t *table = frame_map(MFN(frame));
    unsigned faults = 0;

    for (unsigned i = 0; i < 512; i++) {
        const char *what;

        if ((table[i] & PTE_P) == 0 || slot_is_ours(type, i))
            continue;
        what = entry_fault(type, table[i]);
        if (what != NULL)
            faults += complain(frame, what);
    }
    return faults;
}

static unsigned audit_frame(uint64_t frame)
{
    const struct page *pg = page_of(MFN(frame));
    uint64_t refs = READ_ONCE(pg->refs), type = READ_ONCE(pg->type);
    bool used = (type & PGT_COUNT) != 0;
    unsigned faults = 0;

    if ((refs & (PGR_FREE | PGR_HV)) != 0 || (refs & ~PGR_RAM) == 0)
        return 0;
    if (used && (refs & PGR_COUNT) == 0)
        faults += complain(frame, "typed uses without a reference (R1)");
    if ((refs & PGR_COUNT) != 0 && pg->owner == 0)
        faults += complain(frame, "references without an owner");
    if ((type & PGT_PINNED) != 0 && (!used || !type_is_table(type_of(type))))
        faults += complain(frame, "pinned, but no table (R5)");
    if ((type & PGT_VALIDATED) != 0 && !used && pg->owner != 0)
        faults += complain(frame, "validated without a use (R4)");
    if (used && (type & PGT_VALIDATED) != 0 && type_is_table(type_of(type)))
        faults += audit_table(frame, type_of(type));
    return faults;
}

unsigned page_audit(void)
{
    unsigned faults = 0;

    for (uint64_t f = 0; f < max_frame; f++)
        if (mfn_valid(MFN(f)))
            faults += audit_frame(f);
    return faults;
}
