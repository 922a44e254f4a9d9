/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"
#include "public/physdev.h"

const char test_title[] =
    "a bitmap in kernel memory, which its users' tables do not have, lets them at the "
    "ports that it names and at no others; a user's IOPL of 3 lets them at all";

#define PORT 0x80U                  /* of it nobody hears anything             */

extern const char ports_start[], ports_out[], ports_next[], ports_word[], ports_end[];

__asm__(".pushsection .rodata\n"
        "ports_start:\n"
        "ports_out:\n"
        "    mov $0x80, %edx; xor %eax, %eax\n"
        "    outb %al, %dx\n"
        "    ud2\n"
        "ports_next:\n"
        "    mov $0x81, %edx; xor %eax, %eax\n"
        "    outb %al, %dx\n"
        "    ud2\n"
        "ports_word:\n"
        "    mov $0x80, %edx\n"
        "    inw %dx, %ax\n"
        "    ud2\n"
        "ports_end:\n"
        ".popsection");

static uint8_t *bitmap;

/* 6: it went through and met the ud2 behind it; 13: it was refused. */
static void check(const char *at, unsigned vector, const char *what)
{
    struct trap_caught c;

    user_run(&c, (uint64_t)(at - ports_start));
    expect_eq(vector, c.frame.vector, "%s: vector", what);
    if (vector == 13)
        expect_eq(0, c.frame.error, "%s: error code", what);
}

static void set_bitmap(uint8_t *map, uint32_t ports)
{
    struct physdev_set_iobitmap op = { .nr_ports = ports };

    set_xen_guest_handle(op.bitmap, map);
    expect_eq(0, hc_physdev_op(PHYSDEVOP_set_iobitmap, &op), "a bitmap of %u", ports);
}

static void set_iopl(uint32_t iopl)
{
    struct physdev_set_iopl op = { .iopl = iopl };

    expect_eq(0, hc_physdev_op(PHYSDEVOP_set_iopl, &op), "iopl %u", iopl);
}

void test_main(void)
{
    bitmap = page_alloc();
    memset(bitmap, 0xff, PAGE_SIZE);
    if (!user_init(ports_start, (size_t)(ports_end - ports_start)))
        return;
    check(ports_out, 13, "no bitmap");
    set_bitmap(bitmap, PAGE_SIZE * 8);
    check(ports_out, 13, "an empty one");
    bitmap[PORT / 8] &= (uint8_t)~1u;
    check(ports_out, 6, "the port that it names");
    check(ports_next, 13, "the next port");
    check(ports_word, 13, "both at once");
    bitmap[PORT / 8] &= (uint8_t)~3u;
    check(ports_word, 6, "both at once, both named");
    set_bitmap(bitmap, PORT);
    check(ports_out, 13, "a bitmap that ends before it");
    set_bitmap(NULL, 0);
    check(ports_out, 13, "no bitmap again");
    set_iopl(3);
    check(ports_out, 6, "with iopl 3");
    set_iopl(1);
    check(ports_out, 13, "with iopl 1");
    expect_eq(0, mmuext(MMUEXT_NEW_USER_BASEPTR, 0), "no user tables");
}
