/* SPDX-License-Identifier: MIT */
/* kernel.c - ELF headers and Xen notes: what is true is read, lies are named. */
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/build/kernel.h"
#include "public/elfnote.h"
#include "tests/unit/tools/tools_test.h"

static int parse(const struct fake_kernel *f, size_t len, struct kernel *k)
{
    struct image img = { .len = len };
    int rc;

    img.data = malloc(len + !len); /* exactly: its end is watched */
    memcpy(img.data, f, len);
    hush();
    rc = kernel_parse("k", &img, k);
    free(img.data);
    return rc;
}

static void test_good_kernel(void)
{
    struct fake_kernel f;
    struct kernel k;

    fake_kernel_make(&f);
    CU_ASSERT_FATAL(parse(&f, sizeof(f), &k) == 0);
    CU_ASSERT(k.virt_base == FAKE_BASE && k.entry == FAKE_ENTRY);
    CU_ASSERT(k.init_p2m == FAKE_P2M && k.mod_start_pfn);
    CU_ASSERT(k.hypercall_page == NO_ADDRESS);
    CU_ASSERT(k.nr_segments == 2);
    CU_ASSERT(k.segment[1].va == FAKE_BASE + 0x1200000);
    CU_ASSERT(k.end == FAKE_BASE + 0x1220000);
    CU_ASSERT(strcmp(k.guest_os, "linux") == 0);
}

/* A change of the good kernel, and what is said of it. */
struct lie {
    void (*tell)(struct fake_kernel *f);
    const char *says;
};

static void lie_32bit(struct fake_kernel *f)
{
    f->eh.e_ident[EI_CLASS] = ELFCLASS32;
}

static void lie_machine(struct fake_kernel *f)
{
    f->eh.e_machine = EM_AARCH64;
}

static void lie_phnum(struct fake_kernel *f)
{
    f->eh.e_phnum = 0xffff;
}

static void lie_phoff(struct fake_kernel *f)
{
    f->eh.e_phoff = UINT64_MAX - 8;
}

static void lie_phentsize(struct fake_kernel *f)
{
    f->eh.e_phentsize = 1;
}

static void lie_offset(struct fake_kernel *f)
{
    f->ph[0].p_offset = UINT64_MAX - 100;
}

static void lie_filesz(struct fake_kernel *f)
{
    f->ph[0].p_filesz = f->ph[0].p_memsz = UINT64_MAX - 100;
}

static void lie_memsz(struct fake_kernel *f)
{
    f->ph[0].p_memsz = 1;
}

static void lie_memsz_huge(struct fake_kernel *f)
{
    f->ph[1].p_memsz = UINT64_MAX - 0x1000000;
}

static void lie_paddr(struct fake_kernel *f)
{
    f->ph[1].p_paddr = UINT64_MAX - 0x1000;
}

static void lie_overlap(struct fake_kernel *f)
{
    f->ph[1].p_paddr = f->ph[0].p_paddr + 8;
}

static void lie_nothing_to_load(struct fake_kernel *f)
{
    f->ph[0].p_type = f->ph[1].p_type = PT_NULL;
}

static void lie_entry(struct fake_kernel *f)
{
    uint64_t va = 0xffff800000000000;

    memcpy(f->notes + 16, &va, 8);
}

static void lie_no_notes(struct fake_kernel *f)
{
    f->ph[2].p_type = PT_NULL;
}

static void lie_notes_outside(struct fake_kernel *f)
{
    f->ph[2].p_offset = sizeof(*f);
}

static void lie_note_size(struct fake_kernel *f)
{
    uint32_t huge = 0xfffffff0;

    memcpy(f->notes + 4, &huge, 4);
}

static void note_retype(struct fake_kernel *f, uint32_t from, uint32_t to)
{
    size_t at = 0;

    while (at < f->ph[2].p_filesz) {
        Elf64_Nhdr h;

        memcpy(&h, f->notes + at, sizeof(h));
        if (h.n_type == from)
            memcpy(f->notes + at + 8, &to, 4);
        at += sizeof(h) + 4 + ((h.n_descsz + 3) & ~3u);
    }
}

static void lie_pvh_only(struct fake_kernel *f)
{
    note_retype(f, XEN_ELFNOTE_ENTRY, XEN_ELFNOTE_PHYS32_ENTRY);
}

static void lie_no_base(struct fake_kernel *f)
{
    note_retype(f, XEN_ELFNOTE_VIRT_BASE, 200);
}

static void lie_no_version(struct fake_kernel *f)
{
    note_retype(f, XEN_ELFNOTE_XEN_VERSION, 200);
}

static void lie_hypercall_page(struct fake_kernel *f)
{
    note_retype(f, XEN_ELFNOTE_INIT_P2M, XEN_ELFNOTE_HYPERCALL_PAGE);
}

static void test_lies_are_named(void)
{
    static const struct lie lies[] = {
        { lie_32bit, "not for x86-64" },
        { lie_machine, "not for x86-64" },
        { lie_phnum, "program headers" },
        { lie_phoff, "program headers" },
        { lie_phentsize, "program headers" },
        { lie_offset, "segment 0 lies outside the file" },
        { lie_filesz, "segment 0 lies outside the file" },
        { lie_memsz, "p_memsz below p_filesz" },
        { lie_memsz_huge, "does not fit above VIRT_BASE" },
        { lie_paddr, "does not fit above VIRT_BASE" },
        { lie_overlap, "overlap" },
        { lie_nothing_to_load, "nothing to load" },
        { lie_entry, "ENTRY 0xffff800000000000 lies outside" },
        { lie_no_notes, "no Xen notes" },
        { lie_notes_outside, "note segment 2 lies outside" },
        { lie_note_size, "an ELF note runs past its table" },
        { lie_pvh_only, "only one for PVH" },
        { lie_no_base, "VIRT_BASE note is missing" },
        { lie_no_version, "XEN_VERSION" },
        { lie_hypercall_page, "HYPERCALL_PAGE" },
    };
    struct fake_kernel f;
    struct kernel k;
    size_t i;

    for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        fake_kernel_make(&f);
        lies[i].tell(&f);
        CU_ASSERT(parse(&f, sizeof(f), &k) == -1);
        CU_ASSERT(said_has(lies[i].says));
    }
}

static void test_every_cut(void)
{
    struct fake_kernel f;
    struct kernel k;
    size_t n;

    fake_kernel_make(&f);
    for (n = 0; n < offsetof(struct fake_kernel, data) + sizeof(f.data); n++)
        CU_ASSERT(parse(&f, n, &k) == -1 ||
                  n >= offsetof(struct fake_kernel, data));
}

/* Whatever one byte of the headers says, what is taken fits the file. */
static void test_every_byte(void)
{
    static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
    struct fake_kernel f;
    struct kernel k;
    size_t i, j;
    unsigned int s;

    for (i = 0; i < offsetof(struct fake_kernel, text); i++)
        for (j = 0; j < sizeof(values); j++) {
            fake_kernel_make(&f);
            ((uint8_t *)&f)[i] = values[j];
            if (parse(&f, sizeof(f), &k) < 0)
                continue;
            for (s = 0; s < k.nr_segments; s++)
                CU_ASSERT(k.segment[s].offset + k.segment[s].filesz <=
                          sizeof(f));
        }
}

static void test_features(void)
{
    static const char insists[] = "!writable_page_tables|!auto_translated_physmap";
    static const char offers[] = "pae_pgdir_above_4gb|auto_translated_physmap";
    Elf64_Nhdr h = { .n_namesz = 4, .n_type = XEN_ELFNOTE_FEATURES };
    struct fake_kernel f;
    struct kernel k;
    int i;

    for (i = 0; i < 2; i++) {
        const char *text = i ? offers : insists;
        uint8_t *at;

        fake_kernel_make(&f);
        at = f.notes + f.ph[2].p_filesz;
        h.n_descsz = (uint32_t)strlen(text);
        memcpy(at, &h, sizeof(h));
        memcpy(at + 12, "Xen", 4);
        memcpy(at + 16, text, h.n_descsz);
        f.ph[2].p_filesz += 16 + ((h.n_descsz + 3) & ~3u);
        CU_ASSERT(parse(&f, sizeof(f), &k) == (i ? 0 : -1));
    }
    CU_ASSERT(said[0] == '\0');
}

bool suite_kernel(void)
{
    CU_pSuite s = CU_add_suite("kernel", NULL, NULL);

    return s && CU_ADD_TEST(s, test_good_kernel) &&
           CU_ADD_TEST(s, test_lies_are_named) &&
           CU_ADD_TEST(s, test_every_cut) && CU_ADD_TEST(s, test_every_byte) &&
           CU_ADD_TEST(s, test_features);
}
