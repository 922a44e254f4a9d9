/* SPDX-License-Identifier: MIT */
/* x86_misc.c - small calls that stand for one privileged instruction each. */
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
    return pv_debugreg_set(cur, (unsigned)in->a[0], in->a[1]);
}

long hc_get_debugreg(struct vcpu *cur, struct hc_args *in)
{
    if (in->a[0] > 7)
        return fail(ENODEV, "debug register %lu", in->a[0]);
    return (long)pv_debugreg_get(cur, (unsigned)in->a[0]);
}

static long base_set(uint32_t msr, uint64_t base)
{
    if (!is_canonical(base))
        return -EINVAL;
    wrmsr(msr, base);
    return 0;
}

/* User mode's GS is the other base while a kernel calls. */
#define op_FS(base)        base_set(MSR_FS_BASE, base)
#define op_GS_USER(base)   base_set(MSR_KERNEL_GS_BASE, base)
#define op_GS_KERNEL(base) base_set(MSR_GS_BASE, base)

/* Selector 1 to 3 would be null with a privilege: made a plain null. */
static long op_GS_USER_SEL(uint64_t base)
{
    pv_load_user_gs((uint32_t)((base & 0xffff) < 4 ? 0 : base & 0xffff));
    return 0;
}

#define DO(name, out) return op_##name(in->a[1])

long hc_set_segment_base(struct vcpu *cur, struct hc_args *in)
{
    switch ((uint32_t)in->a[0]) {
    SUBS_set_segment_base(HC_CASE, HC_NOTHING, HC_NOTHING)
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

#define op_enable(assists, bit)  (__atomic_fetch_or(assists, bit, __ATOMIC_SEQ_CST), 0)
#define op_disable(assists, bit) (__atomic_fetch_and(assists, ~(bit), __ATOMIC_SEQ_CST), 0)

#undef DO
#define DO(name, out) return op_##name(&cur->d->vm_assist, 1ul << type)

long hc_vm_assist(struct vcpu *cur, struct hc_args *in)
{
    uint64_t type = (uint32_t)in->a[1];

    if (type >= 64 || !(ASSISTS_VALID >> type & 1))
        return fail(EINVAL, "vm_assist type %lu", type);
    HC_CASES(vm_assist, (uint32_t)in->a[0])
}
