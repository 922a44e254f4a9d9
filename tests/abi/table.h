/* SPDX-License-Identifier: MIT */
/*
 * table.h - what one set of headers says: a row per line of abi.def. Both sets
 * are compiled from the same list, so rows have the same order and names.
 */
#ifndef ABI_TABLE_H
#define ABI_TABLE_H

#include <stddef.h>

struct abi_row {
    const char *what;               /* the line, as in abi.def              */
    unsigned long long a, b;        /* offset or value; size or alignment   */
    const char *text;               /* of a STRING, else null               */
};

struct abi_table {
    const char *from;
    const struct abi_row *rows;
    size_t count;
};

extern const struct abi_table abi_ours, abi_theirs;

#endif
