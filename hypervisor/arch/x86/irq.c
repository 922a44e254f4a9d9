/* SPDX-License-Identifier: MIT */
/*
 * irq.c - IO-APIC pins and messages: vectors, masks, destinations.
 *
 *   R1  A vector means the same interrupt on every CPU.
 *   R2  A level line is masked at its pin before the local APIC hears that it was
 *       served, and unmasked by irq_eoi(): a device that still asserts it
 *       interrupts again then, and not before.
 *   R3  Our own lines (the UART) are never given to a domain.
 */
#include "arch/irq.h"

#include "arch/upcalls.h"
#include "arch/x86/acpi.h"
#include "arch/x86/insn.h"
#include "arch/x86/irq_private.h"
#include "arch/x86/uart.h"
#include "lib/printf.h"
#include "mm/boot_mm.h"
#include "sync/spinlock.h"

enum irq_use { IRQ_FREE, IRQ_OURS, IRQ_LINE, IRQ_MESSAGE };

struct irq {
    uint8_t use, vector, cpu;
    bool level, active_low;
    bool waits_eoi;                 /* R2: masked since it fired               */
};

struct ioapic {
    uint32_t *regs;
    maddr_t addr;
    uint32_t gsi_base, pins;
};

#define IOREGSEL       0
#define IOWIN          4            /* words of 4 bytes                        */
#define REG_VERSION    1
#define REG_RTE(pin)   (0x10 + (pin) * 2)
#define RTE_MASKED     (1u << 16)
#define RTE_LEVEL      (1u << 15)
#define RTE_ACTIVE_LOW (1u << 13)

unsigned nr_gsi;
static struct irq irqs[NR_IRQS];
static uint16_t vector_irq[256];    /* irq + 1; 0: none                        */
static struct ioapic ioapics[IOAPICS_MAX];
static unsigned nr_ioapics;
static spinlock_t chip_lock = SPINLOCK(irq_chip);

static uint32_t ioapic_read(const struct ioapic *io, uint32_t reg)
{
    WRITE_ONCE(io->regs[IOREGSEL], reg);
    return READ_ONCE(io->regs[IOWIN]);
}

static void ioapic_write(const struct ioapic *io, uint32_t reg, uint32_t v)
{
    WRITE_ONCE(io->regs[IOREGSEL], reg);
    WRITE_ONCE(io->regs[IOWIN], v);
}

static const struct ioapic *ioapic_of(unsigned gsi)
{
    for (unsigned i = 0; i < nr_ioapics; i++)
        if (gsi - ioapics[i].gsi_base < ioapics[i].pins)
            return &ioapics[i];
    return NULL;
}

/* Programs the pin of a line from its record. */
static void line_write(unsigned gsi, bool masked)
{
    const struct ioapic *io = ioapic_of(gsi);
    const struct irq *irq = &irqs[gsi];
    uint32_t pin, low;

    if (!io)
        return;
    pin = gsi - io->gsi_base;
    low = irq->vector | (masked ? RTE_MASKED : 0) | (irq->level ? RTE_LEVEL : 0) |
          (irq->active_low ? RTE_ACTIVE_LOW : 0);
    if (!masked)
        ioapic_write(io, REG_RTE(pin) + 1, cpu_apic_id[irq->cpu] << 24);
    ioapic_write(io, REG_RTE(pin), low);
}

static void pic_silence(void)
{
    static const struct { uint8_t port, value; } steps[] = {
        { 0x20, 0x11 }, { 0xa0, 0x11 }, { 0x21, 0x20 }, { 0xa1, 0x28 }, { 0x21, 4 },
        { 0xa1, 2 }, { 0x21, 1 }, { 0xa1, 1 }, { 0x21, 0xff }, { 0xa1, 0xff },
    };                              /* vectors 0x20 and 0x28                   */

    for (unsigned i = 0; i < ARRAY_SIZE(steps); i++)
        outb(steps[i].port, steps[i].value);
}

static void ioapics_init(void)
{
    for (unsigned i = 0; i < acpi_info.nr_ioapics; i++) {
        const struct acpi_ioapic *a = &acpi_info.ioapic[i];
        struct ioapic *io = &ioapics[nr_ioapics];
        uint32_t version;

        io->regs = io_map(a->addr, PAGE_SIZE);
        io->addr = a->addr;
        io->gsi_base = a->gsi_base;
        version = ioapic_read(io, REG_VERSION);
        if (version == UINT32_MAX || a->gsi_base >= NR_IRQS / 2)
            continue;               /* not there, or out of our numbers        */
        io->pins = MIN(((version >> 16) & 0xff) + 1, NR_IRQS / 2 - a->gsi_base);
        for (unsigned pin = 0; pin < io->pins; pin++)
            ioapic_write(io, REG_RTE(pin), RTE_MASKED);
        nr_gsi = MAX(nr_gsi, io->gsi_base + io->pins);
        nr_ioapics++;
    }
}

void irq_init(void)
{
    pic_silence();
    ioapics_init();
    for (unsigned gsi = 0; gsi < nr_gsi; gsi++)
        irqs[gsi].level = irqs[gsi].active_low = gsi >= ISA_IRQS;
    for (unsigned i = 0; i < ISA_IRQS; i++) {
        const struct acpi_isa *isa = &acpi_info.isa[i];

        if (isa->gsi >= nr_gsi)
            continue;
        irqs[isa->gsi].level = isa->level;
        irqs[isa->gsi].active_low = isa->active_low;
    }
}

/* A vector for irq; 0 when all are taken. chip_lock is held. */
static uint8_t vector_take(unsigned irq)
{
    for (unsigned v = VECTOR_DEVICE_FIRST; v <= VECTOR_DEVICE_LAST; v++) {
        if (v != VECTOR_INT80 && vector_irq[v] == 0) {
            vector_irq[v] = (uint16_t)(irq + 1);
            irqs[irq].vector = (uint8_t)v;
            return (uint8_t)v;
        }
    }
    return 0;
}

static int line_enable(unsigned gsi, unsigned cpu, enum irq_use use)
{
    int rc = 0;

    if (gsi >= nr_gsi || !ioapic_of(gsi))
        return fail(EINVAL, "GSI %u of %u", gsi, nr_gsi);
    spin_lock(&chip_lock);
    if (irqs[gsi].use != IRQ_FREE) {
        rc = irqs[gsi].use == use ? 0 : -EBUSY;         /* R3 */
    } else if (!vector_take(gsi)) {
        rc = fail(ENOSPC, "no vector left for GSI %u", gsi);
    } else {
        irqs[gsi].use = use;
        irqs[gsi].cpu = (uint8_t)cpu;
        irqs[gsi].waits_eoi = false;
        line_write(gsi, false);
    }
    spin_unlock(&chip_lock);
    return rc;
}

int irq_enable_gsi(unsigned gsi, unsigned cpu)
{
    return line_enable(gsi, cpu, IRQ_LINE);
}

int irq_claim_gsi(unsigned isa_irq)
{
    return line_enable(acpi_info.isa[isa_irq % ISA_IRQS].gsi, this_cpu(), IRQ_OURS);
}

int irq_set_gsi_trigger(unsigned gsi, bool level, bool active_low)
{
    int rc = 0;

    if (gsi >= nr_gsi)
        return fail(EINVAL, "GSI %u of %u", gsi, nr_gsi);
    spin_lock(&chip_lock);
    if (irqs[gsi].level == level && irqs[gsi].active_low == active_low) {
        rc = 0;
    } else if (irqs[gsi].use != IRQ_FREE) {
        rc = -EBUSY;
    } else {
        irqs[gsi].level = level;
        irqs[gsi].active_low = active_low;
    }
    spin_unlock(&chip_lock);
    return rc;
}

void irq_disable(unsigned irq)
{
    if (irq >= NR_IRQS)
        return;
    spin_lock(&chip_lock);
    if (irqs[irq].use == IRQ_LINE || irqs[irq].use == IRQ_MESSAGE) {
        if (irq < nr_gsi)
            line_write(irq, true);
        vector_irq[irqs[irq].vector] = 0;
        irqs[irq].use = IRQ_FREE;
        irqs[irq].waits_eoi = false;
    }
    spin_unlock(&chip_lock);
}

void irq_eoi(unsigned irq)
{
    if (irq >= nr_gsi)
        return;
    spin_lock(&chip_lock);
    if (irqs[irq].waits_eoi) {
        irqs[irq].waits_eoi = false;
        line_write(irq, false);
    }
    spin_unlock(&chip_lock);
}

bool irq_is_level(unsigned irq)
{
    return irq < nr_gsi && irqs[irq].level;
}

unsigned irq_cpu(unsigned irq)
{
    return irqs[irq].cpu;
}

/* A message stays where it was allocated: its device would have to be told. */
void irq_set_cpu(unsigned irq, unsigned cpu)
{
    if (irq >= nr_gsi || irqs[irq].cpu == cpu)
        return;
    spin_lock(&chip_lock);
    if (irqs[irq].use == IRQ_LINE) {
        irqs[irq].cpu = (uint8_t)cpu;
        if (!irqs[irq].waits_eoi)
            line_write(irq, false);
    }
    spin_unlock(&chip_lock);
}

uint64_t irq_move_msi(unsigned irq, unsigned cpu)
{
    irqs[irq].cpu = (uint8_t)cpu;
    return 0xfee00000u | ((uint64_t)(cpu_apic_id[cpu] & 0xff) << 12);
}

int irq_alloc_msi(unsigned cpu, uint64_t *addr, uint32_t *data)
{
    int rc = -ENOSPC;

    spin_lock(&chip_lock);
    for (unsigned irq = nr_gsi; irq < NR_IRQS; irq++) {
        if (irqs[irq].use != IRQ_FREE)
            continue;
        if (!vector_take(irq))
            break;
        irqs[irq].use = IRQ_MESSAGE;
        *addr = irq_move_msi(irq, cpu);
        *data = irqs[irq].vector;
        rc = (int)irq;
        break;
    }
    spin_unlock(&chip_lock);
    return rc;
}

void irq_dispatch(unsigned vector)
{
    unsigned irq = vector_irq[vector];

    if (irq == 0) {
        lapic_eoi();
        return;
    }
    irq--;
    if (irqs[irq].use == IRQ_OURS) {
        lapic_eoi();
        uart_interrupt();
        return;
    }
    if (irq < nr_gsi && irqs[irq].level) {              /* R2 */
        spin_lock(&chip_lock);
        irqs[irq].waits_eoi = true;
        line_write(irq, true);
        spin_unlock(&chip_lock);
    }
    lapic_eoi();
    pirq_interrupt(irq);
}

static const struct ioapic *ioapic_at(maddr_t base)
{
    for (unsigned i = 0; i < nr_ioapics; i++)
        if (ioapics[i].addr == base)
            return &ioapics[i];
    return NULL;
}

int ioapic_guest_read(maddr_t base, uint32_t reg, uint32_t *value)
{
    const struct ioapic *io = ioapic_at(base);

    if (!io)
        return fail(ENODEV, "no IO-APIC at %#lx", base);
    spin_lock(&chip_lock);
    *value = ioapic_read(io, reg);
    spin_unlock(&chip_lock);
    return 0;
}

/* Pins are ours: triggers come by PHYSDEVOP_setup_gsi, so nothing is written. */
int ioapic_guest_write(maddr_t base, uint32_t reg, uint32_t value)
{
    if (!ioapic_at(base))
        return fail(ENODEV, "no IO-APIC at %#lx", base);
    log_debug("IO-APIC %#lx register %#x: %#x is not written\n", base, reg, value);
    return 0;
}
