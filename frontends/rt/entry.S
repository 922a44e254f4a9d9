/* SPDX-License-Identifier: MIT */
/*
 * entry.S - the ways into a guest image: start of day, exceptions, events,
 * system calls, and the second vcpu; with the notes that its loader reads.
 *
 * Every entry from the hypervisor finds RCX and R11 on the stack, above them an
 * error code if the exception has one, and a frame as IRET would take it. All
 * entries build a struct trap_frame (rt.h) and leave by HYPERVISOR_iret.
 */
#include "public/elfnote.h"
#include "build/guest/offsets.h"

.macro NOTE type, desc:vararg
    .pushsection .note.Xen, "a", @note
    .balign 4
    .long 2f - 1f, 4f - 3f, \type
1:  .asciz "Xen"
2:  .balign 4
3:  \desc
4:  .balign 4
    .popsection
.endm

    NOTE XEN_ELFNOTE_GUEST_OS,           .asciz "splitring-rt"
    NOTE XEN_ELFNOTE_GUEST_VERSION,      .asciz "1"
    NOTE XEN_ELFNOTE_XEN_VERSION,        .asciz "xen-3.0"
    NOTE XEN_ELFNOTE_LOADER,             .asciz "generic"
    NOTE XEN_ELFNOTE_VIRT_BASE,          .quad VIRT
    NOTE XEN_ELFNOTE_PADDR_OFFSET,       .quad 0
    NOTE XEN_ELFNOTE_ENTRY,              .quad rt_entry
    NOTE XEN_ELFNOTE_HYPERCALL_PAGE,     .quad hypercall_page
    NOTE XEN_ELFNOTE_FEATURES,           .asciz "!writable_page_tables"
    NOTE XEN_ELFNOTE_SUPPORTED_FEATURES, .quad FEATURES

    .section .text.hypercall_page, "ax", @progbits
    .globl hypercall_page
    .balign 4096
hypercall_page:
    .skip 4096

    .text
    .globl rt_entry
rt_entry:
    cld
    lea rt_boot_stack_end(%rip), %rsp
    xor %ebp, %ebp
    mov %rsi, %rdi
    call rt_start
    ud2

/* A vcpu brought up by rt_vcpu_start(): its context has RDI and RSP set. */
    .globl rt_vcpu_entry
rt_vcpu_entry:
    cld
    xor %ebp, %ebp
    call rt_vcpu_main
    ud2

/* Builds the rest of struct trap_frame under vector and error code. */
entry_common:
    cld
    push %rax
    push %rcx
    push %rdx
    push %rbx
    push %rbp
    push %rsi
    push %rdi
    push %r8
    push %r9
    push %r10
    push %r11
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, %rdi
    mov %rsp, %rbp
    and $-16, %rsp
    call entry_trap
    mov %rbp, %rsp
    .globl rt_frame_resume
rt_frame_resume:
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rdi
    pop %rsi
    pop %rbp
    pop %rbx
    pop %rdx
    pop %rcx
    pop %rax
    add $8, %rsp                    /* vector; the error slot becomes flags */
    movq $0, (%rsp)
    jmp hypercall_page + NR_iret * 32

/* rt_frame_load(frame): continue at a frame that C has built. */
    .globl rt_frame_load
rt_frame_load:
    mov %rdi, %rsp
    jmp rt_frame_resume

.macro ENTRY name, vector, has_error
    .globl \name
\name:
    pop %rcx
    pop %r11
    .if \has_error == 0
    push $0
    .endif
    push $\vector
    jmp entry_common
.endm

.altmacro
.macro TRAP n, has_error
    ENTRY rt_trap_\n, \n, \has_error
.endm

    TRAP 0, 0
    TRAP 1, 0
    TRAP 2, 0
    TRAP 3, 0
    TRAP 4, 0
    TRAP 5, 0
    TRAP 6, 0
    TRAP 7, 0
    TRAP 8, 1
    TRAP 9, 0
    TRAP 10, 1
    TRAP 11, 1
    TRAP 12, 1
    TRAP 13, 1
    TRAP 14, 1
    TRAP 16, 0
    TRAP 17, 1
    TRAP 18, 0
    TRAP 19, 0
    TRAP 128, 0
    ENTRY rt_event_entry, 256, 0
    ENTRY rt_syscall_entry, 257, 0
    ENTRY rt_nmi_entry, 258, 0

/* The failsafe callback has DS, ES, FS and GS under the frame. */
    .globl rt_failsafe_entry
rt_failsafe_entry:
    pop %rcx
    pop %r11
    popq rt_failsafe_selectors(%rip)
    popq 8 + rt_failsafe_selectors(%rip)
    popq 16 + rt_failsafe_selectors(%rip)
    popq 24 + rt_failsafe_selectors(%rip)
    push $0
    push $259
    jmp entry_common

/* int rt_setjmp(struct rt_jump *): 0, or what rt_longjmp() was given. */
    .globl rt_setjmp
rt_setjmp:
    mov (%rsp), %rax
    mov %rax, (%rdi)
    lea 8(%rsp), %rax
    mov %rax, 8(%rdi)
    mov %rbx, 16(%rdi)
    mov %rbp, 24(%rdi)
    mov %r12, 32(%rdi)
    mov %r13, 40(%rdi)
    mov %r14, 48(%rdi)
    mov %r15, 56(%rdi)
    xor %eax, %eax
    ret

    .globl rt_longjmp
rt_longjmp:
    mov %esi, %eax
    mov 16(%rdi), %rbx
    mov 24(%rdi), %rbp
    mov 32(%rdi), %r12
    mov 40(%rdi), %r13
    mov 48(%rdi), %r14
    mov 56(%rdi), %r15
    mov 8(%rdi), %rsp
    jmp *(%rdi)

    .bss
    .balign 4096
rt_boot_stack:
    .skip 65536
    .globl rt_boot_stack_end
rt_boot_stack_end:

    .section .note.GNU-stack, "", @progbits
