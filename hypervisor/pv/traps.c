/* SPDX-License-Identifier: MIT */
/*
 * traps.c - exceptions that guest code raised: solved here, or its own problem.
 */
#include "arch/upcalls.h"
#include "core/trace.h"
#include "pv/pv_mmu.h"
#include "pv/pv.h"

#define ERROR_IDT 2u                /* #GP: the index names a gate            */

/* `int n` through a gate that ring 3 may not use arrives as #GP.  The instruction
 * itself is looked at: some machines push a wrong index. */
static bool software_interrupt(struct cpu_user_regs *regs)
{
    struct vcpu *v = current();
    const struct trap_info *ti;
    uint8_t insn[2];

    if (!(regs->error_code & ERROR_IDT) ||
        guest_read(insn, regs->rip, sizeof(insn)) || insn[0] != 0xcd)
        return false;
    ti = &v->pv.traps[insn[1]];
    if (!ti->address || TI_GET_DPL(ti) < (v->pv.in_kernel ? 1 : 3)) {
        pv_inject(TRAP_GP, insn[1] * 8u + ERROR_IDT);
        return true;
    }
    regs->rip += 2;
    pv_inject(insn[1], 0);
    return true;
}

static void general_protection(struct cpu_user_regs *regs)
{
    if (software_interrupt(regs))
        return;
    if (regs->error_code == 0 && pv_emulate(regs)) {
        TRACE(TRC_PV_EMULATE_PRIVOP | TRC_64_FLAG, 2, regs->rip, 0, 0);
        return;
    }
    pv_inject(TRAP_GP, regs->error_code);
}

/* int3, into, int 0x80: our gates are open to all, the guest's may not be. */
static void gate_trap(struct cpu_user_regs *regs, unsigned vector)
{
    struct vcpu *v = current();

    if (v->pv.in_kernel || TI_GET_DPL(&v->pv.traps[vector]) == 3) {
        pv_inject(vector, 0);
        return;
    }
    regs->rip -= vector == TRAP_INT80 ? 2 : 1;
    pv_inject(TRAP_GP, vector * 8 + ERROR_IDT);
}

void pv_page_fault(struct cpu_user_regs *regs)
{
    vaddr_t va = read_cr2();

    if (pv_mmu_solve_fault(current(), va, regs))
        return;
    TRACE(TRC_PV_PAGE_FAULT | TRC_64_FLAG, 5, regs->rip, va,
          regs->error_code & (current()->pv.in_kernel ? ~PF_USER : ~0u));
    pv_inject_page_fault(va, regs->error_code);
}

static void debug_trap(struct vcpu *v)
{
    uint64_t dr6;

    __asm__ __volatile__("mov %%dr6, %0" : "=r"(dr6));
    __asm__ __volatile__("mov %0, %%dr6" :: "r"(0xffff0ff0ul));
    v->pv.dr[6] |= dr6 & 0xe00f;
    pv_inject(TRAP_DB, 0);
}

static void device_not_available(struct vcpu *v)
{
    TRACE(TRC_PV_MATH_STATE_RESTORE, 0, 0, 0, 0);
    fpu_set_ts(false);
    if (v->pv.cr0 & CR0_TS) {
        v->pv.cr0 &= ~CR0_TS;
        pv_inject(TRAP_NM, 0);
    }
}

void pv_trap(struct cpu_user_regs *regs)
{
    struct vcpu *v = current();
    unsigned vector = regs->entry_vector & 0xff;

    switch (vector) {
    case TRAP_PF: pv_page_fault(regs); break;
    case TRAP_GP: general_protection(regs); break;
    case TRAP_NM: device_not_available(v); break;
    case TRAP_DB: debug_trap(v); break;
    case TRAP_UD:
        if (!pv_emulate_forced(regs))
            pv_inject(TRAP_UD, 0);
        break;
    case TRAP_BP: case TRAP_OF: case TRAP_INT80:
        gate_trap(regs, vector);
        break;
    default:
        pv_inject(vector, regs->error_code);
        break;
    }
}

bool pv_fixup_fault(vaddr_t va, struct cpu_user_regs *regs)
{
    struct vcpu *v = current();

    return !v->is_idle && pv_mmu_fixup_fault(v, va, regs->error_code, regs->rip);
}
