/* SPDX-License-Identifier: MIT */
/*
 * vcpu_pv.h - the x86 that one vcpu thinks it owns; pv/ gives it meaning.
 *
 * All of it is touched by the vcpu's own CPU, or by others while it is paused.
 */
#ifndef SPLITRING_CORE_VCPU_PV_H
#define SPLITRING_CORE_VCPU_PV_H

#include "mm/page.h"
#include "public/callback.h"
#include "public/xen.h"

#define GUEST_GDT_FRAMES 14         /* 512 descriptors each; page 14 is ours   */

/* Where a guest kernel is entered; masks: with events masked (an event's always are).
 * The NMI's is in its trap table. */
struct pv_callback {
    uint64_t address;
    bool masks;
};

struct vcpu_pv {
    struct cpu_user_regs regs;      /* while it is not on a CPU                */
    bool in_kernel;                 /* which of the two roots is in use        */
    mfn_t kernel_root;              /* an L4, one ref and one typed use held   */
    mfn_t user_root;                /* the same, or MFN_NONE                   */
    unsigned lazy_cpu;              /* (a) idles with a root of ours, + 1; or 0 */
    struct trap_info *traps;        /* 256                                     */
    struct pv_callback callback[CALLBACKTYPE_syscall32 + 1];    /* by its type   */
    uint16_t syscall32_cs, sysenter_cs;
    uint64_t kernel_sp;             /* stack_switch                            */
    uint16_t kernel_ss;
    uint64_t fs_base, gs_base_kernel, gs_base_user;
    mfn_t gdt_frames[GUEST_GDT_FRAMES];     /* each typed DESC                 */
    unsigned gdt_ents;
    vaddr_t ldt_base;
    unsigned ldt_ents;
    uint64_t cr0, cr2, cr4;         /* what the guest believes                 */
    uint64_t dr[8];
    unsigned iopl;                  /* set_iopl                                */
    uint64_t iobmp;                 /* set_iobitmap's handle                   */
    unsigned iobmp_limit;
    uint64_t xcr0;
    void *fpu;                      /* XSAVE or FXSAVE area, 64-byte aligned   */
    bool nmi_pending, nmi_masked;
    bool runstate_stale;            /* its area could not be written from user mode */
    uint64_t tsc_aux;
};

#endif
