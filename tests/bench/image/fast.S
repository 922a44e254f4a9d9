/* SPDX-License-Identifier: MIT */
/*
 * fast.S - the guest's side of what is measured, as short as it can be: a row's
 * figure should be the hypervisor's work.
 *
 * Entries find RCX and R11 on the stack under an error code, if there is one, and
 * the frame of IRET; HYPERVISOR_iret wants RAX, R11, RCX and flags below that frame.
 */
#include "abi.h"


.macro IRET_HYPERCALL flags
    push $\flags
    push %rcx
    push %r11
    push %rax
    mov $FAST_IRET, %eax
    syscall
.endm

    .text
/* Counts an event of a port below 64. */
    .globl fast_event
fast_event:
    pop %rcx
    pop %r11
    push $0
    push %rcx
    push %r11
    push %rax
    mov rt_shared(%rip), %rax
    movb $0, FAST_PENDING(%rax)
    movq $0, FAST_SELECTOR(%rax)
    movq $0, FAST_PORT_WORD(%rax)
    incq fast_events(%rip)
    mov $FAST_IRET, %eax
    syscall

    .globl fast_syscall
fast_syscall:
    pop %rcx
    pop %r11
    IRET_HYPERCALL FAST_IN_SYSCALL

/* Goes on behind the two bytes of the instruction that faulted. */
    .globl fast_fault
fast_fault:
    pop %rcx
    pop %r11
    add $8, %rsp
    addq $2, (%rsp)
    IRET_HYPERCALL 0

/* fast_iret(n): n times from the kernel to the next instruction. */
    .globl fast_iret
fast_iret:
    push %rbx
    mov %rdi, %rbx
1:  mov %rsp, %rax
    push $FAST_SS
    push %rax
    push $0x200
    push $FAST_CS
    push $2f
    IRET_HYPERCALL 0
2:  dec %rbx
    jnz 1b
    pop %rbx
    ret

/* The same loop, empty: what every row's figure is less. */
    .globl fast_loop
fast_loop:
    push %rbx
    mov %rdi, %rbx
1:  dec %rbx
    jnz 1b
    pop %rbx
    ret

/* User code: RBX times, then an undefined instruction ends it. */
    .globl user_code, user_code_end, user_faults
    .section .rodata
    .balign 16
user_code:
1:  syscall
    dec %rbx
    jnz 1b
    ud2
    .balign 16
user_faults:
2:  mov (%rdi), %eax                    /* two bytes */
    dec %rbx
    jnz 2b
    ud2
user_code_end:

/*
 * The other domain: one page of code at PEER_BASE, a stack, shared_info. It
 * answers an event by an event and sleeps in between.
 */
    .globl peer_code, peer_event, peer_port, peer_code_end
    .balign 16
peer_code:
    mov $FAST_BLOCK, %edi
    xor %esi, %esi
    mov $FAST_SCHED_OP, %eax
    syscall
    jmp peer_code
    .balign 16
peer_event:
    pop %rcx
    pop %r11
    mov $PEER_SHARED, %rax
    movb $0, FAST_PENDING(%rax)
    movq $0, FAST_SELECTOR(%rax)
    movq $0, FAST_PORT_WORD(%rax)
    mov $FAST_SEND, %edi
    lea peer_port(%rip), %rsi
    mov $FAST_EVENT_OP, %eax
    syscall
    IRET_HYPERCALL 0
    .balign 8
peer_port:
    .long 0
peer_code_end:

    .bss
    .balign 8
    .globl fast_events
fast_events:
    .skip 8

    .section .note.GNU-stack, "", @progbits
