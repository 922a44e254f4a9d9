/* SPDX-License-Identifier: MIT */
/* layout.h - arch/x86/layout.h's names, at addresses that a host process has. */
#ifndef SPLITRING_ARCH_LAYOUT_H
#define SPLITRING_ARCH_LAYOUT_H

#define HV_SLOT_FIRST     256
#define HV_SLOT_LAST      271
#define HV_VA_START       0xffff800000000000
#define HV_VA_END         0xffff880000000000
#define PERDOMAIN_SLOT    260

#define FRAME_TABLE_VA    0x200000000000
#define DIRECT_MAP_VA     0x210000000000

#endif
