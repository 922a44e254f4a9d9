/* SPDX-License-Identifier: MIT */
/*
 * draw.c - arguments, from what makes sense and what does not.
 *
 * A draw always uses up the same random numbers whatever the machine's addresses
 * are; frames are chosen by what they are, never by their number.
 */
#include "tests/fuzz/guest/fuzz.h"

uint64_t next(struct step *s)
{
    uint64_t z = s->random += 0x9e3779b97f4a7c15UL;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9UL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebUL;
    return z ^ z >> 31;
}

unsigned below(struct step *s, unsigned n)
{
    return (unsigned)(next(s) >> 16) % n;
}

bool chance(struct step *s, unsigned percent)
{
    return below(s, 100) < percent;
}

uint64_t edge_value(struct step *s)
{
    static const uint64_t edges[] = {
        0, 1, 2, 7, 63, 64, 127, 128, 255, 256, 511, 512, 513, 4095, 4096, 8191,
        8192, 65535, 65536, 1UL << 20, 0x7fffffff, 0x80000000, 0xfffffffe,
        0xffffffff, 1UL << 32, 1UL << 40, 1UL << 52, 1UL << 62, 1UL << 63,
        ~0UL, ~0UL - 1, ~0UL << 12,
    };

    return edges[below(s, COUNT_OF(edges))];
}

uint64_t draw_dom(struct step *s)
{
    unsigned n = below(s, 100);

    if (n < 64)
        return DOMID_SELF;
    if (n < 76)
        return self_id;
    if (n < 82)
        return other_id;
    if (n < 88)
        return 0x7abc;
    if (n < 94)
        return DOMID_FIRST_RESERVED + below(s, 6);
    return n < 97 ? 0 : 0xffff;
}

uint64_t draw_port(struct step *s)
{
    struct model *m = s->m;
    uint64_t i = next(s), edge_port = edge_value(s);

    if (m->nr_ports > 0 && chance(s, 75))
        return m->port[i % m->nr_ports];
    return i & 1 ? edge_port : (i >> 8) % 64;
}

uint64_t draw_vcpu(struct step *s)
{
    static const uint32_t odd[] = { 4, 5, 31, 32, 33, 63, 64, 8191, 8192,
                                    0x7fffffff, 0xffffffff };
    unsigned i = below(s, COUNT_OF(odd)), n = below(s, 4);

    return chance(s, 85) ? n : odd[i];
}

/* ---- frames ---- */

static uint64_t hypervisor_table;
static uint64_t machine_frames;     /* how many the machine has               */
static uint64_t m2p_frame, grant_frame;

void frames_find(void)
{
    xen_pfn_t list[1] = { 0 };
    struct xen_machphys_mfn_list op = { .max_extents = 1 };

    set_xen_guest_handle(op.extent_start, list);
    hc_memory_op(XENMEM_machphys_mfn_list, &op);
    m2p_frame = list[0];
    grant_frame = PTE_MFN(*pte_of(grant_table(), 1));
    hypervisor_table = PTE_MFN(live_l4[256]);   /* the M2P's table         */
    machine_frames = (uint64_t)hc_memory_op(XENMEM_maximum_ram_page, NULL);
}

/* Frames that are not of the arena. Those behind the first five are no place to
 * write to: they are not ours, or they are and we need them (R2). */
static uint64_t odd_frame(unsigned i)
{
    switch (i) {
    case 0: return va_to_mfn(live_l1);
    case 1: return va_to_mfn(live_l2);
    case 2: return va_to_mfn(live_l3);
    case 3: return va_to_mfn(live_l4);
    case 4: return va_to_mfn(spare);
    case 5: return rt_start_info->shared_info >> 12;
    case 6: return grant_frame;
    case 7: return hypervisor_table;
    case 8: return m2p_frame;
    case 9: return foreign_mfn != 0 ? foreign_mfn : hypervisor_table;
    case 10: return machine_frames + 16;
    case 11: return machine_frames + 0x100000;
    case 12: return NO_FRAME;
    case 13: return (1UL << 40) - 1;
    case 14: return machine_frames + 0x200000;
    case 15: return 0xfee00;
    case 16: return 0xb8;
    case 17: return ~0UL;
    default: return va_to_mfn(area_page);
    }
}

/* A frame that is not ours. */
uint64_t draw_alien(struct step *s)
{
    return odd_frame(7 + below(s, 7));
}

uint64_t draw_frame(struct step *s, int level, enum frame_use use)
{
    static const uint8_t writable[] = { 0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13,
                                        14, 15, 17 };
    unsigned any = below(s, NR_SLOTS), odd = below(s, 19), n = below(s, 100);
    unsigned w = below(s, COUNT_OF(writable)), mine = 0;

    if (level >= 0)
        mine = slot_of_level(s, level);
    if (n < 80 && level >= 0)
        return slots[mine].mfn;
    if (n < 90)
        return slots[any].mfn;
    if (use == TO_MAP)
        return odd_frame(odd);
    if (use == TO_GIVE && writable[w] < 5)
        return odd_frame(7);            /* would take our own tables (R2) */
    return odd_frame(writable[w]);
}

/* An entry of a table of this level. */
uint64_t draw_pte(struct step *s, int level)
{
    uint64_t flags = PTE_P | PTE_US | PTE_A, mfn;
    static const uint64_t extra[] = {
        PTE_PS, PTE_G, PTE_PCD, PTE_AVAIL, PTE_NX, 8, 1UL << 52, 1UL << 58,
        1UL << 59, 1UL << 62, PTE_D, PTE_PS | PTE_G,
    };
    uint64_t odd_bit = extra[below(s, COUNT_OF(extra))];
    unsigned n = below(s, 100);

    mfn = draw_frame(s, level - 1, TO_MAP);
    if (level > 1)
        flags |= PTE_RW | PTE_D;
    else if (n & 1)
        flags |= PTE_RW;
    if (chance(s, 12))
        flags |= odd_bit;
    if (chance(s, 4))
        flags &= ~PTE_US;
    if (chance(s, 3))
        flags &= ~PTE_P;
    if (n < 12)
        return 0;
    if (n < 14)
        return next(s) & 0xfff0000000000000UL;
    return (mfn & 0xffffffffffUL) << 12 | flags;
}

/* ---- addresses ---- */

void *wild_pointer(struct step *s)
{
    switch (below(s, 7)) {
    case 0: return UNMAPPED;
    case 1: return NONCANONICAL;
    case 2: return HYPERVISOR;
    case 3: return TOP;
    case 4: return readonly_page;
    case 5: return EDGE_POINTER;
    default: return (void *)HYPERVISOR_VIRT_START;
    }
}

void *draw_pointer(struct step *s, void *good, unsigned percent)
{
    void *wild = wild_pointer(s);

    return chance(s, percent) ? good : wild;
}

/* An address whose entry may be changed: windows, and what the slots of the
 * arena become when they are hooked into our tables. */
char *draw_va(struct step *s)
{
    unsigned n = below(s, 100), w = below(s, GRANT_WINDOW);
    unsigned g = GRANT_WINDOW + below(s, NR_WINDOWS - GRANT_WINDOW);
    uint64_t page = below(s, 512), table = below(s, 4);
    uint64_t base = (uint64_t)window;

    if (n < 75)
        return window + w * PAGE_SIZE;
    if (n < 80)
        return window + g * PAGE_SIZE;
    if (n < 85)
        return (char *)(base & ~((1UL << 30) - 1)) + ((64 + table) << 21) +
               page * PAGE_SIZE;
    if (n < 88)
        return (char *)(base & ~((1UL << 39) - 1)) + ((5 + table) << 30) +
               page * PAGE_SIZE;
    if (n < 91)
        return (char *)((40 + table) << 39) + page * PAGE_SIZE;
    if (n < 94)
        return window + w * PAGE_SIZE + 1 + below(s, 4095);
    return wild_pointer(s);
}

/* ---- forms ---- */

static uint64_t draw_kind(struct step *s, enum kind kind, uint64_t n)
{
    uint64_t any = edge_value(s), i = next(s);

    switch (kind) {
    case K_DOM: return draw_dom(s);
    case K_OTHER: return chance(s, 70) ? 0x7abc + i % 4 : 0x7ff0 + i % 16;
    case K_CHILD: return chance(s, 80) && child_there ? child_id :
                         i & 1 ? 0x7abc : DOMID_IO;
    case K_PORT: return draw_port(s);
    case K_VCPU: return draw_vcpu(s);
    case K_SMALL: return chance(s, 90) ? i % n : any;
    case K_ONE_OF: return chance(s, 93) ? n : any;
    case K_ZERO: return chance(s, 96) ? 0 : any;
    case K_PADDING: return 0;
    case K_EDGE32: case K_EDGE64: return any;
    case K_LIST: return (uint64_t)draw_pointer(s, s->list, 90);
    case K_FRAME: return draw_frame(s, 0, TO_WRITE);
    case K_VALUE: return n;
    case K_VERSION: return chance(s, 97) ? n : any;
    case K_AREA:
        return chance(s, 60) ? (uint64_t)area_page + (i % 32) * 128 :
               i & 1 ? 0 : (uint64_t)wild_pointer(s);
    }
    return 0;
}

uint64_t draw_field(struct step *s, const struct field *f)
{
    return draw_kind(s, f->kind, f->n);
}

void form_draw(struct step *s)
{
    const struct row *row = s->row;
    void *arg;

    memset(s->arg, 0, row->size);
    for (unsigned i = 0; i < row->fields; i++) {
        uint64_t value = draw_field(s, &row->field[i]);

        memcpy(s->arg + row->field[i].at, &value, row->field[i].size);
    }
    if (row->prepare != NULL)
        row->prepare(s);
    arg = draw_pointer(s, s->arg, 93);
    s->nr = row->call;
    s->a[0] = row->sub;
    switch (row->shape) {
    case SUB_ARG:
        s->a[1] = (uint64_t)arg;
        break;
    case SUB_VCPU_ARG:
        s->a[1] = draw_vcpu(s);
        s->a[2] = (uint64_t)arg;
        break;
    case SUB_ARG_COUNT:
        s->a[1] = (uint64_t)arg;
        /* A longer list would be done, and written to, behind our page. */
        s->a[2] = chance(s, 96) ? 1 : edge_value(s) | 0x80000000;
        break;
    default:
        s->a[0] = (uint64_t)arg;
        break;
    }
}
