/* SPDX-License-Identifier: MIT */
/*
 * rows.c - what is measured: one operation, or one batch, each time round.
 *
 *   null        xen_version(XENVER_version), which answers with a constant
 *   pair rows   do a thing and undo it: both are in the figure
 */
#include "abi.h"
#include "bench.h"
#include "frontends/rt/private.h"
#include "public/version.h"

_Static_assert(FAST_IRET == __HYPERVISOR_iret, "abi.h");
_Static_assert(FAST_SCHED_OP == __HYPERVISOR_sched_op, "abi.h");
_Static_assert(FAST_EVENT_OP == __HYPERVISOR_event_channel_op, "abi.h");
_Static_assert(FAST_BLOCK == SCHEDOP_block, "abi.h");
_Static_assert(FAST_SEND == EVTCHNOP_send, "abi.h");
_Static_assert(FAST_CS == (FLAT_KERNEL_CS & ~3) && FAST_SS == FLAT_KERNEL_SS, "abi.h");
_Static_assert(FAST_IN_SYSCALL == VGCF_in_syscall, "abi.h");
_Static_assert(FAST_PENDING == offsetof(struct vcpu_info, evtchn_upcall_pending),
               "abi.h");
_Static_assert(FAST_SELECTOR == offsetof(struct vcpu_info, evtchn_pending_sel),
               "abi.h");
_Static_assert(FAST_PORT_WORD == offsetof(struct shared_info, evtchn_pending),
               "abi.h");

#define BATCH 128
#define FAULT_ADDRESS 0x500000UL    /* in nobody's user tables              */

static char *hole;                  /* 512 pages of address space           */
static uint64_t page_entry[BATCH];  /* entries of as many pages of ours     */

static void hole_setup(void)
{
    if (hole != NULL)
        return;
    hole = va_hole();
    for (unsigned i = 0; i < BATCH; i++)
        page_entry[i] = va_to_mfn(page_alloc()) << 12 | PTE_FLAGS;
}

/* ---- calls that do nothing ---- */

static void null_run(unsigned long n)
{
    while (n-- > 0)
        hc_xen_version(XENVER_version, NULL);
}

static void multicall_run(unsigned long n)
{
    static struct multicall_entry calls[16];

    for (unsigned i = 0; i < 16; i++)
        calls[i].op = __HYPERVISOR_xen_version;
    while (n-- > 0)
        hc_multicall(calls, 16);
}

/* ---- traps ---- */

static void user_setup(void)
{
    static bool done;
    static struct trap_info fault[2] = {
        { .vector = 14, .cs = FLAT_KERNEL_CS,
          .address = (unsigned long)fast_fault },
    };

    if (!done)
        done = user_init(user_code, (size_t)(user_code_end - user_code));
    hc_set_trap_table(fault);
    hc_set_callbacks(rt_event_entry, rt_failsafe_entry, fast_syscall);
}

static void user_enter(void *arg)
{
    rt_frame_load(arg);
}

static void user_loop(unsigned long n, unsigned long offset)
{
    struct trap_caught c;
    struct trap_frame f = {
        .rip = USER_CODE + offset, .cs = FLAT_USER_CS, .ss = FLAT_USER_SS,
        .rsp = USER_STACK, .rflags = 0x200, .rbx = n, .rdi = FAULT_ADDRESS,
    };

    trap_run(&c, user_enter, &f);
    expect_eq(6, c.frame.vector, "what ended the user's loop");
}

static void syscall_run(unsigned long n)
{
    user_loop(n, 0);
}

static void fault_run(unsigned long n)
{
    user_loop(n, (unsigned long)(user_faults - user_code));
}

/* ---- page tables ---- */

static struct mmu_update updates[2][BATCH];

static void update_setup(void)
{
    hole_setup();
    for (unsigned i = 0; i < BATCH; i++) {
        uint64_t ma = pte_ma(pte_of(hole + i * PAGE_SIZE, 1));

        updates[0][i].ptr = updates[1][i].ptr = ma | MMU_NORMAL_PT_UPDATE;
        updates[0][i].val = page_entry[i];
        updates[1][i].val = 0;
    }
}

static void update_run(unsigned long n, unsigned count)
{
    while (n-- > 0)
        hc_mmu_update(updates[n & 1], count, NULL, DOMID_SELF);
    hc_mmu_update(updates[1], count, NULL, DOMID_SELF);
}

static void update_1_run(unsigned long n)
{
    update_run(n, 1);
}

static void update_128_run(unsigned long n)
{
    update_run(n, BATCH);
}

static void va_mapping_run(unsigned long n)
{
    while (n-- > 0)
        hc_update_va_mapping(hole, n & 1 ? page_entry[0] : 0,
                             UVMF_INVLPG | UVMF_LOCAL);
}

static uint64_t *tree[8];           /* L4, L3, L2, then L1s                 */

static void tree_setup(void)
{
    hole_setup();
    if (tree[0] != NULL)
        return;
    for (unsigned i = 0; i < 7; i++)
        tree[i] = page_alloc();
    tree[0][0] = va_to_mfn(tree[1]) << 12 | PTE_FLAGS;
    tree[1][0] = va_to_mfn(tree[2]) << 12 | PTE_FLAGS;
    for (unsigned t = 3; t < 7; t++) {
        tree[2][t] = va_to_mfn(tree[t]) << 12 | PTE_FLAGS;
        for (unsigned i = 0; i < BATCH; i++)
            tree[t][i * 4] = page_entry[i];
    }
    for (unsigned i = 0; i < 7; i++)
        expect_eq(0, page_readonly(tree[i]), "a read-only table");
}

static void tree_run(unsigned long n)
{
    long bad = 0;

    while (n-- > 0) {
        bad |= mmuext(MMUEXT_PIN_L4_TABLE, va_to_mfn(tree[0]));
        bad |= mmuext(MMUEXT_UNPIN_TABLE, va_to_mfn(tree[0]));
    }
    expect_eq(0, bad, "pin and unpin the tree");
}

static uint64_t root[2];            /* frames                               */

static void switch_setup(void)
{
    const uint64_t *own = (const uint64_t *)rt_start_info->pt_base;
    uint64_t *copy;

    if (root[0] != 0)
        return;
    copy = page_alloc();
    for (unsigned i = 0; i < 512; i++)
        copy[i] = i >= 256 && i < 272 ? 0 : own[i];
    expect_eq(0, page_readonly(copy), "a read-only root");
    root[0] = va_to_mfn(own);
    root[1] = va_to_mfn(copy);
    expect_eq(0, mmuext(MMUEXT_PIN_L4_TABLE, root[1]), "pin the second root");
}

static void switch_run(unsigned long n)
{
    while (n-- > 0)
        mmuext(MMUEXT_NEW_BASEPTR, root[n & 1]);
    mmuext(MMUEXT_NEW_BASEPTR, root[0]);
}

/* ---- events and timers ---- */

static struct evtchn_send send;

static void events_setup(unsigned port)
{
    send.port = port;
    event_unmask(port);
    hc_set_callbacks(fast_event, rt_failsafe_entry, rt_syscall_entry);
}

static void self_setup(void)
{
    static struct evtchn_bind_ipi bind;

    if (bind.port == 0)
        expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_ipi, &bind), "an IPI");
    events_setup(bind.port);
}

static void self_run(unsigned long n)
{
    unsigned long before = fast_events, rounds = n;

    while (n-- > 0)
        hc_event_channel_op(EVTCHNOP_send, &send);
    expect_eq(rounds, fast_events - before, "events to oneself");
}

static void cross_setup(void)
{
    if (peer_start())
        events_setup(peer_channel());
}

/* The answer cannot come before we sleep, and sleeping unmasks. */
static void cross_run(unsigned long n)
{
    struct vcpu_info *vi = vcpu_info_self();

    while (n-- > 0) {
        unsigned long before = fast_events;

        __atomic_store_n(&vi->evtchn_upcall_mask, 1, __ATOMIC_SEQ_CST);
        hc_event_channel_op(EVTCHNOP_send, &send);
        while (__atomic_load_n(&fast_events, __ATOMIC_SEQ_CST) == before)
            hc_sched_op(SCHEDOP_block, NULL);
    }
}

static void timer_setup(void)
{
    static struct evtchn_bind_virq bind = { .virq = VIRQ_TIMER };

    if (bind.port == 0)
        expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_virq, &bind), "VIRQ_TIMER");
    events_setup(bind.port);
}

/* A time that has passed: the event is there when the call is back. */
static void timer_run(unsigned long n)
{
    while (n-- > 0) {
        unsigned long before = fast_events;

        hc_set_timer_op(1);
        while (__atomic_load_n(&fast_events, __ATOMIC_SEQ_CST) == before)
            ;
    }
}

static void timer_set_run(unsigned long n)
{
    uint64_t when = time_ns() + 60000000000UL;

    while (n-- > 0)
        hc_set_timer_op(when += 1000);
    hc_set_timer_op(0);
}

/* ---- grants ---- */

static struct gnttab_map_grant_ref maps[PEER_GRANTS];
static struct gnttab_unmap_grant_ref unmaps[PEER_GRANTS];
static struct gnttab_copy copy_op;

static void grant_setup(void)
{
    hole_setup();
    peer_start();
    for (unsigned i = 0; i < PEER_GRANTS; i++) {
        maps[i].host_addr = unmaps[i].host_addr =
            (uint64_t)hole + (256 + i) * PAGE_SIZE;
        maps[i].flags = GNTMAP_host_map;
        maps[i].ref = PEER_REF + i;
        maps[i].dom = peer_id();
    }
    copy_op.source.u.gmfn = PTE_MFN(page_entry[0]);
    copy_op.source.domid = DOMID_SELF;
    copy_op.dest.u.ref = PEER_REF;
    copy_op.dest.domid = peer_id();
    copy_op.flags = GNTCOPY_dest_gref;
}

static void grant_run(unsigned long n, unsigned count)
{
    long bad = 0;

    while (n-- > 0) {
        bad |= hc_grant_table_op(GNTTABOP_map_grant_ref, maps, count);
        for (unsigned i = 0; i < count; i++)
            unmaps[i].handle = maps[i].handle;
        bad |= hc_grant_table_op(GNTTABOP_unmap_grant_ref, unmaps, count);
    }
    for (unsigned i = 0; i < count; i++)
        bad |= maps[i].status | unmaps[i].status;
    expect_eq(0, bad, "map and unmap grants");
}

static void grant_1_run(unsigned long n)
{
    grant_run(n, 1);
}

static void grant_64_run(unsigned long n)
{
    grant_run(n, PEER_GRANTS);
}

static void copy_run(unsigned long n, uint16_t len)
{
    copy_op.len = len;
    while (n-- > 0)
        hc_grant_table_op(GNTTABOP_copy, &copy_op, 1);
    expect_eq(GNTST_okay, copy_op.status, "copy to a grant");
}

static void copy_64_run(unsigned long n)
{
    copy_run(n, 64);
}

static void copy_4096_run(unsigned long n)
{
    copy_run(n, 4096);
}

const struct row rows[] = {
    { "null_hypercall", NULL, null_run, NULL, 2000, false },
    { "syscall_bounce", user_setup, syscall_run, rt_restore, 2000, false },
    { "page_fault_bounce", user_setup, fault_run, rt_restore, 2000, true },
    { "iret", NULL, fast_iret, NULL, 2000, false },
    { "mmu_update_1", update_setup, update_1_run, NULL, 2000, true },
    { "mmu_update_128", update_setup, update_128_run, NULL, 100, true },
    { "update_va_mapping", update_setup, va_mapping_run, NULL, 2000, true },
    { "pin_unpin_tree", tree_setup, tree_run, NULL, 40, true },
    { "address_space_switch", switch_setup, switch_run, NULL, 2000, true },
    { "event_self", self_setup, self_run, rt_restore, 2000, false },
    { "event_domains", cross_setup, cross_run, rt_restore, 1000, false },
    { "timer_fires", timer_setup, timer_run, rt_restore, 1000, false },
    { "timer_set", timer_setup, timer_set_run, rt_restore, 1000, false },
    { "grant_map_unmap_1", grant_setup, grant_1_run, NULL, 1000, true },
    { "grant_map_unmap_64", grant_setup, grant_64_run, NULL, 40, true },
    { "grant_copy_64", grant_setup, copy_64_run, NULL, 1000, true },
    { "grant_copy_4096", grant_setup, copy_4096_run, NULL, 500, true },
    { "multicall_16", NULL, multicall_run, NULL, 500, false },
};
const unsigned row_count = sizeof(rows) / sizeof(rows[0]);
