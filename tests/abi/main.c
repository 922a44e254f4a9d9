/* SPDX-License-Identifier: MIT */
/*
 * main.c - compares the two tables and prints each row in which they differ.
 * The last line is the count; the exit status says the same.
 */
#include <stdio.h>
#include <string.h>
#include "tests/abi/table.h"

static int row_same(const struct abi_row *x, const struct abi_row *y)
{
    if (strcmp(x->what, y->what) != 0 || x->a != y->a || x->b != y->b)
        return 0;
    if (x->text == NULL || y->text == NULL)
        return x->text == y->text;
    return strcmp(x->text, y->text) == 0;
}

static void row_print(const char *from, const struct abi_row *r)
{
    if (r->text != NULL)
        printf("    %-14s \"%s\"\n", from, r->text);
    else
        printf("    %-14s %#llx, %#llx\n", from, r->a, r->b);
}

int main(void)
{
    size_t i, failed = 0;

    if (abi_ours.count != abi_theirs.count || abi_ours.count == 0) {
        printf("tables of %zu and %zu rows\n", abi_ours.count,
               abi_theirs.count);
        return 1;
    }
    for (i = 0; i < abi_ours.count; i++) {
        if (row_same(&abi_ours.rows[i], &abi_theirs.rows[i]))
            continue;
        failed++;
        printf("differs: %s\n", abi_ours.rows[i].what);
        row_print(abi_ours.from, &abi_ours.rows[i]);
        row_print(abi_theirs.from, &abi_theirs.rows[i]);
    }
    printf("%zu passed, %zu failed\n", abi_ours.count - failed, failed);
    return failed != 0;
}
