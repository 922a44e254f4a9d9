/* SPDX-License-Identifier: MIT */
/* power.c - the machine's end: off, again, or standing still. */
#include "arch/power.h"

#include "arch/smp.h"
#include "arch/time.h"
#include "arch/x86/acpi.h"
#include "arch/x86/insn.h"
#include "lib/bug.h"
#include "lib/options.h"
#include "lib/printf.h"
#include "public/sched.h"

#define SLEEP_ENABLE     (1u << 13)
#define SLEEP_TYPE_SHIFT 10

__noreturn void machine_halt(void)
{
    for (;;)
        __asm__ __volatile__("cli; hlt");
}

int machine_acpi_sleep(uint16_t val_a, uint16_t val_b)
{
    const struct acpi_info *ai = &acpi_info;

    if (!ai->pm1a_control)
        return fail(EOPNOTSUPP, "the firmware names no PM1a control register");
    log_info("Powering off.\n");
    smp_stop_others();
    outw(ai->pm1a_control, (uint16_t)(val_a | SLEEP_ENABLE));
    if (ai->pm1b_control)
        outw(ai->pm1b_control, (uint16_t)(val_b | SLEEP_ENABLE));
    time_udelay(1000000);
    log_err("The machine does not power off by ACPI; it halts.\n");
    machine_halt();
}

/* The FADT's register: I/O port, or PCI configuration of bus 0. */
static void reset_by_acpi(void)
{
    const struct acpi_reset *r = &acpi_info.reset;

    if (!r->present)
        return;
    if (r->space == 1) {
        outb((uint16_t)r->addr, r->value);
    } else if (r->space == 2) {
        uint32_t dev = (r->addr >> 32) & 0x1f, fn = (r->addr >> 16) & 7;
        uint32_t reg = r->addr & 0xff;

        outl(0xcf8, 0x80000000 | dev << 11 | fn << 8 | (reg & 0xfc));
        outb((uint16_t)(0xcfc + (reg & 3)), r->value);
    }
    time_udelay(10000);
}

__noreturn void machine_reboot(void)
{
    static const struct { uint16_t limit; uint64_t base; } __packed none = { 0, 0 };
    char value[8];

    smp_stop_others();
    if (boot_option("noreboot", value, sizeof(value))) {
        log_err("Halted, as noreboot asks.\n");
        machine_halt();
    }
    reset_by_acpi();
    for (unsigned i = 0; i < 1000 && (inb(0x64) & 2); i++)
        time_udelay(10);
    outb(0x64, 0xfe);                   /* the keyboard controller pulls reset */
    time_udelay(10000);
    outb(0xcf9, 0x06);
    time_udelay(10000);
    __asm__ __volatile__("lidt %0; int3" : : "m"(none));    /* triple fault    */
    machine_halt();
}

__noreturn void machine_shutdown(int reason)
{
    const struct acpi_info *ai = &acpi_info;

    log_info("The control domain has ended, reason %d.\n", reason);
    if (reason != SHUTDOWN_poweroff)
        machine_reboot();
    if (ai->has_s5)
        machine_acpi_sleep((uint16_t)(ai->s5_a << SLEEP_TYPE_SHIFT),
                           (uint16_t)(ai->s5_b << SLEEP_TYPE_SHIFT));
    log_info("Halted: the machine can be switched off.\n");
    smp_stop_others();
    machine_halt();
}
