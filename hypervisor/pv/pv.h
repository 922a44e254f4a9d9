/* SPDX-License-Identifier: MIT */
/* pv.h - what makes a guest think that it owns an x86; the parts of pv/. */
#ifndef SPLITRING_PV_PV_H
#define SPLITRING_PV_PV_H

#include "core/domain.h"
#include "lib/string.h"
#include "mm/guest_copy.h"

static inline bool is_canonical(vaddr_t va)
{
    return (uint64_t)((int64_t)(va << 16) >> 16) == va;
}

/* bounce.c: the guest kernel is entered at an exception or callback. */
#define BOUNCE_MASK     1u          /* with events masked                      */
#define BOUNCE_ERROR    2u          /* an error code is pushed                 */
#define BOUNCE_FAILSAFE 4u          /* the data segments are pushed            */
void pv_bounce(struct vcpu *v, vaddr_t rip, unsigned flags, uint32_t error);
/* At the callback of this type (CALLBACKTYPE_*). */
void pv_callback(struct vcpu *v, unsigned type, unsigned flags);
/* Through the guest's trap table; error only where the vector has one. */
void pv_inject(unsigned vector, uint32_t error);
void pv_inject_page_fault(vaddr_t va, uint32_t error);
/* The current vcpu goes to its other mode (kernel, user); false: no user root. */
bool pv_toggle_mode(struct vcpu *v);

/* emulate.c: a privileged instruction of the guest. true: done, rip moved on. */
bool pv_emulate(struct cpu_user_regs *regs);
/* The forced-emulation prefix before CPUID (#UD). */
bool pv_emulate_forced(struct cpu_user_regs *regs);
/* false: the guest gets #GP. */
bool pv_msr_read(struct vcpu *v, uint32_t msr, uint64_t *val);
bool pv_msr_write(struct vcpu *v, uint32_t msr, uint64_t val);

/* ioport.c: one access of 1, 2 or 4 bytes; denied ports read all ones. */
bool pv_io_allowed(struct vcpu *v, unsigned port, unsigned bytes);
uint32_t pv_io_read(struct vcpu *v, unsigned port, unsigned bytes);
void pv_io_write(struct vcpu *v, unsigned port, unsigned bytes, uint32_t val);
/* The hypervisor keeps these ports for itself (boot, before dom0). */
void pv_io_reserve(unsigned first, unsigned last);

/* cpuid.c: what d sees at leaf, subleaf. */
struct cpuid_regs;
void pv_cpuid(const struct vcpu *v, uint32_t leaf, uint32_t sub,
              struct cpuid_regs *out);
/* The CR4 a guest reads back after it has written val. */
uint64_t pv_guest_cr4(uint64_t val);
/* core/vcpu.h declares the rest. */

/* tsc.c */
struct time_scale;
bool pv_tsc_emulated(const struct domain *d);
uint64_t pv_tsc(const struct domain *d);        /* what RDTSC reads now        */
uint64_t pv_tsc_elapsed(const struct domain *d);    /* that in nanoseconds    */
/* How d's kernel gets system time from that. */
void pv_tsc_scale(const struct domain *d, struct time_scale *out);
/* This CPU, which is to run v, lets RDTSC through or not. */
void pv_tsc_load(const struct vcpu *v);
void pv_tsc_leaf(const struct domain *d, uint32_t sub, struct cpuid_regs *r);

/* fpu.c */
int fpu_create(struct vcpu *v);
void fpu_save(struct vcpu *v);
void fpu_restore(struct vcpu *v);
void fpu_set_legacy(struct vcpu *v, const void *fxsave);
void fpu_set_ts(bool on);
bool xcr0_valid(uint64_t xcr0);
/* The current vcpu has set its own, which is valid. */
void fpu_set_xcr0(struct vcpu *v, uint64_t xcr0);

/* hypercall_page.c: the stubs that a guest calls, for a frame of ours to see. */
void pv_hypercall_page_fill(uint8_t *page);

/* debugreg.c */
long pv_debugreg_set(struct vcpu *v, unsigned reg, uint64_t val);
uint64_t pv_debugreg_get(const struct vcpu *v, unsigned reg);
void pv_debugreg_load(const struct vcpu *v);
void pv_debugreg_unload(const struct vcpu *v);

/* switch.c: LDTR from v's ldt_base and ldt_ents. */
void pv_ldt_load(struct vcpu *v);

/* segments.c: the segment registers and bases of a vcpu being switched. */
void pv_segments_save(struct vcpu *v);
void pv_segments_load(struct vcpu *v);
/* Loads the user mode GS selector; one that is not loadable becomes null. */
void pv_load_user_gs(uint32_t sel);

#endif
