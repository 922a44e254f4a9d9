/* SPDX-License-Identifier: MIT */
/* boot_info.h - what a multiboot loader said (1 or 2), in our own form. */
#ifndef SPLITRING_BOOT_BOOT_INFO_H
#define SPLITRING_BOOT_BOOT_INFO_H

#include "lib/options.h"
#include "mm/boot_mm.h"

#define BOOT_CMDLINE_MAX 2048
#define BOOT_MODULES_MAX 8

struct boot_module {
    maddr_t start;
    uint64_t size;
    char cmdline[BOOT_CMDLINE_MAX];     /* with any leading file name as given */
};

struct boot_info {
    char cmdline[BOOT_CMDLINE_MAX];     /* hypervisor's, file name stripped   */
    const char *loader;
    bool multiboot2;
    bool bare_lines;                    /* module lines carry no file name    */
    unsigned nr_modules;
    struct boot_module module[BOOT_MODULES_MAX];    /* 0 kernel, 1 initrd     */
    unsigned nr_ranges;
    struct mem_range range[MEM_MAX_RANGES];         /* sorted, no overlaps    */
    maddr_t rsdp;                       /* 0: search the BIOS areas           */
    /* text-mode or framebuffer information for start_info's console */
    bool have_vga_text;
};

extern struct boot_info boot_info;

/* magic and the data's address are the loader's; boot_panic() on bad data. */
void multiboot_read(uint32_t magic, uint32_t data);

/* Adds one range of the firmware's map, any order, maybe overlapping. */
void memory_map_add(struct boot_info *bi, maddr_t start, uint64_t size,
                    uint32_t type);
/* Sorts, cuts overlaps (RAM loses against all else), joins neighbours. */
void memory_map_sanitise(struct boot_info *bi);

#endif
