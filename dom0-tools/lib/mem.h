/* SPDX-License-Identifier: MIT */
/*
 * mem.h - memory and small strings that cannot fail.
 *
 * Running out of memory ends the program with one line; nothing the tools do
 * in a guest's name is lost by it, since every step is recorded before it is
 * taken (record.h). Sizes that come from a file are bounded before they get
 * here.
 */
#ifndef SPLITRING_TOOLS_MEM_H
#define SPLITRING_TOOLS_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *mem_zalloc(size_t n, size_t size);
void *mem_grow(void *p, size_t n, size_t size);
char *str_dup(const char *s);
char *str_dup_n(const char *s, size_t n);
char *str_fmt(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* All of @s as a number in [0, @max]; any base strtoull takes with @base. */
bool str_number(const char *s, int base, uint64_t max, uint64_t *out);
bool str_has_prefix(const char *s, const char *prefix);

/* A growing text. */
struct text {
    char *s;       /* never NULL after the first text_add() */
    size_t len;
};
void text_add(struct text *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The whole file plus a NUL byte, or NULL with the reason said. */
char *file_read(const char *path, size_t max, size_t *len);
/* Replace @path in one step. */
int file_write(const char *path, const char *data, size_t len);
int dir_make(const char *path);

#endif
