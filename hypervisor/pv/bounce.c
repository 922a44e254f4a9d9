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
 */
#include "pv/pv.h"

#include "lib/bug.h"
#include "pv/asm_offsets.h"
#include "pv/pv_mmu.h"
#include "pv/x86.h"

bool pv_toggle_mode(struct vcpu *v)
{
    if (v->pv.in_kernel && mfn_eq(v->pv.user_root, MFN_NONE))
        return false;
    v->pv.in_kernel = !v->pv.in_kernel;
    __asm__ __volatile__("swapgs" ::: "memory");
    pv_load_root(v, false);
    if (v->pv.in_kernel && v->pv.runstate_stale)
        pv_runstate_update(v);
    return true;
}

void pv_bounce(struct vcpu *v, vaddr_t rip, unsigned flags, uint32_t error)
{
    struct cpu_user_regs *regs = guest_regs();
    uint8_t mask = v->info->evtchn_upcall_mask;
    uint64_t frame[12], cs = regs->cs;
    unsigned n = 0;
    vaddr_t sp;

    if (!rip) {
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
    sp &= ~15ul;

    frame[n++] = regs->rcx;
    frame[n++] = regs->r11;
    if (flags & BOUNCE_FAILSAFE) {
        uint16_t ds, es, fs, gs;

        __asm__("mov %%ds, %0" : "=r"(ds));
        __asm__("mov %%es, %0" : "=r"(es));
        __asm__("mov %%fs, %0" : "=r"(fs));
        __asm__("mov %%gs, %0" : "=r"(gs));
        frame[n++] = ds;
        frame[n++] = es;
        frame[n++] = fs;
        frame[n++] = gs;
    }
    if (flags & BOUNCE_ERROR)
        frame[n++] = error;
    frame[n++] = regs->rip;
    frame[n++] = (cs & 0xffff) | (uint64_t)mask << 32;
    frame[n++] = (regs->rflags & ~(RFLAGS_IF | RFLAGS_IOPL)) |
                 (mask ? 0 : RFLAGS_IF) |       /* R3 */
                 (v->d->vm_assist >> VMASST_TYPE_architectural_iopl & 1 ?
                  (uint64_t)v->pv.iopl << 12 : 0);
    frame[n++] = regs->rsp;
    frame[n++] = regs->ss;

    sp -= n * sizeof(frame[0]);
    if (guest_write(sp, frame, n * sizeof(frame[0]))) {
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

    v->info->arch.cr2 = va;
    /* A guest kernel runs in ring 3 too; it must not look like its users. */
    error = v->pv.in_kernel ? error & ~PF_USER : error | PF_USER;
    pv_inject(VEC_PF, error & (PF_PRESENT | PF_WRITE | PF_USER | PF_RSVD | PF_FETCH));
}

void pv_deliver_event(struct cpu_user_regs *regs);
void pv_deliver_event(struct cpu_user_regs *regs)
{
    struct vcpu *v = current();

    (void)regs;
    pv_bounce(v, v->pv.event_callback, BOUNCE_MASK, 0);
}

void pv_failsafe(struct cpu_user_regs *regs);
void pv_failsafe(struct cpu_user_regs *regs)
{
    struct vcpu *v = current();

    regs->entry_vector = 0;
    pv_bounce(v, v->pv.failsafe_callback,
              BOUNCE_FAILSAFE | (v->pv.failsafe_masks ? BOUNCE_MASK : 0), 0);
}

void pv_guest_syscall(struct cpu_user_regs *regs);
void pv_guest_syscall(struct cpu_user_regs *regs)
{
    struct vcpu *v = current();

    if (unlikely(!v->pv.syscall_callback)) {
        regs->rip -= 2;
        pv_inject(VEC_UD, 0);
        return;
    }
    pv_bounce(v, v->pv.syscall_callback, v->pv.syscall_masks ? BOUNCE_MASK : 0, 0);
}

void pv_guest_syscall32(struct cpu_user_regs *regs);
void pv_guest_syscall32(struct cpu_user_regs *regs)
{
    struct vcpu *v = current();

    if (unlikely(!v->pv.syscall32_callback)) {
        regs->rip -= 2;
        pv_inject(VEC_UD, 0);
        return;
    }
    pv_bounce(v, v->pv.syscall32_callback,
              v->pv.syscall32_masks ? BOUNCE_MASK : 0, 0);
}

void pv_guest_sysenter(struct cpu_user_regs *regs);
void pv_guest_sysenter(struct cpu_user_regs *regs)
{
    struct vcpu *v = current();

    regs->rflags |= RFLAGS_IF;
    if (!v->pv.sysenter_callback || v->pv.in_kernel) {
        pv_inject(VEC_GP, 0);
        return;
    }
    pv_bounce(v, v->pv.sysenter_callback, v->pv.sysenter_masks ? BOUNCE_MASK : 0, 0);
}
