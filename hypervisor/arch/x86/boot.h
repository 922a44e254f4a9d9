/* SPDX-License-Identifier: MIT */
/* boot.h - where our image lies, and the page tables that boot.S made. */
#ifndef SPLITRING_ARCH_BOOT_H
#define SPLITRING_ARCH_BOOT_H

#include "arch/x86/layout.h"
#include "lib/types.h"

/* Linker symbols; all at IMAGE_VA + their physical address. */
extern char image_start[], image_text_end[], image_rodata_end[];
extern char image_load_end[], image_end[];
extern char boot_bss_start[], boot_bss_end[];    /* for booting alone */
#define image_maddr(p) ((maddr_t)((vaddr_t)(p) - IMAGE_VA))

/* The tables of boot: slot 0 and DIRECT_MAP_VA show the first 4 GiB 1:1, IMAGE_VA
 * the first GiB. APs come up through them (a slot 0 is in no other table). */
extern uint64_t boot_l4[512];

/* A free page below 1 MiB for the APs' first instructions, chosen by smp.c. */
extern char trampoline_start[], trampoline_end[];

/* Physical memory below 4 GiB, before memory_init(). */
static inline void *boot_map(maddr_t a)
{
    return (void *)(DIRECT_MAP_VA + a);
}

#endif
