/* SPDX-License-Identifier: MIT */
/*
 * irq.h - device interrupts: IO-APIC lines and messages, as small numbers.
 *
 * irq 0..nr_gsi-1 is a line of that GSI; numbers from nr_gsi on are messages.
 * A line that is level triggered stays masked from delivery until irq_eoi().
 */
#ifndef SPLITRING_ARCH_IRQ_H
#define SPLITRING_ARCH_IRQ_H

#include "lib/types.h"

#define NR_IRQS 256

extern unsigned nr_gsi;

/* Gives the line a vector and unmasks it towards cpu. -EBUSY: in use by us. */
int irq_enable_gsi(unsigned gsi, unsigned cpu);
int irq_set_gsi_trigger(unsigned gsi, bool level, bool active_low);
void irq_disable(unsigned irq);     /* a line; a message is free afterwards   */
void irq_eoi(unsigned irq);
bool irq_is_level(unsigned irq);
void irq_set_cpu(unsigned irq, unsigned cpu);       /* a line                  */
unsigned irq_cpu(unsigned irq);

/* A new message towards cpu: its irq number, and what to program. */
int irq_alloc_msi(unsigned cpu, uint64_t *addr, uint32_t *data);
/* It goes to cpu from now on: the address to program. */
uint64_t irq_move_msi(unsigned irq, unsigned cpu);

#endif
