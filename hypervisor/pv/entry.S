/* SPDX-License-Identifier: MIT */
/*
 * entry.S - into the hypervisor and back to a guest.
 *
 *   R1  After an entry from a guest the stack pointer is at struct cpu_info of
 *       this CPU: the saved registers lie where the CPU and the pushes put them.
 *   R2  An entry on an IST stack that came from a guest is moved there first.
 *   R3  SYSCALL leaves the guest's stack pointer in place: each CPU has a stub
 *       that knows its own stack. NMI, #MC and #DB may hit there: they have IST.
 *   R4  Interrupts are off all the way.
 *   R5  A hypercall that says nothing else (struct hc_args) has left the frame as
 *       SYSCALL made it and the registers that C keeps as the guest's: the short
 *       way back looks at the address alone. So has a bounce, which sets the
 *       segments and flags that SYSRET gives.
 */
#include "arch/x86/layout.h"
#include "pv/asm_offsets.h"

#define FLAT_CS32  0xe023
#define FLAT_SS    0xe02b
#define FLAT_CS64  0xe033

.macro SAVE_GPRS
    .irp reg, rdi, rsi, rdx, rcx, rax, r8, r9, r10, r11, rbx, rbp, r12, r13, r14, r15
    push %\reg
    .endr
.endm

.macro RESTORE_GPRS
    .irp reg, r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi
    pop %\reg
    .endr
.endm

/* The frame of an exception or interrupt is whole; one of our own goes another way. */
.macro ENTER
    cld
    SAVE_GPRS
    mov %rsp, %rdi
    testb $3, UREGS_CS(%rsp)
    jz entry_from_hv
.endm

    .text

/* One stub for each CPU's LSTAR and CSTAR. */
.macro STUBS name, target
    .balign SYSCALL_STUB_SIZE
    .globl \name
    .hidden \name
\name:
    .set n, 0
    .rept ASM_NR_CPUS
    .balign SYSCALL_STUB_SIZE
    mov %rsp, syscall_rsp + 8 * n(%rip)
    mov syscall_stack + 8 * n(%rip), %rsp
    push $FLAT_SS
    push syscall_rsp + 8 * n(%rip)
    jmp \target
    .set n, n + 1
    .endr
.endm
    STUBS syscall_stubs, syscall_common
    STUBS syscall32_stubs, syscall32_common

    .balign 16
syscall_common:
    push %r11
    push $FLAT_CS64
    push %rcx
    push $0
    movl $TRAP_SYSCALL, 4(%rsp)
    SAVE_GPRS
    mov CI_CURRENT(%rsp), %rcx
    cmpb $0, VCPU_IN_KERNEL(%rcx)
    je 1f
    push $0                                 /* struct hc_args                  */
    push %r9
    push %r8
    push %r10
    push %rdx
    push %rsi
    push %rdi
    mov %rcx, %rdi
    mov %rsp, %rsi
    mov %rax, %rdx
    call pv_hypercall
    cmpl $0, HC_ARGS_EXIT(%rsp)
    jne 2f
    add $HC_ARGS_SIZE, %rsp
    mov %rax, UREGS_RAX(%rsp)
    cmpl $0, CI_WORK(%rsp)
    jne do_work
    mov CI_CURRENT(%rsp), %rcx
    mov VCPU_INFO(%rcx), %rcx
    cmpb $0, VINFO_PENDING(%rcx)
    jne ret_to_guest
leave_short:                                /* R5 */
    mov UREGS_RIP(%rsp), %rcx
    mov %rcx, %r11
    shl $16, %r11
    sar $16, %r11
    cmp %rcx, %r11
    jne leave_iret
    mov UREGS_RFLAGS(%rsp), %r11
    mov UREGS_R10(%rsp), %r10
    mov UREGS_R9(%rsp), %r9
    mov UREGS_R8(%rsp), %r8
    mov UREGS_RDX(%rsp), %rdx
    mov UREGS_RSI(%rsp), %rsi
    mov UREGS_RDI(%rsp), %rdi
    mov UREGS_RSP(%rsp), %rsp
    sysretq
1:  mov %rsp, %rdi
    call pv_guest_syscall
/* The guest kernel is entered, but for what was solved here: then by IRET. */
leave_bounced:
    cmpl $0, CI_WORK(%rsp)
    jne do_work
    mov CI_CURRENT(%rsp), %rcx
    mov VCPU_INFO(%rcx), %rcx
    cmpb $0, VINFO_PENDING(%rcx)
    jne ret_to_guest
    testl $TRAP_SYSCALL, UREGS_VECTOR(%rsp)
    jz leave_iret
    mov UREGS_RAX(%rsp), %rax
    jmp leave_short                         /* R5 */
2:  cmpb $0, HC_ARGS_EXIT(%rsp)
    je 3f
    mov %rsp, %rdi
    call pv_hypercall_again
3:  add $HC_ARGS_SIZE, %rsp
    jmp ret_to_guest

syscall32_common:
    push %r11
    push $FLAT_CS32
    push %rcx
    push $0
    movl $TRAP_SYSCALL, 4(%rsp)
    SAVE_GPRS
    mov %rsp, %rdi
    call pv_guest_syscall32
    jmp ret_to_guest

/* SYSENTER brings neither rip, rsp nor rflags: the guest's vsyscall page knows. */
    .globl sysenter_entry
    .hidden sysenter_entry
sysenter_entry:
    push $FLAT_SS
    push $0
    pushfq
    push $3
    push $0
    push $0
    movl $TRAP_SYSCALL, 4(%rsp)
    cld
    SAVE_GPRS
    mov %rsp, %rdi
    call pv_guest_sysenter
    jmp ret_to_guest

/* Every vector of the IDT. */
    .balign 16
entry_stubs:
    .set vec, 0
    .rept 256
    .balign 16
    .if (vec == 8) || (vec >= 10 && vec <= 14) || (vec == 17) || \
        (vec == 21) || (vec == 29) || (vec == 30)
    .else
    push $0
    .endif
    movl $vec, 4(%rsp)
    .if (vec == 1) || (vec == 2) || (vec == 8) || (vec == 18)
    jmp entry_ist
    .elseif vec == 14
    jmp entry_page_fault
    .else
    jmp entry_common
    .endif
    .set vec, vec + 1
    .endr

    .balign 16
entry_common:
    ENTER
    call trap_dispatch
    jmp ret_to_guest

    .balign 16
entry_page_fault:
    ENTER
    call pv_page_fault
    jmp leave_bounced

entry_from_hv:
    call trap_dispatch
    RESTORE_GPRS
    add $8, %rsp
    iretq

entry_ist:
    ENTER
    mov %rsp, %rsi                          /* R2 */
    or $(ASM_STACK_SIZE - 1), %rdi
    sub $(CI_SIZE - 1), %rdi
    mov %rdi, %rax
    mov $UREGS_HW_WORDS, %ecx
    rep movsq
    mov %rax, %rsp
    mov %rax, %rdi
    call trap_dispatch
    jmp ret_to_guest

/* The one way to a guest. */
    .balign 16
    .globl ret_to_guest
    .hidden ret_to_guest
ret_to_guest:
    cmpl $0, CI_WORK(%rsp)
    jne do_work
    mov CI_CURRENT(%rsp), %rbx
    mov VCPU_INFO(%rbx), %rax
    cmpb $0, VINFO_PENDING(%rax)
    jne check_event
leave:
    testl $TRAP_SYSCALL, UREGS_VECTOR(%rsp)
    jz leave_iret
    mov UREGS_RIP(%rsp), %rcx
    mov %rcx, %rax                          /* SYSRET faults in ring 0 on a    */
    shl $16, %rax                           /* non-canonical rip, after the    */
    sar $16, %rax                           /* stack is the guest's: use iret  */
    cmp %rcx, %rax
    jne leave_iret
    cmpw $FLAT_CS64, UREGS_CS(%rsp)
    jne leave_iret
    cmpw $FLAT_SS, UREGS_SS(%rsp)
    jne leave_iret
    testl $0x10000, UREGS_RFLAGS(%rsp)      /* SYSRET clears RF                */
    jnz leave_iret
    mov UREGS_RFLAGS(%rsp), %rax
    mov %rcx, UREGS_RCX(%rsp)
    mov %rax, UREGS_R11(%rsp)
    RESTORE_GPRS
    mov UREGS_RSP - UREGS_ERROR(%rsp), %rsp
    sysretq

leave_iret:
    RESTORE_GPRS
    add $8, %rsp
iret_insn:
    iretq
    .pushsection __ex_table, "a"
    .quad iret_insn, iret_fault
    .popsection
/* The guest's frame would not load: its failsafe callback hears of it. The
 * registers are the guest's again and the stack is at rip. */
iret_fault:
    push $0
    SAVE_GPRS
    mov %rsp, %rdi
    call pv_failsafe
    jmp ret_to_guest

check_event:
    cmpb $0, VINFO_MASK(%rax)
    jne leave
    mov %rsp, %rdi
    call pv_deliver_event
    jmp ret_to_guest

do_work:
    call pv_exit_work
    testl $1, CI_WORK(%rsp)                 /* WORK_SCHED */
    jz ret_to_guest
    call sched_run
    ud2

/* void stack_reset_and_jump(void (*fn)(void)): fn runs on an empty stack. */
    .globl stack_reset_and_jump
    .hidden stack_reset_and_jump
stack_reset_and_jump:
    mov %rsp, %rax
    or $(ASM_STACK_SIZE - 1), %rax
    sub $(CI_SIZE - 1), %rax
    mov %rax, %rsp
    xor %ebp, %ebp
    call *%rdi
    ud2

    .section .rodata
    .balign 8
    .globl entry_vectors
    .hidden entry_vectors
entry_vectors:
    .set n, 0
    .rept 256
    .quad entry_stubs + 16 * n
    .set n, n + 1
    .endr

    .bss
    .balign 8
    .globl syscall_stack
    .hidden syscall_stack
syscall_stack:                              /* top of each CPU's guest frame   */
    .skip 8 * ASM_NR_CPUS
syscall_rsp:
    .skip 8 * ASM_NR_CPUS

    .section .note.GNU-stack, "", @progbits
