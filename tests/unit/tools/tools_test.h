/* SPDX-License-Identifier: MIT */
/*
 * tools_test.h - the suites of the toolstack's unit tests, and a guest kernel
 * made in memory to be told lies about.
 */
#ifndef TESTS_UNIT_TOOLS_H
#define TESTS_UNIT_TOOLS_H

#include <CUnit/CUnit.h>
#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each adds its tests to the registry; false when CUnit refuses. */
bool suite_cfg(void);
bool suite_spec(void);
bool suite_ids(void);
bool suite_unpack(void);
bool suite_kernel(void);
bool suite_layout(void);
bool suite_record(void);
bool suite_output(void);

/* What the code under test said since the last call of hush(). */
extern char said[16384];
void hush(void);
/* The last thing said has @part in it. */
bool said_has(const char *part);

/* A small but complete PV kernel; all of it may be changed before use. */
struct fake_kernel {
    Elf64_Ehdr eh;
    Elf64_Phdr ph[3]; /* text, data with bss, notes */
    uint8_t notes[512];
    uint8_t text[4096], data[512];
};
#define FAKE_BASE 0xffffffff80000000ull
#define FAKE_ENTRY (FAKE_BASE + 0x1000040)
#define FAKE_P2M 0x8000000000ull
void fake_kernel_make(struct fake_kernel *k);

/* A file with the bytes of @data; the path is good until the next call. */
const char *temp_file(const void *data, size_t len);

#endif
