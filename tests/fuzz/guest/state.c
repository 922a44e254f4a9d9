/* SPDX-License-Identifier: MIT */
/*
 * state.c - the frames and addresses that the fuzzer plays with, and how all of
 * it is put back after an episode.
 *
 * Putting back is the sharpest check of the hypervisor's counts that a guest has:
 * when everything is unmapped and unpinned, each frame of the arena must be free
 * of uses, so that it can be cleared, and exchanged for another, which needs a
 * count of exactly one.
 */
#include "frontends/rt/private.h"
#include "public/physdev.h"
#include "tests/fuzz/guest/fuzz.h"

struct slot slots[NR_SLOTS];
struct model models[NR_FUZZERS];
unsigned nr_fuzzers = 1, failures;
char *window, *edge, *readonly_page, *area_page, *spare;
uint64_t *live_l1, *live_l2, *live_l3, *live_l4;
uint64_t foreign_mfn;
domid_t self_id, other_id, child_id;
bool child_there, frames_stay;

void fuzz_failed(const char *fmt, ...)
{
    char text[200];
    va_list ap;

    va_start(ap, fmt);
    rt_vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    say("\nfuzz failure: %s\n", text);
    failures++;
}

/* The first slots are for tables; how many of each level. */
static const unsigned char level_of[] = { 4, 8, 12, 20 };

int slot_level(unsigned i)
{
    for (unsigned n = 0; n < COUNT_OF(level_of); n++) {
        if (i < level_of[n])
            return 4 - (int)n;
        i -= level_of[n];
    }
    return 0;
}

unsigned slot_of_level(struct step *s, int level)
{
    unsigned first = 0, i;

    for (i = 0; i < COUNT_OF(level_of) && 4 - (int)i != level; i++)
        first += level_of[i];
    i = level == 0 ? NR_SLOTS - first : level_of[i];
    return first + below(s, i);
}

char *page_take(void)
{
    static unsigned busy;
    char *page;

    while (__atomic_exchange_n(&busy, 1, __ATOMIC_ACQUIRE))
        __builtin_ia32_pause();
    page = page_alloc();
    __atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
    return page;
}

/* Takes a pool page out of the linear mapping: it is a slot (R1). */
static void slot_take(struct slot *slot)
{
    void *page = page_alloc();

    slot->pfn = va_to_pfn(page);
    slot->mfn = va_to_mfn(page);
    if (hc_update_va_mapping(page, 0, UVMF_INVLPG) != 0)
        fuzz_failed("a page cannot be unmapped");
}

/* Those of this episode, in order. Which of them an allocator gives again is not
 * the same everywhere. */
static uint64_t gone[1024];
static unsigned nr_gone;

static void frame_gone(uint64_t mfn)
{
    if (nr_fuzzers == 1 && nr_gone < COUNT_OF(gone))
        gone[nr_gone++] = mfn;
}

/* A frame given away while it is pinned or mapped stays ours until that ends. */
static uint64_t lost[512];
static unsigned nr_lost;

void slot_lost(struct slot *slot)
{
    unsigned n = __atomic_fetch_add(&nr_lost, 1, __ATOMIC_RELAXED);

    lost[n % COUNT_OF(lost)] = slot->mfn;
    frame_gone(slot->mfn);
    slot->mfn = 0;
}

unsigned slot_given(struct slot *slot, uint64_t mfn)
{
    if (slot->mfn != 0)
        frame_gone(slot->mfn);
    slot->mfn = mfn;
    mmuext(MMUEXT_CLEAR_PAGE, mfn);
    for (unsigned i = nr_gone; i > 0; i--)
        if (gone[i - 1] == mfn)
            return i;
    return 0;
}

static bool nmi_seen(struct trap_frame *f)
{
    (void)f;
    return true;
}

/* The runtime ends a guest without a console in silence. */
static bool trap_seen(struct trap_frame *f)
{
    if (rt_vcpu_self()->catch == NULL)
        fuzz_failed("trap %lu, error %#lx, at %#lx, address %#lx", f->vector,
                    f->error, f->rip, vcpu_info_self()->arch.cr2);
    return false;
}

/* A selector that was loaded is gone from its table when the vcpu comes back. */
static bool failsafe_seen(struct trap_frame *f)
{
    (void)f;
    __asm__ volatile("mov %0, %%fs" : : "r"(0));
    return true;
}

static uint64_t *table_of(const uint64_t *entry)
{
    return (uint64_t *)((uint64_t)entry & ~(PAGE_SIZE - 1));
}

void state_init(void)
{
    char *hole = va_hole();
    void *page;

    window = hole;
    hole = va_hole();
    edge = hole + 511 * PAGE_SIZE;
    hole = va_hole();
    page = page_alloc();
    if (page_set(edge, va_to_mfn(page) << 12 | PTE_FLAGS) != 0)
        fuzz_failed("the edge page cannot be mapped");
    live_l1 = table_of(pte_of(window, 1));
    live_l2 = table_of(pte_of(window, 2));
    live_l3 = table_of(pte_of(window, 3));
    live_l4 = table_of(pte_of(window, 4));
    readonly_page = page_alloc();
    memset(readonly_page, 0xff, PAGE_SIZE);     /* no sense in it by itself */
    page_readonly(readonly_page);
    area_page = page_alloc();
    spare = page_alloc();
    grant_table();
    for (unsigned i = 0; i < NR_SLOTS; i++)
        slot_take(&slots[i]);
    for (unsigned i = 0; i < NR_FUZZERS; i++)
        models[i].vcpu = i;
    frames_find();
    self_id = rt_domid();
    other_id = opt.guest ? opt.ticker : self_id + 1;
    foreign_mfn = opt.ticker_mfn;
    trap_on(TRAP_NMI, nmi_seen);
    trap_on(TRAP_FAILSAFE, failsafe_seen);
    for (unsigned v = 0; v < 20; v++)
        trap_on(v, v == 2 ? nmi_seen : trap_seen);
}

/* ---- putting back ---- */

static unsigned lost_handles;

/* Of a lost handle: its flags stay, or the audit would miss them. */
bool ref_lost[PAGE_SIZE / sizeof(struct grant_entry_v1)];

/* We may have written its entry anew while it was mapped. */
static void ref_keep(uint32_t ref)
{
    __atomic_fetch_or(&grant_table()[ref].flags,
                      GTF_permit_access | GTF_reading | GTF_writing, __ATOMIC_SEQ_CST);
    ref_lost[ref] = true;
}

/* The entry may have been overwritten: without it there is no unmap. False: it
 * cannot be put there again now. */
static bool entry_restore(const struct map *map)
{
    const uint64_t *e = &live_l1[map->window];

    return map->host_addr == 0 ||
           ((*e ^ map->pte) & ~(PTE_A | PTE_D | PTE_AVAIL | PTE_G)) == 0 ||
           hc_update_va_mapping(window + map->window * PAGE_SIZE, map->pte,
                                UVMF_INVLPG) == 0;
}

/* Once before the tables are unpinned, while they keep frames that were given
 * away, and once after, when none is a table. What cannot be unmapped even then,
 * its frame being no longer ours, is lost until the domain ends, as on Xen. */
static void grants_drop(struct model *m, bool last)
{
    struct gnttab_unmap_grant_ref op = { 0 };

    for (unsigned i = 0; i < NR_MAPS; i++) {
        struct map *map = &m->map[i];

        if (!map->used || (!entry_restore(map) && !last))
            continue;
        map->used = false;
        op.host_addr = map->host_addr;
        op.dev_bus_addr = map->bus;
        op.handle = map->handle;
        if (hc_grant_table_op(GNTTABOP_unmap_grant_ref, &op, 1) == 0 &&
            op.status == GNTST_okay)
            continue;
        if (entry_restore(map)) {
            fuzz_failed("grant handle %u at window %u cannot be unmapped: %d",
                        map->handle, map->window, op.status);
        } else {
            lost_handles++;
            if (!map->foreign)
                ref_keep(map->ref);
            say("\nlost: handle %u of frame %#lx, window %u, seed %lu\n",
                map->handle, map->frame, map->window, opt.seed);
        }
    }
}

static void refs_drop(void)
{
    struct grant_entry_v1 *t = grant_table();

    for (unsigned i = GNTTAB_NR_RESERVED_ENTRIES; i < grant_table_entries(); i++) {
        if ((t[i].flags & (GTF_reading | GTF_writing)) != 0) {
            if (lost_handles == 0)
                fuzz_failed("grant %u is in use: flags %#x", i, t[i].flags);
            ref_lost[i] = true;
            continue;
        }
        __atomic_store_n(&t[i].flags, 0, __ATOMIC_SEQ_CST);
        t[i].domid = 0;
        t[i].frame = 0;
    }
}

static void entries_clear(const uint64_t *table, unsigned first, unsigned n)
{
    for (unsigned i = first; i < first + n; i++) {
        long rc = table[i] != 0 ? pte_write(&table[i], 0) : 0;

        if (rc != 0)
            fuzz_failed("live entry %u (%#lx) at %#lx cannot be cleared: %ld", i,
                        table[i], pte_ma(&table[i]), rc);
    }
}

static void frames_put_back(void)
{
    for (unsigned i = 0; i < NR_SLOTS; i++) {
        struct xen_memory_reservation r = { .nr_extents = 1, .domid = DOMID_SELF };
        xen_pfn_t frame = slots[i].pfn;
        long rc;

        if (slots[i].mfn != 0)
            continue;
        set_xen_guest_handle(r.extent_start, &frame);
        rc = hc_memory_op(XENMEM_populate_physmap, &r);
        if (rc != 1)
            fuzz_failed("slot %u cannot be filled again: %ld", i, rc);
        else
            slots[i].mfn = frame;
    }
}

static void tables_unpin(void)
{
    for (unsigned i = 0; i < NR_SLOTS; i++)
        mmuext(MMUEXT_UNPIN_TABLE, slots[i].mfn);
    for (unsigned i = 0; i < nr_lost && i < COUNT_OF(lost); i++)
        mmuext(MMUEXT_UNPIN_TABLE, lost[i]);
    nr_lost = 0;
}

/* Who holds a frame: says which tables of ours name it. */
static void holders_print(uint64_t mfn)
{
    char *peek = edge - 8 * PAGE_SIZE;

    for (unsigned i = 0; i < NR_SLOTS + COUNT_OF(lost); i++) {
        uint64_t table = i < NR_SLOTS ? slots[i].mfn : lost[i - NR_SLOTS];

        if (table == 0 || page_set(peek, table << 12 | PTE_P | PTE_US | PTE_A))
            continue;
        for (unsigned n = 0; n < 512; n++)
            if (PTE_MFN(((uint64_t *)peek)[n]) == mfn)
                say("  %s %u, frame %#lx, entry %u: %#lx\n",
                          i < NR_SLOTS ? "slot" : "lost", i, table, n,
                          ((uint64_t *)peek)[n]);
    }
    page_set(peek, 0);
    for (unsigned level = 1; level <= 4; level++)
        say("  pin L%u: %ld\n", level,
                  mmuext(MMUEXT_PIN_L1_TABLE + level - 1, mfn));
    say("  unpin: %ld\n", mmuext(MMUEXT_UNPIN_TABLE, mfn));
}

/* Each frame must have no use left (R1). */
static void frames_check(unsigned episode)
{
    xen_pfn_t in[8], out[8];

    for (unsigned i = 0; i < NR_SLOTS; i++) {
        long rc = mmuext(MMUEXT_CLEAR_PAGE, slots[i].mfn);

        if (rc == 0)
            continue;
        fuzz_failed("slot %u, frame %#lx, is still in use after all: %ld", i,
                    slots[i].mfn, rc);
        holders_print(slots[i].mfn);
    }
    for (unsigned i = episode % 4 * 8; i < NR_SLOTS; i += 32) {
        struct xen_memory_exchange x = {
            .in = { .nr_extents = 8, .domid = DOMID_SELF },
            .out = { .nr_extents = 8, .domid = DOMID_SELF },
        };
        long rc;

        for (unsigned j = 0; j < 8; j++) {
            in[j] = slots[i + j].mfn;
            out[j] = slots[i + j].pfn;
        }
        set_xen_guest_handle(x.in.extent_start, in);
        set_xen_guest_handle(x.out.extent_start, out);
        rc = hc_memory_op(XENMEM_exchange, &x);
        if (rc != 0) {
            fuzz_failed("slot %lu cannot be exchanged: %ld", i + x.nr_exchanged,
                        rc);
            holders_print(slots[i + x.nr_exchanged].mfn);
        }
        for (unsigned j = 0; j < 8 && j < x.nr_exchanged; j++) {
            slots[i + j].mfn = out[j];
            mmuext(MMUEXT_CLEAR_PAGE, out[j]);
        }
    }
}

void cpu_put_back(void)
{
    struct mmuext_op ldt = { .cmd = MMUEXT_SET_LDT };
    struct mmuext_op user = { .cmd = MMUEXT_NEW_USER_BASEPTR };
    struct sched_pin_override pin = { .pcpu = -1 };

    hc_set_gdt(NULL, 0);
    hc_mmuext_op(&ldt, 1, NULL, DOMID_SELF);
    hc_mmuext_op(&user, 1, NULL, DOMID_SELF);
    __asm__ volatile("mov %0, %%fs" : : "r"(0));
    for (int i = 0; i < 4; i++)
        hc_set_debugreg(i, 0);
    hc_set_debugreg(7, 0);
    hc_set_debugreg(6, 0);
    hc_fpu_taskswitch(0);
    hc_set_timer_op(0);
    hc_sched_op(SCHEDOP_pin_override, &pin);
}

static void domain_put_back(void)
{
    struct sched_watchdog dog = { 0 };
    static const uint8_t assists[] = { 0, 1, 4, 5, 32 };

    for (dog.id = 1; dog.id <= 2; dog.id++)
        hc_sched_op(SCHEDOP_watchdog, &dog);
    for (unsigned i = 0; i < COUNT_OF(assists); i++)
        hc_vm_assist(VMASST_CMD_disable, assists[i]);
    hc_vm_assist(VMASST_CMD_enable, VMASST_TYPE_writable_pagetables);
    for (unsigned i = 0; i < 4; i++) {
        struct vcpu_register_runstate_memory_area area = { .addr.p = 0 };

        if (i >= nr_fuzzers)
            hc_vcpu_op(VCPUOP_down, i, NULL);
        hc_vcpu_op(VCPUOP_stop_periodic_timer, i, NULL);
        hc_vcpu_op(VCPUOP_register_runstate_memory_area, i, &area);
        hc_vcpu_op(VCPUOP_register_vcpu_time_memory_area, i, &area);
    }
    rt_restore();
}

/* Lines and messages that the control domain has mapped; 2 is so from the start on
 * Xen. */
static void pirqs_unmap(void)
{
    struct physdev_unmap_pirq op = { .domid = DOMID_SELF };

    for (op.pirq = 0; !opt.guest && op.pirq < 64; op.pirq++)
        hc_physdev_op(PHYSDEVOP_unmap_pirq, &op);
}

static void ports_close(void)
{
    struct evtchn_reset op = { .dom = DOMID_SELF };

    hc_event_channel_op(EVTCHNOP_reset, &op);
    memset(rt_shared->evtchn_mask, 0xff, sizeof(rt_shared->evtchn_mask));
    memset(rt_shared->evtchn_pending, 0, sizeof(rt_shared->evtchn_pending));
    for (unsigned i = 0; i < NR_FUZZERS; i++)
        models[i].nr_ports = 0;
    events_disable();
    vcpu_info_self()->evtchn_upcall_pending = 0;
    vcpu_info_self()->evtchn_pending_sel = 0;
}

bool state_reset(uint64_t seed, unsigned episode)
{
    unsigned before = failures;

    ports_close();
    pirqs_unmap();
    cpu_put_back();
    memset(edge, 0, PAGE_SIZE);         /* no register watches it any more     */
    domain_put_back();
    memset(area_page, 0, PAGE_SIZE);    /* nothing is written there any more      */
    entries_clear(live_l1, 0, GRANT_WINDOW);
    entries_clear(live_l2, 64, 4);
    entries_clear(live_l3, 5, 4);
    entries_clear(live_l4, 40, 4);
    for (unsigned i = 0; i < NR_FUZZERS; i++)
        grants_drop(&models[i], false);
    tables_unpin();
    for (unsigned i = 0; i < NR_FUZZERS; i++)
        grants_drop(&models[i], true);
    refs_drop();
    entries_clear(live_l1, GRANT_WINDOW, 512 - GRANT_WINDOW);
    mmuext(MMUEXT_TLB_FLUSH_ALL, 0);
    mmuext(MMUEXT_PIN_L4_TABLE, va_to_mfn(live_l4));
    frames_put_back();
    frames_check(episode);
    nr_gone = 0;
    if (!opt.guest)
        control_domains();
    if (failures != before)
        fuzz_failed("seed %lu episode %u left something behind", seed, episode);
    return failures == before;
}
