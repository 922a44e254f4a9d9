/* SPDX-License-Identifier: MIT */
/*
 * lz4.c - lz4's legacy frame, as kernels have it: blocks of at most 8 MiB, each with
 * its packed size before it. Fewer than five bytes at the end are no block: there
 * a kernel has its unpacked size.
 */
#include "boot/decode/decode.h"

#include "lib/errno.h"
#include "lib/string.h"

#define MIN_MATCH 4

bool lz4_sniff(const uint8_t *in, size_t in_size)
{
    return in_size >= 4 && get32(in) == 0x184c2102;
}

/* A count that goes on while its bytes are 255. */
static bool more(const uint8_t **in, const uint8_t *end, size_t *n)
{
    uint8_t b;

    do {
        if (*in == end)
            return false;
        b = *(*in)++;
        *n += b;
    } while (b == 255);
    return true;
}

static int block(const uint8_t *in, const uint8_t *end, uint8_t *out, size_t size,
                 size_t *written)
{
    size_t at = 0;

    while (in < end) {
        unsigned token = *in++, distance;
        size_t n = token >> 4;

        if ((n == 15 && !more(&in, end, &n)) || n > (size_t)(end - in))
            return -EILSEQ;
        if (n > size - at)
            return -ENOSPC;
        memcpy(out + at, in, n);
        in += n;
        at += n;
        if (in == end) {                /* the last has no match               */
            *written += at;
            return 0;
        }
        if (end - in < 2)
            return -EILSEQ;
        distance = in[0] | (unsigned)in[1] << 8;
        in += 2;
        n = token & 15;
        if ((n == 15 && !more(&in, end, &n)) || !distance || distance > at)
            return -EILSEQ;
        n += MIN_MATCH;
        if (n > size - at)
            return -ENOSPC;
        for (; n; n--, at++)
            out[at] = out[at - distance];
    }
    return -EILSEQ;
}

int lz4_decode(const uint8_t *in, size_t in_size, uint8_t *out, size_t out_size,
               size_t *written)
{
    size_t at = 4;

    *written = 0;
    while (in_size - at > 4) {
        size_t n = get32(in + at);
        int rc;

        at += 4;
        if (n > in_size - at)
            return -EILSEQ;
        rc = block(in + at, in + at + n, out + *written, out_size - *written,
                   written);
        if (rc)
            return rc;
        at += n;
    }
    return 0;
}
