/* SPDX-License-Identifier: MIT */
/*
 * switch.c - which vcpu's state the CPU holds.
 *
 *   R1  A domain's CPU mask has a CPU's bit before its root is loaded there, and
 *       loses it only after another root was loaded with a full flush.
 *   R2  The root is loaded before GDT and LDT: their windows are in it.
 *   R3  A CPU that goes idle keeps the root it has; lazy_cpu of the vcpu says so
 *       before the vcpu may run elsewhere. Nobody runs it there, or drops one of
 *       its roots, before pv_switch_sync() has made that CPU load ours; a
 *       vcpu that was paused has been through it. The CPU stays in the domain's
 *       mask meanwhile, and leaves it when it is flushed.
 */
#include "arch/smp.h"
#include "arch/tlb.h"
#include "arch/upcalls.h"
#include "arch/x86/cpu.h"
#include "pv/asm_offsets.h"
#include "pv/pv.h"
#include "pv/pv_mmu.h"
#include "mm/boot_mm.h"

#define ASSERT_AT(name, type, member, offset) \
    _Static_assert(offsetof(type, member) == (offset), #name);
ASM_OFFSETS(ASSERT_AT)
_Static_assert(offsetof(struct cpu_user_regs, es) == 8 * UREGS_HW_WORDS, "asm");
_Static_assert(sizeof(struct cpu_info) == CI_SIZE, "asm");
_Static_assert(STACK_SIZE == ASM_STACK_SIZE && NR_CPUS == ASM_NR_CPUS, "asm");

void pv_switch_out(struct vcpu *prev)
{
    if (prev->is_idle)
        return;
    pv_runstate_update(prev);
    memcpy(&prev->pv.regs, guest_regs(), UREGS_HW_WORDS * 8);
    pv_segments_save(prev);
    fpu_save(prev);
    pv_debugreg_unload(prev);
}

void pv_ldt_load(struct vcpu *v)
{
    unsigned sel = 0;

    if (v->pv.ldt_ents) {
        unsigned cpu = this_cpu();
        uint64_t *desc = &gdt_page[(SEL_LDT(cpu) - GDT_OURS) / 8];
        uint64_t base = VCPU_LDT_VA(v->id), limit = v->pv.ldt_ents * 8 - 1;

        desc[1] = base >> 32;
        desc[0] = (limit & 0xffff) | (base & 0xffffff) << 16 | 0x82ull << 40 |
                  (limit >> 16 & 0xf) << 48 | (base >> 24 & 0xff) << 56;
        sel = SEL_LDT(cpu);
    }
    __asm__ __volatile__("lldt %w0" :: "r"(sel));
}

static void drop_cpu(struct vcpu *prev, const struct vcpu *next)
{
    if (prev->is_idle || prev->d == next->d)
        return;
    __atomic_fetch_and(&prev->d->mm.cpus, ~cpumask_of(this_cpu()), __ATOMIC_SEQ_CST);
}

/* Whose root this CPU has loaded; only the CPU itself looks. */
static struct vcpu *holds[NR_CPUS];
static uint64_t flushes[NR_CPUS];       /* local ones, when it went idle          */

/* This CPU, which idles or is about to load another, lets go of a root kept. R3 */
void pv_drop_lazy(void *unused)
{
    unsigned cpu = this_cpu(), mine = cpu + 1;
    struct vcpu *v = holds[cpu];

    if (!v || v == current())
        return;
    holds[cpu] = NULL;
    tlb_load_root(mfn_maddr(frame_of(hv_root)), true);
    __atomic_fetch_and(&v->d->mm.cpus, ~cpumask_of(cpu), __ATOMIC_SEQ_CST);
    __atomic_compare_exchange_n(&v->pv.lazy_cpu, &mine, 0, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_RELAXED);
}

void pv_switch_sync(struct vcpu *v)
{
    unsigned lazy = __atomic_load_n(&v->pv.lazy_cpu, __ATOMIC_ACQUIRE);

    if (lazy)
        smp_call(cpumask_of(lazy - 1), pv_drop_lazy, NULL);
}

void pv_idle_woken(void)
{
    if (holds[this_cpu()] && tlb_counts[this_cpu()].local != flushes[this_cpu()])
        pv_drop_lazy(NULL);
}

static void switch_to_idle(unsigned cpu)
{
    struct vcpu *v = holds[cpu];

    cpu_load_gdt();
    __asm__ __volatile__("lldt %w0" :: "r"(0));
    flushes[cpu] = tlb_counts[cpu].local;
    if (v && v->d->mm.logging)
        pv_drop_lazy(NULL);            /* twins come and go                       */
    else if (v)
        __atomic_store_n(&v->pv.lazy_cpu, cpu + 1, __ATOMIC_RELEASE);  /* R3 */
}

void pv_switch_in(struct vcpu *next)
{
    unsigned cpu = this_cpu(), mine = cpu + 1;
    struct vcpu *prev;

    if (next->is_idle) {
        switch_to_idle(cpu);
        return;
    }
    if (READ_ONCE(next->pv.lazy_cpu) != mine)
        pv_switch_sync(next);
    prev = holds[cpu];
    holds[cpu] = next;
    __atomic_fetch_or(&next->d->mm.cpus, cpumask_of(cpu), __ATOMIC_SEQ_CST);  /* R1 */
    if (prev != next || next->d->mm.logging || tlb_root() != pv_root(next))
        pv_load_root(next, true);
    if (prev) {
        drop_cpu(prev, next);
        __atomic_compare_exchange_n(&prev->pv.lazy_cpu, &mine, 0, false,
                                    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    }
    lgdt(VCPU_GDT_VA(next->id), GDT_OURS + PAGE_SIZE - 1);             /* R2 */
    pv_ldt_load(next);
    fpu_restore(next);
    memcpy(guest_regs(), &next->pv.regs, UREGS_HW_WORDS * 8);
    if (cpu_features.has_rdtscp)
        wrmsr(MSR_TSC_AUX, next->pv.tsc_aux);
    pv_tsc_load(next);
    pv_debugreg_load(next);
    pv_segments_load(next);
    pv_time_update(next);
    pv_runstate_update(next);
    if (next->pv.nmi_pending)
        work_raise(WORK_EXIT);
}

__noreturn void pv_enter(struct vcpu *next)
{
    __asm__ __volatile__("mov %0, %%rsp\n\tjmp ret_to_guest"
                         :: "r"(cpu_info()) : "memory");
    __builtin_unreachable();
}

void pv_exit_work(void)
{
    struct vcpu *v = current();

    cpu_info()->work &= ~WORK_EXIT;
    if (v->is_idle || !v->pv.nmi_pending || v->pv.nmi_masked)
        return;
    v->pv.nmi_pending = false;
    if (v->pv.traps[TRAP_NMI].address) {
        v->pv.nmi_masked = true;
        pv_bounce(v, v->pv.traps[TRAP_NMI].address, BOUNCE_MASK, 0);
    }
}

bool hc_should_yield(void)
{
    irq_window();
    return YIELD_ALWAYS || (cpu_info()->work & WORK_SCHED);
}
