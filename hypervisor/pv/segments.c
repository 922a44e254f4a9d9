/* SPDX-License-Identifier: MIT */
/*
 * segments.c - data segment registers and the FS and GS bases of a vcpu.
 *
 *   R1  While a vcpu runs, GS base is that of its present mode and KERNEL_GS_BASE
 *       that of the other; the mode switch exchanges them with SWAPGS.
 *   R2  Bases are read from the machine at switch-out: user code may have changed
 *       them by loading a selector or by WRFSBASE.
 *   R3  A selector that does not load becomes null, and the guest's failsafe
 *       callback is told.
 */
#include "pv/pv.h"

#define SEG_SAVE(seg, to) __asm__ __volatile__("mov %%" #seg ", %0" : "=r"(to))

/* 0, or 1 when the selector was not loadable and the register is null now. */
#define SEG_LOAD(seg, sel) ({                                              \
    unsigned bad_ = 0;                                                     \
    __asm__ __volatile__("1: mov %1, %%" #seg "\n\t"                       \
                         "2:\n\t"                                          \
                         ".pushsection .text.unlikely, \"ax\"\n\t"         \
                         "3: xor %1, %1\n\t"                               \
                         "mov %1, %%" #seg "\n\t"                          \
                         "inc %0\n\t"                                      \
                         "jmp 2b\n\t"                                      \
                         ".popsection\n\t" EX_ENTRY(1b, 3b)                \
                         : "+r"(bad_), "+r"(sel) : : "memory");            \
    bad_; })

void pv_segments_save(struct vcpu *v)
{
    struct cpu_user_regs *r = &v->pv.regs;
    uint64_t active, other;

    SEG_SAVE(ds, r->ds);
    SEG_SAVE(es, r->es);
    SEG_SAVE(fs, r->fs);
    SEG_SAVE(gs, r->gs);
    v->pv.fs_base = rdmsr(MSR_FS_BASE);                             /* R2 */
    active = rdmsr(MSR_GS_BASE);
    other = rdmsr(MSR_KERNEL_GS_BASE);
    v->pv.gs_base_kernel = v->pv.in_kernel ? active : other;        /* R1 */
    v->pv.gs_base_user = v->pv.in_kernel ? other : active;
}

void pv_segments_load(struct vcpu *v)
{
    struct cpu_user_regs *r = &v->pv.regs;
    uint32_t ds = r->ds, es = r->es, fs = r->fs, gs = r->gs;
    unsigned bad = 0;

    /* GDT and LDT of v are loaded. Most vcpus have null selectors. */
    bad += SEG_LOAD(ds, ds);
    bad += SEG_LOAD(es, es);
    bad += SEG_LOAD(fs, fs);
    bad += SEG_LOAD(gs, gs);
    wrmsr(MSR_FS_BASE, v->pv.fs_base);
    wrmsr(MSR_GS_BASE, v->pv.in_kernel ? v->pv.gs_base_kernel : v->pv.gs_base_user);
    wrmsr(MSR_KERNEL_GS_BASE,
          v->pv.in_kernel ? v->pv.gs_base_user : v->pv.gs_base_kernel);
    if (unlikely(bad))
        pv_callback(v, CALLBACKTYPE_failsafe, BOUNCE_FAILSAFE);     /* R3 */
}

/* User GS is not the active one while the kernel runs: swap around the load. */
void pv_load_user_gs(uint32_t sel)
{
    __asm__ __volatile__("swapgs" ::: "memory");
    (void)SEG_LOAD(gs, sel);
    __asm__ __volatile__("mfence; swapgs" ::: "memory");
}
