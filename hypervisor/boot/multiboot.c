/* SPDX-License-Identifier: MIT */
/*
 * multiboot.c - the loader's data, multiboot 1 or 2, into our own form.
 *
 * All of it lies below 4 GiB in memory that nobody has allocated yet; it is
 * copied here before memory_init() and never looked at again. Strings may lack
 * their end: copies are bounded.
 */
#include "boot/boot_info.h"

#include "arch/x86/boot.h"
#include "lib/bug.h"
#include "lib/printf.h"
#include "lib/string.h"

#define MB1_LOADER_MAGIC 0x2badb002
#define MB2_LOADER_MAGIC 0x36d76289

enum {
    MB1_MEM = 1 << 0, MB1_CMDLINE = 1 << 2, MB1_MODS = 1 << 3,
    MB1_MMAP = 1 << 6, MB1_LOADER_NAME = 1 << 9, MB1_FRAMEBUFFER = 1 << 12,
};

struct mb1_info {           /* 110 bytes and padding                          */
    uint32_t flags, mem_lower, mem_upper, boot_device, cmdline;
    uint32_t mods_count, mods_addr, syms[4], mmap_length, mmap_addr;
    uint32_t drives_length, drives_addr, config_table, loader_name;
    uint32_t apm_table, vbe[4], framebuffer[5];
    uint8_t framebuffer_bits, framebuffer_type;
};
struct mb1_module { uint32_t start, end, cmdline, pad; };
struct mb1_mmap { uint32_t entry_size; uint64_t start, size; uint32_t type; } __packed;

enum {
    MB2_END, MB2_CMDLINE, MB2_LOADER_NAME, MB2_MODULE, MB2_BASIC_MEM,
    MB2_MMAP = 6, MB2_FRAMEBUFFER = 8, MB2_RSDP_OLD = 14, MB2_RSDP_NEW = 15,
};

#define SCREEN_IS_TEXT 2            /* the type of a framebuffer, either loader */

struct mb2_tag { uint32_t type, size; };
struct mb2_module { struct mb2_tag tag; uint32_t start, end; char cmdline[]; };
struct mb2_mem { struct mb2_tag tag; uint32_t lower, upper; };
struct mb2_mmap_entry { uint64_t start, size; uint32_t type, zero; };
struct mb2_mmap { struct mb2_tag tag; uint32_t entry_size, version; uint8_t entry[]; };

struct boot_info boot_info;
static char loader_name[64];

/* Loader's data at `at`, of which at least size bytes can be read. */
static const void *loaded(const char *what, uint64_t at, uint64_t size)
{
    if (at + size > GIB(4))
        boot_panic("the boot loader's %s (%#lx, %lu bytes) is not below 4 GiB", what,
                   at, size);
    return boot_map(at);
}

static void copy_text(char *dst, size_t size, const char *src, size_t max)
{
    size_t n = strnlen(src, MIN(max, size - 1));

    memcpy(dst, src, n);
    dst[n] = '\0';
}

static void copy_string(char *dst, size_t size, uint32_t at)
{
    copy_text(dst, size, boot_map(at), GIB(4) - at);
}

static void skip_word(char *s)
{
    char *rest = s;

    while (*rest != '\0' && *rest != ' ')
        rest++;
    while (*rest == ' ')
        rest++;
    memmove(s, rest, strlen(rest) + 1);
}

/* Debian's GRUB scripts put this word where a file name would be. */
static void skip_placeholder(char *s)
{
    static const char word[] = "placeholder";
    size_t n = sizeof(word) - 1;

    if (strncmp(s, word, n) == 0 && (s[n] == ' ' || s[n] == '\0'))
        skip_word(s);
}

static struct boot_module *module_add(struct boot_info *bi, maddr_t start,
                                      maddr_t end)
{
    struct boot_module *m = &bi->module[bi->nr_modules];

    if (bi->nr_modules == BOOT_MODULES_MAX) {
        log_warn("the loader gave more than %d modules; the rest is ignored\n",
                 BOOT_MODULES_MAX);
        return NULL;
    }
    if (end < start)
        boot_panic("boot module %u ends (%#lx) before it starts (%#lx)",
                   bi->nr_modules, end, start);
    m->start = start;
    m->size = end - start;
    m->cmdline[0] = '\0';
    bi->nr_modules++;
    return m;
}

static void basic_memory(struct boot_info *bi, uint32_t lower, uint32_t upper)
{
    memory_map_add(bi, 0, KIB(lower), MEM_RAM);
    memory_map_add(bi, MIB(1), KIB(upper), MEM_RAM);
}

static void mb1_read_mmap(struct boot_info *bi, const struct mb1_info *mb)
{
    const uint8_t *p = loaded("memory map", mb->mmap_addr, mb->mmap_length);
    const uint8_t *end = p + mb->mmap_length;

    while (p < end && (size_t)(end - p) >= sizeof(struct mb1_mmap)) {
        struct mb1_mmap e;

        memcpy(&e, p, sizeof(e));
        if (e.entry_size < sizeof(e) - 4)
            boot_panic("memory map: an entry of %u bytes", e.entry_size);
        memory_map_add(bi, e.start, e.size, e.type);
        p += (uint64_t)e.entry_size + 4;
    }
}

static void mb1_read(struct boot_info *bi, const struct mb1_info *mb)
{
    if (mb->flags & MB1_LOADER_NAME)
        copy_string(loader_name, sizeof(loader_name), mb->loader_name);
    /* GRUB 2 leaves file names out; QEMU and older loaders give them. */
    bi->bare_lines = strncmp(loader_name, "GRUB 2", 6) == 0;

    if (mb->flags & MB1_CMDLINE) {
        copy_string(bi->cmdline, sizeof(bi->cmdline), mb->cmdline);
        if (!bi->bare_lines)
            skip_word(bi->cmdline);
    }
    if (mb->flags & MB1_MODS) {
        uint32_t n = MIN(mb->mods_count, (uint32_t)BOOT_MODULES_MAX + 1);
        const struct mb1_module *m = loaded("list of modules", mb->mods_addr,
                                            n * sizeof(*m));

        for (uint32_t i = 0; i < n; i++) {
            struct boot_module *to = module_add(bi, m[i].start, m[i].end);

            if (!to)
                break;
            if (m[i].cmdline)
                copy_string(to->cmdline, sizeof(to->cmdline), m[i].cmdline);
        }
    }
    if (mb->flags & MB1_FRAMEBUFFER)
        bi->have_vga_text = mb->framebuffer_type == SCREEN_IS_TEXT;
    if (mb->flags & MB1_MMAP)
        mb1_read_mmap(bi, mb);
    else if (mb->flags & MB1_MEM)
        basic_memory(bi, mb->mem_lower, mb->mem_upper);
}

static void mb2_read_mmap(struct boot_info *bi, const struct mb2_mmap *t)
{
    if (t->entry_size < sizeof(struct mb2_mmap_entry))
        boot_panic("memory map: entries of %u bytes", t->entry_size);
    for (size_t at = sizeof(*t); at + t->entry_size <= t->tag.size;
         at += t->entry_size) {
        struct mb2_mmap_entry e;

        memcpy(&e, (const char *)t + at, sizeof(e));
        memory_map_add(bi, e.start, e.size, e.type);
    }
}

static void mb2_read_tag(struct boot_info *bi, const struct mb2_tag *t)
{
    const struct mb2_module *m = (const void *)t;
    const struct mb2_mem *mem = (const void *)t;
    const char *text = (const char *)(t + 1);
    size_t room = t->size - sizeof(*t);
    struct boot_module *to;

    switch (t->type) {
    case MB2_CMDLINE:
        copy_text(bi->cmdline, sizeof(bi->cmdline), text, room);
        break;
    case MB2_LOADER_NAME:
        copy_text(loader_name, sizeof(loader_name), text, room);
        break;
    case MB2_MODULE:
        to = room >= 8 ? module_add(bi, m->start, m->end) : NULL;
        if (to)
            copy_text(to->cmdline, sizeof(to->cmdline), m->cmdline, room - 8);
        break;
    case MB2_BASIC_MEM:
        if (room >= 8 && bi->nr_ranges == 0)
            basic_memory(bi, mem->lower, mem->upper);
        break;
    case MB2_MMAP:
        bi->nr_ranges = 0;              /* better than the two basic numbers   */
        if (room >= 8)
            mb2_read_mmap(bi, (const void *)t);
        break;
    case MB2_FRAMEBUFFER:
        if (room > 21)
            bi->have_vga_text = (uint8_t)text[21] == SCREEN_IS_TEXT;
        break;
    case MB2_RSDP_OLD:
        if (bi->rsdp == 0)
            bi->rsdp = (vaddr_t)text - DIRECT_MAP_VA;
        break;
    case MB2_RSDP_NEW:
        bi->rsdp = (vaddr_t)text - DIRECT_MAP_VA;
        break;
    }
}

static void mb2_read(struct boot_info *bi, const uint8_t *data)
{
    uint32_t total, at = 8;

    memcpy(&total, data, sizeof(total));
    (void)loaded("information", (vaddr_t)data - DIRECT_MAP_VA, total);
    while (at + sizeof(struct mb2_tag) <= total) {
        const struct mb2_tag *t = (const void *)(data + at);

        if (t->type == MB2_END)
            return;
        if (t->size < sizeof(*t) || t->size > total - at)
            boot_panic("the boot loader's tag %u has a size of %u bytes",
                       t->type, t->size);
        mb2_read_tag(bi, t);
        at += ROUND_UP(t->size, 8);
    }
}

static bool is_ram(const struct boot_info *bi, maddr_t start, maddr_t end)
{
    for (unsigned i = 0; i < bi->nr_ranges; i++) {
        const struct mem_range *r = &bi->range[i];

        if (r->type == MEM_RAM && start >= r->start && end <= r->start + r->size)
            return true;
    }
    return false;
}

/* Where a module lies is believed only if it can be true. */
static void modules_check(const struct boot_info *bi)
{
    for (unsigned i = 0; i < bi->nr_modules; i++) {
        maddr_t start = bi->module[i].start, end = start + bi->module[i].size;

        if (!is_ram(bi, start, end))
            boot_panic("boot module %u (%#lx-%#lx) does not lie in RAM", i, start,
                       end);
        if (start < image_maddr(image_end) && end > image_maddr(image_start))
            boot_panic("boot module %u (%#lx-%#lx) lies over the hypervisor", i,
                       start, end);
        for (unsigned j = 0; j < i; j++)
            if (start < bi->module[j].start + bi->module[j].size &&
                end > bi->module[j].start)
                boot_panic("boot modules %u and %u overlap at %#lx", j, i, start);
    }
}

void multiboot_read(uint32_t magic, uint32_t data)
{
    struct boot_info *bi = &boot_info;

    bi->loader = loader_name;
    bi->have_vga_text = true;           /* unless the loader says otherwise    */
    if (magic == MB1_LOADER_MAGIC) {
        mb1_read(bi, loaded("information", data, sizeof(struct mb1_info)));
    } else if (magic == MB2_LOADER_MAGIC) {
        bi->multiboot2 = true;
        bi->bare_lines = true;
        mb2_read(bi, loaded("information", data, 8));
    } else {
        boot_panic("not started by a multiboot loader (magic %#x)", magic);
    }
    if (bi->bare_lines) {
        skip_placeholder(bi->cmdline);
        for (unsigned i = 0; i < bi->nr_modules; i++)
            skip_placeholder(bi->module[i].cmdline);
    }
    if (bi->nr_ranges == 0)
        boot_panic("the boot loader gave no memory map");
    memory_map_sanitise(bi);
    modules_check(bi);
}
