/* SPDX-License-Identifier: MIT */
/*
 * boot_mm.h - memory at boot, in the order in which boot/main.c calls it.
 *
 * Before these, boot code has mapped the first 4 GiB 1:1 into the direct map.
 */
#ifndef SPLITRING_MM_BOOT_MM_H
#define SPLITRING_MM_BOOT_MM_H

#include "lib/types.h"

struct mem_range { maddr_t start; uint64_t size; uint32_t type; };  /* e820 types */
#define MEM_RAM 1
#define MEM_MAX_RANGES 128

/* Takes the sanitised map and what is in use besides the image and the first MiB
 * (the modules; type is not looked at), maps RAM into the direct map (2 MiB pages;
 * 1 GiB where the CPU has them), builds the frame table and the M2P, and hands out the rest. */
void memory_init(const struct mem_range *map, unsigned nr_map,
                 const struct mem_range *used, unsigned nr_used);

/* The firmware's map as it was (XENMEM_machine_memory_map), and the check that a
 * device frame may be mapped by the control domain. */
extern struct mem_range machine_map[MEM_MAX_RANGES];
extern unsigned nr_machine_map;
bool mfn_is_ram(mfn_t m);
/* The control domain must not map [start, start + size), or only read it (an
 * MSI-X table). false: too many. */
bool iomem_restrict(maddr_t start, uint64_t size, bool readable);
bool iomem_readonly(mfn_t m);       /* it may be mapped, but not written      */

/* Maps device memory into our space, uncached; never undone. */
void *io_map(maddr_t start, size_t size);

/* The page-table root that is ours alone (idle CPUs, template of slots
 * 256..271); virtual address of its L4. */
extern uint64_t *hv_root;

/* Gives back the frames of a boot module or of boot-only data. */
void boot_pages_free(maddr_t start, maddr_t end);

#endif
