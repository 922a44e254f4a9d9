/* SPDX-License-Identifier: MIT */
/*
 * debugreg.c - the debug registers of a vcpu.
 *
 *   R1  A breakpoint never lies in our part of the address space.
 *   R2  DR7's general detect bit is never set, and length or type of an I/O
 *       breakpoint never reaches the machine.
 *   R3  The machine's registers are loaded only for vcpus that use them.
 */
#include "pv/pv.h"

#define DR6_FIXED   0xffff0ff0ul
#define DR6_BITS    0xe00ful
#define DR7_FIXED   0x400ul
#define DR7_ENABLE  0xfful
#define DR7_GD      (1ul << 13)
#define DR7_DEFINED 0xffff03fful

#define DR_WRITE(n, v) __asm__ __volatile__("mov %0, %%dr" #n :: "r"((uint64_t)(v)))

static void machine_write(unsigned n, uint64_t val)
{
    switch (n) {
    case 0: DR_WRITE(0, val); break;
    case 1: DR_WRITE(1, val); break;
    case 2: DR_WRITE(2, val); break;
    case 3: DR_WRITE(3, val); break;
    case 6: DR_WRITE(6, val); break;
    case 7: DR_WRITE(7, val); break;
    }
}

/* Type 2 is on I/O ports (R2); any of the four counts when one is enabled. */
static bool dr7_has_io(uint64_t dr7)
{
    for (unsigned i = 0; (dr7 & DR7_ENABLE) && i < 4; i++)
        if ((dr7 >> (16 + 4 * i) & 3) == 2)
            return true;
    return false;
}

long pv_debugreg_set(struct vcpu *v, unsigned reg, uint64_t val)
{
    switch (reg) {
    case 0 ... 3:
        if (!is_canonical(val) || (val >= HV_VA_START && val < HV_VA_END))
            return fail(EPERM, "breakpoint %u at %#lx", reg, val);      /* R1 */
        break;
    case 4: case 6:
        if (val >> 32)
            return fail(EINVAL, "upper half of DR6 %#lx", val);
        reg = 6;
        val = (val & DR6_BITS) | DR6_FIXED;
        break;
    case 5: case 7:
        if (val >> 32 || val & DR7_GD)                                  /* R2 */
            return fail(val >> 32 ? EINVAL : EPERM, "DR7 %#lx", val);
        reg = 7;
        val = (val & DR7_DEFINED) | DR7_FIXED;
        if (dr7_has_io(val))
            return fail(EPERM, "I/O breakpoint in DR7 %#lx", val);
        break;
    default:
        return fail(ENODEV, "debug register %u", reg);
    }
    v->pv.dr[reg] = val;
    if (v == current()) {
        if (reg == 7 && (val & DR7_ENABLE))
            pv_debugreg_load(v);
        else if (reg != 7 && (v->pv.dr[7] & DR7_ENABLE))
            machine_write(reg, val);
        else if (reg == 7)
            machine_write(7, DR7_FIXED);
    }
    return 0;
}

uint64_t pv_debugreg_get(const struct vcpu *v, unsigned reg)
{
    return v->pv.dr[reg == 4 ? 6 : reg == 5 ? 7 : reg];
}

void pv_debugreg_load(const struct vcpu *v)
{
    if (!(v->pv.dr[7] & DR7_ENABLE))
        return;                                                         /* R3 */
    for (unsigned i = 0; i < 4; i++)
        machine_write(i, v->pv.dr[i]);
    machine_write(6, DR6_FIXED);
    machine_write(7, v->pv.dr[7]);
}

void pv_debugreg_unload(const struct vcpu *v)
{
    if (v->pv.dr[7] & DR7_ENABLE)
        machine_write(7, DR7_FIXED);
}
