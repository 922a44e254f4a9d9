/* SPDX-License-Identifier: MIT */
/*
 * acpi.c - reads RSDP, RSDT or XSDT, MADT, FADT, HPET and MCFG.
 *
 *   R1  A table is read only below 4 GiB, with a sane length and a good checksum;
 *       one that is not is named in the log and left out.
 *   R2  Whatever is missing has a default that a PC lives with: one CPU, one
 *       IO-APIC, no reset register.
 */
#include "arch/x86/acpi.h"

#include "arch/x86/boot.h"
#include "arch/x86/insn.h"
#include "lib/printf.h"
#include "lib/string.h"

#define TABLE_MAX 0x100000u

struct rsdp {
    char signature[8];
    uint8_t checksum, oem[6], revision;
    uint32_t rsdt, length;
    uint64_t xsdt;
} __packed;

struct table {
    char signature[4];
    uint32_t length;
    uint8_t revision, checksum, oem[26];
} __packed;

struct madt { struct table t; uint32_t lapic, flags; } __packed;

enum { MADT_LAPIC, MADT_IOAPIC, MADT_OVERRIDE, MADT_LAPIC_ADDR = 5, MADT_X2APIC = 9 };

struct acpi_info acpi_info;
uint32_t cpu_apic_id[NR_CPUS], cpu_acpi_id[NR_CPUS];
static unsigned cpus_ignored;

static bool sums_to_zero(const uint8_t *p, uint32_t n)
{
    uint8_t sum = 0;

    while (n-- > 0)
        sum = (uint8_t)(sum + *p++);
    return sum == 0;
}

/* R1 */
static const struct table *table_at(maddr_t a)
{
    const struct table *t = boot_map(a);

    if (a == 0 || a > GIB(4) - TABLE_MAX || t->length < sizeof(*t) ||
        t->length > TABLE_MAX) {
        log_warn("ACPI: no usable table at %#lx\n", a);
        return NULL;
    }
    if (!sums_to_zero((const uint8_t *)t, t->length)) {
        log_warn("ACPI: table %.4s at %#lx has a bad checksum\n", t->signature, a);
        return NULL;
    }
    return t;
}

static const struct rsdp *rsdp_in(maddr_t start, maddr_t end)
{
    for (maddr_t a = start; a + sizeof(struct rsdp) <= end; a += 16) {
        const struct rsdp *r = boot_map(a);

        if (memcmp(r->signature, "RSD PTR ", 8) == 0 &&
            sums_to_zero((const uint8_t *)r, 20))
            return r;
    }
    return NULL;
}

static const struct rsdp *rsdp_find(maddr_t told)
{
    const struct rsdp *r = NULL;
    uint32_t ebda = 0;

    if (told && told < GIB(4) - 16)
        r = rsdp_in(told, told + sizeof(struct rsdp));
    if (r)
        return r;
    memcpy(&ebda, boot_map(0x40e), 2);
    ebda <<= 4;
    if (ebda >= 0x80000 && ebda < 0xa0000)
        r = rsdp_in(ebda, ebda + 1024);
    return r ? r : rsdp_in(0xe0000, 0x100000);
}

static void cpu_found(uint32_t apic_id, uint32_t acpi_id, uint32_t flags)
{
    struct acpi_info *ai = &acpi_info;

    if (!(flags & 1))
        return;
    for (unsigned i = 0; i < ai->nr_cpus; i++)
        if (cpu_apic_id[i] == apic_id) {
            cpu_acpi_id[i] = acpi_id;   /* the boot CPU, or named twice        */
            return;
        }
    if (ai->nr_cpus == NR_CPUS) {
        cpus_ignored++;
        return;
    }
    cpu_apic_id[ai->nr_cpus] = apic_id;
    cpu_acpi_id[ai->nr_cpus] = acpi_id;
    ai->nr_cpus++;
}

static void isa_override(const uint8_t *e)
{
    uint8_t irq = e[3];
    uint16_t flags = get(e + 8, 2);
    struct acpi_isa *isa;

    if (irq >= ISA_IRQS)
        return;
    isa = &acpi_info.isa[irq];
    isa->gsi = get(e + 4, 4);
    isa->active_low = (flags & 3) == 3;
    isa->level = ((flags >> 2) & 3) == 3;
}

static void ioapic_found(maddr_t addr, uint32_t gsi_base)
{
    struct acpi_info *ai = &acpi_info;

    if (ai->nr_ioapics < IOAPICS_MAX)
        ai->ioapic[ai->nr_ioapics++] = (struct acpi_ioapic){ addr, gsi_base };
}

static void read_madt(const struct table *t)
{
    const uint8_t *p = (const uint8_t *)t;
    uint32_t at = sizeof(struct madt);

    if (t->length < at)
        return;
    acpi_info.lapic = get(p + 36, 4);
    while (at + 2 <= t->length) {
        const uint8_t *e = p + at;
        unsigned size = e[1];

        if (size < 2 || size > t->length - at)
            break;
        if (e[0] == MADT_LAPIC && size >= 8)
            cpu_found(e[3], e[2], get(e + 4, 4));
        else if (e[0] == MADT_X2APIC && size >= 16)
            cpu_found(get(e + 4, 4), get(e + 12, 4), get(e + 8, 4));
        else if (e[0] == MADT_IOAPIC && size >= 12)
            ioapic_found(get(e + 4, 4), get(e + 8, 4));
        else if (e[0] == MADT_OVERRIDE && size >= 10)
            isa_override(e);
        else if (e[0] == MADT_LAPIC_ADDR && size >= 12)
            acpi_info.lapic = get(e + 4, 8);
        at += size;
    }
    if (cpus_ignored)
        log_warn("ACPI: %u CPUs beyond the first %u are not used\n",
                 cpus_ignored, NR_CPUS);
}

/* An AML integer of one byte, with or without its prefix; moves *p past it. */
static uint8_t aml_byte(const uint8_t **p)
{
    if (**p == 0x0a)
        ++*p;
    return *(*p)++;
}

/* The sleep types of S5 stand in the DSDT as the first two numbers of a package
 * named _S5_; it is found by its name, without an interpreter. */
static void read_s5(const struct table *t)
{
    const uint8_t *p = (const uint8_t *)t, *end = p + t->length;

    for (; p + 16 < end; p++) {
        const uint8_t *q = p + 5;

        if (memcmp(p, "_S5_", 4) != 0 || p[4] != 0x12)
            continue;
        q += (*q >> 6) + 2;             /* length of the package, its count    */
        acpi_info.s5_a = aml_byte(&q);
        acpi_info.s5_b = aml_byte(&q);
        acpi_info.has_s5 = true;
        return;
    }
}

static void read_fadt(const struct table *t)
{
    const uint8_t *p = (const uint8_t *)t;
    struct acpi_info *ai = &acpi_info;
    const struct table *dsdt;

    if (t->length < 116)
        return;
    ai->pm1a_control = get(p + 64, 2);
    ai->pm1b_control = get(p + 68, 2);
    ai->pm_timer = p[91] >= 4 ? get(p + 76, 2) : 0;
    ai->century_register = p[108];
    dsdt = table_at(get(p + 40, 4));
    if (dsdt)
        read_s5(dsdt);
    if (t->length >= 129 && (get(p + 112, 4) & (1u << 10)))
        ai->reset = (struct acpi_reset){ true, p[116], p[128],
                                         get(p + 120, 8) };
}

static void read_mcfg(const struct table *t)
{
    const uint8_t *p = (const uint8_t *)t;
    struct acpi_info *ai = &acpi_info;

    for (uint32_t at = 44; at + 16 <= t->length && ai->nr_mmcfgs < MMCFGS_MAX;
         at += 16)
        ai->mmcfg[ai->nr_mmcfgs++] = (struct acpi_mmcfg){
            get(p + at, 8), get(p + at + 8, 2), p[at + 10], p[at + 11]
        };
}

static void read_table(maddr_t a)
{
    const struct table *t = table_at(a);

    if (!t)
        return;
    if (memcmp(t->signature, "APIC", 4) == 0)
        read_madt(t);
    else if (memcmp(t->signature, "FACP", 4) == 0)
        read_fadt(t);
    else if (memcmp(t->signature, "MCFG", 4) == 0)
        read_mcfg(t);
    else if (memcmp(t->signature, "HPET", 4) == 0 && t->length >= 52)
        acpi_info.hpet = get((const uint8_t *)t + 44, 8);
}

static void read_all(const struct rsdp *r)
{
    bool x = r->revision >= 2 && r->xsdt != 0;
    const struct table *root = table_at(x ? r->xsdt : r->rsdt);
    unsigned size = x ? 8 : 4;

    if (!root)
        return;
    for (uint32_t at = sizeof(*root); at + size <= root->length; at += size) {
        const uint8_t *p = (const uint8_t *)root;

        read_table(get(p + at, size));
    }
}

void acpi_init(maddr_t told)
{
    struct acpi_info *ai = &acpi_info;
    const struct rsdp *r = rsdp_find(told);
    bool x2apic = rdmsr(MSR_APIC_BASE) & (1u << 10);

    for (unsigned i = 0; i < ISA_IRQS; i++)
        ai->isa[i].gsi = i;
    cpu_apic_id[0] = x2apic ? cpuid(0xb, 0).edx : cpuid(1, 0).ebx >> 24;
    ai->nr_cpus = 1;
    if (r) {
        ai->rsdp = (vaddr_t)r - DIRECT_MAP_VA;
        read_all(r);
    } else {
        log_warn("ACPI: no tables; one CPU and the PC's usual devices\n");
    }
    if (ai->lapic == 0)
        ai->lapic = 0xfee00000;         /* R2 */
    if (ai->nr_ioapics == 0)
        ioapic_found(0xfec00000, 0);
    log_info("ACPI: %u CPUs, %u IO-APICs, PM1a %#x, PM timer %#x, HPET %#lx\n",
             ai->nr_cpus, ai->nr_ioapics, ai->pm1a_control, ai->pm_timer, ai->hpet);
}
