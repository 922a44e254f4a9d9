/* SPDX-License-Identifier: MIT */
/* abuse.h - addresses and frames that no call may accept, for abuse tests. */
#ifndef GUEST_ABUSE_H
#define GUEST_ABUSE_H

#include "frontends/rt/rt.h"

#define UNMAPPED     ((void *)0x7f0000000000UL)
#define NONCANONICAL ((void *)0x8000000000001000UL)
#define HYPERVISOR   ((void *)(HYPERVISOR_VIRT_START + (6UL << 39)))
#define TOP          ((void *)0xfffffffffffffff8UL)

#define NOBODY       0x7fe0             /* a number that no domain has */
#define NO_FRAME     0xfffffffffUL      /* beyond any machine's memory */

/* A frame of the hypervisor: a table that its part of our L4 points to. */
static inline uint64_t hypervisor_frame(void)
{
    const uint64_t *l4 = pte_of((void *)HYPERVISOR_VIRT_START, 4);

    for (unsigned i = 1; i < 16; i++) {
        if ((l4[i] & PTE_P) &&
            PTE_MFN(l4[i]) != va_to_mfn((void *)rt_start_info->pt_base))
            return PTE_MFN(l4[i]);
    }
    return PTE_MFN(l4[0]);
}

/* What a control domain and what a guest is told by the same call. */
static inline long told(long control, long guest)
{
    return rt_is_dom0() ? control : guest;
}

#endif
