/* SPDX-License-Identifier: MIT */
/*
 * lapic.c - each CPU's local APIC: its timer, and interrupts to other CPUs.
 *
 * Registers are memory at 16-byte steps, or MSRs where the firmware has switched
 * x2APIC on; we do not switch.
 */
#include "arch/x86/acpi.h"
#include "arch/x86/insn.h"
#include "arch/x86/irq_private.h"
#include "mm/boot_mm.h"

enum {
    ID = 0x02, TPR = 0x08, EOI = 0x0b, SVR = 0x0f, ISR = 0x10, ESR = 0x28,
    ICR_LOW = 0x30, ICR_HIGH = 0x31, LVT_TIMER = 0x32, LVT_THERMAL = 0x33,
    LVT_PERF = 0x34, LVT_LINT0 = 0x35, LVT_LINT1 = 0x36, LVT_ERROR = 0x37,
    TIMER_INITIAL = 0x38, TIMER_CURRENT = 0x39, TIMER_DIVIDE = 0x3e,
};

#define LVT_MASKED   (1u << 16)
#define LVT_NMI      0x400u
#define SVR_ENABLE   0x100u
#define ICR_PENDING  (1u << 12)
#define DIVIDE_BY_1  0xbu
#define BASE_ENABLE  (1u << 11)
#define BASE_X2APIC  (1u << 10)

static uint32_t *regs;
static bool x2apic;

static uint32_t lapic_read(unsigned reg)
{
    return x2apic ? (uint32_t)rdmsr(0x800 + reg) : READ_ONCE(regs[reg * 4]);
}

static void lapic_write(unsigned reg, uint32_t v)
{
    if (x2apic)
        wrmsr(0x800 + reg, v);
    else
        WRITE_ONCE(regs[reg * 4], v);
}

void lapic_init_cpu(unsigned cpu)
{
    uint64_t base = rdmsr(MSR_APIC_BASE);

    if (cpu == 0) {
        x2apic = base & BASE_X2APIC;
        if (!x2apic)
            regs = io_map(acpi_info.lapic, PAGE_SIZE);
    }
    if (!(base & BASE_ENABLE))
        wrmsr(MSR_APIC_BASE, base | BASE_ENABLE);
    lapic_write(TPR, 0);
    lapic_write(LVT_TIMER, LVT_MASKED);
    lapic_write(LVT_LINT0, LVT_MASKED);
    lapic_write(LVT_LINT1, cpu == 0 ? LVT_NMI : LVT_MASKED);
    lapic_write(LVT_ERROR, VECTOR_ERROR);
    lapic_write(SVR, SVR_ENABLE | VECTOR_SPURIOUS);
    lapic_write(TIMER_DIVIDE, DIVIDE_BY_1);
    lapic_write(TIMER_INITIAL, 0);
    lapic_write(LVT_TIMER, VECTOR_TIMER);
    for (unsigned i = 0; i < 256; i++)      /* what the firmware left          */
        if (lapic_read(ISR + i / 32) >> (i % 32) & 1)
            lapic_eoi();
}

void lapic_eoi(void)
{
    lapic_write(EOI, 0);
}

void lapic_ipi(unsigned cpu, uint32_t command)
{
    uint32_t to = cpu_apic_id[cpu];

    if (x2apic) {
        wrmsr(0x800 + ICR_LOW, ((uint64_t)to << 32) | command);
        return;
    }
    while (lapic_read(ICR_LOW) & ICR_PENDING)
        __builtin_ia32_pause();
    lapic_write(ICR_HIGH, to << 24);
    lapic_write(ICR_LOW, command);
}

void lapic_timer_arm(uint32_t count)
{
    lapic_write(TIMER_INITIAL, count);
}

uint32_t lapic_timer_count(void)
{
    return lapic_read(TIMER_CURRENT);
}
