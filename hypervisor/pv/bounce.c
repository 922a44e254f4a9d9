/* SPDX-License-Identifier: MIT */
/*
 * bounce.c - the guest kernel is entered as if by its own interrupt gate.
 *
 *   R1  The frame goes to the stack of stack_switch when the guest was in user
 *       mode, else below its present one, aligned to 16 bytes.
 *   R2  The CS slot carries the saved upcall mask in its upper half; its RPL is 0
 *       when the guest kernel was interrupted, so that it knows itself.
 *   R3  IF in the pushed flags is "events were not masked".
 *   R4  A stack that cannot be written ends the domain: there is no other place
 *       to tell it anything.
 *   R5  The failsafe frame has the selectors that were to be loaded. By comparing
 *       them with the registers the guest knows what failed: the load of one, which
 *       is null now, or IRET, when all are the same.
 */
#include "pv/pv.h"

#include "arch/tlb.h"
#include "core/trace.h"
#include "pv/asm_offsets.h"
#include "pv/pv_mmu.h"

bool pv_toggle_mode(struct vcpu *v)
{
    if (v->pv.in_kernel && mfn_eq(v->pv.user_root, MFN_NONE))
        return false;
    v->pv.in_kernel = !v->pv.in_kernel;
    __asm__ __volatile__("swapgs" ::: "memory");
    if (likely(!v->d->mm.logging))
        tlb_load_mode(pv_root(v));
    else
        pv_load_root(v, false);
    if (v->pv.in_kernel && v->pv.runstate_stale)
        pv_runstate_update(v);
    return true;
}

/* The words of the frame, upwards from sp; false: there is no such memory. */
static __inline_always bool frame_write(const struct vcpu *v, vaddr_t sp, uint64_t cs,
                                        unsigned flags, uint32_t error)
{
    const struct cpu_user_regs *regs = guest_regs();
    uint64_t fl = regs->rflags & ~(RFLAGS_IF | RFLAGS_IOPL);
    uint64_t mask = READ_ONCE(v->info->evtchn_upcall_mask);

    if (mask == 0)
        fl |= RFLAGS_IF;                        /* R3 */
    if (v->d->vm_assist >> VMASST_TYPE_architectural_iopl & 1)
        fl |= (uint64_t)v->pv.iopl << 12;
    uaccess_put(sp, regs->rcx, out);
    uaccess_put(sp + 8, regs->r11, out);
    sp += 16;
    if (flags & BOUNCE_FAILSAFE) {
        uaccess_put(sp, v->pv.regs.ds, out);                    /* R5 */
        uaccess_put(sp + 8, v->pv.regs.es, out);
        uaccess_put(sp + 16, v->pv.regs.fs, out);
        uaccess_put(sp + 24, v->pv.regs.gs, out);
        sp += 32;
    }
    if (flags & BOUNCE_ERROR) {
        uaccess_put(sp, error, out);
        sp += 8;
    }
    uaccess_put(sp, regs->rip, out);
    uaccess_put(sp + 8, (cs & 0xffff) | mask << 32, out);
    uaccess_put(sp + 16, fl, out);
    uaccess_put(sp + 24, regs->rsp, out);
    uaccess_put(sp + 32, regs->ss, out);
    return true;
out:
    return false;
}

static __inline_always void bounce(struct vcpu *v, vaddr_t rip, unsigned flags,
                                   uint32_t error)
{
    struct cpu_user_regs *regs = guest_regs();
    unsigned bytes = 7 * 8 + (flags & BOUNCE_ERROR ? 8 : 0) +
                     (flags & BOUNCE_FAILSAFE ? 32 : 0);
    uint64_t cs = regs->cs;
    vaddr_t sp;

    if (unlikely(!rip)) {
        domain_crash(v->d, "vcpu %u has no handler for what happened at rip %#lx",
                     v->id, regs->rip);
        return;
    }
    if (v->pv.in_kernel) {
        sp = regs->rsp;
        cs &= ~3ul;                             /* R2 */
    } else {
        pv_toggle_mode(v);
        sp = v->pv.kernel_sp;                   /* R1 */
    }
    sp = (sp & ~15ul) - bytes;
    if (unlikely(!guest_range_ok(sp, bytes, 1) ||
                 !frame_write(v, sp, cs, flags, error))) {
        domain_crash(v->d, "vcpu %u: kernel stack at %#lx cannot be written",
                     v->id, sp);                /* R4 */
        return;
    }
    if (flags & BOUNCE_MASK)
        v->info->evtchn_upcall_mask = 1;
    regs->rflags = (regs->rflags & ~(RFLAGS_AC | RFLAGS_VM | RFLAGS_RF |
                                     RFLAGS_NT | RFLAGS_TF | RFLAGS_IOPL)) |
                   RFLAGS_IF;
    regs->rsp = sp;
    regs->ss = FLAT_KERNEL_SS;
    regs->cs = FLAT_KERNEL_CS;
    regs->rip = rip;
    regs->entry_vector |= TRAP_SYSCALL;         /* rcx and r11 are on the stack */
}

void pv_bounce(struct vcpu *v, vaddr_t rip, unsigned flags, uint32_t error)
{
    bounce(v, rip, flags, error);
}

static __inline_always void callback(struct vcpu *v, unsigned type, unsigned flags)
{
    const struct pv_callback *cb = &v->pv.callback[type];

    bounce(v, cb->address, flags | (cb->masks ? BOUNCE_MASK : 0), 0);
}

void pv_callback(struct vcpu *v, unsigned type, unsigned flags)
{
    callback(v, type, flags);
}

static bool vector_has_error(unsigned vector)
{
    return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 ||
           vector == 21;
}

void pv_inject(unsigned vector, uint32_t error)
{
    struct vcpu *v = current();
    const struct trap_info *ti = &v->pv.traps[vector];
    unsigned flags = (TI_GET_IF(ti) ? BOUNCE_MASK : 0) |
                     (vector_has_error(vector) ? BOUNCE_ERROR : 0);

    TRACE(TRC_PV_TRAP | TRC_64_FLAG, 3, guest_regs()->rip,
          vector | (flags & BOUNCE_ERROR ? 1u << 15 | error << 16 : ~0u << 16), 0);
    if (!ti->address) {
        domain_crash(v->d, "vcpu %u: exception %u (error %#x) at rip %#lx has no "
                     "handler in its trap table", v->id, vector, error,
                     guest_regs()->rip);
        return;
    }
    pv_bounce(v, ti->address, flags, error);
}

void pv_inject_page_fault(vaddr_t va, uint32_t error)
{
    struct vcpu *v = current();
    const struct trap_info *ti = &v->pv.traps[TRAP_PF];

    v->info->arch.cr2 = va;
    /* A guest kernel runs in ring 3 too; it must not look like its users. */
    error = v->pv.in_kernel ? error & ~PF_USER : error | PF_USER;
    error &= PF_PRESENT | PF_WRITE | PF_USER | PF_RSVD | PF_FETCH;
    bounce(v, ti->address, BOUNCE_ERROR | (TI_GET_IF(ti) ? BOUNCE_MASK : 0), error);
}

void pv_deliver_event(struct cpu_user_regs *regs);
void pv_deliver_event(struct cpu_user_regs *regs)
{
    struct vcpu *v = current();

    bounce(v, v->pv.callback[CALLBACKTYPE_event].address, BOUNCE_MASK, 0);
}

void pv_failsafe(struct cpu_user_regs *regs);
void pv_failsafe(struct cpu_user_regs *regs)
{
    regs->entry_vector = 0;
    pv_segments_save(current());
    pv_callback(current(), CALLBACKTYPE_failsafe, BOUNCE_FAILSAFE);
}

/* At the callback of this type; without one the instruction does not exist. */
static __inline_always void callback_or_ud(struct cpu_user_regs *regs, unsigned type)
{
    struct vcpu *v = current();

    if (unlikely(!v->pv.callback[type].address)) {
        regs->rip -= 2;
        pv_inject(TRAP_UD, 0);
        return;
    }
    callback(v, type, 0);
}

void pv_guest_syscall(struct cpu_user_regs *regs);
void pv_guest_syscall(struct cpu_user_regs *regs)
{
    callback_or_ud(regs, CALLBACKTYPE_syscall);
}

void pv_guest_syscall32(struct cpu_user_regs *regs);
void pv_guest_syscall32(struct cpu_user_regs *regs)
{
    callback_or_ud(regs, CALLBACKTYPE_syscall32);
}

void pv_guest_sysenter(struct cpu_user_regs *regs);
void pv_guest_sysenter(struct cpu_user_regs *regs)
{
    struct vcpu *v = current();

    regs->rflags |= RFLAGS_IF;
    if (!v->pv.callback[CALLBACKTYPE_sysenter].address || v->pv.in_kernel) {
        pv_inject(TRAP_GP, 0);
        return;
    }
    pv_callback(v, CALLBACKTYPE_sysenter, 0);
}
