/* SPDX-License-Identifier: MIT */
/*
 * fuzz.c - our gzip, lz4 and zstd decoders beside zlib, liblz4 and libzstd: what both
 * accept is equal, and nothing is accepted by ours alone. (liblz4 also refuses
 * blocks whose last match ends too late; that is not damage.)
 *
 * The input is either a packed file, or a plain one that a library packs and whose
 * bytes are then changed here and there.
 */
#include <lz4.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "boot/decode/decode.h"

#define OUT_SIZE    65536
#define PACKED_SIZE (2 * OUT_SIZE)

static uint8_t ours[OUT_SIZE], theirs[OUT_SIZE], packed[PACKED_SIZE];

/* Each: the size, -1, or -2 if it is too large for the library. */
static long zlib_unpack(const uint8_t *in, size_t n)
{
    z_stream z = { .next_in = (uint8_t *)in, .avail_in = (uInt)n,
                   .next_out = theirs, .avail_out = OUT_SIZE };
    int rc;

    if (inflateInit2(&z, 15 + 16) != Z_OK)
        abort();
    rc = inflate(&z, Z_FINISH);
    inflateEnd(&z);
    return rc == Z_STREAM_END ? (long)z.total_out : -1;
}

static long lz4_unpack(const uint8_t *in, size_t n)
{
    size_t at = 4;
    long written = 0;

    while (n - at > 4) {
        uint32_t size;
        int got;

        memcpy(&size, in + at, 4);
        at += 4;
        if (size > n - at)
            return -1;
        got = LZ4_decompress_safe((const char *)in + at, (char *)theirs + written,
                                  (int)size, OUT_SIZE - (int)written);
        if (got < 0)
            return -1;
        at += size;
        written += got;
    }
    return written;
}

static long zstd_unpack(const uint8_t *in, size_t n)
{
    ZSTD_DCtx *d = ZSTD_createDCtx();
    ZSTD_inBuffer from = { in, n, 0 };
    ZSTD_outBuffer to = { theirs, OUT_SIZE, 0 };
    size_t rc;

    ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax, 24);
    do
        rc = ZSTD_decompressStream(d, &to, &from);
    while (!ZSTD_isError(rc) && rc != 0 && from.pos < n && to.pos < to.size);
    ZSTD_freeDCtx(d);
    if (ZSTD_getErrorCode(rc) == ZSTD_error_frameParameter_windowTooLarge)
        return -2;
    return rc == 0 ? (long)to.pos : -1;
}

static size_t pack(unsigned kind, const uint8_t *in, size_t n)
{
    z_stream z = { .next_in = (uint8_t *)in, .avail_in = (uInt)n,
                   .next_out = packed, .avail_out = PACKED_SIZE };
    uint32_t magic = 0x184c2102, got;
    size_t size;

    switch (kind) {
    case 0:
        if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, n & 3) != Z_OK)
            abort();
        deflate(&z, Z_FINISH);
        deflateEnd(&z);
        return z.total_out;
    case 1:
        got = (uint32_t)LZ4_compress_default((const char *)in, (char *)packed + 8,
                                             (int)n, PACKED_SIZE - 8);
        memcpy(packed, &magic, 4);
        memcpy(packed + 4, &got, 4);
        return 8 + got;
    default:
        size = ZSTD_compress(packed, PACKED_SIZE, in, n, (int)(n % 20));
        return ZSTD_isError(size) ? 0 : size;
    }
}

static void compare(const uint8_t *in, size_t n)
{
    size_t written = 0;
    long size;
    int rc = decode_kernel(in, n, ours, OUT_SIZE, &written);

    if (rc || xz_sniff(in, n))
        return;
    size = gzip_sniff(in, n) ? zlib_unpack(in, n) :
           lz4_sniff(in, n) ? lz4_unpack(in, n) : zstd_unpack(in, n);
    if (size == -2 || (size < 0 && lz4_sniff(in, n)))
        return;
    if (size != (long)written || memcmp(ours, theirs, written) != 0) {
        printf("ours %zu bytes, theirs %ld\n", written, size);
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned kind, changes;
    uint8_t *copy;
    size_t n;

    if (size < 2 || size > OUT_SIZE)
        return 0;
    kind = data[0] & 3;
    changes = data[1] & 7;
    if (kind == 3) {
        compare(data + 1, size - 1);
        return 0;
    }
    if (size < 2 + 3 * changes)
        return 0;
    n = pack(kind, data + 2 + 3 * changes, size - 2 - 3 * changes);
    for (unsigned i = 0; n && i < changes; i++) {
        const uint8_t *c = data + 2 + 3 * i;

        packed[(c[0] | (size_t)c[1] << 8) % n] ^= c[2];
    }
    copy = malloc(n ? n : 1);                   /* so that its end is watched   */
    memcpy(copy, packed, n);
    compare(copy, n);
    if (!changes) {                             /* unchanged: ours must take it */
        size_t written;

        if (decode_kernel(copy, n, ours, OUT_SIZE, &written) != 0)
            abort();
    }
    free(copy);
    return 0;
}
