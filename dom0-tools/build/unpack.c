/* SPDX-License-Identifier: MIT */
/*
 * unpack.c - gzip, xz, lz4 and zstd through their libraries; see unpack.h.
 *
 * Rules:
 *   R1  Output never passes @max: every decoder gets the room that is left.
 *   R2  Memory a decoder may take for itself is capped (xz dictionaries,
 *       zstd windows), so that a header cannot ask for gigabytes.
 *   R3  Bytes after the end of the stream are ignored: a kernel's payload is
 *       followed by a size word.
 */
#include "dom0-tools/build/unpack.h"

#include <lz4.h>
#include <lzma.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

/* R2. Kernels are packed with a 32 MiB dictionary (xz) or 128 MiB (zstd -22). */
#define XZ_MEMORY (160u << 20)
#define ZSTD_WINDOW_LOG 27

static const struct {
    enum packing kind;
    uint8_t len;
    uint8_t magic[6];
} magics[] = {
    { PACK_GZIP, 2, { 0x1f, 0x8b } },
    { PACK_XZ, 6, { 0xfd, '7', 'z', 'X', 'Z', 0 } },
    { PACK_LZ4, 4, { 0x02, 0x21, 0x4c, 0x18 } },
    { PACK_ZSTD, 4, { 0x28, 0xb5, 0x2f, 0xfd } },
    { PACK_OTHER, 3, { 'B', 'Z', 'h' } },
    { PACK_OTHER, 3, { 0x5d, 0, 0 } },
    { PACK_OTHER, 4, { 0x89, 'L', 'Z', 'O' } },
};

enum packing unpack_kind(const uint8_t *in, size_t len)
{
    size_t i;

    for (i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
        if (len >= magics[i].len &&
            memcmp(in, magics[i].magic, magics[i].len) == 0)
            return magics[i].kind;
    return PACK_NONE;
}

const char *unpack_name(enum packing kind)
{
    static const char *const names[] = {
        [PACK_NONE] = "no known compression", [PACK_GZIP] = "gzip",
        [PACK_XZ] = "xz",                     [PACK_LZ4] = "lz4",
        [PACK_ZSTD] = "zstd",                 [PACK_OTHER] = "bzip2, lzma or lzo",
    };

    return names[kind];
}

static long unpack_gzip(const uint8_t *in, size_t len, uint8_t *out,
                        size_t max, const char **why)
{
    z_stream z = { 0 };
    long done;
    int rc;

    if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK) {
        *why = "zlib does not start";
        return -1;
    }
    z.next_in = (Bytef *)in;
    z.avail_in = (uInt)len;
    z.next_out = out;
    z.avail_out = (uInt)max; /* R1 */
    rc = inflate(&z, Z_FINISH);
    done = (long)z.total_out;
    inflateEnd(&z);
    if (rc == Z_STREAM_END)
        return done;
    *why = rc == Z_BUF_ERROR && z.avail_out == 0 ? "it unpacks to too much" :
           rc == Z_BUF_ERROR ? "the gzip data is cut off" :
                               "the gzip data is damaged";
    return -1;
}

static long unpack_xz(const uint8_t *in, size_t len, uint8_t *out, size_t max,
                      const char **why)
{
    lzma_stream z = LZMA_STREAM_INIT;
    lzma_ret rc = lzma_stream_decoder(&z, XZ_MEMORY, 0); /* R2 */
    long done;

    if (rc == LZMA_OK) {
        z.next_in = in;
        z.avail_in = len;
        z.next_out = out;
        z.avail_out = max; /* R1 */
        do
            rc = lzma_code(&z, LZMA_RUN);
        while (rc == LZMA_OK); /* no progress ends in LZMA_BUF_ERROR */
    }
    done = (long)z.total_out;
    if (rc != LZMA_STREAM_END)
        *why = rc == LZMA_MEMLIMIT_ERROR ? "its xz dictionary is too large" :
               rc == LZMA_BUF_ERROR && !z.avail_out ?
                                               "it unpacks to too much" :
               rc == LZMA_BUF_ERROR ? "the xz data is cut off" :
                                      "the xz data is damaged";
    lzma_end(&z);
    return rc == LZMA_STREAM_END ? done : -1;
}

static uint32_t le32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

/* The legacy frame: a magic, then blocks of (packed size, data), no end mark. */
#define LZ4_LEGACY_MAGIC 0x184c2102u
#define LZ4_BLOCK_OUT (8u << 20)

static long unpack_lz4(const uint8_t *in, size_t len, uint8_t *out, size_t max,
                       const char **why)
{
    size_t at = 4, done = 0;

    while (at <= len && len - at >= 4) {
        uint32_t packed = le32(in + at);
        size_t room = max - done < LZ4_BLOCK_OUT ? max - done : LZ4_BLOCK_OUT;
        int n;

        at += 4;
        if (packed == LZ4_LEGACY_MAGIC)
            continue; /* another frame may follow the first */
        if (packed == 0 || packed > len - at) {
            /* R3: what stands after the last block is the size word */
            if (done && len - at == 0)
                return (long)done;
            *why = "the lz4 data is cut off";
            return -1;
        }
        if (room == 0) {
            *why = "it unpacks to too much";
            return -1;
        }
        n = LZ4_decompress_safe((const char *)in + at, (char *)out + done,
                                (int)packed, (int)room);
        if (n < 0) {
            *why = max - done <= LZ4_BLOCK_OUT ?
                       "the lz4 data is damaged or unpacks to too much" :
                       "the lz4 data is damaged";
            return -1;
        }
        done += (size_t)n;
        at += packed;
    }
    return (long)done;
}

static long unpack_zstd(const uint8_t *in, size_t len, uint8_t *out,
                        size_t max, const char **why)
{
    ZSTD_DCtx *ctx = ZSTD_createDCtx();
    ZSTD_inBuffer src = { in, len, 0 };
    ZSTD_outBuffer dst = { out, max, 0 }; /* R1 */
    size_t rc = 1, was;
    bool stuck;

    if (!ctx) {
        *why = "zstd does not start";
        return -1;
    }
    ZSTD_DCtx_setParameter(ctx, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG); /* R2 */
    do {
        was = dst.pos + src.pos;
        rc = ZSTD_decompressStream(ctx, &dst, &src);
        stuck = dst.pos + src.pos == was;
    } while (!ZSTD_isError(rc) && rc != 0 && !stuck);
    ZSTD_freeDCtx(ctx);
    if (rc == 0)
        return (long)dst.pos;
    *why = ZSTD_isError(rc) ? "the zstd data is damaged" :
           dst.pos == max ? "it unpacks to too much" :
                            "the zstd data is cut off";
    return -1;
}

long unpack(enum packing kind, const uint8_t *in, size_t len, uint8_t *out,
            size_t max, const char **why)
{
    *why = "its compression is not one of gzip, xz, lz4 and zstd";
    if (len > INT32_MAX || max > INT32_MAX) {
        *why = "it is larger than 2 GiB";
        return -1;
    }
    switch (kind) {
    case PACK_GZIP:
        return unpack_gzip(in, len, out, max, why);
    case PACK_XZ:
        return unpack_xz(in, len, out, max, why);
    case PACK_LZ4:
        return unpack_lz4(in, len, out, max, why);
    case PACK_ZSTD:
        return unpack_zstd(in, len, out, max, why);
    default:
        return -1;
    }
}
