/* SPDX-License-Identifier: MIT */
/*
 * main.c - boot, as a list one can read: the order matters, and the comment says
 * what each step needs.
 */
#include "boot/dom0_layout.h"

#include "arch/smp.h"
#include "arch/upcalls.h"
#include "arch/x86/acpi.h"
#include "arch/x86/irq_private.h"
#include "arch/x86/smp_boot.h"
#include "arch/x86/uart.h"
#include "boot/boot_info.h"
#include "core/console.h"
#include "lib/printf.h"
#include "pv/pv.h"

static void say_hello(void)
{
    const struct boot_info *bi = &boot_info;
    uint64_t ram = 0;

    log_info("Splitring %s, started by %s\n", HV_VERSION,
             bi->loader[0] ? bi->loader : "a nameless loader");
    log_info("Command line: %s\n", bi->cmdline);
    for (unsigned i = 0; i < bi->nr_modules; i++)
        log_info("Module %u: %#lx, %lu KiB: %.60s\n", i, bi->module[i].start,
                 bi->module[i].size >> 10, bi->module[i].cmdline);
    for (unsigned i = 0; i < bi->nr_ranges; i++) {
        const struct mem_range *r = &bi->range[i];

        log_debug("Memory: %012lx-%012lx type %u\n", r->start,
                  r->start + r->size - 1, r->type);
        if (r->type == MEM_RAM)
            ram += r->size;
    }
    log_info("Memory: %lu MiB of RAM in %u ranges\n", ram >> 20, bi->nr_ranges);
}

/* Intel's CPUs say when they are not affected: RDCL_NO. */
static bool meltdown_possible(void)
{
    uint64_t caps = 0;

    if (!cpu_features.is_intel)
        return false;
    if (cpuid(0, 0).eax >= 7 && (cpuid(7, 0).edx & (1u << 29)))
        (void)msr_read_safe(MSR_ARCH_CAPABILITIES, &caps);
    return !(caps & 1);
}

static void say_cpu(void)
{
    const struct cpu_features *f = &cpu_features;

    log_info("CPU: %s family %u model %#x stepping %u%s%s%s%s%s\n", f->vendor,
             f->family, f->model, f->stepping, f->has_nx ? " nx" : "",
             f->has_1g ? " 1g" : "", f->has_smep ? " smep" : "",
             f->has_fsgsbase ? " fsgsbase" : "", f->has_xsave ? " xsave" : "");
    if (meltdown_possible())
        log_warn("CPU: open to Meltdown, against which there is no defence here "
                 "yet: run trusted guests only\n");
    if (!f->has_nx)
        log_warn("CPU: no NX; guests' data pages can be executed\n");
}

/* A page for the APs' first instructions: RAM between 4 KiB and 640 KiB. */
static maddr_t trampoline_page(void)
{
    for (unsigned i = 0; i < boot_info.nr_ranges; i++) {
        const struct mem_range *r = &boot_info.range[i];
        maddr_t start = MAX(ROUND_UP(r->start, PAGE_SIZE), (maddr_t)0x8000);
        maddr_t end = MIN(r->start + r->size, (maddr_t)0xa0000);

        if (r->type == MEM_RAM && start + PAGE_SIZE <= end)
            return start;
    }
    boot_panic("no RAM below 640 KiB to start the other CPUs from");
}

static void memory_start(void)
{
    struct mem_range used[BOOT_MODULES_MAX];

    for (unsigned i = 0; i < boot_info.nr_modules; i++)
        used[i] = (struct mem_range){ boot_info.module[i].start,
                                      boot_info.module[i].size, MEM_RAM };
    memory_init(boot_info.range, boot_info.nr_ranges, used, boot_info.nr_modules);
}

/* What no domain may touch: its interrupts, its clock and its console are ours. */
static void reserve_ports(void)
{
    pv_io_reserve(0x20, 0x21);              /* PIC                             */
    pv_io_reserve(0xa0, 0xa1);
    pv_io_reserve(0x40, 0x43);              /* PIT                             */
    pv_io_reserve(0x61, 0x61);              /* its gate, NMI reasons           */
    if (acpi_info.pm_timer)
        pv_io_reserve(acpi_info.pm_timer, acpi_info.pm_timer + 3u);
    if (uart_port())
        pv_io_reserve(uart_port(), uart_port() + 7u);
}

static __noreturn void ap_main(unsigned cpu)
{
    cpu_info()->current = sched_idle_vcpu(cpu);
    smp_join();
    sched_run();
}

/* The first C function; boot.S calls it on CPU 0. */
__noreturn void hv_main(uint32_t magic, uint32_t loader_data);
__noreturn void hv_main(uint32_t magic, uint32_t loader_data)
{
    maddr_t ap_page;

    boot_options = boot_info.cmdline;       /* which is read first             */
    multiboot_read(magic, loader_data);     /* nothing                         */
    console_init();                         /* options; now it is seen         */
    say_hello();
    cpu_detect();
    cpu_init(0);                            /* from here a fault has a dump    */
    say_cpu();
    acpi_init(boot_info.rsdp);              /* the boot mapping                */
    ap_page = trampoline_page();
    memory_start();                         /* memory map, CPU features        */
    lapic_init_cpu(0);                      /* io_map                          */
    irq_init();                             /* io_map, ACPI                    */
    time_init();                            /* local APIC, ACPI                */
    domain_system_init();                   /* memory, time                    */
    cpu_info()->current = sched_idle_vcpu(0);
    smp_boot(ap_page, ap_main);             /* all of the above                */
    uart_start_receive();                   /* irq_init                        */
    reserve_ports();                        /* ACPI, console                   */
    dom0_build();                           /* everything                      */
    sched_run();
}
