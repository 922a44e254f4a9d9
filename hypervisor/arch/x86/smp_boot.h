/* SPDX-License-Identifier: MIT */
/* smp_boot.h - waking the other CPUs at boot. */
#ifndef SPLITRING_ARCH_SMP_BOOT_H
#define SPLITRING_ARCH_SMP_BOOT_H

#include "lib/types.h"

/* Wakes every CPU of the MADT and numbers those that come, 1..nr_cpus-1; each runs
 * main(cpu) on its own stack, on hv_root, with its tables loaded, and counts as
 * online once it calls smp_join(). ram: a page below 1 MiB for us. */
void smp_boot(maddr_t page, __noreturn void (*main)(unsigned cpu));

#endif
