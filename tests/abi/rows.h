/* SPDX-License-Identifier: MIT */
/*
 * rows.h - makes abi_table NAME from abi.def and whatever headers are in scope.
 * The includer defines ABI_NAME and ABI_FROM.
 */
#include <string.h>
#include "tests/abi/table.h"

#define abi_trap(f) ((struct trap_info){ .flags = (f) })

/* The bytes of a struct, at most eight, as one number. */
static unsigned long long bytes_of(const void *p, size_t n)
{
    unsigned long long v = 0;

    memcpy(&v, p, n < sizeof(v) ? n : sizeof(v));
    return v;
}

static struct abi_row rows[] = {
#define TYPE(t)      { "sizeof " #t, sizeof(t), __alignof__(t), NULL },
#define FIELD(t, f)  { #t " . " #f, offsetof(t, f), sizeof(((t *)0)->f), NULL },
#define OFFSET(t, f) { #t " . " #f, offsetof(t, f), 0, NULL },
#define HANDLE(n)    { "handle of " #n, sizeof(__guest_handle_##n), \
                       sizeof(__guest_handle_const_##n), NULL },
#define BITS(t, f)   { #t " . " #f, 0, 0, NULL },
#define VALUE(n)     { #n, 0, 0, NULL },
#define STRING(n)    { #n, 0, 0, n },
#include "tests/abi/abi.def"
#undef TYPE
#undef FIELD
#undef OFFSET
#undef HANDLE
#undef BITS
#undef VALUE
#undef STRING
};

/* Values and bit fields are not all constant expressions: filled in here. */
static __attribute__((constructor)) void fill(void)
{
    struct abi_row *r = rows;

#define TYPE(t)      r++;
#define FIELD(t, f)  r++;
#define OFFSET(t, f) r++;
#define HANDLE(n)    r++;
#define STRING(n)    r++;
#define VALUE(n)     (r++)->a = (unsigned long long)(n);
#define BITS(t, f)   { t x; memset(&x, 0, sizeof(x)); x.f = ~0; \
                       r->a = bytes_of(&x, sizeof(x)); (r++)->b = sizeof(x); }
#include "tests/abi/abi.def"
}

const struct abi_table ABI_NAME = {
    ABI_FROM, rows, sizeof(rows) / sizeof(rows[0])
};
