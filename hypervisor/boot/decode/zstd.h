/* SPDX-License-Identifier: MIT */
/* zstd.h - between the two files of the zstd decoder. */
#ifndef SPLITRING_BOOT_DECODE_ZSTD_H
#define SPLITRING_BOOT_DECODE_ZSTD_H

#include "boot/decode/decode.h"

#define FSE_LOG      9
#define FSE_SYMBOLS  64             /* more than any alphabet of a block       */
#define HUFF_LOG     11
#define HUFF_SYMBOLS 256

/* A stream that is read from its last bit on; left < 0: too much was asked for. */
struct back {
    const uint8_t *p;
    size_t size;
    int64_t left;
};
bool back_open(struct back *b, const uint8_t *p, size_t n);
uint64_t back_bits(struct back *b, unsigned n);     /* n at most 32 */

struct fse_cell {
    uint8_t symbol, bits;
    uint16_t base;
};
struct fse {
    unsigned log;
    struct fse_cell cell[1 << FSE_LOG];
};
/* From each symbol's share of the states (-1: less than one). */
bool fse_make(struct fse *f, const int16_t *share, unsigned symbols, unsigned log);
void fse_one(struct fse *f, uint8_t symbol);
/* From its description: the bytes that it takes; 0: it is damaged. */
size_t fse_read(struct fse *f, const uint8_t *p, size_t n, unsigned symbols,
                unsigned max_log);

struct huff {
    unsigned log;
    struct { uint8_t symbol, bits; } cell[1 << HUFF_LOG];
};
size_t huff_read(struct huff *h, const uint8_t *p, size_t n);
bool huff_decode(const struct huff *h, const uint8_t *p, size_t n, uint8_t *out,
                 size_t size);

#endif
