/* SPDX-License-Identifier: MIT */
/*
 * layout.h - the hypervisor's part of the address space: L4 slots 256 to 271.
 *
 *   slot 256   the machine-to-physical table, read-only, visible to guests
 *   slot 260   one domain's own: GDT and LDT windows of each vcpu
 *   slot 261   our image (2 MiB pages), frame table, device mappings
 *   slot 262+  direct map of all RAM, supervisor only
 */
#ifndef SPLITRING_ARCH_LAYOUT_H
#define SPLITRING_ARCH_LAYOUT_H

#define HV_SLOT_FIRST     256
#define HV_SLOT_LAST      271
#define HV_VA_START       0xffff800000000000
#define HV_VA_END         0xffff880000000000

#define M2P_VA            0xffff800000000000    /* slot 256, 8 bytes a frame   */
#define PERDOMAIN_SLOT    260
#define PERDOMAIN_VA      0xffff820000000000    /* slot 260                    */
#define FRAME_TABLE_VA    0xffff828000000000    /* slot 261, first 128 GiB     */
#define IO_MAP_VA         0xffff82a000000000    /* device memory, 64 GiB       */
#define IMAGE_VA          0xffff82d080000000    /* = physical 0                */
#define DIRECT_MAP_VA     0xffff830000000000    /* slot 262 on                 */
#define DIRECT_MAP_END    0xffff880000000000

#define IMAGE_PHYS        0x200000              /* where the loader puts us    */

/* In PERDOMAIN_VA each vcpu has 128 KiB: 64 for its GDT, 64 for its LDT. */
#define VCPU_WINDOW       0x20000
#define VCPU_GDT_VA(id)   (PERDOMAIN_VA + (unsigned long)(id) * VCPU_WINDOW)
#define VCPU_LDT_VA(id)   (VCPU_GDT_VA(id) + 0x10000)

/* Selectors of ours sit in page 14 of every GDT (the ABI's 0xe000 on). */
#define GDT_OURS          0xe000
#define SEL_HV_CS64       0xe008
#define SEL_HV_DS         0xe010    /* = CS64 + 8, as SYSCALL wants SS        */
#define SEL_HV_CS32       0xe018    /* APs on their way to long mode          */
#define SEL_TSS(cpu)      (0xe040 + (cpu) * 16)
#define SEL_LDT(cpu)      (0xe440 + (cpu) * 16)

#endif
