/* SPDX-License-Identifier: MIT */
/*
 * rows_grant.c - grants to ourselves and from another domain: mapped, copied,
 * changed while they are mapped.
 *
 * Left out: GNTTABOP_transfer and dump_table, which are not offered here and are
 * on Xen; version 2 is refused by both (Xen is booted with gnttab=max-ver:1).
 */
#include "tests/fuzz/guest/fuzz.h"

static grant_ref_t draw_ref(struct step *s)
{
    unsigned i = below(s, NR_REFS);
    uint64_t edge_ref = edge_value(s);

    return chance(s, 92) ? GNTTAB_NR_RESERVED_ENTRIES + i : (grant_ref_t)edge_ref;
}

static struct map *draw_map(struct step *s)
{
    unsigned i = below(s, NR_MAPS);
    struct model *m = chance(s, 92) ? s->m : &models[below(s, NR_FUZZERS)];

    for (unsigned n = 0; n < NR_MAPS; n++)
        if (m->map[(i + n) % NR_MAPS].used)
            return &m->map[(i + n) % NR_MAPS];
    return NULL;
}

static void op_draw(struct step *s, unsigned cmd)
{
    s->nr = __HYPERVISOR_grant_table_op;
    s->a[0] = cmd;
    s->a[1] = (uint64_t)draw_pointer(s, s->arg, 98);
    s->a[2] = chance(s, 98) ? 1 : edge_value(s) | 0x80000000;
}

static void status_learn(struct step *s, int16_t status)
{
    s->ok = s->rc == 0 && status == GNTST_okay;
    s->status = s->rc == 0 ? status : 0;
}

/* ---- an entry of our own table ---- */

static void entry_draw(struct step *s)
{
    static const uint16_t flags[] = {
        GTF_permit_access, GTF_permit_access, GTF_permit_access,
        GTF_permit_access | GTF_readonly, GTF_invalid, GTF_accept_transfer,
        GTF_transitive, GTF_permit_access | GTF_sub_page,
    };
    uint64_t dom = draw_dom(s), frame;

    s->a[0] = GNTTAB_NR_RESERVED_ENTRIES + below(s, NR_REFS);
    s->a[1] = flags[below(s, COUNT_OF(flags))];
    if (opt.xen)
        s->a[1] &= ~(uint64_t)GTF_sub_page;     /* in version 1: a bit without sense
                                                   here, no mapping on Xen      */
    s->a[2] = dom == DOMID_SELF || chance(s, 50) ? self_id : dom;
    /* A copy through it writes there. */
    frame = draw_frame(s, chance(s, 80) ? 0 : (int)below(s, 5), TO_WRITE);
    s->a[3] = frame;
}

static void entry_run(struct step *s)
{
    struct grant_entry_v1 *e = &grant_table()[s->a[0]];

    if (ref_lost[s->a[0]])
        return;
    e->domid = (domid_t)s->a[2];
    e->frame = (uint32_t)s->a[3];
    __atomic_store_n(&e->flags, (uint16_t)s->a[1], __ATOMIC_SEQ_CST);
}

/* ---- map ---- */

static void map_draw(struct step *s)
{
    struct gnttab_map_grant_ref *op = (struct gnttab_map_grant_ref *)s->arg;
    static const uint8_t flags[] = {
        GNTMAP_host_map, GNTMAP_host_map, GNTMAP_host_map | GNTMAP_readonly,
        GNTMAP_host_map | GNTMAP_readonly, GNTMAP_device_map,
        GNTMAP_host_map | GNTMAP_device_map, 0, GNTMAP_readonly,
        GNTMAP_host_map | GNTMAP_application_map,
        GNTMAP_device_map | GNTMAP_readonly,
    };
    unsigned w = GRANT_WINDOW + below(s, NR_WINDOWS - GRANT_WINDOW);
    bool pte = chance(s, 25), wild = chance(s, 5);
    uint64_t nowhere = (uint64_t)wild_pointer(s);

    memset(op, 0, sizeof(*op));
    op->flags = flags[below(s, COUNT_OF(flags))];
    if (chance(s, 3))
        op->flags |= 1U << (5 + below(s, 27));
    op->ref = draw_ref(s);
    op->dom = (domid_t)(chance(s, 75) ? self_id : chance(s, 60) ? other_id :
                        draw_dom(s));
    op->handle = 0xabcdef;
    op->host_addr = (uint64_t)(window + w * PAGE_SIZE);
    if (pte) {
        op->flags |= GNTMAP_contains_pte;
        op->host_addr = pte_ma(&live_l1[w]);
    } else if (wild && nowhere != (uint64_t)readonly_page &&
               nowhere != (uint64_t)EDGE_POINTER) {
        op->host_addr = nowhere;
    }
    s->k[0] = w;
    s->k[1] = op->host_addr;
    s->k[2] = op->flags;
    op_draw(s, GNTTABOP_map_grant_ref);
    /* A handle that nobody hears of could never be unmapped (R2). */
    if (s->a[1] == (uint64_t)readonly_page)
        s->a[1] = (uint64_t)UNMAPPED;
    for (unsigned i = 0; i < NR_MAPS; i++)
        if (!s->m->map[i].used)
            return;
    op->ref = ~0U;
}

static void map_learn(struct step *s)
{
    struct gnttab_map_grant_ref *op = (struct gnttab_map_grant_ref *)s->arg;
    struct map *map = s->m->map;

    status_learn(s, op->status);
    if (!s->ok)
        return;
    while (map < s->m->map + NR_MAPS - 1 && map->used)
        map++;
    if (map->used)
        fuzz_failed("more grants are mapped than the fuzzer keeps");
    map->used = true;
    map->handle = op->handle;
    map->ref = op->ref;
    map->window = (unsigned)s->k[0];
    map->host_addr = s->k[2] & GNTMAP_host_map ? s->k[1] : 0;
    map->bus = s->k[2] & GNTMAP_device_map ? op->dev_bus_addr : 0;
    map->frame = op->dev_bus_addr >> 12;
    map->foreign = op->dom != self_id;
    /* Not what is there: it may have been overwritten already. */
    map->pte = map->frame << 12 | PTE_P | PTE_US | PTE_A |
               (s->k[2] & GNTMAP_readonly ? 0 : PTE_RW | PTE_D);
}

/* ---- unmap ---- */

static void unmap_draw(struct step *s)
{
    struct gnttab_unmap_grant_ref *op = (struct gnttab_unmap_grant_ref *)s->arg;
    struct map *map = draw_map(s);
    unsigned n = below(s, 100);
    uint64_t edge_handle = edge_value(s);

    memset(op, 0, sizeof(*op));
    op->handle = (uint32_t)edge_handle | 0x8000;
    if (map != NULL && n < 88) {
        op->handle = map->handle;
        op->host_addr = map->host_addr;
        op->dev_bus_addr = map->bus;
        if (n < 4)
            op->host_addr += PAGE_SIZE;
        else if (n < 8)
            op->host_addr = 0;
        else if (n < 12)
            op->dev_bus_addr = 0;
        else if (n < 14)
            op->dev_bus_addr ^= 0x1000;
    }
    s->k[0] = (uint64_t)map;
    s->k[1] = op->host_addr;
    s->k[2] = op->dev_bus_addr;
    s->k[3] = op->handle;
    op_draw(s, GNTTABOP_unmap_grant_ref);
}

/* What of the map is left. */
static void unmapped(struct step *s, int16_t status)
{
    struct map *map = (struct map *)s->k[0];

    status_learn(s, status);
    if (!s->ok || map == NULL || s->k[3] != map->handle || !map->used)
        return;
    if (s->k[1] != 0)
        map->host_addr = 0;
    if (s->k[2] != 0)
        map->bus = 0;
    map->used = map->host_addr != 0 || map->bus != 0;
}

static void unmap_learn(struct step *s)
{
    unmapped(s, ((struct gnttab_unmap_grant_ref *)s->arg)->status);
}

static void replace_draw(struct step *s)
{
    struct gnttab_unmap_and_replace *op =
        (struct gnttab_unmap_and_replace *)s->arg;
    struct map *map = draw_map(s);
    unsigned w = below(s, GRANT_WINDOW);
    uint64_t wild = (uint64_t)wild_pointer(s);

    memset(op, 0, sizeof(*op));
    op->new_addr = (uint64_t)(window + w * PAGE_SIZE);
    if (chance(s, 8) && wild != (uint64_t)readonly_page &&
        wild != (uint64_t)EDGE_POINTER)
        op->new_addr = wild;
    op->handle = 0x8765;
    if (map != NULL && chance(s, 90)) {
        op->handle = map->handle;
        op->host_addr = map->host_addr;
    }
    s->k[0] = (uint64_t)map;
    s->k[1] = op->host_addr;
    s->k[2] = 0;
    s->k[3] = op->handle;
    op_draw(s, GNTTABOP_unmap_and_replace);
}

static void replace_learn(struct step *s)
{
    unmapped(s, ((struct gnttab_unmap_and_replace *)s->arg)->status);
}

/* ---- copy ---- */

static void end_draw(struct step *s, struct gnttab_copy_ptr *end, bool gref,
                     enum frame_use use)
{
    uint64_t dom = draw_dom(s), frame = draw_frame(s, 0, use);
    grant_ref_t ref = draw_ref(s);

    end->offset = (uint16_t)(chance(s, 85) ? below(s, 4096) : edge_value(s));
    if (gref) {
        end->u.ref = ref;
        end->domid = chance(s, 70) ? self_id : chance(s, 60) ? other_id :
                     (domid_t)dom;
    } else {
        end->u.gmfn = frame;
        end->domid = chance(s, 92) ? DOMID_SELF : (domid_t)dom;
    }
}

static void copy_draw(struct step *s)
{
    struct gnttab_copy *op = (struct gnttab_copy *)s->arg;

    memset(op, 0, sizeof(*op));
    op->flags = (uint16_t)below(s, 4);
    end_draw(s, (struct gnttab_copy_ptr *)&op->source,
             op->flags & GNTCOPY_source_gref, TO_MAP);
    end_draw(s, (struct gnttab_copy_ptr *)&op->dest,
             op->flags & GNTCOPY_dest_gref, TO_WRITE);
    op->len = (uint16_t)(chance(s, 70) ? below(s, 600) : edge_value(s));
    if (chance(s, 2))
        op->flags |= (uint16_t)(4 << below(s, 14));
    op_draw(s, GNTTABOP_copy);
}

static void copy_learn(struct step *s)
{
    status_learn(s, ((struct gnttab_copy *)s->arg)->status);
}

/* ---- the table itself ---- */

FIELDS(f_setup, F(gnttab_setup_table, dom, K_DOM, 0),
       F(gnttab_setup_table, nr_frames, K_SMALL, 5),
       F(gnttab_setup_table, frame_list, K_LIST, 0));
FIELDS(f_query, F(gnttab_query_size, dom, K_DOM, 0));
FIELDS(f_version, F(gnttab_get_version, dom, K_DOM, 0));
FIELDS(f_set_version, F(gnttab_set_version, version, K_SMALL, 3));
FIELDS(f_frames, F(gnttab_get_status_frames, nr_frames, K_SMALL, 3),
       F(gnttab_get_status_frames, dom, K_DOM, 0),
       F(gnttab_get_status_frames, frame_list, K_LIST, 0));
FIELDS(f_swap, F(gnttab_swap_grant_ref, ref_a, K_PADDING, 0));
FIELDS(f_flush, F(gnttab_cache_flush, offset, K_SMALL, 4096),
       F(gnttab_cache_flush, length, K_SMALL, 4096),
       F(gnttab_cache_flush, op, K_SMALL, 4));

static void swap_prepare(struct step *s)
{
    struct gnttab_swap_grant_ref *op = (struct gnttab_swap_grant_ref *)s->arg;

    op->ref_a = draw_ref(s);
    op->ref_b = draw_ref(s);
}

static void flush_prepare(struct step *s)
{
    ((struct gnttab_cache_flush *)s->arg)->a.dev_bus_addr =
        draw_frame(s, 0, TO_WRITE) << 12;
}

#define STATUS_LEARN(name, T) \
    static void name(struct step *s) { status_learn(s, ((struct T *)s->arg)->status); }
STATUS_LEARN(setup_learn, gnttab_setup_table)
STATUS_LEARN(query_learn, gnttab_query_size)
STATUS_LEARN(frames_learn, gnttab_get_status_frames)
STATUS_LEARN(swap_learn, gnttab_swap_grant_ref)

#define GRANT(title, sub_, T, fields_, weight_, ...) \
    { "grant_table_op." title, ANY, weight_, .shape = SUB_ARG_COUNT, \
      .call = __HYPERVISOR_grant_table_op, .sub = sub_, \
      .size = sizeof(struct T), WITH(fields_), __VA_ARGS__ }

static const struct row table[] = {
    { "grant.entry", ANY, 30, .alone = true, .draw = entry_draw,
      .run = entry_run },
    { "grant_table_op.map_grant_ref", ANY, 40, .draw = map_draw,
      .learn = map_learn },
    { "grant_table_op.unmap_grant_ref", ANY, 30, .draw = unmap_draw,
      .learn = unmap_learn },
    { "grant_table_op.unmap_and_replace", ANY, 8, .draw = replace_draw,
      .learn = replace_learn },
    { "grant_table_op.copy", ANY, 30, .draw = copy_draw, .learn = copy_learn },
    GRANT("setup_table", GNTTABOP_setup_table, gnttab_setup_table, f_setup, 4,
          .learn = setup_learn),
    GRANT("query_size", GNTTABOP_query_size, gnttab_query_size, f_query, 3,
          .learn = query_learn),
    GRANT("get_version", GNTTABOP_get_version, gnttab_get_version, f_version, 3),
    GRANT("set_version", GNTTABOP_set_version, gnttab_set_version, f_set_version, 2),
    GRANT("get_status_frames", GNTTABOP_get_status_frames,
          gnttab_get_status_frames, f_frames, 1,
          .learn = frames_learn),
    GRANT("swap_grant_ref", GNTTABOP_swap_grant_ref, gnttab_swap_grant_ref, f_swap,
          5, .prepare = swap_prepare, .learn = swap_learn),
    GRANT("cache_flush", GNTTABOP_cache_flush, gnttab_cache_flush, f_flush, 3,
          .prepare = flush_prepare),
};
const struct rows rows_grant = { table, COUNT_OF(table) };
