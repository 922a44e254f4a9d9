/* SPDX-License-Identifier: MIT */
/*
 * decode_test.c - what liblzma packs our decoder unpacks, and what is damaged it
 * refuses without leaving its buffers (the sanitizers watch).
 */
#include <CUnit/Basic.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>

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
    CU_ADD_TEST(s, names_what_it_does_not_know);
    CU_basic_run_tests();
    failed = CU_get_number_of_failures();
    CU_cleanup_registry();
    free(plain);
    free(out);
    free(packed);
    return failed != 0;
}
