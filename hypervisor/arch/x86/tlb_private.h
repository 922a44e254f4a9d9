/* SPDX-License-Identifier: MIT */
/* tlb_private.h - flush requests as smp.c serves them. */
#ifndef SPLITRING_ARCH_TLB_PRIVATE_H
#define SPLITRING_ARCH_TLB_PRIVATE_H

#include "lib/types.h"

/* Does what other CPUs have asked of this one. */
void tlb_serve(unsigned me);

#endif
