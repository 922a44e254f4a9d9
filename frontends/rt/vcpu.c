/* SPDX-License-Identifier: MIT */
/* vcpu.c - each vcpu's own data, and bringing up further ones. */
#include "frontends/rt/rt.h"
#include "frontends/rt/private.h"

static struct rt_vcpu vcpus[RT_MAX_VCPUS];
static char stacks[RT_MAX_VCPUS][8192] __attribute__((aligned(4096)));

struct rt_vcpu *rt_vcpu_self(void)
{
    struct rt_vcpu *v;

    __asm__ volatile("mov %%gs:0, %0" : "=r"(v));
    return v;
}

unsigned vcpu_self(void)
{
    return rt_vcpu_self()->id;
}

void vcpu_init(struct rt_vcpu *v, unsigned id)
{
    if (v == NULL) {
        v = &vcpus[id];
        hc_set_segment_base(SEGBASE_GS_KERNEL, (unsigned long)v);
    }
    v->self = v;
    v->id = id;
}

void vcpu_info_moved(unsigned n, struct vcpu_info *to)
{
    vcpus[n].info = to;
}

long rt_vcpu_context(unsigned n, struct vcpu_guest_context *ctx)
{
    memset(ctx, 0, sizeof(*ctx));
    ctx->flags = VGCF_in_kernel;
    ctx->user_regs.rip = (uint64_t)rt_vcpu_entry;
    ctx->user_regs.cs = FLAT_KERNEL_CS;
    ctx->user_regs.ss = FLAT_KERNEL_SS;
    ctx->user_regs.rflags = 0x1000;
    ctx->user_regs.rsp = (uint64_t)stacks[n] + sizeof(stacks[n]);
    ctx->user_regs.rdi = (uint64_t)&vcpus[n];
    traps_fill(ctx->trap_ctxt);
    ctx->kernel_ss = FLAT_KERNEL_SS;
    ctx->kernel_sp = ctx->user_regs.rsp;
    ctx->ctrlreg[3] =
        xen_pfn_to_cr3(va_to_mfn((const void *)rt_start_info->pt_base));
    ctx->event_callback_eip = (unsigned long)rt_event_entry;
    ctx->failsafe_callback_eip = (unsigned long)rt_failsafe_entry;
    ctx->syscall_callback_eip = (unsigned long)rt_syscall_entry;
    ctx->gs_base_kernel = (uint64_t)&vcpus[n];
    return 0;
}

long rt_vcpu_start(unsigned n, void (*fn)(void *arg), void *arg)
{
    static struct vcpu_guest_context ctx;
    static bool known[RT_MAX_VCPUS];
    long rc;

    if (n == 0 || n >= RT_MAX_VCPUS)
        return -XEN_ENOENT;
    vcpu_init(&vcpus[n], n);
    vcpus[n].fn = fn;
    __atomic_store_n(&vcpus[n].arg, arg, __ATOMIC_SEQ_CST);
    if (!known[n]) {
        rt_vcpu_context(n, &ctx);
        rc = hc_vcpu_op(VCPUOP_initialise, n, &ctx);
        if (rc != 0)
            return rc;
        known[n] = true;
    }
    return hc_vcpu_op(VCPUOP_up, n, NULL);
}

/* A vcpu that went down continues after its VCPUOP_down when it comes up. */
_Noreturn void rt_vcpu_main(struct rt_vcpu *v)
{
    for (;;) {
        v->fn(v->arg);
        hc_vcpu_op(VCPUOP_down, v->id, NULL);
    }
}
