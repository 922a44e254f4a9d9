/* SPDX-License-Identifier: MIT */
/*
 * liar.c - a boot loader that lies: started as a multiboot kernel, with the
 * hypervisor as its first module and a guest kernel as its second, it puts the
 * hypervisor where that wants to be and enters it with data that is untrue in
 * the way that its command line's last word says.
 */
#include <stdint.h>

struct info {
    uint32_t flags, mem_lower, mem_upper, boot_device, cmdline;
    uint32_t mods_count, mods_addr, syms[4], mmap_length, mmap_addr;
    uint32_t rest[18];
};
struct module { uint32_t start, end, cmdline, pad; };

static const struct {
    uint32_t magic, flags, sum;
} header __attribute__((section(".header"), aligned(4), used)) = {
    0x1badb002, 3, -(0x1badb002 + 3u)
};

static uint32_t stack[1024] __attribute__((used));
static char line[] = "hypervisor com1=115200,8n1 console=com1";
static struct info told;
static struct module mods[2];
static struct { uint32_t size, start, start_hi, length, length_hi, type; } map[1];
static uint32_t tags[] = { 16, 0, 1, 4 };   /* multiboot 2: a tag of 4 bytes   */

void liar_main(uint32_t magic, const struct info *from);
__asm__(".globl _start\n_start: mov $stack + 4096, %esp\n"
        "push %ebx\npush %eax\ncall liar_main\nhlt");

static int is(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

static const char *last_word(const char *s)
{
    const char *word = s;

    for (; *s; s++)
        if (*s == ' ')
            word = s + 1;
    return word;
}

static void copy(uint8_t *to, const uint8_t *from, uint32_t n)
{
    while (n--)
        *to++ = *from++;
}

/* Puts the flat image of a multiboot header with addresses in place: its entry. */
static uint32_t load(const struct module *m)
{
    const uint32_t *h = (const uint32_t *)m->start;

    while (h[0] != 0x1badb002)
        h++;
    copy((uint8_t *)h[4], (const uint8_t *)h - (h[3] - h[4]), h[5] - h[4]);
    return h[7];
}

void liar_main(uint32_t magic, const struct info *from)
{
    const struct module *given = (const struct module *)from->mods_addr;
    const char *lie = last_word((const char *)from->cmdline);
    uint32_t entry = load(&given[0]), data = (uint32_t)&told;

    told = *from;
    told.flags &= 0x4f;             /* memory, line, modules, map              */
    told.cmdline = (uint32_t)line;
    told.mods_addr = (uint32_t)mods;
    told.mods_count = 1;
    mods[0] = given[1];
    mods[1] = given[1];
    if (is(lie, "magic"))
        magic = 0x12345678;
    else if (is(lie, "no-map"))
        told.flags &= ~0x41u;
    else if (is(lie, "small-entry"))
        map[0].size = 4, told.mmap_addr = (uint32_t)map, told.mmap_length = 24;
    else if (is(lie, "map-beyond"))
        told.mmap_addr = 0xffffff00, told.mmap_length = 0xffffff00;
    else if (is(lie, "little-ram")) {
        map[0].size = 20, map[0].length = 0x90000, map[0].type = 1;
        told.mmap_addr = (uint32_t)map, told.mmap_length = 24;
    } else if (is(lie, "backwards"))
        mods[0].end = mods[0].start - 1;
    else if (is(lie, "not-ram"))
        mods[0].start = 0xf0000000, mods[0].end = 0xf0100000;
    else if (is(lie, "over-us"))
        mods[0].start = 0x1ff000, mods[0].end = 0x280000;
    else if (is(lie, "twice"))
        told.mods_count = 2;
    else if (is(lie, "list-beyond"))
        told.mods_addr = 0xfffffff8, told.mods_count = 3;
    else if (is(lie, "info-beyond"))
        data = 0xffffffe0;
    else if (is(lie, "line-beyond"))
        told.cmdline = 0xfffffffe, told.mods_count = 0;
    else if (is(lie, "tag"))
        magic = 0x36d76289, data = (uint32_t)tags;
    __asm__ __volatile__("jmp *%2" :: "a"(magic), "b"(data), "r"(entry));
}
