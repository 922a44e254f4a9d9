/* SPDX-License-Identifier: MIT */
/*
 * kernel.h - what an ELF kernel says about itself, checked.
 *
 * Rules:
 *   R1  Every number is judged before it is used; a lie names its field.
 *   R2  A segment goes to VIRT_BASE + p_paddr - PADDR_OFFSET, never to p_vaddr
 *       (a per-CPU segment has p_vaddr 0).
 *   R3  Only 64-bit PV kernels are taken; one that is for HVM or PVH alone is
 *       told so.
 */
#ifndef SPLITRING_TOOLS_KERNEL_H
#define SPLITRING_TOOLS_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dom0-tools/build/image.h"

#define KERNEL_SEGMENTS 64
#define NO_ADDRESS UINT64_MAX

struct kernel {
    uint64_t virt_base;
    uint64_t entry;
    uint64_t hypercall_page; /* NO_ADDRESS when it brings none */
    uint64_t init_p2m;       /* NO_ADDRESS: the p2m list stays with the rest */
    bool mod_start_pfn;      /* the initrd need not be mapped */
    char guest_os[32];
    uint64_t start, end;     /* guest addresses of all segments */
    unsigned int nr_segments;
    struct {
        uint64_t va, memsz;
        size_t offset, filesz;
    } segment[KERNEL_SEGMENTS];
};

/* 0, or -1 with the reason said. */
int kernel_parse(const char *path, const struct image *img,
                 struct kernel *out);

#endif
