/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "a guest's own GDT and LDT work, are never writable while in use, and take no "
    "way into ring 0";

/* covers use: mmuext_op.SET_LDT set_gdt update_descriptor */
/* covers abuse: mmuext_op.SET_LDT set_gdt update_descriptor */

#define DATA 0x00cff3000000ffffUL   /* flat, DPL 3, writable                 */
#define CODE 0x00affb000000ffffUL   /* 64-bit, DPL 3                         */

static void load_ds(void *arg)
{
    __asm__ volatile("mov %0, %%ds; mov %1, %%ds"
                     : : "r"(*(unsigned *)arg), "r"(0));
}

static bool loads(unsigned selector)
{
    struct trap_caught c;

    return !trap_run(&c, load_ds, &selector);
}

static uint64_t ma_of(void *p)
{
    return va_to_mfn(p) * PAGE_SIZE + (uint64_t)p % PAGE_SIZE;
}

static void check_gdt(void)
{
    uint64_t *gdt = page_alloc();
    xen_pfn_t frame = va_to_mfn(gdt), foreign = 0xfffffffffUL;

    gdt[1] = DATA;
    gdt[3] = DATA & ~(3UL << 45);           /* DPL 0 */
    expect_true(hc_set_gdt(&frame, 512) < 0, "a GDT that is mapped writable");
    expect_eq(0, page_readonly(gdt), "read-only");
    expect_eq(0, hc_set_gdt(&frame, 512), "set_gdt");
    expect_true(page_writable(gdt) < 0, "a GDT in use was mapped writable");
    expect_true(loads(0x0b), "load entry 1");
    expect_true(!loads(0x13), "load of an empty entry");
    expect_eq(0, hc_update_descriptor(ma_of(&gdt[2]), DATA), "update");
    expect_eq(DATA, gdt[2] | 1UL << 40, "entry 2");
    expect_true(loads(0x13), "load entry 2");
    expect_true((gdt[3] >> 45 & 3) == 3, "DPL 0 was let through: %#lx", gdt[3]);

    /* A gate to the guest's own code may be taken or refused. */
    expect_eq(-XEN_EINVAL, hc_update_descriptor(ma_of(&gdt[4]),
              0x0000ec0000000000UL | 0xe0080000UL), "a gate to ring 0");
    expect_eq(-XEN_EINVAL, hc_update_descriptor(ma_of(&gdt[4]),
              0x0000890000000067UL), "a TSS");
    expect_eq(-XEN_EINVAL, hc_update_descriptor(ma_of(&gdt[4]),
              0x0000820000000fffUL), "an LDT");
    expect_eq(0, gdt[4], "entry 4 after refusals");
    expect_eq(-XEN_EINVAL, hc_update_descriptor(ma_of(&gdt[4]) + 1, DATA),
              "an address between entries");
    expect_true(hc_update_descriptor(ma_of(page_alloc()), DATA) == 0,
                "an entry in an ordinary page");

    expect_eq(-XEN_EINVAL, hc_set_gdt(&frame, FIRST_RESERVED_GDT_ENTRY + 1),
              "more entries than there are");
    expect_true(hc_set_gdt(&foreign, 1) < 0, "no such frame");
    expect_true(loads(0x0b), "the old GDT after a refused one");
    expect_eq(0, hc_set_gdt(NULL, 0), "no GDT");
    expect_true(!loads(0x0b), "load from no GDT");
    expect_eq(0, page_writable(gdt), "writable again");
}

static void check_ldt(void)
{
    uint64_t *ldt = page_alloc();
    struct mmuext_op op = { .cmd = MMUEXT_SET_LDT };

    ldt[0] = DATA;
    ldt[5] = DATA;
    expect_eq(0, page_readonly(ldt), "read-only");
    op.arg1.linear_addr = (unsigned long)ldt;
    op.arg2.nr_ents = 8;
    expect_eq(0, hc_mmuext_op(&op, 1, NULL, DOMID_SELF), "set_ldt");
    expect_true(loads(0x07), "load entry 0");
    expect_true(loads(0x2f), "load entry 5");
    expect_true(!loads(0x17), "load of an empty entry");
    expect_true(!loads(0x47), "load from past the end");
    op.arg1.linear_addr = (unsigned long)ldt + 4;
    expect_true(hc_mmuext_op(&op, 1, NULL, DOMID_SELF) < 0, "unaligned");
    op.arg1.linear_addr = (unsigned long)ldt;
    op.arg2.nr_ents = 8193;
    expect_true(hc_mmuext_op(&op, 1, NULL, DOMID_SELF) < 0, "8193 entries");
    op.arg1.linear_addr = 0;
    op.arg2.nr_ents = 0;
    expect_eq(0, hc_mmuext_op(&op, 1, NULL, DOMID_SELF), "no LDT");
    expect_true(!loads(0x07), "load from no LDT");
    expect_eq(0, page_writable(ldt), "writable again");
}

void test_main(void)
{
    check_gdt();
    check_ldt();
}
