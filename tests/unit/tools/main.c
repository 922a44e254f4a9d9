/* SPDX-License-Identifier: MIT */
/* main.c - runs the toolstack's unit tests, a line each. */
#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dom0-tools/lib/say.h"
#include "public/elfnote.h"
#include "tests/unit/tools/tools_test.h"

char said[16384];

void hush(void)
{
    say_capture(said, sizeof(said));
}

bool said_has(const char *part)
{
    if (strstr(said, part))
        return true;
    printf("    expected \"%s\" in: %s\n", part, said);
    return false;
}

static char temp_path[] = "/tmp/splitring-tools-XXXXXX";

const char *temp_file(const void *data, size_t len)
{
    static char path[sizeof(temp_path) + 8];
    FILE *f;

    snprintf(path, sizeof(path), "%s/file", temp_path);
    f = fopen(path, "w");
    if (!f || fwrite(data, 1, len, f) != len || fclose(f) != 0)
        abort();
    return path;
}

static size_t note_put(uint8_t *at, uint32_t type, const void *desc,
                       uint32_t size)
{
    Elf64_Nhdr h = { .n_namesz = 4, .n_descsz = size, .n_type = type };

    memcpy(at, &h, sizeof(h));
    memcpy(at + sizeof(h), "Xen", 4);
    memcpy(at + sizeof(h) + 4, desc, size);
    return sizeof(h) + 4 + ((size + 3) & ~3u);
}

static size_t note_number(uint8_t *at, uint32_t type, uint64_t v)
{
    return note_put(at, type, &v, sizeof(v));
}

void fake_kernel_make(struct fake_kernel *k)
{
    size_t n = 0;

    memset(k, 0, sizeof(*k));
    n += note_number(k->notes + n, XEN_ELFNOTE_ENTRY, FAKE_ENTRY);
    n += note_number(k->notes + n, XEN_ELFNOTE_VIRT_BASE, FAKE_BASE);
    n += note_number(k->notes + n, XEN_ELFNOTE_PADDR_OFFSET, 0);
    n += note_number(k->notes + n, XEN_ELFNOTE_INIT_P2M, FAKE_P2M);
    n += note_put(k->notes + n, XEN_ELFNOTE_MOD_START_PFN, "\1\0\0", 4);
    n += note_put(k->notes + n, XEN_ELFNOTE_XEN_VERSION, "xen-3.0", 8);
    n += note_put(k->notes + n, XEN_ELFNOTE_LOADER, "generic", 8);
    n += note_put(k->notes + n, XEN_ELFNOTE_GUEST_OS, "linux", 6);
    memcpy(k->eh.e_ident, ELFMAG, SELFMAG);
    k->eh.e_ident[EI_CLASS] = ELFCLASS64;
    k->eh.e_ident[EI_DATA] = ELFDATA2LSB;
    k->eh.e_machine = EM_X86_64;
    k->eh.e_phoff = offsetof(struct fake_kernel, ph);
    k->eh.e_phnum = 3;
    k->eh.e_phentsize = sizeof(Elf64_Phdr);
    k->ph[0] = (Elf64_Phdr){
        .p_type = PT_LOAD, .p_offset = offsetof(struct fake_kernel, text),
        .p_paddr = 0x1000000, .p_filesz = sizeof(k->text),
        .p_memsz = sizeof(k->text),
    };
    k->ph[1] = (Elf64_Phdr){ /* p_vaddr 0, as a per-CPU segment has */
        .p_type = PT_LOAD, .p_offset = offsetof(struct fake_kernel, data),
        .p_paddr = 0x1200000, .p_filesz = sizeof(k->data),
        .p_memsz = 0x20000,
    };
    k->ph[2] = (Elf64_Phdr){
        .p_type = PT_NOTE, .p_offset = offsetof(struct fake_kernel, notes),
        .p_filesz = n, .p_memsz = n,
    };
    memset(k->text, 0x90, sizeof(k->text));
    memset(k->data, 0xda, sizeof(k->data));
}

static void print_result(const CU_pTest t, const CU_pSuite s,
                         const CU_pFailureRecord f)
{
    if (!f)
        printf("pass %s: %s\n", s->pName, t->pName);
    else
        printf("fail %s: %s: %s:%u: %s\n", s->pName, t->pName, f->strFileName,
               f->uiLineNumber, f->strCondition);
}

int main(void)
{
    char *cleanup;
    unsigned int bad;

    if (!mkdtemp(temp_path) || CU_initialize_registry() != CUE_SUCCESS ||
        !suite_cfg() || !suite_spec() || !suite_ids() || !suite_unpack() ||
        !suite_kernel() || !suite_layout() || !suite_record() ||
        !suite_output())
        return 2;
    setenv("SPLITRING_TEST_DIR", temp_path, 1);
    hush();
    setvbuf(stdout, NULL, _IOLBF, 0);
    CU_set_test_complete_handler(print_result);
    CU_run_all_tests();
    bad = CU_get_number_of_failures();
    CU_cleanup_registry();
    cleanup = malloc(sizeof(temp_path) + 16);
    if (cleanup) {
        sprintf(cleanup, "rm -rf %s", temp_path);
        if (system(cleanup) != 0)
            bad++;
    }
    free(cleanup);
    return bad != 0;
}
