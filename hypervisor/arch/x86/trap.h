/* SPDX-License-Identifier: MIT */
/* trap.h - exceptions and interrupts as they arrive, and how to show them. */
#ifndef SPLITRING_ARCH_TRAP_H
#define SPLITRING_ARCH_TRAP_H

#include "lib/types.h"
#include "public/xen.h"

enum {
    TRAP_DE, TRAP_DB, TRAP_NMI, TRAP_BP, TRAP_OF, TRAP_BR, TRAP_UD, TRAP_NM,
    TRAP_DF, TRAP_TS = 10, TRAP_NP, TRAP_SS, TRAP_GP, TRAP_PF, TRAP_MF = 16,
    TRAP_AC, TRAP_MC, TRAP_XM, TRAP_COUNT = 32,
};

/* Fills the IDT (entry_vectors of pv/entry.S), once. */
void trap_init(void);
void trap_load_idt(void);

/* Every entry but system calls comes here: regs is the interrupted frame. */
void trap_dispatch(struct cpu_user_regs *regs);

void regs_show(const struct cpu_user_regs *regs);
/* The words on our own stack that look like return addresses. */
void stack_show_here(void);

#endif
