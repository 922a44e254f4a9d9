/* SPDX-License-Identifier: MIT */
/*
 * kernel_image.h - what a PV kernel's ELF file says about itself.
 *
 * Every number is checked against the file before it is used: a lying header
 * gives a sentence that names the field.
 */
#ifndef SPLITRING_BOOT_KERNEL_IMAGE_H
#define SPLITRING_BOOT_KERNEL_IMAGE_H

#include "lib/types.h"

#define KERNEL_SEGMENTS 16

struct kernel_segment {
    uint64_t paddr;             /* guest physical, PADDR_OFFSET taken off     */
    uint64_t file_offset, file_size, mem_size;
};

struct kernel_image {
    const uint8_t *file;
    uint64_t size;
    unsigned nr_segments;
    struct kernel_segment segment[KERNEL_SEGMENTS];
    uint64_t end_paddr;         /* first byte after the last segment          */
    uint64_t virt_base, paddr_offset, entry;
    uint64_t hypercall_page;    /* 0: none                                    */
    uint64_t init_p2m;          /* 0: the list goes into the boot mapping     */
    bool mod_start_pfn;         /* the initrd need not be mapped              */
};

/* Where the compressed ELF file lies in a bzImage: *payload and *length, and how
 * large it is unpacked (from its last word). NULL, or what is wrong. */
const char *bzimage_payload(const uint8_t *file, uint64_t size,
                            const uint8_t **payload, uint64_t *length,
                            uint64_t *unpacked);
bool is_elf(const uint8_t *file, uint64_t size);

/* NULL, or what is wrong with the file. */
const char *kernel_image_parse(const uint8_t *file, uint64_t size,
                               struct kernel_image *out);

#endif
