/* SPDX-License-Identifier: MIT */
/* machine.h - arch/x86/machine.h's names for code that runs on a host. */
#ifndef SPLITRING_ARCH_MACHINE_H
#define SPLITRING_ARCH_MACHINE_H

#include "lib/types.h"

extern unsigned fake_cpu;           /* who we say we are                       */

static inline unsigned this_cpu(void) { return fake_cpu; }
static inline void cpu_relax(void) { }

#endif
