/* SPDX-License-Identifier: MIT */
/*
 * vcpu.c - the x86 part of a vcpu's life: created empty, given a context, read,
 * destroyed.
 *
 *   R1  Everything a context names is judged before anything is taken over, but
 *       for the frames: those may be refused late, and then nothing is left
 *       typed that the old context did not hold.
 */
#include "pv/policy.h"
#include "pv/pv.h"
#include "pv/pv_mmu.h"

int pv_vcpu_create(struct vcpu *v)
{
    int rc;

    v->pv.kernel_root = MFN_NONE;
    v->pv.user_root = MFN_NONE;
    v->pv.in_kernel = true;
    v->pv.dr[6] = 0xffff0ff0;
    v->pv.dr[7] = 0x400;
    v->pv.cr4 = pv_guest_cr4(0);
    v->pv.traps = heap_alloc(256 * sizeof(struct trap_info));
    if (!v->pv.traps)
        return -ENOMEM;
    rc = fpu_create(v);
    if (!rc)
        rc = pv_perdomain_create_vcpu(v);
    if (rc)
        pv_vcpu_destroy(v);
    return rc;
}

void pv_vcpu_destroy(struct vcpu *v)
{
    heap_free(v->pv.fpu);
    heap_free(v->pv.traps);
    v->pv.fpu = v->pv.traps = NULL;
}

void pv_vcpu_drop_roots(struct vcpu *v)
{
    pv_gdt_destroy(v);
    pv_ldt_destroy(v);
    pv_drop_root(v, true);
    pv_drop_root(v, false);
}

static bool context_ok(const struct vcpu_guest_context *c)
{
    if (c->gdt_ents > GUEST_GDT_FRAMES * 512 || c->ldt_ents > 8192)
        return false;
    if (c->ldt_ents && (!is_canonical(c->ldt_base) || c->ldt_base & 7))
        return false;
    if (!is_canonical(c->event_callback_eip) ||
        !is_canonical(c->failsafe_callback_eip) ||
        !is_canonical(c->syscall_callback_eip) || !is_canonical(c->fs_base) ||
        !is_canonical(c->gs_base_kernel) || !is_canonical(c->gs_base_user) ||
        !is_canonical(c->user_regs.rip))
        return false;
    for (unsigned i = 0; i < 256; i++)
        if (!is_canonical(c->trap_ctxt[i].address))
            return false;
    return true;
}

static int set_roots(struct vcpu *v, const struct vcpu_guest_context *c)
{
    int rc = pv_set_root(v, false, MFN(c->ctrlreg[3] >> PAGE_SHIFT));

    if (!rc && c->ctrlreg[1] >> PAGE_SHIFT)   /* libxenguest leaves bit 0 out */
        rc = pv_set_root(v, true, MFN(c->ctrlreg[1] >> PAGE_SHIFT));
    return rc;
}

static void set_debugregs(struct vcpu *v, const struct vcpu_guest_context *c)
{
    static const uint8_t order[] = { 0, 1, 2, 3, 6, 7 };

    for (unsigned i = 0; i < sizeof(order); i++)
        (void)pv_debugreg_set(v, order[i], c->debugreg[order[i]]);
}

static void set_callbacks(struct vcpu *v, const struct vcpu_guest_context *c)
{
    v->pv.callback[CALLBACKTYPE_event].address = c->event_callback_eip;
    v->pv.callback[CALLBACKTYPE_failsafe] = (struct pv_callback){
        c->failsafe_callback_eip, c->flags & VGCF_failsafe_disables_events };
    v->pv.callback[CALLBACKTYPE_syscall] = (struct pv_callback){
        c->syscall_callback_eip, c->flags & VGCF_syscall_disables_events };
    for (unsigned i = 0; i < 256; i++) {
        v->pv.traps[i] = c->trap_ctxt[i];
        v->pv.traps[i].cs |= 3;
    }
}

int pv_vcpu_set_context(struct vcpu *v, const struct vcpu_guest_context *c)
{
    mfn_t frames[GUEST_GDT_FRAMES];
    int rc;

    if (!context_ok(c))
        return fail(EINVAL, "vcpu %u: context with a bad address or count", v->id);
    for (unsigned i = 0; i < GUEST_GDT_FRAMES; i++)
        frames[i] = MFN(c->gdt_frames[i]);
    rc = set_roots(v, c);
    if (!rc)
        rc = c->gdt_ents ? pv_gdt_set(v, frames, (unsigned)c->gdt_ents) : 0;
    if (rc)
        return rc;

    v->pv.regs = c->user_regs;
    v->pv.regs.entry_vector = 0;
    v->pv.regs.error_code = 0;
    v->pv.regs.cs |= 3;
    v->pv.regs.ss |= 3;
    v->pv.regs.rflags = (c->user_regs.rflags & ~(RFLAGS_IOPL | RFLAGS_VM)) |
                        RFLAGS_IF | 2;
    v->pv.iopl = (unsigned)(c->user_regs.rflags & RFLAGS_IOPL) >> 12;
    v->pv.in_kernel = c->flags & VGCF_in_kernel;
    if (c->flags & VGCF_i387_valid)
        fpu_set_legacy(v, &c->fpu_ctxt);
    set_callbacks(v, c);
    pv_ldt_destroy(v);
    v->pv.ldt_base = c->ldt_base;
    v->pv.ldt_ents = (unsigned)c->ldt_ents;
    v->pv.kernel_ss = (uint16_t)(c->kernel_ss | 3);
    v->pv.kernel_sp = c->kernel_sp;
    v->pv.cr0 = c->ctrlreg[0] & CR0_TS;
    v->pv.cr4 = pv_guest_cr4(c->ctrlreg[4]);
    v->pv.fs_base = c->fs_base;
    v->pv.gs_base_kernel = c->gs_base_kernel;
    v->pv.gs_base_user = c->gs_base_user;
    set_debugregs(v, c);
    v->d->vm_assist |= c->vm_assist & ~(1ul << VMASST_TYPE_m2p_strict);
    v->initialised = true;
    return 0;
}

void pv_vcpu_get_context(struct vcpu *v, struct vcpu_guest_context *c)
{
    const struct pv_callback *cb = v->pv.callback;

    memset(c, 0, sizeof(*c));
    memcpy(&c->fpu_ctxt, v->pv.fpu, sizeof(c->fpu_ctxt));
    c->flags = VGCF_i387_valid | (v->pv.in_kernel ? VGCF_in_kernel : 0) |
               (v->flags & VCPU_DOWN ? 0 : VGCF_online) |
               (cb[CALLBACKTYPE_failsafe].masks ? VGCF_failsafe_disables_events : 0) |
               (cb[CALLBACKTYPE_syscall].masks ? VGCF_syscall_disables_events : 0);
    c->user_regs = v->pv.regs;
    c->user_regs.entry_vector = 0;
    c->user_regs.rflags = (c->user_regs.rflags & ~(uint64_t)RFLAGS_IOPL) |
                          (uint64_t)v->pv.iopl << 12;
    memcpy(c->trap_ctxt, v->pv.traps, sizeof(c->trap_ctxt));
    c->ldt_base = v->pv.ldt_base;
    c->ldt_ents = v->pv.ldt_ents;
    c->gdt_ents = v->pv.gdt_ents;
    for (unsigned i = 0; i < (v->pv.gdt_ents + 511) / 512; i++)
        c->gdt_frames[i] = v->pv.gdt_frames[i].n;
    c->kernel_ss = v->pv.kernel_ss;
    c->kernel_sp = v->pv.kernel_sp;
    c->ctrlreg[0] = CR0_GUEST | v->pv.cr0;
    c->ctrlreg[3] = mfn_maddr(v->pv.kernel_root);
    if (!mfn_eq(v->pv.user_root, MFN_NONE))
        c->ctrlreg[1] = mfn_maddr(v->pv.user_root) | 1;
    c->ctrlreg[4] = v->pv.cr4;
    memcpy(c->debugreg, v->pv.dr, sizeof(c->debugreg));
    c->event_callback_eip = cb[CALLBACKTYPE_event].address;
    c->failsafe_callback_eip = cb[CALLBACKTYPE_failsafe].address;
    c->syscall_callback_eip = cb[CALLBACKTYPE_syscall].address;
    c->vm_assist = v->d->vm_assist;
    c->fs_base = v->pv.fs_base;
    c->gs_base_kernel = v->pv.gs_base_kernel;
    c->gs_base_user = v->pv.gs_base_user;
}

void pv_domain_destroy(struct domain *d)
{
    pv_policy_free(d);
    pv_perdomain_destroy(d);
}
