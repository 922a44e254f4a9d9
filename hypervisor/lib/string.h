/* SPDX-License-Identifier: MIT */
/* string.h - the C library's memory and string functions that we need. */
#ifndef SPLITRING_LIB_STRING_H
#define SPLITRING_LIB_STRING_H

#include "lib/types.h"

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strstr(const char *s, const char *what);
/* Always terminates dst; returns the length of src. */
size_t strlcpy(char *dst, const char *src, size_t size);
/* Base 10, or 16 after 0x; *end is set past the last digit. */
uint64_t strtou64(const char *s, const char **end);

/* A number of n bytes, the lowest first. */
static inline uint64_t get(const uint8_t *p, unsigned n)
{
    uint64_t v = 0;

    while (n--)
        v = v << 8 | p[n];
    return v;
}

#endif
