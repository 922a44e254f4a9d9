/* SPDX-License-Identifier: MIT */
/*
 * traps.c - the calls by which a kernel says where it wants to be entered, and
 * by which it returns to its users.
 *
 *   R1  An entry address is canonical: SYSRET and IRET would fault otherwise.
 *   R2  What IRET restores is never more privileged than ring 3, with interrupts
 *       on and no IOPL.
 */
#include "hypercall/hypercall.h"
#include "public/nmi.h"
#include "pv/asm_offsets.h"
#include "pv/pv.h"
#include "pv/x86.h"

long hc_set_trap_table(struct vcpu *cur, struct hc_args *in)
{
    vaddr_t from = in->a[0];
    struct trap_info ti;

    if (!from) {
        memset(cur->pv.traps, 0, 256 * sizeof(ti));
        return 0;
    }
    for (unsigned n = 1; ; n++, from += sizeof(ti)) {
        if (guest_read(&ti, from, sizeof(ti)))
            return fail(EFAULT, "trap table at %#lx", from);
        if (!ti.address)
            return 0;
        if (!is_canonical(ti.address))
            return fail(EINVAL, "handler %#lx of vector %u", ti.address, ti.vector);
        ti.cs |= 3;
        cur->pv.traps[ti.vector] = ti;
        if (n % BATCH(256) == 0 && hc_should_yield()) {
            in->a[0] = from + sizeof(ti);
            return hc_resume_later(in);
        }
    }
}

long hc_stack_switch(struct vcpu *cur, struct hc_args *in)
{
    cur->pv.kernel_ss = (uint16_t)(in->a[0] | 3);
    cur->pv.kernel_sp = in->a[1];
    return 0;
}

static long callback_set(struct vcpu *v, unsigned type, bool masks, vaddr_t address)
{
    if (!is_canonical(address))
        return fail(EINVAL, "callback %u at %#lx", type, address);      /* R1 */
    switch (type) {
    case CALLBACKTYPE_event: case CALLBACKTYPE_failsafe: case CALLBACKTYPE_syscall:
    case CALLBACKTYPE_sysenter: case CALLBACKTYPE_syscall32:
        v->pv.callback[type] = (struct pv_callback){ address, masks };
        return 0;
    case CALLBACKTYPE_nmi:
        v->pv.traps[TRAP_NMI].address = address;
        return 0;
    default:
        return fail(ENOSYS, "callback type %u", type);
    }
}

long hc_set_callbacks(struct vcpu *cur, struct hc_args *in)
{
    static const uint8_t type[] = { CALLBACKTYPE_event, CALLBACKTYPE_failsafe,
                                    CALLBACKTYPE_syscall };

    /* 4.17 leaves one that is no address as it was, and says nothing. */
    for (unsigned i = 0; i < 3; i++)
        (void)callback_set(cur, type[i], false, in->a[i]);
    return 0;
}

HC_OP(register, struct callback_register)
{
    return callback_set(cur, op->type, op->flags & CALLBACKF_mask_events, op->address);
}

HC_OP(unregister, struct callback_unregister)
{
    switch (op->type) {
    case CALLBACKTYPE_event: case CALLBACKTYPE_failsafe: case CALLBACKTYPE_syscall:
    case CALLBACKTYPE_sysenter: case CALLBACKTYPE_syscall32:
        return fail(EINVAL, "callback %u cannot be unregistered", op->type);
    default:
        return callback_set(cur, op->type, false, 0);
    }
}

#define DO(name, out) return op_##name(cur, in)

long hc_callback_op(struct vcpu *cur, struct hc_args *in)
{
    HC_CASES(callback_op, (uint32_t)in->a[0])
}

HC_OP(register_callback, struct xennmi_callback)
{
    return callback_set(cur, CALLBACKTYPE_nmi, false, op->handler_address);
}

#define op_unregister_callback(cur, in) callback_set(cur, CALLBACKTYPE_nmi, false, 0)

long hc_nmi_op(struct vcpu *cur, struct hc_args *in)
{
    HC_CASES(nmi_op, (uint32_t)in->a[0])
}

/* The answer goes to rax, which the frame on the guest's stack holds as well. */
long hc_iret(struct vcpu *cur, struct hc_args *in)
{
    struct cpu_user_regs *regs = guest_regs();
    struct iret_context c;

    in->new_frame = true;
    if (guest_read(&c, regs->rsp, sizeof(c))) {
        domain_crash(cur->d, "vcpu %u: iret frame at %#lx cannot be read", cur->id,
                     regs->rsp);
        return 0;
    }
    if ((c.cs & 3) == 3 && !pv_toggle_mode(cur)) {
        domain_crash(cur->d, "vcpu %u: iret to user mode without a user root",
                     cur->id);
        return 0;
    }
    regs->rip = c.rip;
    regs->cs = (uint16_t)(c.cs | 3);                            /* R2 */
    regs->rflags = (c.rflags & ~(uint64_t)(RFLAGS_IOPL | RFLAGS_VM)) |
                   RFLAGS_IF | 2;
    if (cur->d->vm_assist >> VMASST_TYPE_architectural_iopl & 1)
        cur->pv.iopl = (unsigned)(c.rflags & RFLAGS_IOPL) >> 12;
    regs->rsp = c.rsp;
    regs->ss = (uint16_t)(c.ss | 3);
    if (!(c.flags & VGCF_in_syscall)) {
        regs->entry_vector &= ~(uint32_t)TRAP_SYSCALL;
        regs->r11 = c.r11;
        regs->rcx = c.rcx;
    }
    cur->pv.nmi_masked = false;
    if (cur->pv.nmi_pending)
        work_raise(WORK_EXIT);
    cur->info->evtchn_upcall_mask = !(c.rflags & RFLAGS_IF);
    regs->rax = c.rax;
    return 0;
}
