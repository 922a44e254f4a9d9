/* SPDX-License-Identifier: MIT */
/*
 * logdirty.c - the bitmap of written pages, who sets bits in it and who takes
 * them; see logdirty.h.
 *
 *   R1  Bits are set after the write, or before it is let through, and taken by
 *       an exchange: a write that is not in what was taken is in what is left.
 *   R2  Pages of the guest that others may write are found by looking through
 *       the tables of all other domains, so that nobody has to count them.
 */
#include "mm/logdirty_internal.h"
#include "mm/m2p.h"
#include "lib/string.h"

#define SPARE_PFNS  PFNS_PER_CHUNK
#define SCAN_BUDGET 32768u          /* frames, a table counting as 64 of them  */

unsigned logdirty_active;

/* ---- bits ---- */

static uint64_t *word_of(const struct logdirty *log, uint64_t pfn)
{
    if (pfn >= log->nr_chunks * PFNS_PER_CHUNK)
        return NULL;
    return &log->chunk[pfn / PFNS_PER_CHUNK][pfn % PFNS_PER_CHUNK / 64];
}

/* A frame whose number is none that can be asked for is not logged: its owner
 * has hidden it. */
static void mark_pfn(struct logdirty *log, uint64_t pfn)
{
    uint64_t *w = word_of(log, pfn), bit = 1ull << (pfn % 64);

    if (w != NULL && (READ_ONCE(*w) & bit) == 0)
        __atomic_fetch_or(w, bit, __ATOMIC_SEQ_CST);
}

bool logdirty_is_clean(const struct mm_domain *d, mfn_t m)
{
    const uint64_t *w;
    uint64_t pfn;

    if (!is_ram_frame(m) || page_owner(page_of(m)) != d)
        return false;
    pfn = m2p_get(m);
    w = word_of(d->log, pfn);
    return w != NULL && (READ_ONCE(*w) >> (pfn % 64) & 1) == 0;
}

void logdirty_mark_frame(mfn_t m)
{
    struct mm_domain *owner = is_ram_frame(m) ? page_owner(page_of(m)) : NULL;

    if (owner != NULL && __atomic_load_n(&owner->logging, __ATOMIC_ACQUIRE))
        mark_pfn(owner->log, m2p_get(m));
}

uint64_t logdirty_take(struct mm_domain *d, uint64_t pfn, bool clear)
{
    uint64_t *w = word_of(d->log, pfn);

    if (w == NULL || READ_ONCE(*w) == 0)
        return 0;
    return clear ? __atomic_exchange_n(w, 0, __ATOMIC_SEQ_CST) : READ_ONCE(*w);
}

void logdirty_add(struct mm_domain *d, uint64_t pfn, uint64_t bits)
{
    uint64_t *w = word_of(d->log, pfn);

    if (w != NULL)
        __atomic_fetch_or(w, bits, __ATOMIC_SEQ_CST);
}

uint64_t logdirty_pfns(const struct mm_domain *d)
{
    return d->log->nr_chunks * PFNS_PER_CHUNK;
}

uint32_t logdirty_faults(const struct mm_domain *d)
{
    return d->log->faults;
}

/* ---- who else writes ---- */

/* Marks what entry e of a table of `of` lets it write of another's. The entry's
 * uses are held. */
static void mark_foreign(const struct mm_domain *of, pte_t e)
{
    if ((e & (PTE_P | PTE_RW)) == (PTE_P | PTE_RW) && is_ram_frame(pte_mfn(e)) &&
        page_owner(page_of(pte_mfn(e))) != of)
        logdirty_mark_frame(pte_mfn(e));
}

/* Marks what the table lets write of d's pages. It may change meanwhile, so the
 * owners of other frames are nothing to follow. */
static void mark_by_table(struct mm_domain *d, const pte_t *entry)
{
    for (unsigned i = 0; i < 512; i++) {
        pte_t e = READ_ONCE(entry[i]);

        if ((e & (PTE_P | PTE_RW)) == (PTE_P | PTE_RW) &&
            is_ram_frame(pte_mfn(e)) && page_owner(page_of(pte_mfn(e))) == d)
            mark_pfn(d->log, m2p_get(pte_mfn(e)));
    }
}

int logdirty_scan(struct mm_domain *d, const void *scanner)
{
    struct logdirty *log = d->log;
    unsigned budget = SCAN_BUDGET;

    /* Whoever does not come back for the rest must not leave it to another. */
    if (log->scanner != scanner)
        log->scan = 0;
    log->scanner = scanner;
    for (; log->scan < max_frame; log->scan++) {
        mfn_t m = MFN(log->scan);

        if (budget == 0)
            return -ERESTART;
        budget--;
        if (!is_ram_frame(m) || page_type(page_of(m)) != PGT_L1 ||
            page_owner(page_of(m)) == d)
            continue;
        mark_by_table(d, frame_map(m));                         /* R2 */
        budget -= MIN(budget, 64u);
    }
    log->scanner = NULL;
    return 0;
}

/* ---- page tables ---- */

void logdirty_store(const pte_t *slot, pte_t old)
{
    mfn_t table = frame_of(slot);
    struct mm_domain *d = page_owner(page_of(table));

    if (d == NULL)
        return;
    mark_foreign(d, old);
    if (!d->logging)
        return;
    logdirty_mark_frame(table);
    twin_drop_entry(d, table, ((uintptr_t)slot & (PAGE_SIZE - 1)) / sizeof(*slot));
}

/* A table's contents go into a stream in another form than a page's. */
void logdirty_retype(struct page *pg)
{
    struct mm_domain *d = page_owner(pg);
    mfn_t table = page_mfn(pg);

    if (d == NULL)
        return;
    for (unsigned i = 0; i < 512 && type_of(pg->type) == PGT_L1; i++)
        mark_foreign(d, READ_ONCE(((pte_t *)frame_map(table))[i]));
    if (!d->logging)
        return;
    logdirty_mark_frame(table);
    twin_drop(d, table);
}

static void entry_touch(pte_t *slot, pte_t flags)
{
    if ((READ_ONCE(*slot) & flags) == flags)
        return;
    __atomic_fetch_or(slot, flags, __ATOMIC_SEQ_CST);
    logdirty_mark_frame(frame_of(slot));
}

/* The walk of the guest's own tables: where its entries are, down to slot[1]. */
static enum logdirty_verdict walk(mfn_t root, vaddr_t va, bool write, bool fetch,
                                  pte_t *slot[5])
{
    pte_t all = PTE_RW, any = 0;
    mfn_t table = root;

    for (unsigned level = 4; level >= 1; level--) {
        pte_t e;

        slot[level] = (pte_t *)frame_map(table) + pt_index(va, level);
        e = READ_ONCE(*slot[level]);
        if ((e & PTE_P) == 0)
            return LOG_ABSENT;
        all &= e;
        any |= e;
        table = pte_mfn(e);
    }
    if ((write && (all & PTE_RW) == 0) || (fetch && (any & PTE_NX) != 0))
        return LOG_FORBIDDEN;
    return LOG_ALLOWED;
}

enum logdirty_verdict logdirty_fault(struct mm_domain *d, unsigned nr,
                                     mfn_t guest_root, vaddr_t va, bool write,
                                     bool fetch)
{
    enum logdirty_verdict verdict;
    pte_t *slot[5];

    spin_lock(&d->pt_lock);
    verdict = walk(guest_root, va, write, fetch, slot);
    if (verdict == LOG_ALLOWED) {
        d->log->faults++;
        for (unsigned level = 4; level >= 1; level--)
            entry_touch(slot[level], level == 1 && write ? PTE_A | PTE_D : PTE_A);
        if (write)
            logdirty_mark_frame(pte_mfn(*slot[1]));
        twin_path(d, nr, guest_root, va, slot);
    }
    spin_unlock(&d->pt_lock);
    return verdict;
}

/* ---- life ---- */

static void log_free(struct logdirty *log)
{
    for (uint64_t i = 0; log->chunk != NULL && i < log->nr_chunks; i++)
        heap_free(log->chunk[i]);
    heap_free(log->chunk);
    heap_free(log);
}

static struct logdirty *log_new(uint64_t pfns)
{
    struct logdirty *log = heap_new(struct logdirty);
    bool ok;

    if (log == NULL)
        return NULL;
    log->nr_chunks = (pfns + PFNS_PER_CHUNK - 1) / PFNS_PER_CHUNK;
    log->chunk = heap_alloc(log->nr_chunks * sizeof(*log->chunk));
    ok = log->chunk != NULL;
    for (uint64_t i = 0; ok && i < log->nr_chunks; i++)
        ok = (log->chunk[i] = heap_alloc(PAGE_SIZE)) != NULL;
    if (ok)
        return log;
    log_free(log);
    return NULL;
}

int logdirty_start(struct mm_domain *d, unsigned nr_roots)
{
    /* Who may have as much as he likes has no more than the machine has. */
    uint64_t pfns = MAX(MIN((uint64_t)d->max_pages, max_frame),
                        (uint64_t)d->tot_pages) + SPARE_PFNS;
    struct logdirty *log = d->log;
    int rc;

    if (d->logging)
        return fail(EINVAL, "d%u is logged already", d->id);
    if (log == NULL || log->nr_chunks * PFNS_PER_CHUNK < pfns) {
        log = log_new(pfns);
        if (log == NULL)
            return fail(ENOMEM, "d%u: a bitmap of %lu pages", d->id, pfns);
        log->older = d->log;
        d->log = log;
    }
    for (uint64_t i = 0; i < log->nr_chunks; i++)
        memset(log->chunk[i], 0, PAGE_SIZE);
    log->faults = 0;
    log->scanner = NULL;
    rc = twins_start(d, log, nr_roots);
    if (rc != 0)
        return rc;
    __atomic_fetch_add(&logdirty_active, 1, __ATOMIC_SEQ_CST);
    spin_lock(&d->pt_lock);
    __atomic_store_n(&d->logging, true, __ATOMIC_RELEASE);
    spin_unlock(&d->pt_lock);
    return 0;
}

void logdirty_stop(struct mm_domain *d)
{
    if (!d->logging)
        return;
    spin_lock(&d->pt_lock);
    __atomic_store_n(&d->logging, false, __ATOMIC_SEQ_CST);
    spin_unlock(&d->pt_lock);
    __atomic_fetch_sub(&logdirty_active, 1, __ATOMIC_SEQ_CST);
    twins_stop(d->log);
}

void logdirty_free(struct mm_domain *d)
{
    while (d->log != NULL) {
        struct logdirty *older = d->log->older;

        log_free(d->log);
        d->log = older;
    }
}

void logdirty_protect(struct mm_domain *d)
{
    spin_lock(&d->pt_lock);
    twins_drop_all(d);
    spin_unlock(&d->pt_lock);
}
