/* SPDX-License-Identifier: MIT */
/*
 * rows_cpu.c - what stands for a processor's privileged instructions: descriptors,
 * traps, callbacks, debug registers, segment bases.
 *
 * Left out (R2): the iret hypercall with a bad frame, which ends the guest (every
 * trap here ends in a good one); a kernel GS base that is not the runtime's.
 * Handlers and stacks that are wild are put back before anything can use them.
 */
#include "frontends/rt/private.h"
#include "public/callback.h"
#include "public/nmi.h"
#include "tests/fuzz/guest/fuzz.h"

static void call(struct step *s, unsigned long nr, uint64_t a0, uint64_t a1)
{
    s->nr = nr;
    s->a[0] = a0;
    s->a[1] = a1;
}

/* ---- descriptors ---- */

static void gdt_draw(struct step *s)
{
    unsigned frames = 1 + below(s, 3);
    xen_pfn_t *list = (xen_pfn_t *)s->list;
    uint64_t entries = chance(s, 85) ? frames * 512 - below(s, 512) : edge_value(s);

    memset(list, 0, PAGE_SIZE);
    for (unsigned i = 0; i < frames; i++)
        list[i] = draw_frame(s, 0, TO_WRITE);
    call(s, __HYPERVISOR_set_gdt, (uint64_t)draw_pointer(s, list, 97), entries);
    for (unsigned i = 0; i < frames; i++)
        if (list[i] == va_to_mfn(spare))
            list[i] = NO_FRAME;
}

static uint64_t draw_descriptor(struct step *s)
{
    static const uint64_t made[] = {
        0x00affb000000ffff, 0x00cffb000000ffff, 0x00cff3000000ffff, 0,
        0x00af9b000000ffff, 0x0000890000000067,
        0x00cff7000000ffff, 0x00af9a000000ffff,
    };
    uint64_t any = next(s);

    return chance(s, 85) ? made[below(s, COUNT_OF(made))] : any;
}

static void descriptor_draw(struct step *s)
{
    uint64_t frame = draw_frame(s, 0, TO_WRITE);

    call(s, __HYPERVISOR_update_descriptor,
         frame << 12 | below(s, 512) * 8 | (chance(s, 3) ? 4 : 0),
         draw_descriptor(s));
}

static void selector_draw(struct step *s)
{
    s->a[0] = (uint64_t)below(s, 1100) << 3 | (chance(s, 60) ? 4 : 0) | below(s, 4);
}

static void selector_load(void *p)
{
    __asm__ volatile("mov %0, %%fs" : : "r"(*(uint32_t *)p));
}

static void selector_run(struct step *s)
{
    struct trap_caught c;
    uint32_t sel = (uint32_t)s->a[0];

    s->rc = trap_run(&c, selector_load, &sel) ? -(long)c.frame.vector : 0;
}

/* ---- entries ---- */

/* When the vcpu comes back from another's turn, a selector whose table has changed
 * calls the failsafe callback: none is there while that may be anything (R2). */
static void selectors_drop(void)
{
    __asm__ volatile("mov %0, %%fs" : : "r"(0));
    hc_set_segment_base(SEGBASE_GS_USER_SEL, 0);
}

static uint64_t draw_address(struct step *s, void *good)
{
    uint64_t wild = (uint64_t)wild_pointer(s);

    return chance(s, 70) ? (uint64_t)good : wild;
}

static void traps_draw(struct step *s)
{
    struct trap_info *t = (struct trap_info *)s->arg;
    unsigned n = below(s, 12);

    selectors_drop();
    memset(t, 0, PAGE_SIZE);
    for (unsigned i = 0; i < n; i++) {
        t[i].vector = (uint8_t)next(s);
        t[i].flags = (uint8_t)below(s, 8);
        t[i].cs = (uint16_t)(chance(s, 60) ? FLAT_KERNEL_CS : edge_value(s));
        t[i].address = draw_address(s, rt_failsafe_entry);
    }
    call(s, __HYPERVISOR_set_trap_table,
         chance(s, 10) ? 0 : (uint64_t)draw_pointer(s, t, 95), 0);
}

static void restore_learn(struct step *s)
{
    s->ok = s->rc >= 0;
    rt_restore();
}

static void callbacks_draw(struct step *s)
{
    selectors_drop();
    call(s, __HYPERVISOR_set_callbacks, draw_address(s, rt_event_entry),
         draw_address(s, rt_failsafe_entry));
    s->a[2] = draw_address(s, rt_syscall_entry);
}

static void register_draw(struct step *s)
{
    struct callback_register *r = (struct callback_register *)s->arg;
    bool reg = chance(s, 75);

    selectors_drop();
    r->type = (uint16_t)(chance(s, 90) ? below(s, 8) : edge_value(s));
    r->flags = (uint16_t)below(s, 4);
    r->address = draw_address(s, rt_event_entry);
    call(s, __HYPERVISOR_callback_op,
         chance(s, 96) ? reg ? CALLBACKOP_register : CALLBACKOP_unregister
                       : edge_value(s),
         (uint64_t)draw_pointer(s, r, 95));
}

static void nmi_draw(struct step *s)
{
    struct xennmi_callback *cb = (struct xennmi_callback *)s->arg;

    selectors_drop();
    cb->handler_address = draw_address(s, rt_failsafe_entry);
    call(s, __HYPERVISOR_nmi_op, chance(s, 92) ? below(s, 2) : edge_value(s),
         (uint64_t)draw_pointer(s, cb, 93));
}

static void stack_draw(struct step *s)
{
    selectors_drop();
    call(s, __HYPERVISOR_stack_switch, edge_value(s), draw_address(s, edge));
}

/* ---- registers ---- */

static void base_draw(struct step *s)
{
    unsigned which = chance(s, 95) ? below(s, 5) : (unsigned)edge_value(s);
    uint64_t base = (uint64_t)wild_pointer(s), sel = edge_value(s);

    if (which == SEGBASE_GS_KERNEL && base != (uint64_t)NONCANONICAL)
        base = (uint64_t)rt_vcpu_self();
    if (which == SEGBASE_GS_USER_SEL)
        base = sel & 0xffff;
    call(s, __HYPERVISOR_set_segment_base, which, base);
}

static void taskswitch_draw(struct step *s)
{
    call(s, __HYPERVISOR_fpu_taskswitch, edge_value(s), 0);
}

static void set_debug_draw(struct step *s)
{
    uint64_t reg = chance(s, 93) ? below(s, 8) : edge_value(s);
    uint64_t value = chance(s, 60) ? (uint64_t)draw_va(s) : edge_value(s);
    uint64_t control = next(s) & (chance(s, 80) ? 0xffff00ff : ~0UL);

    if (reg == 7 || reg == 5)
        value = control;
    call(s, __HYPERVISOR_set_debugreg, reg, value);
}

static void get_debug_draw(struct step *s)
{
    call(s, __HYPERVISOR_get_debugreg, chance(s, 85) ? below(s, 8) : edge_value(s),
         0);
}

/* A debug register's contents may look like an error. */
static void get_debug_learn(struct step *s)
{
    s->ok = s->rc != -XEN_EINVAL;
    if (s->ok)
        s->rc = 0;
}

static void assist_draw(struct step *s)
{
    static const uint8_t types[] = { 0, 1, 2, 3, 4, 5, 6, 7, 31, 32, 33, 63, 64 };

    call(s, __HYPERVISOR_vm_assist, chance(s, 90) ? below(s, 2) : edge_value(s),
         chance(s, 92) ? types[below(s, COUNT_OF(types))] : edge_value(s));
}

static void nothing_draw(struct step *s)
{
    static const uint8_t none[] = { 43, 44, 45, 46, 47, 51, 53, 55, 57, 60, 63 };

    call(s, none[below(s, COUNT_OF(none))], edge_value(s), edge_value(s));
}

static const struct row table[] = {
    { "set_gdt", ANY, 15, .draw = gdt_draw },
    { "update_descriptor", ANY, 20, .draw = descriptor_draw },
    { "selector", ANY, 8, .alone = true, .draw = selector_draw,
      .run = selector_run },
    { "set_trap_table", ANY, 3, .alone = true, .draw = traps_draw,
      .learn = restore_learn },
    { "set_callbacks", ANY, 3, .alone = true, .draw = callbacks_draw,
      .learn = restore_learn },
    { "callback_op", ANY, 5, .alone = true, .draw = register_draw,
      .learn = restore_learn },
    { "nmi_op", ANY, 3, .alone = true, .draw = nmi_draw, .learn = restore_learn },
    { "stack_switch", ANY, 2, .alone = true, .draw = stack_draw,
      .learn = restore_learn },
    { "set_segment_base", ANY, 4, .draw = base_draw },
    { "fpu_taskswitch", ANY, 2, .draw = taskswitch_draw },
    { "set_debugreg", ANY, 8, .draw = set_debug_draw },
    { "get_debugreg", ANY, 3, .draw = get_debug_draw, .learn = get_debug_learn },
    { "vm_assist", ANY, 5, .draw = assist_draw },
    { "multicall", ANY, 30, .alone = true, .draw = multicall_draw,
      .learn = multicall_learn },
    { "no_such_call", ANY, 2, .draw = nothing_draw },
};
const struct rows rows_cpu = { table, COUNT_OF(table) };
