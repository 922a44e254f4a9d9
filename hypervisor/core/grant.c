/* SPDX-License-Identifier: MIT */
/*
 * grant.c - the tables themselves: growth, pins, handles, and their end.
 *
 * The rules are in grant_table.h.
 */
#include "core/grant_table.h"
#include "lib/printf.h"

#define PIN_RETRIES   5
#define RELEASE_BATCH BATCH(256)

int gnttab_create(struct domain *d, unsigned max_frames, unsigned max_maptrack)
{
    struct grant_table *gt = heap_new(struct grant_table);

    if (!gt)
        return fail(ENOMEM, "grant table of d%u", d->id);
    spin_lock_init(&gt->lock, grant);
    gt->max_frames = max_frames;
    gt->max_maptrack = max_maptrack;
    gt->free_handle = HANDLE_NONE;
    gt->shared = heap_alloc(MAX(max_frames, 1u) * sizeof(*gt->shared));
    gt->active = heap_alloc(MAX(max_frames, 1u) * sizeof(*gt->active));
    gt->maptrack = heap_alloc(MAX(max_maptrack, 1u) * sizeof(*gt->maptrack));
    d->gt = gt;
    if (!gt->shared || !gt->active || !gt->maptrack)
        return fail(ENOMEM, "grant table of d%u", d->id);
    if (max_frames && mfn_eq(gnttab_shared_frame(d, 0), MFN_NONE))
        return fail(ENOMEM, "grant frame of d%u", d->id);
    return 0;
}

void gnttab_retire(struct domain *d)
{
    struct grant_table *gt = d->gt;
    unsigned i;

    spin_lock(&gt->lock);
    gt->retired = true;
    spin_unlock(&gt->lock);
    for (i = 0; i < gt->nr_frames; i++) {
        share_page_free(gt->shared[i]);
        gt->shared[i] = NULL;
    }
}

void gnttab_destroy(struct domain *d)
{
    struct grant_table *gt = d->gt;
    unsigned i;

    for (i = 0; i < gt->nr_frames; i++)
        heap_free(gt->active[i]);
    for (i = 0; i < gt->nr_maptrack; i++)
        heap_free(gt->maptrack[i]);
    heap_free(gt->shared);
    heap_free(gt->active);
    heap_free(gt->maptrack);
    heap_free(gt);
    d->gt = NULL;
}

/* One more frame; the lock is held. */
static int grow(struct domain *d, struct grant_table *gt)
{
    unsigned n = gt->nr_frames;

    gt->active[n] = heap_alloc(GRANTS_PER_FRAME * sizeof(struct active));
    if (!gt->active[n])
        return fail(ENOMEM, "active grants of d%u", d->id);
    gt->shared[n] = share_page_alloc(&d->mm);
    if (!gt->shared[n]) {
        heap_free(gt->active[n]);
        gt->active[n] = NULL;
        return fail(ENOMEM, "grant frame of d%u", d->id);
    }
    gt->nr_frames = n + 1;
    return 0;
}

mfn_t gnttab_shared_frame(struct domain *d, unsigned n)
{
    struct grant_table *gt = d->gt;
    mfn_t m = MFN_NONE;
    int rc = 0;

    spin_lock(&gt->lock);
    if (n < gt->max_frames && !gt->retired) {
        while (!rc && gt->nr_frames <= n)
            rc = grow(d, gt);
        if (!rc)
            m = frame_of(gt->shared[n]);
    }
    spin_unlock(&gt->lock);
    return m;
}

void gnttab_size(struct domain *d, unsigned *now, unsigned *max)
{
    spin_lock(&d->gt->lock);
    *now = d->gt->nr_frames;
    *max = d->gt->max_frames;
    spin_unlock(&d->gt->lock);
}

struct active *gnttab_active(struct grant_table *gt, grant_ref_t ref)
{
    unsigned n = ref / GRANTS_PER_FRAME;

    return n < gt->nr_frames ? &gt->active[n][ref % GRANTS_PER_FRAME] : NULL;
}

static struct grant_entry_v1 *shared_entry(struct grant_table *gt, grant_ref_t ref)
{
    return &gt->shared[ref / GRANTS_PER_FRAME][ref % GRANTS_PER_FRAME];
}

/* ---- pins ---- */

#define PIN_TOP_BITS 0x8000800080008000ull
#define PIN_WRITES   (0xffffull << 16 * PIN_HOST_WRITE | 0xffffull << 16 * PIN_DEV_WRITE)

/* One in the field of each way. */
static uint64_t pins_of(unsigned ways)
{
#define PINS_OF(w) ((w) & 1) | ((w) & 2ull) << 15 | ((w) & 4ull) << 30 | ((w) & 8ull) << 45
    static const uint64_t table[1u << PINS] = {
        PINS_OF(0), PINS_OF(1), PINS_OF(2), PINS_OF(3), PINS_OF(4), PINS_OF(5),
        PINS_OF(6), PINS_OF(7), PINS_OF(8), PINS_OF(9), PINS_OF(10), PINS_OF(11),
        PINS_OF(12), PINS_OF(13), PINS_OF(14), PINS_OF(15),
    };

    return table[ways];
}

static bool is_pinned(const struct active *act)
{
    return act->pins != 0;
}

static bool is_written(const struct active *act)
{
    return act->pins & PIN_WRITES;
}

/* Tells the guest that its entry is in use, if it lets ld use it so. R3 */
static int set_flags(struct grant_entry_v1 *e, domid_t ld, bool write)
{
    uint32_t old = __atomic_load_n((uint32_t *)e, __ATOMIC_ACQUIRE), new;
    unsigned tries;

    for (tries = 0; tries < PIN_RETRIES; tries++) {
        uint16_t flags = (uint16_t)old;

        if ((flags & GTF_type_mask) != GTF_permit_access || old >> 16 != ld)
            return GNTST_general_error;
        if (write && (flags & GTF_readonly))
            return GNTST_general_error;
        new = old | GTF_reading | (write ? GTF_writing : 0);
        if (__atomic_compare_exchange_n((uint32_t *)e, &old, new, false,
                                        __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE))
            return GNTST_okay;
    }
    return GNTST_general_error;     /* the guest keeps changing it            */
}

static void clear_flags(struct grant_table *gt, grant_ref_t ref,
                        const struct active *act)
{
    uint16_t clear = 0;

    if (gt->retired)
        return;
    if (!is_written(act))
        clear |= GTF_writing;
    if (!is_pinned(act))
        clear |= GTF_reading;
    if (clear)
        __atomic_fetch_and(&shared_entry(gt, ref)->flags, (uint16_t)~clear,
                           __ATOMIC_SEQ_CST);
}

void gnttab_put_page(struct page *pg, unsigned ways)
{
    for (; ways; ways &= ways - 1) {
        if (WAYS_WRITE & ways & -ways)
            page_put_and_type(pg);
        else
            page_put(pg);
    }
}

/* One ref a way, of which there is at least one, and a typed use if it writes. */
static int get_page_for(struct domain *rd, uint32_t frame, unsigned ways,
                        struct page **out)
{
    unsigned way = ways & -ways, rest = ways ^ way;
    int rc;

    if (!(WAYS_WRITE & way) ? (*out = page_get(MFN(frame), &rd->mm)) == NULL :
        page_get_and_type(MFN(frame), &rd->mm, PGT_WRITABLE, out) != 0)
        return WAYS_WRITE & way ? GNTST_general_error : GNTST_bad_page;
    if (likely(!rest))
        return GNTST_okay;
    rc = get_page_for(rd, frame, rest, out);
    if (rc != GNTST_okay)
        gnttab_put_page(page_of(MFN(frame)), way);
    return rc;
}

int gnttab_pin(struct domain *rd, grant_ref_t ref, domid_t ld, unsigned ways,
               struct page **out)
{
    bool write = ways & WAYS_WRITE;
    struct grant_table *gt = rd->gt;
    uint64_t pins = pins_of(ways);
    struct active *act;
    uint32_t frame;
    int rc = GNTST_okay;

    spin_lock(&gt->lock);
    act = gnttab_active(gt, ref);
    if (!act || gt->retired || READ_ONCE(rd->dying) != DOMDYING_ALIVE) {
        spin_unlock(&gt->lock);
        return act ? GNTST_general_error : GNTST_bad_gntref;
    }
    if (is_pinned(act) &&
        (act->domid != ld || ((act->pins + pins) & PIN_TOP_BITS))) {
        spin_unlock(&gt->lock);
        return GNTST_general_error;
    }
    if (!is_pinned(act) || (write && !is_written(act)))
        rc = set_flags(shared_entry(gt, ref), ld, write);
    if (rc == GNTST_okay) {
        frame = is_pinned(act) ? act->frame
                               : READ_ONCE(shared_entry(gt, ref)->frame); /* R2 */
        rc = get_page_for(rd, frame, ways, out);
        if (rc == GNTST_okay) {
            act->frame = frame;
            act->domid = ld;
            act->pins += pins;
        } else {
            clear_flags(gt, ref, act);
        }
    }
    spin_unlock(&gt->lock);
    return rc;
}

void gnttab_unpin(struct domain *rd, grant_ref_t ref, unsigned ways)
{
    struct grant_table *gt = rd->gt;
    uint64_t pins = pins_of(ways);
    struct active *act;

    spin_lock(&gt->lock);
    act = gnttab_active(gt, ref);
    BUG_ON((((act->pins | PIN_TOP_BITS) - pins) & PIN_TOP_BITS) != PIN_TOP_BITS);
    act->pins -= pins;
    clear_flags(gt, ref, act);
    spin_unlock(&gt->lock);
}

int16_t gnttab_swap(struct domain *d, grant_ref_t a, grant_ref_t b)
{
    struct grant_table *gt = d->gt;
    struct active *act_a, *act_b;
    int16_t status = GNTST_okay;

    spin_lock(&gt->lock);
    act_a = gnttab_active(gt, a);
    act_b = gnttab_active(gt, b);
    if (!act_a || !act_b) {
        status = GNTST_bad_gntref;
    } else if (a != b && (is_pinned(act_a) || is_pinned(act_b))) {
        status = GNTST_eagain;
    } else if (a != b) {
        struct grant_entry_v1 tmp = *shared_entry(gt, a);

        *shared_entry(gt, a) = *shared_entry(gt, b);
        *shared_entry(gt, b) = tmp;
    }
    spin_unlock(&gt->lock);
    return status;
}

/* ---- handles ---- */

struct maptrack *gnttab_maptrack(struct grant_table *gt, grant_handle_t h)
{
    unsigned n = h / MAPTRACK_PER_FRAME;

    if (n >= __atomic_load_n(&gt->nr_maptrack, __ATOMIC_ACQUIRE))
        return NULL;
    return &gt->maptrack[n][h % MAPTRACK_PER_FRAME];
}

static void add_handles(struct grant_table *gt)
{
    unsigned n = gt->nr_maptrack, i;
    struct maptrack *m;

    if (n >= gt->max_maptrack)
        return;
    m = heap_alloc(PAGE_SIZE);
    if (!m)
        return;
    for (i = 0; i < MAPTRACK_PER_FRAME; i++)
        m[i].ref = i + 1 < MAPTRACK_PER_FRAME ?
            (grant_ref_t)(n * MAPTRACK_PER_FRAME + i + 1) : HANDLE_NONE;
    gt->maptrack[n] = m;
    __atomic_store_n(&gt->nr_maptrack, n + 1, __ATOMIC_RELEASE);
    gt->free_handle = (grant_handle_t)(n * MAPTRACK_PER_FRAME);
}

grant_handle_t gnttab_handle_new(struct grant_table *gt)
{
    grant_handle_t h;

    spin_lock(&gt->lock);
    if (gt->free_handle == HANDLE_NONE)
        add_handles(gt);
    h = gt->free_handle;
    if (h != HANDLE_NONE)
        gt->free_handle = gnttab_maptrack(gt, h)->ref;
    spin_unlock(&gt->lock);
    return h;
}

void gnttab_handle_free(struct grant_table *gt, grant_handle_t h)
{
    struct maptrack *m = gnttab_maptrack(gt, h);

    spin_lock(&gt->lock);
    *m = (struct maptrack){ .ref = gt->free_handle };
    gt->free_handle = h;
    spin_unlock(&gt->lock);
}

/* ---- the end ---- */

/* Host mappings' refs went with the page tables (R4). */
static void release_one(struct domain *d, grant_handle_t h, struct maptrack *m)
{
    unsigned ways = pin_ways(m->flags);
    unsigned dev = ways & (1u << PIN_DEV_READ | 1u << PIN_DEV_WRITE);
    struct domain *rd = domain_get(m->domid);

    BUG_ON(!rd);                    /* kept by the page we hold a ref of       */
    if (dev)
        gnttab_put_page(page_of(MFN(m->frame)), dev);
    gnttab_unpin(rd, m->ref, ways);
    domain_put(rd);
    gnttab_handle_free(d->gt, h);
}

int gnttab_release_mappings(struct domain *d)
{
    struct grant_table *gt = d->gt;
    unsigned n = 0;

    for (; gt->release_cursor < gt->nr_maptrack * MAPTRACK_PER_FRAME;
         gt->release_cursor++) {
        struct maptrack *m = gnttab_maptrack(gt, gt->release_cursor);

        if (!(m->flags & MAPTRACK_KINDS))
            continue;
        if (n++ >= RELEASE_BATCH)
            return -ERESTART;
        release_one(d, gt->release_cursor, m);
    }
    return 0;
}

/* ---- audit ---- */

void gnttab_count(struct domain *d, unsigned *pinned, unsigned *mapped)
{
    struct grant_table *gt = d->gt;
    unsigned i;

    *pinned = *mapped = 0;
    spin_lock(&gt->lock);
    for (i = 0; i < gt->nr_frames * GRANTS_PER_FRAME; i++)
        *pinned += is_pinned(gnttab_active(gt, i));
    for (i = 0; i < gt->nr_maptrack * MAPTRACK_PER_FRAME; i++)
        *mapped += (gnttab_maptrack(gt, i)->flags & MAPTRACK_KINDS) != 0;
    spin_unlock(&gt->lock);
}

unsigned gnttab_audit(struct domain *d)
{
    struct grant_table *gt = d->gt;
    unsigned ref, bad = 0;

    spin_lock(&gt->lock);
    for (ref = 0; ref < gt->nr_frames * GRANTS_PER_FRAME; ref++) {
        struct active *act = gnttab_active(gt, ref);
        uint16_t flags;

        if (!is_pinned(act) || gt->retired)
            continue;
        flags = READ_ONCE(shared_entry(gt, ref)->flags);
        if ((flags & GTF_reading) && (!is_written(act) || flags & GTF_writing))
            continue;
        log_err("d%u grant %u: pinned, flags %#x\n", d->id, ref, flags);
        bad++;
    }
    spin_unlock(&gt->lock);
    return bad;
}
