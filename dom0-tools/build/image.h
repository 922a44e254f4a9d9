/* SPDX-License-Identifier: MIT */
/*
 * image.h - a guest's kernel file brought to plain ELF bytes.
 *
 * Takes an ELF file, a bzImage, or either of them compressed as a whole, with
 * every offset and size of the headers checked against the file.
 */
#ifndef SPLITRING_TOOLS_IMAGE_H
#define SPLITRING_TOOLS_IMAGE_H

#include <stddef.h>
#include <stdint.h>

/* More than any kernel unpacks to, less than a control domain has. */
#define IMAGE_MAX ((size_t)256 << 20)

struct image {
    uint8_t *data;
    size_t len;
    size_t mapped; /* bytes of the mapping @data is, 0 when it was malloc()ed */
};

/* 0, or -1 with the reason said; @path stands in the messages. */
int image_load(const char *path, struct image *out);
/* The same from memory, which stays the caller's. */
int image_from_bytes(const char *path, const uint8_t *file, size_t len,
                     struct image *out);
void image_free(struct image *img);

/* A file as it is (an initial ramdisk), mapped. */
int image_map(const char *what, const char *path, struct image *out);

#endif
