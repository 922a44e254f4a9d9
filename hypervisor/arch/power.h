/* SPDX-License-Identifier: MIT */
/* power.h - the end of the machine's run. */
#ifndef SPLITRING_ARCH_POWER_H
#define SPLITRING_ARCH_POWER_H

#include "lib/types.h"

/* The control domain has ended with this reason (SHUTDOWN_*): powers off,
 * restarts, or with noreboot halts where a person can read why. */
__noreturn void machine_shutdown(int reason);

/* Writes the sleep registers with the firmware's values for S5, off. */
int machine_acpi_sleep(uint16_t val_a, uint16_t val_b);
/* With noreboot on the boot line it halts instead. */
__noreturn void machine_reboot(void);
__noreturn void machine_halt(void);

#endif
