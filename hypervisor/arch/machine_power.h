/* SPDX-License-Identifier: MIT */
/* machine_power.h - the machine's end: off, again, or standing still. */
#ifndef SPLITRING_ARCH_MACHINE_POWER_H
#define SPLITRING_ARCH_MACHINE_POWER_H

#include "lib/types.h"

/* Writes the sleep registers with the firmware's values for Sn: S5 is off. */
int machine_acpi_sleep(uint16_t val_a, uint16_t val_b);
/* With noreboot on the boot line it halts instead. */
__noreturn void machine_reboot(void);
__noreturn void machine_halt(void);

#endif
