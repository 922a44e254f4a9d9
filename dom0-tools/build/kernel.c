/* SPDX-License-Identifier: MIT */
/* kernel.c - ELF headers and Xen notes of a guest kernel; see kernel.h. */
#include "dom0-tools/build/kernel.h"

#include <elf.h>
#include <string.h>

#include "dom0-tools/lib/mem.h"
#include "dom0-tools/lib/say.h"
#include "public/elfnote.h"

/* The notes as they stand, before they are judged. */
struct notes {
    bool any;
    bool pvh; /* has a PVH entry */
    bool version_ok;
    bool loader_ok;
    uint64_t entry, hypercall_page, virt_base, paddr_offset, init_p2m;
    uint64_t mod_start_pfn;
    bool needs_translated; /* FEATURES asks for auto-translated physmap */
    char guest_os[32];
};

static bool range_ok(uint64_t at, uint64_t size, uint64_t len)
{
    return at <= len && size <= len - at;
}

/* A note's number has 4 or 8 bytes; anything else reads as absent. */
static uint64_t note_number(const uint8_t *desc, uint32_t size)
{
    uint64_t v = 0;

    if (size != 4 && size != 8)
        return NO_ADDRESS;
    memcpy(&v, desc, size);
    return v;
}

static bool note_text_is(const uint8_t *desc, uint32_t size, const char *want)
{
    return size >= strlen(want) && memcmp(desc, want, strlen(want)) == 0;
}

/* Whether the feature list, "a|!b|c", insists on (has '!') @name. */
static bool features_insist(const uint8_t *desc, uint32_t size,
                            const char *name)
{
    uint32_t i = 0, n = (uint32_t)strlen(name);

    while (i < size && desc[i]) {
        uint32_t end = i;

        while (end < size && desc[end] && desc[end] != '|')
            end++;
        if (desc[i] == '!' && end - i == n + 1 &&
            memcmp(desc + i + 1, name, n) == 0)
            return true;
        i = end + (end < size && desc[end] == '|');
    }
    return false;
}

static void note_take(struct notes *x, uint32_t type, const uint8_t *desc,
                      uint32_t size)
{
    uint64_t v = note_number(desc, size);

    x->any = true;
    switch (type) {
    case XEN_ELFNOTE_ENTRY:
        x->entry = v;
        break;
    case XEN_ELFNOTE_HYPERCALL_PAGE:
        x->hypercall_page = v;
        break;
    case XEN_ELFNOTE_VIRT_BASE:
        x->virt_base = v;
        break;
    case XEN_ELFNOTE_PADDR_OFFSET:
        x->paddr_offset = v;
        break;
    case XEN_ELFNOTE_INIT_P2M:
        x->init_p2m = v;
        break;
    case XEN_ELFNOTE_MOD_START_PFN:
        x->mod_start_pfn = v;
        break;
    case XEN_ELFNOTE_PHYS32_ENTRY:
        x->pvh = true;
        break;
    case XEN_ELFNOTE_XEN_VERSION:
        x->version_ok = note_text_is(desc, size, "xen-3.0");
        break;
    case XEN_ELFNOTE_LOADER:
        x->loader_ok = note_text_is(desc, size, "generic");
        break;
    case XEN_ELFNOTE_GUEST_OS:
        if (size > sizeof(x->guest_os) - 1)
            size = sizeof(x->guest_os) - 1;
        memcpy(x->guest_os, desc, size);
        break;
    case XEN_ELFNOTE_FEATURES:
        x->needs_translated =
            features_insist(desc, size, "auto_translated_physmap");
        break;
    default:
        break;
    }
}

/* One table of notes; a broken one ends the walk, what was read stays. */
static int notes_walk(const char *path, struct notes *x, const uint8_t *p,
                      uint64_t len)
{
    uint64_t at = 0;

    while (len - at >= sizeof(Elf64_Nhdr)) {
        Elf64_Nhdr h;
        uint64_t name, desc;

        memcpy(&h, p + at, sizeof(h));
        name = at + sizeof(h);
        desc = name + (((uint64_t)h.n_namesz + 3) & ~(uint64_t)3);
        if (!range_ok(name, h.n_namesz, len) ||
            !range_ok(desc, h.n_descsz, len))
            return fail("kernel %s: an ELF note runs past its table (name %u, "
                        "description %u bytes at %llu)", path, h.n_namesz,
                        h.n_descsz, (unsigned long long)at);
        if (h.n_namesz == 4 && memcmp(p + name, "Xen", 4) == 0)
            note_take(x, h.n_type, p + desc, h.n_descsz);
        at = desc + (((uint64_t)h.n_descsz + 3) & ~(uint64_t)3);
        if (at > len)
            break;
    }
    return 0;
}

/* Note sections, for kernels that have no note segment. */
static int notes_from_sections(const char *path, const struct image *img,
                               const Elf64_Ehdr *eh, struct notes *x)
{
    unsigned int i;

    if (eh->e_shoff == 0 || eh->e_shentsize != sizeof(Elf64_Shdr) ||
        !range_ok(eh->e_shoff, (uint64_t)eh->e_shnum * sizeof(Elf64_Shdr),
                  img->len))
        return 0;
    for (i = 0; i < eh->e_shnum; i++) {
        Elf64_Shdr sh;

        memcpy(&sh, img->data + eh->e_shoff + i * sizeof(sh), sizeof(sh));
        if (sh.sh_type != SHT_NOTE)
            continue;
        if (!range_ok(sh.sh_offset, sh.sh_size, img->len))
            return fail("kernel %s: note section %u lies outside the file",
                        path, i);
        if (notes_walk(path, x, img->data + sh.sh_offset, sh.sh_size) < 0)
            return -1;
    }
    return 0;
}

static int notes_judge(const char *path, const struct notes *x,
                       struct kernel *k)
{
    if (!x->any)
        return fail("kernel %s: it has no Xen notes, so it is no PV kernel; "
                    "build it with CONFIG_XEN_PV", path);
    if (x->entry == NO_ADDRESS)
        return fail("kernel %s: it has no PV entry%s; take one built with "
                    "CONFIG_XEN_PV", path, x->pvh ? ", only one for PVH" : "");
    if (!x->version_ok)
        return fail("kernel %s: its XEN_VERSION note is not \"xen-3.0\"",
                    path);
    if (x->needs_translated)
        return fail("kernel %s: it insists on auto_translated_physmap, which "
                    "PV does not have", path);
    if (x->virt_base == NO_ADDRESS || (x->virt_base & 0xfff))
        return fail("kernel %s: its VIRT_BASE note is %s", path,
                    x->virt_base == NO_ADDRESS ? "missing" :
                                                 "not page aligned");
    k->virt_base = x->virt_base;
    k->entry = x->entry;
    k->hypercall_page = x->hypercall_page;
    k->init_p2m = x->init_p2m;
    k->mod_start_pfn = x->mod_start_pfn == 1;
    memcpy(k->guest_os, x->guest_os, sizeof(k->guest_os));
    return 0;
}

static int segment_take(const char *path, unsigned int i,
                        const Elf64_Phdr *ph, uint64_t file_len,
                        uint64_t paddr_offset, struct kernel *k)
{
    uint64_t va, end;

    if (ph->p_memsz == 0)
        return 0;
    if (!range_ok(ph->p_offset, ph->p_filesz, file_len))
        return fail("kernel %s: segment %u lies outside the file (offset "
                    "%#llx, p_filesz %#llx, file %#llx): it is cut off or "
                    "damaged", path, i, (unsigned long long)ph->p_offset,
                    (unsigned long long)ph->p_filesz,
                    (unsigned long long)file_len);
    if (ph->p_filesz > ph->p_memsz)
        return fail("kernel %s: segment %u has p_memsz below p_filesz", path,
                    i);
    if (k->nr_segments == KERNEL_SEGMENTS)
        return fail("kernel %s: more than %d segments to load", path,
                    KERNEL_SEGMENTS);
    va = k->virt_base + (ph->p_paddr - paddr_offset); /* R2 */
    if (ph->p_paddr < paddr_offset || va < k->virt_base ||
        __builtin_add_overflow(va, ph->p_memsz, &end) ||
        ph->p_memsz > (uint64_t)1 << 40)
        return fail("kernel %s: segment %u (p_paddr %#llx, p_memsz %#llx) "
                    "does not fit above VIRT_BASE", path, i,
                    (unsigned long long)ph->p_paddr,
                    (unsigned long long)ph->p_memsz);
    k->segment[k->nr_segments].va = va;
    k->segment[k->nr_segments].memsz = ph->p_memsz;
    k->segment[k->nr_segments].offset = ph->p_offset;
    k->segment[k->nr_segments].filesz = ph->p_filesz;
    k->nr_segments++;
    k->start = va < k->start ? va : k->start;
    k->end = end > k->end ? end : k->end;
    return 0;
}

static int segments_judge(const char *path, const struct kernel *k)
{
    unsigned int i, j;

    if (k->nr_segments == 0)
        return fail("kernel %s: it has nothing to load", path);
    for (i = 0; i < k->nr_segments; i++)
        for (j = 0; j < i; j++)
            if (k->segment[i].va < k->segment[j].va + k->segment[j].memsz &&
                k->segment[j].va < k->segment[i].va + k->segment[i].memsz)
                return fail("kernel %s: segments at %#llx and %#llx overlap",
                            path, (unsigned long long)k->segment[j].va,
                            (unsigned long long)k->segment[i].va);
    if (k->entry < k->start || k->entry >= k->end)
        return fail("kernel %s: its ENTRY %#llx lies outside what is loaded",
                    path, (unsigned long long)k->entry);
    if (k->hypercall_page != NO_ADDRESS &&
        ((k->hypercall_page & 0xfff) || k->hypercall_page < k->start ||
         k->hypercall_page >= k->end))
        return fail("kernel %s: its HYPERCALL_PAGE %#llx lies outside what is "
                    "loaded", path, (unsigned long long)k->hypercall_page);
    return 0;
}

static int header_judge(const char *path, const struct image *img,
                        Elf64_Ehdr *eh)
{
    if (img->len < sizeof(*eh))
        return fail("kernel %s: shorter than an ELF header", path);
    memcpy(eh, img->data, sizeof(*eh));
    if (memcmp(eh->e_ident, ELFMAG, SELFMAG) != 0)
        return fail("kernel %s: not an ELF file", path);
    if (eh->e_ident[EI_CLASS] != ELFCLASS64 || eh->e_machine != EM_X86_64)
        return fail("kernel %s: not for x86-64; 32-bit guests are not hosted",
                    path);
    if (eh->e_ident[EI_DATA] != ELFDATA2LSB)
        return fail("kernel %s: not little endian", path);
    if (eh->e_phentsize != sizeof(Elf64_Phdr) || eh->e_phnum == 0 ||
        !range_ok(eh->e_phoff, (uint64_t)eh->e_phnum * sizeof(Elf64_Phdr),
                  img->len))
        return fail("kernel %s: its program headers (e_phoff %#llx, e_phnum "
                    "%u, e_phentsize %u) are not inside the file", path,
                    (unsigned long long)eh->e_phoff, eh->e_phnum,
                    eh->e_phentsize);
    return 0;
}

int kernel_parse(const char *path, const struct image *img,
                 struct kernel *out)
{
    struct notes x = {
        .entry = NO_ADDRESS, .hypercall_page = NO_ADDRESS,
        .virt_base = NO_ADDRESS, .init_p2m = NO_ADDRESS,
    };
    Elf64_Ehdr eh;
    unsigned int i;

    memset(out, 0, sizeof(*out));
    out->start = NO_ADDRESS;
    if (header_judge(path, img, &eh) < 0)
        return -1;
    for (i = 0; i < eh.e_phnum; i++) {
        Elf64_Phdr ph;

        memcpy(&ph, img->data + eh.e_phoff + i * sizeof(ph), sizeof(ph));
        if (ph.p_type != PT_NOTE)
            continue;
        if (!range_ok(ph.p_offset, ph.p_filesz, img->len))
            return fail("kernel %s: note segment %u lies outside the file",
                        path, i);
        if (notes_walk(path, &x, img->data + ph.p_offset, ph.p_filesz) < 0)
            return -1;
    }
    if (!x.any && notes_from_sections(path, img, &eh, &x) < 0)
        return -1;
    if (notes_judge(path, &x, out) < 0)
        return -1;
    for (i = 0; i < eh.e_phnum; i++) {
        Elf64_Phdr ph;

        memcpy(&ph, img->data + eh.e_phoff + i * sizeof(ph), sizeof(ph));
        if (ph.p_type == PT_LOAD &&
            segment_take(path, i, &ph, img->len, x.paddr_offset, out) < 0)
            return -1;
    }
    return segments_judge(path, out);
}
