/* SPDX-License-Identifier: MIT */
/*
 * rows_memory.c - memory_op: frames given away, taken and exchanged.
 *
 * Each fuzzing vcpu gives away only its own half of the slots, so that two never
 * lose one between them; and none is part of a multicall, whose calls are all drawn
 * before the first is made: a frame that one gives back could be another's by
 * then. Left out (R2): giving away our own tables and code.
 */
#include "tests/fuzz/guest/fuzz.h"

#define MAX_EXTENTS 8

/* A frame that a grant maps could never be unmapped if it went when its entry
 * had been overwritten: on Xen, too, the handle would be lost (R2). */
static bool slot_mine(const struct step *s, unsigned i)
{
    if (nr_fuzzers != 1 && i % 2 != s->m->vcpu)
        return false;
    for (unsigned f = 0; f < NR_FUZZERS; f++)
        for (unsigned n = 0; n < NR_MAPS; n++)
            if (models[f].map[n].used && models[f].map[n].frame == slots[i].mfn)
                return false;
    return true;
}

/* A reservation in s->arg with its list in s->list. */
static struct xen_memory_reservation *reservation(struct step *s, unsigned cmd,
                                                  unsigned n)
{
    struct xen_memory_reservation *r = (struct xen_memory_reservation *)s->arg;

    memset(r, 0, sizeof(*r));
    r->extent_start.p = draw_pointer(s, s->list, 97);
    r->nr_extents = chance(s, 97) ? n : edge_value(s);
    /* An order that is taken would take frames that were not drawn; the control
     * domain may name orders up to 18 on Xen, and loses what it has of them. */
    r->extent_order = chance(s, 95) ? 0 : (unsigned)edge_value(s) | 32;
    r->domid = (domid_t)(chance(s, 95) ? DOMID_SELF : draw_dom(s));
    s->nr = __HYPERVISOR_memory_op;
    s->a[0] = cmd;
    s->a[1] = (uint64_t)draw_pointer(s, r, 98);
    s->n = n;
    s->skip = frames_stay;
    /* More than was drawn would be read from behind the list, where nothing but
     * zeroes is: frame 0 is nobody's. */
    memset(s->list, 0, PAGE_SIZE);
    return r;
}

/* ---- decrease ---- */

static void decrease_draw(struct step *s)
{
    unsigned n = chance(s, 70) ? 1 : 1 + below(s, MAX_EXTENTS);
    xen_pfn_t *list = (xen_pfn_t *)s->list;

    reservation(s, XENMEM_decrease_reservation, n);
    for (unsigned i = 0; i < n; i++) {
        unsigned slot = slot_of_level(s, chance(s, 70) ? 0 : (int)below(s, 5));
        uint64_t odd = draw_alien(s);

        s->k[i] = ~0UL;
        for (unsigned j = 0; j < i; j++)
            if (s->k[j] == slot)
                slot = NR_SLOTS;        /* the same frame once more            */
        if (slot < NR_SLOTS && chance(s, 90) && slot_mine(s, slot) &&
            slots[slot].mfn != 0) {
            list[i] = slots[slot].mfn;
            s->k[i] = slot;
            continue;
        }
        list[i] = odd;
    }
}

static void decrease_learn(struct step *s)
{
    const struct xen_memory_reservation *r =
        (const struct xen_memory_reservation *)s->arg;

    for (unsigned i = 0; i < s->n && (long)i < s->rc; i++)
        if (s->k[i] < NR_SLOTS)
            slot_lost(&slots[s->k[i]]);
    s->ok = s->rc > 0 && (unsigned long)s->rc == r->nr_extents;
    s->more = (uint16_t)s->rc;
}

/* ---- populate and increase ---- */

static void populate_draw(struct step *s)
{
    unsigned want = chance(s, 60) ? 1 : 1 + below(s, MAX_EXTENTS), n = 0;
    xen_pfn_t *list = (xen_pfn_t *)s->list;
    unsigned start = below(s, NR_SLOTS);
    unsigned cmd = s->row->sub;
    unsigned bits = chance(s, 80) ? 0 : 10 + below(s, 60);
    struct xen_memory_reservation *r = reservation(s, cmd, want);

    for (unsigned i = 0; i < NR_SLOTS && n < want; i++) {
        unsigned slot = (start + i) % NR_SLOTS;

        if (slots[slot].mfn == 0 &&
            (nr_fuzzers == 1 || slot % 2 == s->m->vcpu)) {
            list[n] = slots[slot].pfn;
            s->k[n++] = slot;
        }
    }
    r->mem_flags = bits > 60 ? 1U << 17 : bits > 34 ? bits : 0;
    if (n == 0) {
        /* Nothing is missing: only what must be refused is tried. */
        r->extent_order = 20 + below(s, 50);
        n = 1;
        s->k[0] = ~0UL;
    }
    if (r->extent_order != 0 && r->extent_order < 20)
        r->extent_order = 20;
    if (r->nr_extents > n)
        r->nr_extents = n;
    s->n = n;
}

/* Frames that were given when there is no slot for them cannot happen: each
 * extent has one. The frame's contents are anybody's. */
static void populate_learn(struct step *s)
{
    const struct xen_memory_reservation *r =
        (const struct xen_memory_reservation *)s->arg;
    const xen_pfn_t *list = (const xen_pfn_t *)s->list;

    for (unsigned i = 0; i < s->n && (long)i < s->rc; i++) {
        if (s->k[i] >= NR_SLOTS)
            continue;
        s->more = (uint16_t)(s->more * 7 + slot_given(&slots[s->k[i]], list[i]));
    }
    s->ok = s->rc > 0 && (unsigned long)s->rc == r->nr_extents;
    s->more = (uint16_t)(s->more * 7 + s->rc);
}

/* ---- exchange ---- */

static void exchange_draw(struct step *s)
{
    struct xen_memory_exchange *x = (struct xen_memory_exchange *)s->arg;
    unsigned n = 1U << below(s, 4), order = chance(s, 75) ? 0 : below(s, 4);
    xen_pfn_t *in = (xen_pfn_t *)s->list, *out = in + 64;
    bool twice = chance(s, 4), aliens = chance(s, 15);
    unsigned start = below(s, NR_SLOTS), have = 0;

    memset(x, 0, sizeof(*x));
    memset(s->list, 0, PAGE_SIZE);
    for (unsigned i = 0; i < NR_SLOTS && have < n; i++) {
        unsigned slot = (start + i) % NR_SLOTS;

        if (slots[slot].mfn == 0 || !slot_mine(s, slot))
            continue;
        in[have] = slots[slot].mfn;
        out[have] = slots[slot].pfn;
        s->k[have++] = slot;
    }
    if (have < n)
        n = 1;
    if (aliens)
        in[n - 1] = draw_alien(s);
    if ((1U << order) > n)
        order = 0;
    x->in.nr_extents = chance(s, 97) ? n : edge_value(s);
    x->out.nr_extents = chance(s, 97) ? n >> order : edge_value(s);
    x->out.extent_order = order;
    x->in.domid = (domid_t)(chance(s, 96) ? DOMID_SELF : draw_dom(s));
    x->out.domid = chance(s, 97) ? x->in.domid : (domid_t)edge_value(s);
    x->out.mem_flags = chance(s, 90) ? 0 : 32 + below(s, 16);
    x->nr_exchanged = chance(s, 97) ? 0 : edge_value(s);
    /* The first is given up by its own entry, or the model would not know. */
    if (twice && n > 1 && x->nr_exchanged == 0)
        in[1] = in[0];
    x->in.extent_start.p = draw_pointer(s, in, 98);
    x->out.extent_start.p = draw_pointer(s, out, 99);
    /* A list that does not go back would lose frames. */
    if (x->out.extent_start.p != out)
        x->out.extent_start.p = NONCANONICAL;
    s->nr = __HYPERVISOR_memory_op;
    s->a[0] = XENMEM_exchange;
    s->skip = frames_stay;
    s->a[1] = (uint64_t)(chance(s, 98) ? (void *)x : UNMAPPED);
    s->n = n;
    s->k[16] = x->nr_exchanged;
    s->k[17] = order;
}

static void exchange_learn(struct step *s)
{
    struct xen_memory_exchange *x = (struct xen_memory_exchange *)s->arg;
    const xen_pfn_t *out = (const xen_pfn_t *)s->list + 64;
    unsigned order = (unsigned)s->k[17];
    uint64_t done = x->nr_exchanged;

    s->more = (uint16_t)done;
    if (s->a[1] != (uint64_t)x || done > s->n || done <= s->k[16])
        return;
    for (uint64_t i = s->k[16]; i < done; i++) {
        uint64_t mfn = out[i >> order] + (i & ((1UL << order) - 1));

        s->more = (uint16_t)(s->more * 7 + slot_given(&slots[s->k[i]], mfn));
    }
}

/* ---- the small ones ---- */

FIELDS(f_domain, F(xen_memory_domain, domid, K_DOM, 0));
FIELDS(f_machphys, F(xen_machphys_mfn_list, max_extents, K_SMALL, 4),
       F(xen_machphys_mfn_list, extent_start, K_LIST, 0));
FIELDS(f_map, F(xen_memory_map, nr_entries, K_SMALL, 64),
       F(xen_memory_map, buffer, K_LIST, 0));
FIELDS(f_set_map, F(xen_foreign_memory_map, domid, K_DOM, 0),
       F(xen_foreign_memory_map, map.nr_entries, K_SMALL, 8),
       F(xen_foreign_memory_map, map.buffer, K_LIST, 0));
FIELDS(f_add, F(xen_add_to_physmap, domid, K_DOM, 0),
       F(xen_add_to_physmap, size, K_SMALL, 4),
       F(xen_add_to_physmap, space, K_SMALL, 8),
       F(xen_add_to_physmap, idx, K_EDGE64, 0),
       F(xen_add_to_physmap, gpfn, K_FRAME, 0));
FIELDS(f_remove, F(xen_remove_from_physmap, domid, K_DOM, 0),
       F(xen_remove_from_physmap, gpfn, K_FRAME, 0));
FIELDS(f_pod, F(xen_pod_target, target_pages, K_EDGE64, 0),
       F(xen_pod_target, domid, K_DOM, 0));
FIELDS(f_claim, F(xen_memory_reservation, nr_extents, K_SMALL, 16),
       F(xen_memory_reservation, extent_order, K_ZERO, 0),
       F(xen_memory_reservation, domid, K_DOM, 0));
FIELDS(f_vnuma, F(xen_vnuma_topology_info, domid, K_DOM, 0),
       F(xen_vnuma_topology_info, pad, K_ZERO, 0));
FIELDS(f_rdm, F(xen_reserved_device_memory_map, flags, K_SMALL, 2),
       F(xen_reserved_device_memory_map, nr_entries, K_SMALL, 4),
       F(xen_reserved_device_memory_map, buffer, K_LIST, 0));
FIELDS(f_resource, F(xen_mem_acquire_resource, domid, K_CHILD, 0),
       F(xen_mem_acquire_resource, type, K_ONE_OF, 1),
       F(xen_mem_acquire_resource, id, K_SMALL, 2),
       F(xen_mem_acquire_resource, nr_frames, K_SMALL, 3),
       F(xen_mem_acquire_resource, pad, K_ZERO, 0),
       F(xen_mem_acquire_resource, frame, K_SMALL, 3),
       F(xen_mem_acquire_resource, frame_list, K_LIST, 0));

static void batch_prepare(struct step *s)
{
    /* Only the head is read before it is refused. */
    memset(s->arg, 0, sizeof(struct xen_add_to_physmap_batch));
}

#define SMALL(title, sub_, T, fields_, weight_, ...) \
    { "memory_op." title, ANY, weight_, .shape = SUB_ARG, \
      .call = __HYPERVISOR_memory_op, .sub = sub_, .size = sizeof(struct T), \
      WITH(fields_), __VA_ARGS__ }

static const struct row table[] = {
    { "memory_op.decrease_reservation", ANY, 25, .alone = true, .draw = decrease_draw,
      .learn = decrease_learn },
    { "memory_op.populate_physmap", ANY, 30, .alone = true, .draw = populate_draw,
      .learn = populate_learn, .sub = XENMEM_populate_physmap },
    { "memory_op.increase_reservation", ANY, 8, .alone = true, .draw = populate_draw,
      .learn = populate_learn, .sub = XENMEM_increase_reservation },
    { "memory_op.exchange", ANY, 20, .alone = true, .draw = exchange_draw,
      .learn = exchange_learn },
    SMALL("maximum_ram_page", XENMEM_maximum_ram_page, xen_memory_domain, f_domain,
          1),
    SMALL("current_reservation", XENMEM_current_reservation, xen_memory_domain,
          f_domain, 2),
    SMALL("maximum_reservation", XENMEM_maximum_reservation, xen_memory_domain,
          f_domain, 2),
    SMALL("maximum_gpfn", XENMEM_maximum_gpfn, xen_memory_domain, f_domain, 2),
    SMALL("machphys_mfn_list", XENMEM_machphys_mfn_list, xen_machphys_mfn_list,
          f_machphys, 2),
    SMALL("machphys_mapping", XENMEM_machphys_mapping, xen_machphys_mapping,
          f_domain, 2),
    SMALL("memory_map", XENMEM_memory_map, xen_memory_map, f_map, 3),
    SMALL("machine_memory_map", XENMEM_machine_memory_map, xen_memory_map, f_map,
          3),
    SMALL("set_memory_map", XENMEM_set_memory_map, xen_foreign_memory_map,
          f_set_map, 3),
    SMALL("add_to_physmap", XENMEM_add_to_physmap, xen_add_to_physmap, f_add, 2),
    SMALL("add_to_physmap_batch", XENMEM_add_to_physmap_batch,
          xen_add_to_physmap_batch, f_domain, 1,
          .prepare = batch_prepare),
    SMALL("remove_from_physmap", XENMEM_remove_from_physmap,
          xen_remove_from_physmap, f_remove, 3),
    SMALL("pod_target", XENMEM_get_pod_target, xen_pod_target, f_pod, 1),
    SMALL("claim_pages", XENMEM_claim_pages, xen_memory_reservation, f_claim, 1),
    SMALL("get_vnumainfo", XENMEM_get_vnumainfo, xen_vnuma_topology_info, f_vnuma,
          1),
    SMALL("reserved_device_memory_map", XENMEM_reserved_device_memory_map,
          xen_reserved_device_memory_map, f_rdm, 1),
    SMALL("acquire_resource", XENMEM_acquire_resource, xen_mem_acquire_resource,
          f_resource, 2),
};
const struct rows rows_memory = { table, COUNT_OF(table) };
