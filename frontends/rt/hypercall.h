/* SPDX-License-Identifier: MIT */
/*
 * hypercall.h - hypercalls as a 64-bit PV kernel makes them: a call into slot
 * `number` of the page that the loader filled. Results are as the hypervisor
 * gives them: negative for an error.
 */
#ifndef RT_HYPERCALL_H
#define RT_HYPERCALL_H

#include "public/xen.h"

extern char hypercall_page[];

/* Any number, any six arguments. */
static inline long hypercall6(unsigned long nr, unsigned long a1,
                              unsigned long a2, unsigned long a3,
                              unsigned long a4, unsigned long a5,
                              unsigned long a6)
{
    register unsigned long r10 __asm__("r10") = a4;
    register unsigned long r8 __asm__("r8") = a5;
    register unsigned long r9 __asm__("r9") = a6;
    long ret;

    __asm__ volatile("call *%[slot]"
                     : "=a"(ret), "+D"(a1), "+S"(a2), "+d"(a3), "+r"(r10),
                       "+r"(r8), "+r"(r9)
                     : [slot] "r"(hypercall_page + nr * 32)
                     : "rcx", "r11", "memory");
    return ret;
}

#define HC(n, a1, a2, a3, a4)                                              \
    hypercall6(__HYPERVISOR_##n, (unsigned long)(a1), (unsigned long)(a2), \
               (unsigned long)(a3), (unsigned long)(a4), 0, 0)

static inline long hc_set_trap_table(const struct trap_info *t)
{
    return HC(set_trap_table, t, 0, 0, 0);
}

static inline long hc_mmu_update(const struct mmu_update *req, unsigned count,
                                 unsigned *done, unsigned dom)
{
    return HC(mmu_update, req, count, done, dom);
}

static inline long hc_mmuext_op(const struct mmuext_op *op, unsigned count,
                                unsigned *done, unsigned dom)
{
    return HC(mmuext_op, op, count, done, dom);
}

static inline long hc_update_va_mapping(const void *va, uint64_t pte,
                                        unsigned long flags)
{
    return HC(update_va_mapping, va, pte, flags, 0);
}

static inline long hc_set_gdt(const xen_pfn_t *frames, unsigned entries)
{
    return HC(set_gdt, frames, entries, 0, 0);
}

static inline long hc_update_descriptor(uint64_t ma, uint64_t desc)
{
    return HC(update_descriptor, ma, desc, 0, 0);
}

static inline long hc_stack_switch(unsigned long ss, unsigned long sp)
{
    return HC(stack_switch, ss, sp, 0, 0);
}

static inline long hc_set_callbacks(void (*event)(void), void (*failsafe)(void),
                                    void (*syscall)(void))
{
    return HC(set_callbacks, event, failsafe, syscall, 0);
}

static inline long hc_fpu_taskswitch(int set)
{
    return HC(fpu_taskswitch, set, 0, 0, 0);
}

static inline long hc_set_debugreg(int reg, unsigned long value)
{
    return HC(set_debugreg, reg, value, 0, 0);
}

static inline unsigned long hc_get_debugreg(int reg)
{
    return (unsigned long)HC(get_debugreg, reg, 0, 0, 0);
}

static inline long hc_memory_op(unsigned cmd, void *arg)
{
    return HC(memory_op, cmd, arg, 0, 0);
}

static inline long hc_multicall(struct multicall_entry *calls, unsigned count)
{
    return HC(multicall, calls, count, 0, 0);
}

static inline long hc_set_timer_op(uint64_t when)
{
    return HC(set_timer_op, when, 0, 0, 0);
}

static inline long hc_xen_version(unsigned cmd, void *arg)
{
    return HC(xen_version, cmd, arg, 0, 0);
}

static inline long hc_console_io(unsigned cmd, unsigned count, const char *s)
{
    return HC(console_io, cmd, count, s, 0);
}

static inline long hc_grant_table_op(unsigned cmd, void *ops, unsigned count)
{
    return HC(grant_table_op, cmd, ops, count, 0);
}

static inline long hc_vm_assist(unsigned cmd, unsigned type)
{
    return HC(vm_assist, cmd, type, 0, 0);
}

static inline long hc_vcpu_op(unsigned cmd, unsigned vcpu, void *arg)
{
    return HC(vcpu_op, cmd, vcpu, arg, 0);
}

static inline long hc_set_segment_base(unsigned which, unsigned long base)
{
    return HC(set_segment_base, which, base, 0, 0);
}

static inline long hc_sched_op(unsigned cmd, void *arg)
{
    return HC(sched_op, cmd, arg, 0, 0);
}

static inline long hc_callback_op(unsigned cmd, void *arg)
{
    return HC(callback_op, cmd, arg, 0, 0);
}

static inline long hc_event_channel_op(unsigned cmd, void *arg)
{
    return HC(event_channel_op, cmd, arg, 0, 0);
}

static inline long hc_physdev_op(unsigned cmd, void *arg)
{
    return HC(physdev_op, cmd, arg, 0, 0);
}

static inline long hc_platform_op(void *arg)
{
    return HC(platform_op, arg, 0, 0, 0);
}

static inline long hc_domctl(void *arg)
{
    return HC(domctl, arg, 0, 0, 0);
}

static inline long hc_sysctl(void *arg)
{
    return HC(sysctl, arg, 0, 0, 0);
}

#endif
