/* SPDX-License-Identifier: MIT */
/*
 * trampoline.S - an AP's first instructions: real mode to long mode.
 *
 * smp.c copies this to a page below 1 MiB, fills in the words at its end, and
 * wakes one AP at a time. EBX holds the page's address until long mode.
 */
#include "layout.h"

#define OFFSET(sym) ((sym) - trampoline_start)

    .section .rodata
    .balign 16
    .globl trampoline_start
trampoline_start:
    .code16
    cli
    cld
    mov %cs, %ax
    mov %ax, %ds
    xor %ebx, %ebx
    mov %ax, %bx
    shl $4, %ebx
    lgdtl OFFSET(trampoline_gdt_ptr)
    mov %cr0, %eax
    or $1, %al
    mov %eax, %cr0
    ljmpl *OFFSET(trampoline_far32)

    .code32
trampoline_32:
    mov $0x10, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov $0xa0, %eax                 /* PAE, PGE                               */
    mov %eax, %cr4
    mov OFFSET(trampoline_cr3)(%ebx), %eax
    mov %eax, %cr3
    mov $0xc0000080, %ecx
    mov OFFSET(trampoline_efer)(%ebx), %eax
    xor %edx, %edx
    wrmsr
    mov $0x80010033, %eax           /* PG, WP, NE, ET, MP, PE                 */
    mov %eax, %cr0
    ljmp *OFFSET(trampoline_far64)(%ebx)

    .code64
trampoline_64:
    mov %ebx, %ebx
    mov OFFSET(trampoline_stack)(%rbx), %rsp
    mov OFFSET(trampoline_cpu)(%rbx), %edi
    xor %eax, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov %eax, %fs
    mov %eax, %gs
    xor %ebp, %ebp
    mov OFFSET(trampoline_main)(%rbx), %rax
    call *%rax
    ud2

    .balign 8
trampoline_gdt:
    .quad 0
    .quad 0x00af9a000000ffff        /* 0x08: 64-bit code                      */
    .quad 0x00cf92000000ffff        /* 0x10: data                             */
    .quad 0x00cf9a000000ffff        /* 0x18: 32-bit code                      */
trampoline_gdt_ptr:
    .short . - trampoline_gdt - 1
    .globl trampoline_gdt_base, trampoline_far32_offset, trampoline_far64_offset
trampoline_gdt_base:                /* these three: the page's address is added */
    .long OFFSET(trampoline_gdt)
trampoline_far32:
trampoline_far32_offset:
    .long OFFSET(trampoline_32)
    .short 0x18
trampoline_far64:
trampoline_far64_offset:
    .long OFFSET(trampoline_64)
    .short 0x08
    .balign 8
    .globl trampoline_cr3, trampoline_efer, trampoline_cpu
    .globl trampoline_stack, trampoline_main
trampoline_cr3:
    .long 0
trampoline_efer:
    .long 0
trampoline_cpu:
    .long 0
    .balign 8
trampoline_stack:
    .quad 0
trampoline_main:
    .quad 0
    .globl trampoline_end
trampoline_end:

    .section .note.GNU-stack, "", @progbits
