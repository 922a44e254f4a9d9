/* SPDX-License-Identifier: MIT */
/* x86_misc.c - small calls that stand for one privileged instruction each. */
#include "arch/x86/insn.h"
#include "hypercall/hypercall.h"
#include "pv/pv.h"

long hc_fpu_taskswitch(struct vcpu *cur, struct hc_args *in)
{
    bool set = in->a[0] & 1;

    cur->pv.cr0 = set ? cur->pv.cr0 | CR0_TS : cur->pv.cr0 & ~(uint64_t)CR0_TS;
    fpu_set_ts(set);
    return 0;
}

long hc_set_debugreg(struct vcpu *cur, struct hc_args *in)
{
    return pv_debugreg_set(cur, (unsigned)MIN(in->a[0], 255ul), in->a[1]);
}

long hc_get_debugreg(struct vcpu *cur, struct hc_args *in)
{
    if (in->a[0] > 7)
        return fail(EINVAL, "debug register %lu", in->a[0]);
    return (long)pv_debugreg_get(cur, (unsigned)in->a[0]);
}

long hc_set_segment_base(struct vcpu *cur, struct hc_args *in)
{
    uint64_t base = in->a[1];

    (void)cur;
    switch ((unsigned)in->a[0]) {
    case SEGBASE_FS:
        if (!is_canonical(base))
            return -EINVAL;
        wrmsr(MSR_FS_BASE, base);
        return 0;
    case SEGBASE_GS_USER:               /* the other base while a kernel calls */
        if (!is_canonical(base))
            return -EINVAL;
        wrmsr(MSR_KERNEL_GS_BASE, base);
        return 0;
    case SEGBASE_GS_KERNEL:
        if (!is_canonical(base))
            return -EINVAL;
        wrmsr(MSR_GS_BASE, base);
        return 0;
    case SEGBASE_GS_USER_SEL:
        /* Selector 1 to 3 would be null with a privilege: made a plain null. */
        if ((base & 0xffff) < 4)
            base = 0;
        pv_load_user_gs((uint32_t)(base & 0xffff));
        return 0;
    default:
        return fail(EINVAL, "segment base %lu", in->a[0]);
    }
}

#define ASSISTS_VALID (1ul << VMASST_TYPE_4gb_segments |            \
                       1ul << VMASST_TYPE_4gb_segments_notify |     \
                       1ul << VMASST_TYPE_writable_pagetables |     \
                       1ul << VMASST_TYPE_pae_extended_cr3 |        \
                       1ul << VMASST_TYPE_architectural_iopl |      \
                       1ul << VMASST_TYPE_runstate_update_flag |    \
                       1ul << VMASST_TYPE_m2p_strict)

long hc_vm_assist(struct vcpu *cur, struct hc_args *in)
{
    uint64_t type = (uint32_t)in->a[1];

    if (type >= 64 || !(ASSISTS_VALID >> type & 1))
        return fail(EINVAL, "vm_assist type %lu", type);
    switch ((unsigned)in->a[0]) {
    case VMASST_CMD_enable:
        __atomic_fetch_or(&cur->d->vm_assist, 1ul << type, __ATOMIC_SEQ_CST);
        return 0;
    case VMASST_CMD_disable:
        __atomic_fetch_and(&cur->d->vm_assist, ~(1ul << type), __ATOMIC_SEQ_CST);
        return 0;
    default:
        return fail(ENOSYS, "vm_assist command %u", (unsigned)in->a[0]);
    }
}
