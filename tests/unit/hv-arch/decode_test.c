/* SPDX-License-Identifier: MIT */
/*
 * decode_test.c - what liblzma, zlib, liblz4 and libzstd pack our decoders unpack, and
 * what is damaged they refuse without leaving their buffers (the sanitizers watch).
 */
#include <CUnit/Basic.h>
#include <lz4.h>
#include <lz4hc.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "boot/decode/decode.h"

#define PLAIN_MAX (3u << 20)

static uint8_t *plain, *packed, *out;
static size_t packed_size;
static uint64_t seed = 88172645463325252ull;

static uint32_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 16);
}

/* Kinds of data: noise, one byte, text-like repeats, code-like calls. */
static void fill(size_t n, unsigned kind)
{
    for (size_t i = 0; i < n; i++) {
        switch (kind) {
        case 0: plain[i] = (uint8_t)next_random(); break;
        case 1: plain[i] = 0; break;
        case 2: plain[i] = (uint8_t)("the quick brown fox "[i % 20] +
                                     (next_random() % 50 == 0)); break;
        default:
            plain[i] = next_random() % 3 ? 0xe8 + (next_random() & 1) :
                       next_random() % 3 ? 0 : 0xff;
        }
    }
}

static void pack(size_t n, uint32_t preset, bool x86, lzma_check check)
{
    lzma_options_lzma lz;
    lzma_filter plain_chain[] = { { LZMA_FILTER_LZMA2, &lz },
                                  { LZMA_VLI_UNKNOWN, NULL } };
    lzma_filter x86_chain[] = { { LZMA_FILTER_X86, NULL },
                                { LZMA_FILTER_LZMA2, &lz },
                                { LZMA_VLI_UNKNOWN, NULL } };

    lzma_lzma_preset(&lz, preset);
    packed_size = 0;
    CU_ASSERT_EQUAL_FATAL(LZMA_OK,
        lzma_stream_buffer_encode(x86 ? x86_chain : plain_chain, check, NULL,
                                  plain, n, packed, &packed_size,
                                  PLAIN_MAX + 65536));
}

#define PACKED_MAX (PLAIN_MAX + 65536)
#define LZ4_BLOCK  (1u << 20)

static void pack_gzip(size_t n, int level)
{
    static const int strategy[] = { Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY,
                                    Z_RLE };
    z_stream z = { .next_in = plain, .avail_in = (uInt)n, .next_out = packed,
                   .avail_out = PACKED_MAX };

    CU_ASSERT_EQUAL_FATAL(Z_OK, deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8,
                                             strategy[next_random() % 4]));
    CU_ASSERT_EQUAL_FATAL(Z_STREAM_END, deflate(&z, Z_FINISH));
    packed_size = z.total_out;
    deflateEnd(&z);
}

/* Blocks of 1 MiB, and the size behind them as a kernel has it. */
static void pack_lz4(size_t n, int level)
{
    static const uint8_t magic[4] = { 0x02, 0x21, 0x4c, 0x18 };

    memcpy(packed, magic, 4);
    packed_size = 4;
    for (size_t at = 0; at < n; at += LZ4_BLOCK) {
        int some = (int)(n - at < LZ4_BLOCK ? n - at : LZ4_BLOCK), got;
        uint32_t word;

        got = LZ4_compress_HC((char *)plain + at, (char *)packed + packed_size + 4,
                              some, (int)(PACKED_MAX - packed_size - 4), level);
        CU_ASSERT_FATAL(got > 0);
        word = (uint32_t)got;
        memcpy(packed + packed_size, &word, 4);
        packed_size += 4 + word;
    }
    memcpy(packed + packed_size, &(uint32_t){ (uint32_t)n }, 4);
    packed_size += 4;
}

static void pack_zstd(size_t n, int level)
{
    static ZSTD_CCtx *c;

    if (!c)
        c = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, level & 1);
    packed_size = ZSTD_compress2(c, packed, PACKED_MAX, plain, n);
    CU_ASSERT_FATAL(!ZSTD_isError(packed_size));
}

static const struct {
    void (*pack)(size_t n, int level);
    int levels[4];
} others[] = {
    { pack_gzip, { 1, 6, 9, 0 } },
    { pack_lz4, { 1, 9, 12, 3 } },
    { pack_zstd, { -5, 3, 12, 19 } },
};

static void expect_same(size_t n)
{
    size_t written = 0;

    memset(out, 0x5a, n);
    CU_ASSERT_EQUAL(0, decode_kernel(packed, packed_size, out, n, &written));
    CU_ASSERT_EQUAL(n, written);
    CU_ASSERT(memcmp(plain, out, n) == 0);
}

static void unpacks_what_liblzma_packs(void)
{
    static const size_t sizes[] = { 0, 1, 4, 5, 6, 100, 65536, 65537, PLAIN_MAX };

    for (unsigned kind = 0; kind < 4; kind++)
        for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++)
            for (unsigned x86 = 0; x86 < 2; x86++) {
                fill(sizes[i], kind);
                pack(sizes[i], i % 7, x86, LZMA_CHECK_CRC32);
                expect_same(sizes[i]);
            }
}

/* Bytes that look like opcodes in every arrangement of their neighbours. */
static void x86_filter_agrees_on_opcode_runs(void)
{
    for (unsigned round = 0; round < 400; round++) {
        size_t n = 5 + next_random() % 200;

        fill(n, 3);
        pack(n, 0, true, LZMA_CHECK_CRC32);
        expect_same(n);
    }
}

static void refuses_what_does_not_fit(void)
{
    size_t written;

    fill(100000, 2);
    pack(100000, 6, false, LZMA_CHECK_CRC32);
    CU_ASSERT_EQUAL(-28, decode_kernel(packed, packed_size, out, 99999, &written));
    CU_ASSERT_EQUAL(-28, decode_kernel(packed, packed_size, out, 0, &written));
}

static void refuses_every_truncation(void)
{
    size_t written;

    fill(3000, 2);
    pack(3000, 6, true, LZMA_CHECK_CRC32);
    for (size_t n = 0; n + 30 < packed_size; n++) {
        uint8_t *copy = malloc(n ? n : 1);

        memcpy(copy, packed, n);
        CU_ASSERT_NOT_EQUAL(0, decode_kernel(copy, n, out, 3000, &written));
        free(copy);
    }
}

static void refuses_every_changed_byte(void)
{
    size_t written;

    fill(3000, 2);
    pack(3000, 6, true, LZMA_CHECK_CRC32);
    for (size_t i = 0; i + 40 < packed_size; i++) {
        uint8_t was = packed[i];

        packed[i] = (uint8_t)(was ^ (1u << next_random() % 8));
        CU_ASSERT_NOT_EQUAL(0, decode_kernel(packed, packed_size, out, 3000,
                                             &written));
        packed[i] = was;
    }
    expect_same(3000);
}

static void unpacks_what_the_others_pack(void)
{
    static const size_t sizes[] = { 0, 1, 2, 3, 4, 5, 18, 63, 64, 100, 1000, 4096,
                                    65535, 65536, 131072, 131073, 400000, PLAIN_MAX };

    for (unsigned f = 0; f < ARRAY_SIZE(others); f++)
        for (unsigned kind = 0; kind < 4; kind++)
            for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
                fill(sizes[i], kind);
                others[f].pack(sizes[i], others[f].levels[i % 4]);
                expect_same(sizes[i]);
            }
}

/* Many short ones: every shape of table and of last block. */
static void unpacks_short_runs_of_any_kind(void)
{
    for (unsigned round = 0; round < 3000; round++) {
        unsigned f = next_random() % ARRAY_SIZE(others);
        size_t n = next_random() % 3000;

        fill(n, next_random() % 4);
        for (size_t i = 0; i < n; i++)      /* fewer symbols, other shares      */
            plain[i] &= (uint8_t)(0xff >> (round % 8));
        others[f].pack(n, others[f].levels[next_random() % 4]);
        expect_same(n);
    }
}

static void refuses_what_the_others_damaged(void)
{
    size_t written;

    for (unsigned f = 0; f < ARRAY_SIZE(others); f++) {
        fill(5000, 2);
        others[f].pack(5000, others[f].levels[1]);
        CU_ASSERT_EQUAL(-28, decode_kernel(packed, packed_size, out, 4999, &written));
        for (size_t n = 0; n + 9 < packed_size; n++) {
            uint8_t *copy = malloc(n ? n : 1);

            memcpy(copy, packed, n);
            CU_ASSERT(decode_kernel(copy, n, out, 5000, &written) != 0 ||
                      written < 5000);
            free(copy);
        }
        for (size_t i = 0; i < packed_size; i++) {
            uint8_t was = packed[i];

            packed[i] = (uint8_t)(was ^ (1u << next_random() % 8));
            if (decode_kernel(packed, packed_size, out, 5000, &written) == 0 &&
                f != 1)                     /* lz4's old frame has no checksum   */
                CU_ASSERT(written == 5000 && memcmp(plain, out, 5000) == 0);
            packed[i] = was;
        }
        expect_same(5000);
    }
}

static void names_what_it_does_not_know(void)
{
    size_t written;

    fill(3000, 2);
    pack(3000, 6, false, LZMA_CHECK_CRC64);
    CU_ASSERT_EQUAL(-95, decode_kernel(packed, packed_size, out, 3000, &written));
    CU_ASSERT_EQUAL(-95, decode_kernel("\x7f" "ELF", 4, out, 3000, &written));
    CU_ASSERT_EQUAL(-95, decode_kernel("", 0, out, 3000, &written));
}

int main(void)
{
    CU_pSuite s;
    unsigned failed;

    plain = malloc(PLAIN_MAX);
    out = malloc(PLAIN_MAX);
    packed = malloc(PLAIN_MAX + 65536);
    if (!plain || !out || !packed || CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    s = CU_add_suite("decode", NULL, NULL);
    CU_ADD_TEST(s, unpacks_what_liblzma_packs);
    CU_ADD_TEST(s, x86_filter_agrees_on_opcode_runs);
    CU_ADD_TEST(s, refuses_what_does_not_fit);
    CU_ADD_TEST(s, refuses_every_truncation);
    CU_ADD_TEST(s, refuses_every_changed_byte);
    CU_ADD_TEST(s, unpacks_what_the_others_pack);
    CU_ADD_TEST(s, unpacks_short_runs_of_any_kind);
    CU_ADD_TEST(s, refuses_what_the_others_damaged);
    CU_ADD_TEST(s, names_what_it_does_not_know);
    CU_basic_run_tests();
    failed = CU_get_number_of_failures();
    CU_cleanup_registry();
    free(plain);
    free(out);
    free(packed);
    return failed != 0;
}
