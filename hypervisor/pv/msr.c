/* SPDX-License-Identifier: MIT */
/*
 * msr.c - the model-specific registers that a PV kernel touches.
 *
 *   R1  An allow-list; anything else is #GP, which Linux survives.
 *   R2  Reads never show an address of ours (LSTAR, SYSENTER).
 */
#include "arch/x86/cpu.h"
#include "pv/pv.h"

#define MSR_PLATFORM_ID    0x17
#define MSR_UCODE_REV      0x8b
#define MSR_MCG_CAP        0x179
#define MSR_MCG_STATUS     0x17a
#define MSR_MCG_CTL        0x17b
#define MSR_MISC_ENABLE    0x1a0
#define MSR_DEBUGCTL       0x1d9
#define MSR_TSC            0x10
#define MSR_K8_SYSCFG      0xc0010010
#define MSR_K8_HWCR        0xc0010015
#define MSR_K8_INT_PENDING 0xc0010055
#define MSR_AMD_NB_CFG     0xc001001f
#define MSR_AMD_DE_CFG     0xc0011029
#define MSR_AMD_LS_CFG     0xc0011020
#define MSR_AMD_MMIO_CONF  0xc0010058

bool pv_msr_read(struct vcpu *v, uint32_t msr, uint64_t *val)
{
    switch (msr) {
    case MSR_FS_BASE: case MSR_GS_BASE: case MSR_KERNEL_GS_BASE: case MSR_EFER:
    case MSR_PAT:
        *val = rdmsr(msr);
        return true;
    case MSR_TSC_AUX: *val = v->pv.tsc_aux; return cpu_features.has_rdtscp;
    case MSR_TSC: *val = pv_tsc(v->d); return true;
    case MSR_APIC_BASE:
        *val = rdmsr(MSR_APIC_BASE);
        return v->d->is_control;
    case MSR_MISC_ENABLE: case MSR_UCODE_REV:
        return msr_read_safe(msr, val) == 0;
    case MSR_PLATFORM_ID: case MSR_MCG_CAP: case MSR_MCG_STATUS: case MSR_MCG_CTL:
    case MSR_DEBUGCTL:
    case MSR_K8_SYSCFG: case MSR_K8_HWCR: case MSR_K8_INT_PENDING:
    case MSR_AMD_NB_CFG: case MSR_AMD_DE_CFG: case MSR_AMD_LS_CFG:
    case MSR_AMD_MMIO_CONF:
        *val = 0;
        return true;
    default:
        return false;                                           /* R1 */
    }
}

bool pv_msr_write(struct vcpu *v, uint32_t msr, uint64_t val)
{
    switch (msr) {
    case MSR_FS_BASE: case MSR_GS_BASE: case MSR_KERNEL_GS_BASE:
        if (!is_canonical(val))
            return false;
        wrmsr(msr, val);
        return true;
    case MSR_TSC_AUX:
        if (!cpu_features.has_rdtscp || val >> 32)
            return false;
        v->pv.tsc_aux = val;
        wrmsr(MSR_TSC_AUX, val);
        return true;
    case MSR_EFER: case MSR_PAT:        /* nothing of them is the guest's      */
        return val == rdmsr(msr);
    case MSR_UCODE_REV: case MSR_MCG_STATUS: case MSR_MCG_CTL:
    case MSR_MISC_ENABLE: case MSR_DEBUGCTL: case MSR_K8_HWCR:
    case MSR_AMD_DE_CFG: case MSR_AMD_LS_CFG: case MSR_AMD_NB_CFG:
    case MSR_K8_SYSCFG:
    case MSR_STAR: case MSR_LSTAR: case MSR_CSTAR: case MSR_FMASK:
    case MSR_SYSENTER_CS: case MSR_SYSENTER_ESP: case MSR_SYSENTER_EIP:
        return true;                    /* swallowed                           */
    default:
        return false;
    }
}
