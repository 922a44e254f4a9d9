/* SPDX-License-Identifier: MIT */
/* boot_test.c - memory maps, boot options, formatted text and bitmaps. */
#include <CUnit/Basic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "boot/boot_info.h"
#include "lib/bitmap.h"
#include "lib/bug.h"
#include "lib/options.h"
#include "lib/printf.h"
#include "lib/string.h"

/* lib/printf.c and lib/string.c are compiled with these names (rules.mk). */
int hv_snprintf(char *buf, size_t size, const char *fmt, ...);

void hv_log(enum log_level level, const char *fmt, ...)
{
    (void)level;
    (void)fmt;
}

__noreturn void boot_panic(const char *fmt, ...)
{
    fprintf(stderr, "boot_panic: %s", fmt);
    abort();
}

static struct boot_info bi;

static uint32_t type_of(maddr_t a)
{
    for (unsigned i = 0; i < bi.nr_ranges; i++)
        if (a - bi.range[i].start < bi.range[i].size)
            return bi.range[i].type;
    return 0;
}

static void expect_sorted(void)
{
    for (unsigned i = 0; i < bi.nr_ranges; i++) {
        CU_ASSERT(bi.range[i].size > 0);
        if (i > 0)
            CU_ASSERT(bi.range[i - 1].start + bi.range[i - 1].size <=
                      bi.range[i].start);
    }
}

static void ram_loses_where_ranges_overlap(void)
{
    bi.nr_ranges = 0;
    memory_map_add(&bi, 0x100000, 0x900000, MEM_RAM);
    memory_map_add(&bi, 0x200000, 0x100000, 2);
    memory_map_add(&bi, 0, 0xa0000, MEM_RAM);
    memory_map_add(&bi, 0x9f000, 0x2000, 3);
    memory_map_sanitise(&bi);
    expect_sorted();
    CU_ASSERT_EQUAL(type_of(0x1fffff), MEM_RAM);
    CU_ASSERT_EQUAL(type_of(0x200000), 2);
    CU_ASSERT_EQUAL(type_of(0x2fffff), 2);
    CU_ASSERT_EQUAL(type_of(0x300000), MEM_RAM);
    CU_ASSERT_EQUAL(type_of(0x9f000), 3);
    CU_ASSERT_EQUAL(type_of(0xa0fff), 3);
    CU_ASSERT_EQUAL(type_of(0xa1000), 0);
    CU_ASSERT_EQUAL(bi.nr_ranges, 5);
}

static void neighbours_are_joined_and_holes_stay(void)
{
    bi.nr_ranges = 0;
    memory_map_add(&bi, 0x3000, 0x1000, MEM_RAM);
    memory_map_add(&bi, 0x1000, 0x1000, MEM_RAM);
    memory_map_add(&bi, 0x2000, 0x1000, MEM_RAM);
    memory_map_add(&bi, 0x9000, 0x1000, MEM_RAM);
    memory_map_sanitise(&bi);
    CU_ASSERT_EQUAL(bi.nr_ranges, 2);
    CU_ASSERT_EQUAL(bi.range[0].start, 0x1000);
    CU_ASSERT_EQUAL(bi.range[0].size, 0x3000);
}

static void wraps_and_nothing_do_no_harm(void)
{
    bi.nr_ranges = 0;
    memory_map_add(&bi, 0x1000, 0, MEM_RAM);
    CU_ASSERT_EQUAL(bi.nr_ranges, 0);
    memory_map_add(&bi, ~0ull - 0xfff, 0x2000, 2);
    memory_map_add(&bi, 0, ~0ull, MEM_RAM);
    memory_map_sanitise(&bi);
    expect_sorted();
    CU_ASSERT_EQUAL(type_of(0x1000), MEM_RAM);
    CU_ASSERT_EQUAL(type_of(~0ull - 0x800), 2);
}

/* Against a map of a byte each, for many random maps. */
static void random_maps_agree_with_a_slow_model(void)
{
    static uint8_t model[512];

    srand(1);
    for (unsigned round = 0; round < 2000; round++) {
        unsigned n = (unsigned)rand() % 12;

        bi.nr_ranges = 0;
        memset(model, 0, sizeof(model));
        for (unsigned i = 0; i < n; i++) {
            unsigned start = (unsigned)rand() % 400, size = (unsigned)rand() % 100;
            uint32_t type = 1 + (uint32_t)rand() % 5;

            memory_map_add(&bi, start, size, type);
            for (unsigned a = start; a < start + size; a++)
                model[a] = (uint8_t)MAX((uint32_t)model[a], type);
        }
        memory_map_sanitise(&bi);
        expect_sorted();
        for (unsigned a = 0; a < sizeof(model); a++)
            if (type_of(a) != model[a]) {
                CU_FAIL("type differs from the model");
                break;
            }
    }
}

static void too_many_ranges_are_dropped(void)
{
    bi.nr_ranges = 0;
    for (unsigned i = 0; i < MEM_MAX_RANGES + 10; i++)
        memory_map_add(&bi, i * 0x2000ull, 0x1000, MEM_RAM);
    CU_ASSERT_EQUAL(bi.nr_ranges, MEM_MAX_RANGES);
    memory_map_sanitise(&bi);
    CU_ASSERT_EQUAL(bi.nr_ranges, MEM_MAX_RANGES);
}

static void options_are_found_by_whole_names(void)
{
    char v[16];

    boot_options = "  dom0_mem=512M noreboot xdom0_mem=1 com1=115200,8n1 "
                   "dom0_mem=1G long=0123456789012345678";
    CU_ASSERT_STRING_EQUAL(boot_option("dom0_mem", v, sizeof(v)), "1G");
    CU_ASSERT_STRING_EQUAL(boot_option("noreboot", v, sizeof(v)), "");
    CU_ASSERT_STRING_EQUAL(boot_option("com1", v, sizeof(v)), "115200,8n1");
    CU_ASSERT_STRING_EQUAL(boot_option("long", v, sizeof(v)), "012345678901234");
    CU_ASSERT_PTR_NULL(boot_option("dom0", v, sizeof(v)));
    CU_ASSERT_PTR_NULL(boot_option("mem", v, sizeof(v)));
    boot_options = "";
    CU_ASSERT_PTR_NULL(boot_option("dom0_mem", v, sizeof(v)));
}

#define EXPECT_TEXT(fmt, ...) do {                                          \
    char ours[128], libc[128];                                              \
    int n = hv_snprintf(ours, sizeof(ours), fmt, __VA_ARGS__);              \
    CU_ASSERT_EQUAL(n, snprintf(libc, sizeof(libc), fmt, __VA_ARGS__));     \
    CU_ASSERT_STRING_EQUAL(ours, libc);                                     \
} while (0)

static void text_is_what_the_c_library_makes(void)
{
    char small[4];

    EXPECT_TEXT("%d %i %u", -5, 7, 9u);
    EXPECT_TEXT("[%5d] [%-5d] [%05d] [%+d]", 42, 42, -42, 42);
    EXPECT_TEXT("%x %X %#x %#x %08lx", 255u, 255u, 255u, 0u, 0xabcul);
    EXPECT_TEXT("%ld %lld %lu", -1l, INT64_MIN + 0ll, ~0ul);
    EXPECT_TEXT("%hhx %hx %hhd", 0x1ff, 0x1ffff, 0x1ff);
    EXPECT_TEXT("%s|%10s|%-10s|%.3s|%.*s", "abc", "abc", "abc", "abcdef", 2, "xyz");
    EXPECT_TEXT("%c%%%c", 'a', 'b');
    EXPECT_TEXT("%zu %*d", (size_t)7, 6, 3);
    EXPECT_TEXT("%.0d|%.4x|%6.3u", 0, 0xau, 5u);
    CU_ASSERT_EQUAL(hv_snprintf(small, sizeof(small), "%s", "abcdef"), 6);
    CU_ASSERT_STRING_EQUAL(small, "abc");
    CU_ASSERT_EQUAL(hv_snprintf(NULL, 0, "%d", 1234), 4);
}

int main(void)
{
    CU_pSuite s;
    unsigned failed;

    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    s = CU_add_suite("boot", NULL, NULL);
    CU_ADD_TEST(s, ram_loses_where_ranges_overlap);
    CU_ADD_TEST(s, neighbours_are_joined_and_holes_stay);
    CU_ADD_TEST(s, wraps_and_nothing_do_no_harm);
    CU_ADD_TEST(s, random_maps_agree_with_a_slow_model);
    CU_ADD_TEST(s, too_many_ranges_are_dropped);
    CU_ADD_TEST(s, options_are_found_by_whole_names);
    CU_ADD_TEST(s, text_is_what_the_c_library_makes);
    CU_basic_run_tests();
    failed = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failed != 0;
}
