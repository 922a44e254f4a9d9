/* SPDX-License-Identifier: MIT */
/* multiboot.h - reads what a multiboot loader left behind into boot_info. */
#ifndef SPLITRING_BOOT_MULTIBOOT_H
#define SPLITRING_BOOT_MULTIBOOT_H

#include "boot/boot_info.h"

/* magic and the data's address are the loader's; boot_panic() on bad data. */
void multiboot_read(uint32_t magic, uint32_t data);

/* Adds one range of the firmware's map, any order, maybe overlapping. */
void memory_map_add(struct boot_info *bi, maddr_t start, uint64_t size,
                    uint32_t type);
/* Sorts, cuts overlaps (RAM loses against all else), joins neighbours. */
void memory_map_sanitise(struct boot_info *bi);

#endif
