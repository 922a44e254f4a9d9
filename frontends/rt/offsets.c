/* SPDX-License-Identifier: MIT */
/*
 * offsets.c - numbers that entry.S needs: compiled to assembly, from which make
 * takes the lines that start with -> and makes `#define`s of them.
 */
#include "public/xen.h"
#include "public/features.h"

#define DEFINE(name, value) \
    __asm__ volatile("\n.ascii \"->" #name " %c0\"" :: "i"(value))

void offsets(void);

void offsets(void)
{
    DEFINE(NR_iret, __HYPERVISOR_iret);
    DEFINE(NR_set_segment_base, __HYPERVISOR_set_segment_base);
    DEFINE(FEATURES, 1 << XENFEAT_dom0);
    DEFINE(KERNEL_DS, FLAT_KERNEL_DS32);
}
