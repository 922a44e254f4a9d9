/* SPDX-License-Identifier: MIT */
/*
 * unpack.c - bzImages in all four compressions give their kernel back, cut-off
 * and damaged ones an error, and no data writes past the room it was given.
 */
#include <lz4.h>
#include <lz4hc.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "dom0-tools/build/image.h"
#include "dom0-tools/build/unpack.h"
#include "tests/unit/tools/tools_test.h"

#define PLAIN (200u << 10)
#define PACKED (PLAIN + (64u << 10))
#define SETUP 4u

/* An ELF file's start, then bytes that do not pack to nothing. */
static void plain_make(uint8_t *p)
{
    struct fake_kernel k;
    uint32_t x = 1;
    size_t i;

    fake_kernel_make(&k);
    for (i = 0; i < PLAIN; i++) {
        x = x * 1664525 + 1013904223;
        p[i] = (uint8_t)((x >> 24) & (i & 64 ? 0xff : 3));
    }
    memcpy(p, &k, sizeof(k));
}

static size_t pack_gzip(const uint8_t *in, size_t len, uint8_t *out)
{
    z_stream z = { 0 };

    deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    z.next_in = (Bytef *)in;
    z.avail_in = (uInt)len;
    z.next_out = out;
    z.avail_out = PACKED;
    deflate(&z, Z_FINISH);
    deflateEnd(&z);
    return z.total_out;
}

/* As Linux packs its kernels: x86 branch filter, CRC32. */
static size_t pack_xz(const uint8_t *in, size_t len, uint8_t *out)
{
    lzma_options_lzma opt;
    lzma_filter filters[] = {
        { LZMA_FILTER_X86, NULL }, { LZMA_FILTER_LZMA2, &opt },
        { LZMA_VLI_UNKNOWN, NULL },
    };
    size_t n = 0;

    lzma_lzma_preset(&opt, 6);
    if (lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC32, NULL, in, len, out,
                                  &n, PACKED) != LZMA_OK)
        abort();
    return n;
}

static size_t pack_lz4(const uint8_t *in, size_t len, uint8_t *out)
{
    static const uint8_t magic[] = { 0x02, 0x21, 0x4c, 0x18 };
    size_t half = len / 2, at = 4;
    int part;

    memcpy(out, magic, 4);
    for (part = 0; part < 2; part++) { /* two blocks */
        const uint8_t *from = in + (part ? half : 0);
        size_t size = part ? len - half : half;
        uint32_t n = (uint32_t)LZ4_compress_HC((const char *)from,
                                               (char *)out + at + 4, (int)size,
                                               (int)(PACKED - at - 4), 9);

        memcpy(out + at, &n, 4);
        at += 4 + n;
    }
    return at;
}

static size_t pack_zstd(const uint8_t *in, size_t len, uint8_t *out)
{
    return ZSTD_compress(out, PACKED, in, len, 19);
}

static const struct {
    enum packing kind;
    size_t (*pack)(const uint8_t *in, size_t len, uint8_t *out);
} packers[] = {
    { PACK_GZIP, pack_gzip },
    { PACK_XZ, pack_xz },
    { PACK_LZ4, pack_lz4 },
    { PACK_ZSTD, pack_zstd },
};
#define PACKERS (sizeof(packers) / sizeof(packers[0]))

static void put32(uint8_t *p, uint32_t v)
{
    memcpy(p, &v, 4);
}

/* A bzImage around a payload and its size word; its length. */
static size_t bzimage_make(uint8_t *file, const uint8_t *payload, size_t n,
                           uint32_t plain)
{
    size_t at = (SETUP + 1) * 512 + 0x100;

    memset(file, 0, at);
    file[0x1f1] = SETUP;
    memcpy(file + 0x202, "HdrS", 4);
    file[0x206] = 0x0f;
    file[0x207] = 0x02;
    put32(file + 0x248, 0x100);
    put32(file + 0x24c, (uint32_t)n + 4);
    memcpy(file + at, payload, n);
    put32(file + at + n, plain);
    return at + n + 4;
}

struct made {
    uint8_t *plain, *packed, *file;
    size_t packed_len, file_len;
};

static void make(struct made *m, size_t which)
{
    m->plain = malloc(PLAIN);
    m->packed = malloc(PACKED);
    m->file = malloc(PACKED + 8192);
    plain_make(m->plain);
    m->packed_len = packers[which].pack(m->plain, PLAIN, m->packed);
    m->file_len = bzimage_make(m->file, m->packed, m->packed_len, PLAIN);
}

static void unmake(struct made *m)
{
    free(m->plain);
    free(m->packed);
    free(m->file);
}

static void test_bzimages(void)
{
    struct image img;
    struct made m;
    size_t i;

    for (i = 0; i < PACKERS; i++) {
        make(&m, i);
        CU_ASSERT(unpack_kind(m.packed, m.packed_len) == packers[i].kind);
        hush();
        CU_ASSERT_FATAL(image_from_bytes("k", m.file, m.file_len, &img) == 0);
        CU_ASSERT(img.len == PLAIN && memcmp(img.data, m.plain, PLAIN) == 0);
        image_free(&img);
        CU_ASSERT(image_load(temp_file(m.file, m.file_len), &img) == 0);
        image_free(&img);
        /* the packed file by itself is taken too */
        CU_ASSERT(image_from_bytes("k", m.packed, m.packed_len, &img) == 0);
        image_free(&img);
        unmake(&m);
    }
}

static void test_cut_off(void)
{
    const char *why;
    struct made m;
    size_t i, n;
    uint8_t *out = malloc(PLAIN);

    for (i = 0; i < PACKERS; i++) {
        make(&m, i);
        for (n = 0; n < m.packed_len; n += n < 300 ? 1 : 997) {
            uint8_t *part = malloc(n + 1); /* its end is watched */
            long got;

            memcpy(part, m.packed, n);
            got = unpack(packers[i].kind, part, n, out, PLAIN, &why);
            CU_ASSERT(got < (long)PLAIN);
            free(part);
        }
        unmake(&m);
    }
    free(out);
}

static void test_bounded_output(void)
{
    size_t i, room;
    const char *why;
    struct made m;

    for (i = 0; i < PACKERS; i++) {
        make(&m, i);
        for (room = 0; room < PLAIN; room += 9973) {
            uint8_t *out = malloc(room + 1); /* its end is watched */

            CU_ASSERT(unpack(packers[i].kind, m.packed, m.packed_len, out,
                             room, &why) == -1);
            free(out);
        }
        unmake(&m);
    }
}

static void test_damaged(void)
{
    const char *why;
    struct made m;
    size_t i, n;
    uint8_t *out = malloc(PLAIN);

    for (i = 0; i < PACKERS; i++) {
        make(&m, i);
        for (n = 4; n < m.packed_len; n += 211) {
            long got;

            m.packed[n] ^= 0x55;
            got = unpack(packers[i].kind, m.packed, m.packed_len, out, PLAIN,
                         &why);
            CU_ASSERT(got <= (long)PLAIN);
            m.packed[n] ^= 0x55;
        }
        unmake(&m);
    }
    free(out);
}

static void test_lying_headers(void)
{
    struct image img;
    struct made m;

    make(&m, 0);
    hush();
    CU_ASSERT(image_from_bytes("k", m.file, 100, &img) == -1);
    put32(m.file + 0x248, 0xfffffff0);
    CU_ASSERT(image_from_bytes("k", m.file, m.file_len, &img) == -1);
    CU_ASSERT(said_has("the boot header puts the payload"));
    put32(m.file + 0x248, 0x100);
    put32(m.file + 0x24c, 0x7fffffff);
    CU_ASSERT(image_from_bytes("k", m.file, m.file_len, &img) == -1);
    put32(m.file + 0x24c, 3);
    CU_ASSERT(image_from_bytes("k", m.file, m.file_len, &img) == -1);
    put32(m.file + 0x24c, (uint32_t)m.packed_len + 4);
    m.file[0x206] = 7;
    m.file[0x207] = 2;
    hush();
    CU_ASSERT(image_from_bytes("k", m.file, m.file_len, &img) == -1);
    CU_ASSERT(said_has("too old"));
    m.file[0x206] = 0x0f;
    /* the size word lies: too little room is an error, a huge one is capped */
    put32(m.file + m.file_len - 4, PLAIN / 2);
    CU_ASSERT(image_from_bytes("k", m.file, m.file_len, &img) == -1);
    CU_ASSERT(said_has("unpacks to too much"));
    put32(m.file + m.file_len - 4, 0xffffffff);
    CU_ASSERT(image_from_bytes("k", m.file, m.file_len, &img) == 0);
    image_free(&img);
    unmake(&m);
}

static void test_not_a_kernel(void)
{
    uint8_t junk[4096], packed[PACKED];
    struct image img;
    size_t n;

    memset(junk, 'j', sizeof(junk));
    hush();
    CU_ASSERT(image_from_bytes("k", junk, sizeof(junk), &img) == -1);
    CU_ASSERT(said_has("kernel k: neither an ELF file nor a bzImage"));
    CU_ASSERT(image_from_bytes("k", junk, 0, &img) == -1);
    n = pack_gzip(junk, sizeof(junk), packed);
    CU_ASSERT(image_from_bytes("k", packed, n, &img) == -1);
    CU_ASSERT(said_has("no ELF file"));
    memcpy(junk, "BZh9", 4);
    CU_ASSERT(image_from_bytes("k", junk, sizeof(junk), &img) == -1);
    CU_ASSERT(said_has("bzip2"));
    CU_ASSERT(image_load("/nosuch", &img) == -1);
    CU_ASSERT(said_has("kernel /nosuch: No such file"));
    CU_ASSERT(image_load("/dev", &img) == -1);
    CU_ASSERT(said_has("not a regular file"));
    CU_ASSERT(image_load(temp_file("", 0), &img) == -1);
    CU_ASSERT(said_has("the file is empty"));
}

bool suite_unpack(void)
{
    CU_pSuite s = CU_add_suite("unpack", NULL, NULL);

    return s && CU_ADD_TEST(s, test_bzimages) && CU_ADD_TEST(s, test_cut_off) &&
           CU_ADD_TEST(s, test_bounded_output) &&
           CU_ADD_TEST(s, test_damaged) &&
           CU_ADD_TEST(s, test_lying_headers) &&
           CU_ADD_TEST(s, test_not_a_kernel);
}
