/* SPDX-License-Identifier: MIT */
/* kernel_image.c - bzImage header, ELF program headers and Xen notes. */
#include "boot/kernel_image.h"

#include "boot/decode/decode.h"
#include "lib/string.h"
#include "public/elfnote.h"

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
struct elf_note { uint32_t namesz, descsz, type; };

#define PT_LOAD 1
#define PT_NOTE 4
#define EM_X86_64 62
#define ELFCLASS64 2
#define MAX_PADDR GIB(2)            /* what the boot mapping could ever cover */

bool is_elf(const uint8_t *file, uint64_t size)
{
    return size >= sizeof(struct elf_header) && !memcmp(file, "\177ELF", 4);
}

const char *bzimage_payload(const uint8_t *file, uint64_t size,
                            const uint8_t **payload, uint64_t *length,
                            uint64_t *unpacked)
{
    uint64_t start;
    unsigned sects;

    if (size < 0x250 || memcmp(file + 0x202, "HdrS", 4) != 0)
        return "it is neither an ELF file nor a bzImage (no \"HdrS\" at 0x202)";
    if ((get32(file + 0x206) & 0xffff) < 0x0208)
        return "its boot protocol is older than 2.08 and names no payload";
    sects = file[0x1f1] ? file[0x1f1] : 4;
    start = (sects + 1) * 512ul + get32(file + 0x248);
    *length = get32(file + 0x24c);
    if (*length < 8 || start > size || *length > size - start)
        return "its payload_offset and payload_length lead past its end";
    *payload = file + start;
    *unpacked = get32(*payload + *length - 4);
    return NULL;
}

static const char *one_note(struct kernel_image *k, uint32_t type,
                            const uint8_t *desc, uint32_t size)
{
    uint64_t val = 0;

    if (size == 4 || size == 8)
        memcpy(&val, desc, size);
    switch (type) {
    case XEN_ELFNOTE_ENTRY: k->entry = val; break;
    case XEN_ELFNOTE_VIRT_BASE: k->virt_base = val; break;
    case XEN_ELFNOTE_PADDR_OFFSET: k->paddr_offset = val; break;
    case XEN_ELFNOTE_HYPERCALL_PAGE: k->hypercall_page = val; break;
    case XEN_ELFNOTE_INIT_P2M: k->init_p2m = val; break;
    case XEN_ELFNOTE_MOD_START_PFN: k->mod_start_pfn = val != 0; break;
    case XEN_ELFNOTE_XEN_VERSION:
        if (size < 7 || memcmp(desc, "xen-3.0", 7) != 0)
            return "its XEN_VERSION note is not \"xen-3.0\"";
        break;
    }
    return NULL;
}

static const char *parse_notes(struct kernel_image *k, uint64_t off, uint64_t size,
                               bool *found)
{
    while (size >= sizeof(struct elf_note)) {
        struct elf_note n;
        uint64_t name, desc, total;
        const char *wrong;

        memcpy(&n, k->file + off, sizeof(n));
        name = off + sizeof(n);
        desc = name + ROUND_UP((uint64_t)n.namesz, 4);
        total = desc + ROUND_UP((uint64_t)n.descsz, 4) - off;
        if (total > size)
            return "an ELF note runs past its segment";
        if (n.namesz == 4 && !memcmp(k->file + name, "Xen", 4)) {
            *found = true;
            wrong = one_note(k, n.type, k->file + desc, n.descsz);
            if (wrong)
                return wrong;
        }
        off += total;
        size -= total;
    }
    return NULL;
}

static const char *read_segments(struct kernel_image *k, const struct elf_header *h,
                                 bool *found_notes)
{
    for (unsigned i = 0; i < h->phnum; i++) {
        struct elf_segment s;
        const char *wrong;

        memcpy(&s, k->file + h->phoff + i * sizeof(s), sizeof(s));
        if (s.type != PT_LOAD && s.type != PT_NOTE)
            continue;
        if (s.offset > k->size || s.filesz > k->size - s.offset)
            return "a segment's p_offset and p_filesz lead past the file's end";
        if (s.type == PT_NOTE) {
            wrong = parse_notes(k, s.offset, s.filesz, found_notes);
            if (wrong)
                return wrong;
            continue;
        }
        if (s.memsz < s.filesz)
            return "a segment's p_memsz is smaller than its p_filesz";
        if (!s.memsz)
            continue;
        if (k->nr_segments == KERNEL_SEGMENTS)
            return "it has too many segments";
        k->segment[k->nr_segments++] = (struct kernel_segment){
            s.paddr, s.offset, s.filesz, s.memsz };
    }
    return NULL;
}

/* PADDR_OFFSET may come after the segments it concerns. */
static const char *place_segments(struct kernel_image *k)
{
    for (unsigned i = 0; i < k->nr_segments; i++) {
        struct kernel_segment *s = &k->segment[i];

        if (s->paddr < k->paddr_offset)
            return "a segment's p_paddr is below PADDR_OFFSET";
        s->paddr -= k->paddr_offset;
        if (s->paddr > MAX_PADDR || s->mem_size > MAX_PADDR - s->paddr)
            return "a segment's p_paddr and p_memsz lead past 2 GiB";
        for (unsigned j = 0; j < i; j++)
            if (s->paddr < k->segment[j].paddr + k->segment[j].mem_size &&
                k->segment[j].paddr < s->paddr + s->mem_size)
                return "two of its segments overlap";
        k->end_paddr = MAX(k->end_paddr, s->paddr + s->mem_size);
    }
    return NULL;
}

static const char *check(const struct kernel_image *k)
{
    uint64_t span = k->end_paddr;

    if (!k->nr_segments)
        return "it has nothing to load (no PT_LOAD segment)";
    if (k->virt_base & (PAGE_SIZE - 1))
        return "its VIRT_BASE note is not a page address";
    if (k->virt_base + span < k->virt_base)
        return "its VIRT_BASE note leaves no room for its segments";
    if (k->entry < k->virt_base || k->entry - k->virt_base >= span)
        return "its ENTRY note is outside of its segments";
    if (k->hypercall_page &&
        (k->hypercall_page & (PAGE_SIZE - 1) || k->hypercall_page < k->virt_base ||
         k->hypercall_page - k->virt_base + PAGE_SIZE > span))
        return "its HYPERCALL_PAGE note is outside of its segments";
    if (k->init_p2m & (MIB(2) - 1))
        return "its INIT_P2M note is not a 2 MiB address";
    return NULL;
}

const char *kernel_image_parse(const uint8_t *file, uint64_t size,
                               struct kernel_image *k)
{
    struct elf_header h;
    bool found = false;
    const char *wrong;

    memset(k, 0, sizeof(*k));
    k->file = file;
    k->size = size;
    if (!is_elf(file, size))
        return "it is not an ELF file";
    memcpy(&h, file, sizeof(h));
    if (h.ident[4] != ELFCLASS64 || h.machine != EM_X86_64)
        return "it is not a 64-bit x86 kernel";
    if (h.phentsize != sizeof(struct elf_segment) || h.phoff > size ||
        (uint64_t)h.phnum * h.phentsize > size - h.phoff)
        return "its program headers (e_phoff, e_phnum) lead past its end";
    wrong = read_segments(k, &h, &found);
    if (!wrong && !found)
        wrong = "it has no Xen ELF notes: it is not built for PV";
    if (!wrong)
        wrong = place_segments(k);
    if (!wrong && !k->entry)
        wrong = "it has no ENTRY note: it is not built for PV";
    return wrong ? wrong : check(k);
}
