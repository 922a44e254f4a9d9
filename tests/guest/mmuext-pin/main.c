/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "a tree of four tables is pinned and unpinned at each level once, its pages are "
    "writable before and after, and what a bad entry refuses leaves no count";

/* covers use: mmuext_op.PIN_L1_TABLE mmuext_op.PIN_L2_TABLE */
/* covers use: mmuext_op.PIN_L3_TABLE mmuext_op.PIN_L4_TABLE */
/* covers use: mmuext_op.UNPIN_TABLE */
/* covers abuse: mmuext_op.PIN_L1_TABLE mmuext_op.PIN_L2_TABLE */
/* covers abuse: mmuext_op.PIN_L3_TABLE mmuext_op.PIN_L4_TABLE */
/* covers abuse: mmuext_op.UNPIN_TABLE */

static uint64_t *table[5], *data;
static const unsigned pins[5] = {
    ~0U, MMUEXT_PIN_L1_TABLE, MMUEXT_PIN_L2_TABLE, MMUEXT_PIN_L3_TABLE,
    MMUEXT_PIN_L4_TABLE,
};

static uint64_t to(const void *page)
{
    return va_to_mfn(page) << 12 | PTE_FLAGS;
}

static void build(void)
{
    data = page_alloc();
    for (int l = 1; l <= 4; l++)
        table[l] = page_alloc();
    table[1][3] = to(data);
    table[1][511] = to(data) & ~PTE_RW;
    for (int l = 2; l <= 4; l++)
        table[l][5] = to(table[l - 1]);
}

static void all_readonly(void)
{
    for (int l = 1; l <= 4; l++)
        expect_eq(0, page_readonly(table[l]), "L%d read-only", l);
}

static void check_level(int level)
{
    uint64_t mfn = va_to_mfn(table[level]);
    unsigned pin = pins[level];

    expect_true(mmuext(pin, mfn) < 0, "L%d while writable", level);
    all_readonly();
    for (int other = level + 1; other <= 4; other++)
        expect_true(mmuext(pins[other], mfn) < 0, "L%d as L%d", level, other);
    expect_eq(0, mmuext(pin, mfn), "pin L%d", level);
    expect_true(mmuext(pin, mfn) < 0, "pin L%d twice", level);
    for (int l = 1; l <= level; l++)
        expect_true(page_writable(table[l]) < 0, "L%d writable while in use",
                    l);
    expect_eq(0, mmuext(MMUEXT_UNPIN_TABLE, mfn), "unpin L%d", level);
    expect_true(mmuext(MMUEXT_UNPIN_TABLE, mfn) < 0, "unpin L%d twice", level);
    for (int l = 1; l <= 4; l++)
        expect_eq(0, page_writable(table[l]), "L%d writable after", l);
}

/* The last entry is what refuses: everything before it is taken back. */
static void check_bad(const char *what, int level, uint64_t entry)
{
    table[level][510] = entry;
    all_readonly();
    expect_true(mmuext(MMUEXT_PIN_L4_TABLE, va_to_mfn(table[4])) < 0,
                "%s in L%d", what, level);
    for (int l = 1; l <= 4; l++)
        expect_eq(0, page_writable(table[l]), "%s in L%d: L%d after", what,
                  level, l);
    table[level][510] = 0;
}

void test_main(void)
{
    build();
    for (int l = 1; l <= 4; l++)
        check_level(l);
    for (int l = 1; l <= 4; l++) {
        check_bad("the hypervisor's frame", l,
                  hypervisor_frame() << 12 | PTE_FLAGS);
        check_bad("a reserved bit", l, to(data) | 1UL << 51);
        if (l == 2 || l == 3)
            check_bad("a large page", l, to(data) | PTE_PS);
        if (l > 1) {
            check_bad("a page that is mapped writable", l, to(data));
            check_bad("no frame", l, NO_FRAME << 12 | PTE_FLAGS);
        }
    }
    check_bad("its own table, writable,", 1, to(table[1]));
    check_bad("its root, writable,", 1, to(table[4]));
}
