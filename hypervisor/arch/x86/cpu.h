/* SPDX-License-Identifier: MIT */
/*
 * cpu.h - what this machine's CPUs can do, and the tables that each CPU has.
 *
 * All CPUs are taken to be alike; the boot CPU is asked.
 */
#ifndef SPLITRING_ARCH_CPU_H
#define SPLITRING_ARCH_CPU_H

#include "arch/x86/layout.h"
#include "lib/types.h"

struct cpu_features {
    bool has_nx, has_1g, has_smep, has_fsgsbase, has_xsave, has_rdtscp, has_mce;
    bool is_intel, is_amd;
    unsigned phys_bits;
    uint64_t xcr0;                  /* what we allow; 0 without XSAVE         */
    unsigned fpu_size;              /* bytes of an XSAVE or FXSAVE area       */
    uint64_t cr4;                   /* what CR4 holds while guests run        */
    char vendor[13];
    unsigned family, model, stepping;
};
extern struct cpu_features cpu_features;

/* Page 14 of every GDT, shared by all CPUs: descriptors of layout.h's selectors.
 * An entry of selector s is at gdt_page[(s - GDT_OURS) / 8]. */
extern uint64_t gdt_page[512];

struct cpu_tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7];                /* ist[0] is IST 1                        */
    uint64_t reserved2;
    uint16_t reserved3, iomap;
} __packed;
extern struct cpu_tss cpu_tss[NR_CPUS];

/* Each has a page at the bottom of the CPU's stack block. */
enum { IST_DB = 1, IST_NMI, IST_MC, IST_DF, IST_COUNT = 4 };
#define IST_SIZE 4096ul

/* Loads ours: page 14 alone, for a CPU without a guest. */
void cpu_load_gdt(void);

void cpu_detect(void);              /* once, before any other                 */
/* Control registers, MSRs, GDT, TSS, IDT of the CPU it runs on. */
void cpu_init(unsigned cpu);

/* The ACPI and APIC identity of CPU n (arch/x86/acpi.c). */
extern uint32_t cpu_apic_id[NR_CPUS], cpu_acpi_id[NR_CPUS];

#endif
