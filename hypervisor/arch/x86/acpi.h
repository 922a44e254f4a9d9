/* SPDX-License-Identifier: MIT */
/* acpi.h - what the firmware's static tables say of the machine. */
#ifndef SPLITRING_ARCH_ACPI_H
#define SPLITRING_ARCH_ACPI_H

#include "arch/x86/cpu.h"
#include "lib/types.h"

#define IOAPICS_MAX  16
#define ISA_IRQS     16
#define MMCFGS_MAX   8

struct acpi_ioapic { maddr_t addr; uint32_t gsi_base; };
struct acpi_isa { uint32_t gsi; bool level, active_low; };
struct acpi_mmcfg { maddr_t addr; uint16_t segment; uint8_t first_bus, last_bus; };
struct acpi_reset { bool present; uint8_t space, value; uint64_t addr; };

struct acpi_info {
    maddr_t rsdp;                       /* 0: there are no tables              */
    unsigned nr_cpus;                   /* enabled ones but for the boot CPU,
                                           as many as cpu_apic_id[] has room   */
    maddr_t lapic;
    unsigned nr_ioapics;
    struct acpi_ioapic ioapic[IOAPICS_MAX];
    struct acpi_isa isa[ISA_IRQS];
    unsigned nr_mmcfgs;
    struct acpi_mmcfg mmcfg[MMCFGS_MAX];
    uint16_t pm1a_control, pm1b_control, pm_timer;
    bool has_s5;
    uint8_t s5_a, s5_b;                 /* sleep types that mean off           */
    uint8_t century_register;           /* in the clock chip; 0: none          */
    struct acpi_reset reset;
    maddr_t hpet;
};
extern struct acpi_info acpi_info;

/* Reads the tables by the boot mapping (first 4 GiB). rsdp 0: search for it.
 * Fills cpu_apic_id[] and cpu_acpi_id[]; CPU 0 is the one that runs. */
void acpi_init(maddr_t rsdp);

#endif
