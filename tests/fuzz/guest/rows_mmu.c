/* SPDX-License-Identifier: MIT */
/*
 * rows_mmu.c - page tables: entries, pins, roots, flushes, and stores that trap.
 *
 * Left out (R2): entries of our own tables but for the windows and a few free
 * places beside them; a root without the kernel's half; new_baseptr is put back
 * at once.
 */
#include "tests/fuzz/guest/fuzz.h"

#define MAX_BATCH 16

/* ---- mmu_update ---- */

/* A place in one of our own tables that may be changed, or of those in the
 * hypervisor's slots that may not. */
static const uint64_t *live_entry(struct step *s, int level)
{
    unsigned i = below(s, 4), w = below(s, NR_WINDOWS), h = below(s, 16);
    bool hv = chance(s, 20);

    switch (level) {
    case 1: return &live_l1[w];
    case 2: return &live_l2[64 + i];
    case 3: return &live_l3[5 + i];
    default: return hv ? &live_l4[256 + h] : &live_l4[40 + i];
    }
}

static void draw_request(struct step *s, struct mmu_update *req)
{
    unsigned n = below(s, 100), index = below(s, 512), near = below(s, 4);
    int level = 1 + (int)below(s, 4);
    unsigned cmd = chance(s, 80) ? MMU_NORMAL_PT_UPDATE :
                   chance(s, 70) ? MMU_PT_UPDATE_PRESERVE_AD : 3;
    uint64_t kernel = live_l4[511], frame = draw_frame(s, level, TO_WRITE);
    const uint64_t *live = live_entry(s, level);
    bool misaligned = chance(s, 2), root = chance(s, 40), clear = chance(s, 15);
    uint64_t odd = 1 + below(s, 7);

    req->val = draw_pte(s, level);
    if (clear)
        req->val = 0;
    if (n < 40) {
        req->ptr = pte_ma(live);
    } else {
        if (chance(s, 60))
            index = near;
        if (level == 4 && root) {
            index = 511;
            req->val = kernel;
        }
        req->ptr = frame << 12 | index * 8;
        /* Never one of our own tables but by live_entry() (R2). */
        if (frame == va_to_mfn(live_l1) || frame == va_to_mfn(live_l2) ||
            frame == va_to_mfn(live_l3) || frame == va_to_mfn(live_l4))
            req->ptr = pte_ma(live);
    }
    req->ptr |= misaligned ? odd & 4 : 0;
    req->ptr |= cmd;
}

static void update_draw(struct step *s)
{
    struct mmu_update *req = (struct mmu_update *)s->arg;
    unsigned n = chance(s, 75) ? 1 : 1 + below(s, MAX_BATCH);
    uint64_t count = chance(s, 98) ? n : 0;

    for (unsigned i = 0; i < n; i++)
        draw_request(s, &req[i]);
    s->nr = __HYPERVISOR_mmu_update;
    s->a[0] = (uint64_t)draw_pointer(s, req, 98);
    s->a[1] = count;
    s->a[2] = chance(s, 80) ? (uint64_t)(s->list) : 0;
    s->a[3] = chance(s, 95) ? DOMID_SELF : draw_dom(s);
    *(uint32_t *)s->list = 0;
}

static void machphys_draw(struct step *s)
{
    struct mmu_update *req = (struct mmu_update *)s->arg;
    uint64_t frame = draw_frame(s, 0, TO_GIVE);

    req->ptr = frame << 12 | MMU_MACHPHYS_UPDATE;
    req->val = edge_value(s);
    s->nr = __HYPERVISOR_mmu_update;
    s->a[0] = (uint64_t)draw_pointer(s, req, 97);
    s->a[1] = 1;
    s->a[2] = (uint64_t)s->list;
    s->a[3] = chance(s, 90) ? DOMID_SELF : draw_dom(s);
    *(uint32_t *)s->list = 0;
    for (unsigned i = 0; i < NR_SLOTS; i++)
        if (slots[i].mfn == frame)
            return;
    if (frame == va_to_mfn(spare))
        s->skip = true;                 /* rt needs the number back (R2) */
}

static void done_learn(struct step *s)
{
    s->more = *(uint16_t *)s->list;
}

/* ---- update_va_mapping ---- */

static uint64_t flush_draw(struct step *s)
{
    uint64_t type = below(s, 4), i = below(s, 10);
    uint64_t where = (uint64_t)draw_pointer(s, s->list, 80) & ~3UL;

    *(uint64_t *)s->list = next(s);
    return type | (i < 5 ? UVMF_LOCAL : i < 9 ? UVMF_ALL : where);
}

static void va_draw(struct step *s)
{
    char *va = draw_va(s);

    s->nr = __HYPERVISOR_update_va_mapping;
    s->a[0] = (uint64_t)va;
    s->a[1] = draw_pte(s, 1);
    s->a[2] = flush_draw(s);
    /* The page behind the edge must stay a hole, the edge a page. */
    if (va == edge || va == EDGE_POINTER || va == readonly_page)
        s->a[0] = (uint64_t)UNMAPPED;
}

static void va_other_draw(struct step *s)
{
    va_draw(s);
    s->nr = __HYPERVISOR_update_va_mapping_otherdomain;
    s->a[3] = draw_dom(s);
}

/* ---- mmuext_op ---- */

static void ext(struct step *s, unsigned cmd, uint64_t arg1, uint64_t arg2)
{
    struct mmuext_op *op = (struct mmuext_op *)s->arg;

    op->cmd = cmd;
    op->arg1.mfn = arg1;
    op->arg2.src_mfn = arg2;
    *(uint32_t *)s->list = 0;
    s->nr = __HYPERVISOR_mmuext_op;
    s->a[0] = (uint64_t)draw_pointer(s, op, 98);
    s->a[1] = chance(s, 98) ? 1 : 0;
    s->a[2] = chance(s, 70) ? (uint64_t)s->list : 0;
    s->a[3] = chance(s, 96) ? DOMID_SELF : draw_dom(s);
}

static void pin_draw(struct step *s)
{
    int level = 1 + (int)below(s, 4);
    unsigned as = chance(s, 90) ? (unsigned)level - 1 : below(s, 4);

    ext(s, MMUEXT_PIN_L1_TABLE + as, draw_frame(s, level, TO_WRITE), 0);
}

/* Our own root must stay as it is when another is tried (R2). */
static void unpin_draw(struct step *s)
{
    uint64_t frame = draw_frame(s, 1 + (int)below(s, 4), TO_WRITE);

    ext(s, MMUEXT_UNPIN_TABLE, frame == va_to_mfn(live_l4) ? NO_FRAME : frame, 0);
}

static void clear_draw(struct step *s)
{
    ext(s, MMUEXT_CLEAR_PAGE, draw_frame(s, (int)below(s, 5), TO_WRITE), 0);
}

static void copy_draw(struct step *s)
{
    int level = (int)below(s, 5);

    ext(s, MMUEXT_COPY_PAGE, draw_frame(s, level, TO_WRITE),
        draw_frame(s, level, TO_WRITE));
}

static void flush_op_draw(struct step *s)
{
    static const uint8_t cmds[] = {
        MMUEXT_TLB_FLUSH_LOCAL, MMUEXT_INVLPG_LOCAL, MMUEXT_TLB_FLUSH_MULTI,
        MMUEXT_INVLPG_MULTI, MMUEXT_TLB_FLUSH_ALL, MMUEXT_INVLPG_ALL,
    };
    unsigned cmd = cmds[below(s, COUNT_OF(cmds))];
    uint64_t va = (uint64_t)draw_va(s);

    *(uint64_t *)(s->list + 64) = next(s);
    ext(s, cmd, va, (uint64_t)draw_pointer(s, s->list + 64, 75));
}

static void cache_draw(struct step *s)
{
    ext(s, MMUEXT_FLUSH_CACHE + below(s, 2) * 6, 0, 0);
}

static void odd_op_draw(struct step *s)
{
    static const uint8_t cmds[] = { 14, 15, 17, 19, 20, 21, 22, 99, 255 };

    ext(s, cmds[below(s, COUNT_OF(cmds))], draw_frame(s, 1, TO_WRITE), 0);
}

static void ldt_draw(struct step *s)
{
    char *va = chance(s, 70) ? window + below(s, GRANT_WINDOW) * PAGE_SIZE
                             : draw_va(s);

    ext(s, MMUEXT_SET_LDT, (uint64_t)va,
        chance(s, 85) ? below(s, 1100) : edge_value(s));
}

static void user_root_draw(struct step *s)
{
    ext(s, MMUEXT_NEW_USER_BASEPTR,
        chance(s, 20) ? 0 : draw_frame(s, 4, TO_WRITE), 0);
}

/* ---- the root ---- */

/* The entry of a frame of ours, seen through a page that is mapped for it. */
static uint64_t frame_entry(struct step *s, uint64_t mfn, unsigned index)
{
    char *peek = edge - (2 + s->m->vcpu) * PAGE_SIZE;
    uint64_t entry = 0;

    if (page_set(peek, mfn << 12 | PTE_P | PTE_US | PTE_A) != 0)
        return ~0UL;
    entry = *(uint64_t *)(peek + index * 8);
    page_set(peek, 0);
    return entry;
}

static void root_draw(struct step *s)
{
    uint64_t root = chance(s, 25) ? va_to_mfn(live_l4) : draw_frame(s, 4, TO_WRITE);
    uint64_t entry;

    ext(s, MMUEXT_NEW_BASEPTR, root, 0);
    if (root == va_to_mfn(live_l4))
        return;
    for (unsigned i = 0; i < NR_SLOTS; i++) {
        if (slots[i].mfn != root || root == 0)
            continue;
        entry = frame_entry(s, root, 511);
        s->skip = nr_fuzzers > 1;       /* the other could change it at once  */
        if (PTE_MFN(entry) != PTE_MFN(live_l4[511]) || !(entry & PTE_P) ||
            !(entry & PTE_RW))
            s->skip = true;             /* nothing of us would be mapped (R2) */
    }
    if (root == va_to_mfn(spare))
        s->skip = true;
}

static void root_learn(struct step *s)
{
    done_learn(s);
    if (s->ok)
        mmuext(MMUEXT_NEW_BASEPTR, va_to_mfn(live_l4));
}

/* ---- stores and loads ---- */

static void store_draw(struct step *s)
{
    unsigned w = below(s, NR_WINDOWS), index = below(s, 8);
    int level = 1 + (int)below(s, 4);

    if (chance(s, 50))
        index = below(s, 512);
    s->a[0] = (uint64_t)(window + w * PAGE_SIZE + index * 8);
    s->a[1] = draw_pte(s, level);
    s->a[2] = below(s, 4);
}

struct store { uint64_t *at, value; };

static void store_8(void *p)
{
    struct store *st = p;

    __asm__ volatile("mov %1, %0" : "=m"(*st->at) : "r"(st->value));
}

static void store_4(void *p)
{
    struct store *st = p;

    __asm__ volatile("movl %1, %0" : "=m"(*(uint32_t *)st->at)
                     : "r"((uint32_t)st->value));
}

static void store_swap(void *p)
{
    struct store *st = p;

    __asm__ volatile("xchg %1, %0" : "+m"(*st->at), "+r"(st->value));
}

static void store_compare(void *p)
{
    struct store *st = p;
    uint64_t old = 0;

    __asm__ volatile("lock cmpxchg %2, %0" : "+m"(*st->at), "+a"(old)
                     : "r"(st->value) : "cc");
}

/* The frame behind a window is one that a store cannot hurt us with (R2). */
static bool store_safe(uint64_t entry)
{
    if (!(entry & PTE_P) || PTE_MFN(entry) == va_to_mfn(spare))
        return true;
    for (unsigned i = 0; i < NR_SLOTS; i++)
        if (slots[i].mfn == PTE_MFN(entry))
            return true;
    return false;
}

static void store_run(struct step *s)
{
    static void (*const how[])(void *) = { store_8, store_4, store_swap,
                                           store_compare };
    struct store st = { (uint64_t *)s->a[0], s->a[1] };
    struct trap_caught c;

    if (!store_safe(live_l1[(s->a[0] - (uint64_t)window) / PAGE_SIZE])) {
        s->skip = true;
        return;
    }
    s->rc = trap_run(&c, how[s->a[2]], &st) ? -(long)c.frame.vector : 0;
    s->more = s->rc != 0 ? (uint16_t)(c.frame.error & 3) : 0;
}

static void load_draw(struct step *s)
{
    s->a[0] = (uint64_t)draw_va(s) & ~7UL;
}

static void load_run(struct step *s)
{
    struct trap_caught c;
    uint64_t value;

    s->rc = try_read(&c, (void *)s->a[0], &value) ? 0 : -(long)c.frame.vector;
}

static const struct row table[] = {
    { "mmu_update.entry", ANY, 200, .draw = update_draw, .learn = done_learn },
    { "mmu_update.machphys", ANY, 10, .draw = machphys_draw, .learn = done_learn },
    { "update_va_mapping", ANY, 120, .draw = va_draw },
    { "update_va_mapping_otherdomain", ANY, 15, .draw = va_other_draw },
    { "mmuext_op.pin", ANY, 120, .draw = pin_draw, .learn = done_learn },
    { "mmuext_op.unpin", ANY, 50, .draw = unpin_draw, .learn = done_learn },
    { "mmuext_op.new_baseptr", ANY, 12, .alone = true, .draw = root_draw,
      .learn = root_learn },
    { "mmuext_op.new_user_baseptr", ANY, 12, .draw = user_root_draw,
      .learn = done_learn },
    { "mmuext_op.flush", ANY, 20, .draw = flush_op_draw, .learn = done_learn },
    { "mmuext_op.flush_cache", ANY, 2, .draw = cache_draw, .learn = done_learn },
    { "mmuext_op.set_ldt", ANY, 10, .draw = ldt_draw, .learn = done_learn },
    { "mmuext_op.clear_page", ANY, 20, .draw = clear_draw, .learn = done_learn },
    { "mmuext_op.copy_page", ANY, 20, .draw = copy_draw, .learn = done_learn },
    { "mmuext_op.others", ANY, 3, .draw = odd_op_draw,
      .learn = done_learn },
    { "store", ANY, 80, .alone = true, .draw = store_draw, .run = store_run },
    { "load", ANY, 20, .alone = true, .draw = load_draw, .run = load_run },
};
const struct rows rows_mmu = { table, COUNT_OF(table) };
