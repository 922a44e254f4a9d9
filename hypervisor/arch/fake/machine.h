/* SPDX-License-Identifier: MIT */
/* machine.h - arch/x86/machine.h's names for code that runs on a host. */
#ifndef SPLITRING_ARCH_MACHINE_H
#define SPLITRING_ARCH_MACHINE_H

#include "lib/types.h"
#include "public/xen.h"

struct vcpu;

#define WORK_SCHED    (1u << 0)
#define WORK_EXIT     (1u << 1)

struct cpu_info {
    struct cpu_user_regs guest;
    struct vcpu *current;
    uint32_t cpu;
    uint32_t work;
};

extern unsigned fake_cpu;           /* who we say we are                       */
extern struct cpu_info fake_cpus[];

static inline struct cpu_info *cpu_info(void) { return &fake_cpus[fake_cpu]; }
static inline unsigned this_cpu(void) { return fake_cpu; }
static inline struct vcpu *current(void) { return cpu_info()->current; }
static inline struct cpu_user_regs *guest_regs(void) { return &cpu_info()->guest; }
static inline void work_raise(uint32_t bits) { cpu_info()->work |= bits; }
static inline void cpu_relax(void) { }
static inline void irq_window(void) { }
static inline void irq_halt(void) { }

#endif
