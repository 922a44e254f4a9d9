/* SPDX-License-Identifier: MIT */
/*
 * smp_boot.c - the other CPUs, one at a time, by INIT and STARTUP.
 *
 * A CPU that does not answer within a tenth of a second is left out, and its
 * number goes to the next one.
 */
#include "arch/x86/smp_boot.h"

#include "arch/time.h"
#include "arch/x86/acpi.h"
#include "arch/x86/boot.h"
#include "arch/x86/insn.h"
#include "arch/x86/irq_private.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/alloc.h"
#include "mm/boot_mm.h"

unsigned nr_cpus = 1;
cpumask_t cpus_online = 1, cpus_out;

extern char trampoline_gdt_base[], trampoline_far32_offset[];
extern char trampoline_far64_offset[], trampoline_cr3[], trampoline_efer[];
extern char trampoline_cpu[], trampoline_stack[], trampoline_main[];

static __noreturn void (*ap_main)(unsigned cpu);

static __noreturn void ap_start(unsigned cpu)
{
    cpu_info()->cpu = cpu;
    write_cr3(mfn_maddr(frame_of(hv_root)));
    cpu_init(cpu);
    lapic_init_cpu(cpu);
    time_init_cpu(cpu);
    ap_main(cpu);
}

/* Where the copy at `page` has what sym marks. */
static void *in_copy(char *page, const char *sym)
{
    return page + (sym - trampoline_start);
}

static void put32(char *page, const char *sym, uint32_t v)
{
    memcpy(in_copy(page, sym), &v, sizeof(v));
}

static void put64(char *page, const char *sym, uint64_t v)
{
    memcpy(in_copy(page, sym), &v, sizeof(v));
}

static void add32(char *page, const char *sym, uint32_t add)
{
    uint32_t v;

    memcpy(&v, in_copy(page, sym), sizeof(v));
    put32(page, sym, v + add);
}

static bool wait_online(unsigned cpu, unsigned us)
{
    for (s_time_t end = time_now() + MICROSECS(us); time_now() < end;) {
        if (READ_ONCE(cpus_online) & cpumask_of(cpu))
            return true;
        cpu_relax();
    }
    return READ_ONCE(cpus_online) & cpumask_of(cpu);
}

static bool cpu_boot(char *copy, maddr_t page, unsigned cpu)
{
    char *stack = hv_pages_alloc(3);

    if (!stack)
        return false;
    put32(copy, trampoline_cpu, cpu);
    put64(copy, trampoline_stack,
          (uintptr_t)((struct cpu_info *)(stack + STACK_SIZE) - 1));
    lapic_ipi(cpu, IPI_STARTUP | (uint32_t)(page >> PAGE_SHIFT));
    if (wait_online(cpu, 1000))
        return true;
    lapic_ipi(cpu, IPI_STARTUP | (uint32_t)(page >> PAGE_SHIFT));
    return wait_online(cpu, 100000);    /* the stack may still come into use   */
}

void smp_boot(maddr_t page, __noreturn void (*main)(unsigned cpu))
{
    unsigned found = acpi_info.nr_cpus;
    char *copy = boot_map(page);

    ap_main = main;
    memcpy(copy, trampoline_start, (size_t)(trampoline_end - trampoline_start));
    add32(copy, trampoline_gdt_base, (uint32_t)page);
    add32(copy, trampoline_far32_offset, (uint32_t)page);
    add32(copy, trampoline_far64_offset, (uint32_t)page);
    put32(copy, trampoline_cr3, (uint32_t)image_maddr(boot_l4));
    put32(copy, trampoline_efer, EFER_LME | EFER_SCE |
                                 (cpu_features.has_nx ? EFER_NXE : 0));
    put64(copy, trampoline_main, (uintptr_t)ap_start);

    for (unsigned i = 1; i < found; i++)
        lapic_ipi(i, IPI_INIT | IPI_ASSERT);
    if (found > 1)
        time_udelay(10000);
    while (nr_cpus < found) {
        if (cpu_boot(copy, page, nr_cpus)) {
            nr_cpus++;
            continue;
        }
        log_warn("CPU with APIC id %u does not start\n", cpu_apic_id[nr_cpus]);
        found--;
        for (unsigned i = nr_cpus; i < found; i++) {
            cpu_apic_id[i] = cpu_apic_id[i + 1];
            cpu_acpi_id[i] = cpu_acpi_id[i + 1];
        }
    }
    log_info("%u CPUs online\n", nr_cpus);
}
