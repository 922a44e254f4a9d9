/* SPDX-License-Identifier: MIT */
/*
 * first.S - the smallest PV kernel: its first instruction is the mark that ends
 * what is counted of its creation, then it turns itself off.
 */
#include "public/elfnote.h"
#include "tests/bench/mark.h"

#define SCHED_OP 29                     /* __HYPERVISOR_sched_op              */
#define SHUTDOWN 2                      /* SCHEDOP_shutdown, poweroff         */

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

    NOTE XEN_ELFNOTE_GUEST_OS,       .asciz "splitring-first"
    NOTE XEN_ELFNOTE_XEN_VERSION,    .asciz "xen-3.0"
    NOTE XEN_ELFNOTE_LOADER,         .asciz "generic"
    NOTE XEN_ELFNOTE_VIRT_BASE,      .quad VIRT
    NOTE XEN_ELFNOTE_PADDR_OFFSET,   .quad 0
    NOTE XEN_ELFNOTE_ENTRY,          .quad first
    NOTE XEN_ELFNOTE_HYPERCALL_PAGE, .quad hypercall_page

    .section .text.hypercall_page, "ax", @progbits
    .globl hypercall_page
    .balign 4096
hypercall_page:
    .skip 4096

    .text
    .globl first, rt_entry
rt_entry:
first:
    MARK(2)
1:  mov $SHUTDOWN, %edi
    lea reason(%rip), %rsi
    mov $SCHED_OP, %eax
    syscall
    jmp 1b

    .section .rodata
reason:
    .long 0

    .section .note.GNU-stack, "", @progbits
