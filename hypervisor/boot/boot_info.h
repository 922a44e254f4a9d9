/* SPDX-License-Identifier: MIT */
/* boot_info.h - what the loader said, in our own form (multiboot 1 or 2). */
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

#endif
