/* SPDX-License-Identifier: MIT */
/* string.c - memory and string functions; the compiler may call the first four. */
#include "lib/string.h"

void *memcpy(void *dst, const void *src, size_t n)
{
    void *d = dst;
    size_t words = n / 8;

    __asm__ __volatile__("rep movsq" : "+D"(d), "+S"(src), "+c"(words)
                         : : "memory");
    n &= 7;
    __asm__ __volatile__("rep movsb" : "+D"(d), "+S"(src), "+c"(n) : : "memory");
    return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
    const char *s = src;
    char *d = dst;

    if ((uintptr_t)dst - (uintptr_t)src >= n)
        return memcpy(dst, src, n);
    while (n-- > 0) {
        d[n] = s[n];
        barrier();                  /* not to be turned into memmove() again  */
    }
    return dst;
}

void *memset(void *dst, int c, size_t n)
{
    uint64_t fill = (uint8_t)c * 0x0101010101010101ull;
    void *d = dst;
    size_t words = n / 8;

    __asm__ __volatile__("rep stosq" : "+D"(d), "+c"(words) : "a"(fill)
                         : "memory");
    n &= 7;
    __asm__ __volatile__("rep stosb" : "+D"(d), "+c"(n) : "a"(fill) : "memory");
    return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;

    for (; n > 0; n--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

size_t strnlen(const char *s, size_t max)
{
    size_t n = 0;

    while (n < max && s[n] != '\0')
        n++;
    return n;
}

size_t strlen(const char *s)
{
    return strnlen(s, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n > 0; n--, a++, b++) {
        if (*a != *b)
            return (uint8_t)*a - (uint8_t)*b;
        if (*a == '\0')
            break;
    }
    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

char *strchr(const char *s, int c)
{
    for (; *s != (char)c; s++)
        if (*s == '\0')
            return NULL;
    return (char *)(uintptr_t)s;
}

char *strstr(const char *s, const char *what)
{
    size_t n = strlen(what);

    for (; *s != '\0' || n == 0; s++)
        if (strncmp(s, what, n) == 0)
            return (char *)(uintptr_t)s;
    return NULL;
}

size_t strlcpy(char *dst, const char *src, size_t size)
{
    size_t n = strlen(src);
    size_t copy = n < size ? n : size - 1;

    if (size > 0) {
        memcpy(dst, src, copy);
        dst[copy] = '\0';
    }
    return n;
}

uint64_t strtou64(const char *s, const char **end)
{
    unsigned base = 10;
    uint64_t v = 0;

    if (s[0] == '0' && (s[1] | 0x20) == 'x') {
        base = 16;
        s += 2;
    }
    for (;; s++) {
        unsigned digit = (unsigned)*s - '0';

        if (digit > 9) {
            digit = ((unsigned)*s | 0x20) - 'a' + 10;
            if (digit < 10)
                break;
        }
        if (digit >= base)
            break;
        v = v * base + digit;
    }
    if (end)
        *end = s;
    return v;
}
