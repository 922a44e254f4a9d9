/* SPDX-License-Identifier: MIT */
/*
 * upcalls.h - the few named places where control flows from the machine up.
 *
 * arch/x86 calls these; the file that implements each is named.
 */
#ifndef SPLITRING_ARCH_UPCALLS_H
#define SPLITRING_ARCH_UPCALLS_H

#include "lib/types.h"
#include "public/xen.h"

/* core/timer.c: this CPU's deadline has passed. */
void timer_interrupt(void);
/* core/pirq.c: device line or message `irq` has fired (arch/irq.h). */
void pirq_interrupt(unsigned irq);
/* core/console.c: the serial line has received c. */
void console_receive(char c);
/* core/panic.c: hypervisor code has raised an exception that nobody solves. */
__noreturn void panic_trap(const char *what, const struct cpu_user_regs *regs);
/* pv/traps.c: exception `vector` was raised by guest code of this CPU's current
 * vcpu; regs is its frame. */
void pv_trap(struct cpu_user_regs *regs);
/* The same for a page fault, straight from entry.S. */
void pv_page_fault(struct cpu_user_regs *regs);
/* pv/traps.c: #PF raised by hypervisor code on a guest's or per-domain address
 * (fault-in of an LDT page).  true: solved, run the instruction again. */
bool pv_fixup_fault(vaddr_t va, struct cpu_user_regs *regs);
/* core/sched.c: picks and switches; never returns. Called with an empty stack
 * on the way to a guest when WORK_SCHED is set, and by the idle loop. */
__noreturn void sched_run(void);
/* pv/switch.c: work before return to a guest, interrupts off; may clear or set
 * work bits. */
void pv_exit_work(void);

#endif
