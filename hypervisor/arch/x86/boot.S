/* SPDX-License-Identifier: MIT */
/*
 * boot.S - from the boot loader's 32-bit flat mode to hv_main() in long mode.
 *
 * Multiboot 1 and 2 load the flat binary at IMAGE_PHYS and enter at boot_entry
 * with a magic number in EAX and the physical address of their data in EBX.
 * Until paging is on, symbols are used by their physical address: PHYS().
 */
#include "layout.h"

#define PHYS(sym) ((sym) - IMAGE_VA)

#define MB1_MAGIC 0x1badb002
#define MB1_FLAGS 0x00010003        /* aligned modules, memory map, addresses */
#define MB2_MAGIC 0xe85250d6

    .section .boot.header, "a"
    .balign 8
    .globl boot_header
boot_header:
    .long MB1_MAGIC
    .long MB1_FLAGS
    .long -(MB1_MAGIC + MB1_FLAGS)
    .long PHYS(boot_header)
    .long PHYS(image_start)
    .long PHYS(image_load_end)
    .long PHYS(image_end)
    .long PHYS(boot_entry)

    .balign 8
mb2_header:
    .long MB2_MAGIC
    .long 0                         /* i386 */
    .long mb2_header_end - mb2_header
    .long -(MB2_MAGIC + (mb2_header_end - mb2_header))
    /* we would like: command line, modules, memory map, both kinds of RSDP */
    .short 1, 1
    .long 28
    .long 1, 3, 6, 14, 15
    .balign 8
    .short 2, 0                     /* addresses                              */
    .long 24
    .long PHYS(mb2_header), PHYS(image_start), PHYS(image_load_end), PHYS(image_end)
    .balign 8
    .short 3, 0                     /* entry                                  */
    .long 12
    .long PHYS(boot_entry)
    .balign 8
    .short 6, 0                     /* modules on page boundaries             */
    .long 8
    .balign 8
    .short 0, 0
    .long 8
mb2_header_end:

    .section .boot.text, "ax"
    .code32
    .globl boot_entry
boot_entry:
    cli
    cld
    mov %eax, PHYS(boot_magic)
    mov %ebx, PHYS(boot_data)

    mov $PHYS(bss_start), %edi
    mov $PHYS(bss_end), %ecx
    sub %edi, %ecx
    shr $2, %ecx
    xor %eax, %eax
    rep stosl
    mov $PHYS(boot_stack_top), %esp

    mov $0x80000000, %eax
    cpuid
    cmp $0x80000001, %eax
    jb no_long_mode
    mov $0x80000001, %eax
    cpuid
    bt $29, %edx
    jnc no_long_mode
    mov %edx, %ebp                  /* bit 20: NX                             */

    /* 2048 large pages: 4 GiB */
    mov $PHYS(boot_l2), %edi
    mov $0x83, %eax
    mov $2048, %ecx
1:  mov %eax, (%edi)
    add $0x200000, %eax
    add $8, %edi
    loop 1b

    mov $PHYS(boot_l3), %edi
    mov $PHYS(boot_l2) + 3, %eax
    mov %eax, PHYS(boot_l3_image) + ((IMAGE_VA >> 30) & 511) * 8
    mov $4, %ecx
1:  mov %eax, (%edi)
    add $4096, %eax
    add $8, %edi
    loop 1b

    mov $PHYS(boot_l3) + 3, %eax
    mov %eax, PHYS(boot_l4)
    mov %eax, PHYS(boot_l4) + ((DIRECT_MAP_VA >> 39) & 511) * 8
    mov $PHYS(boot_l3_image) + 3, %eax
    mov %eax, PHYS(boot_l4) + ((IMAGE_VA >> 39) & 511) * 8

    mov $0xa0, %eax                 /* PAE, PGE                               */
    mov %eax, %cr4
    mov $PHYS(boot_l4), %eax
    mov %eax, %cr3
    mov $0xc0000080, %ecx           /* EFER: LME, NXE if there is             */
    rdmsr
    or $0x100, %eax
    bt $20, %ebp
    jnc 1f
    or $0x800, %eax
1:  wrmsr
    mov $0x80010033, %eax           /* PG, WP, NE, ET, MP, PE                 */
    mov %eax, %cr0

    lgdt PHYS(boot_gdt_ptr)
    ljmp $8, $PHYS(boot_low64)

no_long_mode:
    mov $PHYS(no_long_mode_text), %esi
    mov $0xb8000, %edi
1:  lodsb
    test %al, %al
    jz 3f
    mov $0x07, %ah
    stosw
    mov %al, %bl
    mov $0x3fd, %dx                 /* COM1, as the firmware left it          */
    mov $0x10000, %ecx
2:  in %dx, %al
    test $0x20, %al
    loopz 2b
    mov $0x3f8, %dx
    mov %bl, %al
    out %al, %dx
    jmp 1b
3:  hlt
    jmp 3b

    .code64
boot_low64:
    movabs $boot_high64, %rax
    jmp *%rax
boot_high64:
    xor %eax, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %fs
    mov %eax, %gs
    mov %eax, %ss
    lea boot_stack_top(%rip), %rsp
    lgdt boot_gdt_ptr64(%rip)
    xor %ebp, %ebp
    mov boot_magic(%rip), %edi
    mov boot_data(%rip), %esi
    call hv_main
    ud2

    .data
    .balign 8
boot_magic:
    .long 0
boot_data:
    .long 0
boot_gdt:
    .quad 0
    .quad 0x00af9a000000ffff        /* 0x08: 64-bit code                      */
    .quad 0x00cf92000000ffff        /* 0x10: data                             */
boot_gdt_end:
boot_gdt_ptr:
    .short boot_gdt_end - boot_gdt - 1
    .long PHYS(boot_gdt)
    .balign 8
boot_gdt_ptr64:
    .short boot_gdt_end - boot_gdt - 1
    .quad boot_gdt

    .section .rodata
no_long_mode_text:
    .asciz "Splitring needs a 64-bit processor; this one has no long mode."

    .section .bss.page_aligned, "aw", @nobits
    .balign 4096
    .globl boot_l4
boot_l4:
    .skip 4096
boot_l3:
    .skip 4096
boot_l3_image:
    .skip 4096
boot_l2:
    .skip 4 * 4096

    /* CPU 0's stack block; struct cpu_info (216 bytes) is at its top. */
    .section .bss.stack, "aw", @nobits
    .balign 32768
    .globl boot_stack
boot_stack:
    .skip 32768 - 216
boot_stack_top:
    .skip 216

    .section .note.GNU-stack, "", @progbits
