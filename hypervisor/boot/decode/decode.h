/* SPDX-License-Identifier: MIT */
/*
 * decode.h - unpacks the control domain's kernel.
 *
 * The format is told by its first bytes. Reads in[0..in_size), writes at most
 * out_size bytes, allocates nothing; data that lies gives an error, never an
 * access outside of the two buffers.
 */
#ifndef SPLITRING_BOOT_DECODE_H
#define SPLITRING_BOOT_DECODE_H

#include "lib/string.h"

/* 0 and *written; -EOPNOTSUPP: not a format we know; -EILSEQ: damaged data;
 * -ENOSPC: does not fit; -EBADMSG: its checksum is wrong. */
int decode_kernel(const void *in, size_t in_size, void *out, size_t out_size,
                  size_t *written);

/* One pair a format: whether a file starts like it, and the decoder. */
typedef bool decode_sniff_fn(const uint8_t *in, size_t in_size);
typedef int decode_fn(const uint8_t *in, size_t in_size, uint8_t *out,
                      size_t out_size, size_t *written);
decode_sniff_fn xz_sniff, gzip_sniff, lz4_sniff, zstd_sniff;
decode_fn xz_decode, gzip_decode, lz4_decode, zstd_decode;

static inline uint32_t get32(const uint8_t *p) { return (uint32_t)get(p, 4); }

/* Where a decoder works: memory that is given back when the machine has booted. */
#define __boot_bss __attribute__((section(".bss.boot")))

/* xz's parts. lzma2_decode() stops behind the end marker: *used of in, *written of
 * out. */
int lzma2_decode(const uint8_t *in, size_t in_size, size_t *used, uint8_t *out,
                 size_t out_size, size_t *written);
/* Takes back the x86 branch conversion of a whole block, in place. */
void bcj_x86_decode(uint8_t *buf, size_t size);
uint32_t decode_crc32(const uint8_t *p, size_t n);

#endif
