/* SPDX-License-Identifier: MIT */
/*
 * domctl_shadow.c - domctl shadow_op: which pages of a running guest were written.
 *
 * A round of a live migration is a CLEAN: the guest stands still while its pages
 * are made unwritable, then it runs on, faulting where it writes. What was
 * taken goes to the caller, or back into the log if that cannot be.
 */
#include "hypercall/domctl.h"
#include "mm/logdirty.h"

#define WORDS 64                    /* of the bitmap, at a time                */

static long enable(struct domain *d)
{
    int rc;

    domain_pause(d);
    rc = d->dying != DOMDYING_ALIVE ? fail(EINVAL, "d%u is dying", d->id)
                                    : logdirty_start(&d->mm, d->max_vcpus * 2);
    domain_unpause(d);
    return rc;
}

static long disable(struct domain *d)
{
    if (!d->mm.logging)
        return fail(EINVAL, "d%u is not logged", d->id);
    domain_pause(d);
    logdirty_stop(&d->mm);
    domain_unpause(d);
    return 0;
}

/* We write there at any time, without a trace. */
static void mark_vcpu_infos(struct domain *d)
{
    struct vcpu *v;

    for_each_vcpu(d, v)
        if (v->info_page)
            logdirty_mark(page_mfn(v->info_page));
}

/* One piece of the bitmap, n words from pfn on: the bits that are set. */
static int piece_out(struct domain *d, const struct xen_domctl_shadow_op *s,
                     uint64_t pfn, unsigned n, bool clear, uint32_t *count)
{
    uint64_t words[WORDS] = { 0 };
    uint64_t bits = MIN((uint64_t)n * 64, s->pages - pfn);
    int rc = 0;

    for (unsigned i = 0; i < n; i++) {
        words[i] = logdirty_take(&d->mm, pfn + i * 64, clear);
        *count += (uint32_t)__builtin_popcountll(words[i]);
    }
    if (!handle_is_null(s->dirty_bitmap))
        rc = guest_write((vaddr_t)s->dirty_bitmap.p + pfn / 8, words,
                         (bits + 7) / 8);
    for (unsigned i = 0; i < n && rc && clear; i++)
        logdirty_add(&d->mm, pfn + i * 64, words[i]);
    return rc;
}

static long bitmap_take(struct vcpu *cur, struct domain *d,
                        struct xen_domctl_shadow_op *s, bool clear)
{
    uint64_t pfn;
    long rc;

    if (!d->mm.logging)
        return fail(EINVAL, "d%u is not logged", d->id);
    if (s->pages > logdirty_pfns(&d->mm))
        return fail(EINVAL, "d%u: %lu pages, its numbers end at %lu", d->id,
                    s->pages, logdirty_pfns(&d->mm));
    rc = logdirty_scan(&d->mm, cur);
    if (rc)
        return rc;
    domain_pause(d);
    mark_vcpu_infos(d);
    if (clear)
        logdirty_protect(&d->mm);
    s->stats.fault_count = logdirty_faults(&d->mm);
    s->stats.dirty_count = 0;
    for (pfn = 0; pfn < s->pages && !rc; pfn += WORDS * 64)
        rc = piece_out(d, s, pfn, (unsigned)MIN((s->pages - pfn + 63) / 64,
                                                (uint64_t)WORDS),
                       clear, &s->stats.dirty_count);
    domain_unpause(d);
    return rc;
}

DOMCTL(shadow_op)
{
    struct xen_domctl_shadow_op *s = &op->u.shadow_op;

    if (d == cur->d)
        return fail(EINVAL, "d%u would log itself", d->id);
    switch (s->op) {
    case XEN_DOMCTL_SHADOW_OP_OFF:
        return disable(d);
    case XEN_DOMCTL_SHADOW_OP_ENABLE:
        if (s->mode != XEN_DOMCTL_SHADOW_ENABLE_LOG_DIRTY)
            return fail(EINVAL, "d%u: paging mode %#x", d->id, s->mode);
        return enable(d);
    case XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY:
        return enable(d);
    case XEN_DOMCTL_SHADOW_OP_CLEAN:
        return bitmap_take(cur, d, s, true);
    case XEN_DOMCTL_SHADOW_OP_PEEK:
        return bitmap_take(cur, d, s, false);
    default:
        return fail(EINVAL, "d%u: shadow_op %u", d->id, s->op);
    }
}
