/* SPDX-License-Identifier: MIT */
/* crc32.c - the CRC of xz and gzip, eight bytes a step. */
#include "boot/decode/decode.h"


#define POLYNOMIAL 0xedb88320u

static uint32_t table[8][256] __boot_bss;    /* [k][b]: byte b followed by k zero bytes  */

static void fill_table(void)
{
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t c = b;

        for (unsigned i = 0; i < 8; i++)
            c = (c >> 1) ^ (c & 1 ? POLYNOMIAL : 0);
        table[0][b] = c;
    }
    for (unsigned k = 1; k < 8; k++)
        for (uint32_t b = 0; b < 256; b++)
            table[k][b] = (table[k - 1][b] >> 8) ^ table[0][table[k - 1][b] & 0xff];
}

uint32_t decode_crc32(const uint8_t *p, size_t n)
{
    uint32_t c = ~0u;

    if (table[0][1] == 0)
        fill_table();
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t w;

        __builtin_memcpy(&w, p, 8);
        w ^= c;
        c = table[7][w & 0xff] ^ table[6][(w >> 8) & 0xff] ^
            table[5][(w >> 16) & 0xff] ^ table[4][(w >> 24) & 0xff] ^
            table[3][(w >> 32) & 0xff] ^ table[2][(w >> 40) & 0xff] ^
            table[1][(w >> 48) & 0xff] ^ table[0][w >> 56];
    }
    while (n-- > 0)
        c = (c >> 8) ^ table[0][(c ^ *p++) & 0xff];
    return ~c;
}
