/* SPDX-License-Identifier: MIT */
/* irq_private.h - interrupts as arch/x86's own files see them. */
#ifndef SPLITRING_ARCH_IRQ_PRIVATE_H
#define SPLITRING_ARCH_IRQ_PRIVATE_H

#include "lib/types.h"

/* Vectors: 0x20-0x2f are where the old PIC's spurious ones would come. */
#define VECTOR_DEVICE_FIRST 0x30
#define VECTOR_DEVICE_LAST  0xef
#define VECTOR_INT80        0x80
#define VECTOR_TIMER        0xfa
#define VECTOR_IPI          0xfb
#define VECTOR_ERROR        0xfe
#define VECTOR_SPURIOUS     0xff

/* Silences the PIC, maps the IO-APICs that acpi.c found and masks their pins. */
void irq_init(void);
/* A line for ourselves (edge, on this CPU); it never reaches a domain. */
int irq_claim_gsi(unsigned gsi);
/* A device vector has come in on this CPU. */
void irq_dispatch(unsigned vector);

/* IO-APIC registers for PHYSDEVOP_apic_read and _write: -ENODEV: none there. */
int ioapic_guest_read(maddr_t base, uint32_t reg, uint32_t *value);
int ioapic_guest_write(maddr_t base, uint32_t reg, uint32_t value);

void lapic_init_cpu(unsigned cpu);
void lapic_eoi(void);
void lapic_ipi(unsigned cpu, uint32_t command);
void lapic_timer_arm(uint32_t count);       /* 0 stops                        */
uint32_t lapic_timer_count(void);           /* what is left                   */

#define IPI_FIXED   0x00000000u
#define IPI_NMI     0x00000400u
#define IPI_INIT    0x00000500u
#define IPI_STARTUP 0x00000600u
#define IPI_ASSERT  0x00004000u

void time_init(void);                       /* calibrates, on CPU 0            */
void time_init_cpu(unsigned cpu);
/* Does what other CPUs have asked of this one's translations (tlb.c). */
void tlb_serve(unsigned me);
void smp_handle_nmi(void);
bool smp_nmi_expected(void);

#endif
