/* SPDX-License-Identifier: MIT */
/*
 * asm_offsets.h - the offsets that entry.S uses; pv/switch.c asserts each.
 */
#ifndef SPLITRING_PV_ASM_OFFSETS_H
#define SPLITRING_PV_ASM_OFFSETS_H

#define UREGS_RBX          40
#define UREGS_R11          48
#define UREGS_R10          56
#define UREGS_R9           64
#define UREGS_R8           72
#define UREGS_RAX          80
#define UREGS_RCX          88
#define UREGS_RDX          96
#define UREGS_RSI          104
#define UREGS_RDI          112
#define UREGS_ERROR        120
#define UREGS_VECTOR       124
#define UREGS_RIP          128
#define UREGS_CS           136
#define UREGS_RFLAGS       144
#define UREGS_RSP          152
#define UREGS_SS           160
#define UREGS_HW_WORDS     21       /* up to and with ss                      */

#define CI_CURRENT         200
#define CI_WORK            212
#define CI_SIZE            216

#define VCPU_INFO          0
#define VCPU_IN_KERNEL     208

#define HC_ARGS_EXIT       48       /* again, and new_frame after it          */
#define HC_ARGS_SIZE       56

#define VINFO_PENDING      0
#define VINFO_MASK         1

/* In entry_vector's upper half: this frame may leave by SYSRET. */
#define TRAP_SYSCALL       0x100

#define SYSCALL_STUB_SIZE  64
#define ASM_STACK_SIZE     32768
#define ASM_NR_CPUS        64

#endif
