/* SPDX-License-Identifier: MIT */
/*
 * xz.c - the .xz container: stream header, blocks, and the index as their end.
 *
 * Known: filters LZMA2, and x86 branches before it; checks CRC32 and none. Header
 * and data checksums are verified; the index is not, as nothing is sought by it.
 */
#include "boot/decode/decode.h"

#include "lib/errno.h"
#include "lib/string.h"

#define HEADER_SIZE   12
#define CHECK_NONE    0
#define CHECK_CRC32   1
#define FILTER_X86    0x04
#define FILTER_LZMA2  0x21

static const uint8_t magic[6] = { 0xfd, '7', 'z', 'X', 'Z', 0 };

bool xz_sniff(const uint8_t *in, size_t in_size)
{
    return in_size >= sizeof(magic) && memcmp(in, magic, sizeof(magic)) == 0;
}

/* A number of up to 63 bits, 7 a byte, from p[*at] on. */
static int number(const uint8_t *p, size_t size, size_t *at, uint64_t *out)
{
    *out = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
        if (*at >= size)
            return -EILSEQ;
        *out |= (uint64_t)(p[*at] & 0x7f) << shift;
        if (!(p[(*at)++] & 0x80))
            return 0;
    }
    return -EILSEQ;
}

/* A block's header: its filters. h[0..size) without its CRC. */
static int block_header(const uint8_t *h, size_t size, bool *x86)
{
    unsigned filters = (h[1] & 3) + 1;
    uint64_t id = 0, props, skip;
    size_t at = 2;

    *x86 = false;
    if ((h[1] & 0x40) && number(h, size, &at, &skip))
        return -EILSEQ;
    if ((h[1] & 0x80) && number(h, size, &at, &skip))
        return -EILSEQ;
    if (filters > 2)
        return -EOPNOTSUPP;
    for (unsigned i = 0; i < filters; i++) {
        if (number(h, size, &at, &id) || number(h, size, &at, &props) ||
            props > size - at)
            return -EILSEQ;
        at += props;
        if (id == FILTER_X86 && i == 0 && filters == 2 && props == 0)
            *x86 = true;
        else if (id != FILTER_LZMA2 || i != filters - 1)
            return -EOPNOTSUPP;
    }
    return id == FILTER_LZMA2 ? 0 : -EOPNOTSUPP;
}

/* One block at in + *at; moves *at behind it and adds to *written. */
static int block(const uint8_t *in, size_t in_size, size_t *at, uint8_t *out,
                 size_t out_size, size_t *written, unsigned check)
{
    size_t size = (size_t)(in[*at] + 1) * 4, used, n, start;
    bool x86;
    int rc;

    if (size > in_size - *at)
        return -EILSEQ;
    if (decode_crc32(in + *at, size - 4) != get32(in + *at + size - 4))
        return -EBADMSG;
    rc = block_header(in + *at, size - 4, &x86);
    if (rc)
        return rc;
    start = *at + size;
    rc = lzma2_decode(in + start, in_size - start, &used, out + *written,
                      out_size - *written, &n);
    if (rc)
        return rc;
    if (x86)
        bcj_x86_decode(out + *written, n);
    *at = start + ((used + 3) & ~(size_t)3);
    if (check == CHECK_CRC32) {
        if (*at > in_size || in_size - *at < 4)
            return -EILSEQ;
        if (decode_crc32(out + *written, n) != get32(in + *at))
            return -EBADMSG;
        *at += 4;
    }
    *written += n;
    return 0;
}

int xz_decode(const uint8_t *in, size_t in_size, uint8_t *out, size_t out_size,
              size_t *written)
{
    size_t at = HEADER_SIZE;
    unsigned check;
    int rc;

    *written = 0;
    if (in_size < HEADER_SIZE || !xz_sniff(in, in_size) || in[6] != 0)
        return -EILSEQ;
    if (decode_crc32(in + 6, 2) != get32(in + 8))
        return -EBADMSG;
    check = in[7];
    if (check != CHECK_NONE && check != CHECK_CRC32)
        return -EOPNOTSUPP;
    for (;;) {
        if (at >= in_size)
            return -EILSEQ;
        if (in[at] == 0)
            return 0;                   /* the index                           */
        rc = block(in, in_size, &at, out, out_size, written, check);
        if (rc)
            return rc;
    }
}
