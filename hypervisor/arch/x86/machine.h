/* SPDX-License-Identifier: MIT */
/*
 * machine.h - the running CPU: who it is, whom it runs, how it waits.
 *
 * arch/fake/machine.h offers the same names on a host.
 *
 *   R1  Interrupts are off whenever hypervisor code runs, but in irq_window()
 *       and in the idle loop's halt.  So a lock needs no irq-safe form, and an
 *       interrupt handler never meets a lock held by its own CPU.
 *   R2  Whoever spins (lock, ack, another CPU's pause) calls cpu_relax(), which
 *       serves the flush and call requests of other CPUs meanwhile.
 *   R3  One stack block of STACK_SIZE per CPU, aligned to its size; struct
 *       cpu_info is at its very top, reached by rounding the stack pointer.
 */
#ifndef SPLITRING_ARCH_MACHINE_H
#define SPLITRING_ARCH_MACHINE_H

#include "lib/types.h"
#include "public/xen.h"

#define STACK_SIZE 32768ul

struct vcpu;

/* work bits: what is to be done before the next return to a guest */
#define WORK_SCHED    (1u << 0)     /* call the scheduler                     */
#define WORK_EXIT     (1u << 1)     /* pv_exit_work(): NMI, shutdown, timers  */

/* The guest's registers; the CPU pushes ss..rip itself at a trap. */
struct cpu_info {
    struct cpu_user_regs guest;
    struct vcpu *current;           /* never NULL: a guest's or the idle vcpu */
    uint32_t cpu;
    uint32_t work;                  /* WORK_*; written by this CPU only       */
};
_Static_assert(sizeof(struct cpu_info) % 16 == 8,
               "the CPU aligns the stack to 16 before it pushes the frame");

static inline struct cpu_info *cpu_info(void)
{
    uintptr_t sp;

    __asm__("mov %%rsp, %0" : "=r"(sp));
    return (struct cpu_info *)((sp | (STACK_SIZE - 1)) + 1) - 1;
}
static inline unsigned this_cpu(void) { return cpu_info()->cpu; }
static inline struct vcpu *current(void) { return cpu_info()->current; }
static inline struct cpu_user_regs *guest_regs(void) { return &cpu_info()->guest; }
static inline void work_raise(uint32_t bits) { cpu_info()->work |= bits; }

/* Serves other CPUs' requests (flush, call); see smp.h. */
void smp_poll(void);
static inline void cpu_relax(void)
{
    __builtin_ia32_pause();
    smp_poll();
}
/* Lets pending interrupts in, with no lock held (R1); then they are off again. */
static inline void irq_window(void)
{
    __asm__ __volatile__("sti; nop; cli" ::: "memory");
}
/* Idle: sleeps until an interrupt, which is let in; then they are off again. */
static inline void irq_halt(void)
{
    __asm__ __volatile__("sti; hlt; cli" ::: "memory");
}

#endif
