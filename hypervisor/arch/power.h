/* SPDX-License-Identifier: MIT */
/* power.h - the end of the machine's run. */
#ifndef SPLITRING_ARCH_POWER_H
#define SPLITRING_ARCH_POWER_H

#include "lib/types.h"

/* The control domain has ended with this reason (SHUTDOWN_*): powers off,
 * restarts, or with noreboot halts where a person can read why. */
__noreturn void machine_shutdown(int reason);

#endif
