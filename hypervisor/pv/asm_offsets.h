/* SPDX-License-Identifier: MIT */
/*
 * asm_offsets.h - where entry.S finds things: what a row says is asserted by
 * pv/switch.c, and is a symbol of the assembler.
 */
#ifndef SPLITRING_PV_ASM_OFFSETS_H
#define SPLITRING_PV_ASM_OFFSETS_H

/* AT(name, type, member, offset) */
#define UREGS(AT, name, member, offset) \
    AT(UREGS_##name, struct cpu_user_regs, member, offset)
#define ASM_OFFSETS(AT)                                                     \
    UREGS(AT, RBX, rbx, 40) UREGS(AT, R11, r11, 48) UREGS(AT, R10, r10, 56) \
    UREGS(AT, R9, r9, 64) UREGS(AT, R8, r8, 72) UREGS(AT, RAX, rax, 80)     \
    UREGS(AT, RCX, rcx, 88) UREGS(AT, RDX, rdx, 96) UREGS(AT, RSI, rsi, 104) \
    UREGS(AT, RDI, rdi, 112) UREGS(AT, ERROR, error_code, 120)              \
    UREGS(AT, VECTOR, entry_vector, 124) UREGS(AT, RIP, rip, 128)           \
    UREGS(AT, CS, cs, 136) UREGS(AT, RFLAGS, rflags, 144)                   \
    UREGS(AT, RSP, rsp, 152) UREGS(AT, SS, ss, 160)                         \
    AT(CI_CURRENT, struct cpu_info, current, 200)                           \
    AT(CI_WORK, struct cpu_info, work, 212)                                 \
    AT(VCPU_INFO, struct vcpu, info, 0)                                     \
    AT(VCPU_IN_KERNEL, struct vcpu, pv.in_kernel, 208)                      \
    AT(VINFO_PENDING, struct vcpu_info, evtchn_upcall_pending, 0)           \
    AT(VINFO_MASK, struct vcpu_info, evtchn_upcall_mask, 1)

#ifdef __ASSEMBLY__
#define ASM_SYMBOL(name, type, member, offset) .set name, offset;
ASM_OFFSETS(ASM_SYMBOL)
#endif

#define UREGS_HW_WORDS     21       /* up to and with ss                      */
#define CI_SIZE            216

#define HC_ARGS_EXIT       48       /* again, and new_frame after it          */
#define HC_ARGS_SIZE       56

/* In entry_vector's upper half: this frame may leave by SYSRET. */
#define TRAP_SYSCALL       0x100

#define SYSCALL_STUB_SIZE  64
#define ASM_STACK_SIZE     32768
#define ASM_NR_CPUS        64

#endif
