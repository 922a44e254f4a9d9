/* SPDX-License-Identifier: MIT */
/*
 * cfg.h - the syntax of xl.cfg: `key = value`, one per line or parted by `;`,
 * where a value is a string, a number or a list of strings and numbers.
 *
 * Errors read "file:line:col: what"; nothing of a file with an error is used.
 * The meaning of keys is config.h's.
 */
#ifndef SPLITRING_TOOLS_CFG_H
#define SPLITRING_TOOLS_CFG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CFG_FILE_MAX (1u << 20)

enum cfg_kind { CFG_STRING, CFG_NUMBER, CFG_LIST };

struct cfg_item {
    enum cfg_kind kind; /* CFG_STRING or CFG_NUMBER */
    char *text;         /* the string, or the number as it was written */
    int64_t number;
    int line, col;
};

struct cfg_entry {
    char *key;
    const char *file; /* lives as long as the cfg */
    int line, col;
    enum cfg_kind kind;
    struct cfg_item one;   /* CFG_STRING, CFG_NUMBER */
    struct cfg_item *list; /* CFG_LIST */
    size_t list_len;
    bool used;             /* somebody asked for it */
};

struct cfg {
    struct cfg_entry *entry;
    size_t len;
    char **file; /* names that entries point to */
    size_t files;
};

/* Add what @text says; a later `key =` replaces an earlier one, `+=` adds. */
int cfg_parse(struct cfg *cfg, const char *file, const char *text, size_t len);
int cfg_load(struct cfg *cfg, const char *path);
void cfg_free(struct cfg *cfg);

/* Marks the entry used; NULL when there is none. */
struct cfg_entry *cfg_find(struct cfg *cfg, const char *key);

/* "file:line:col: " before the sentence; returns -1. */
int cfg_fail(const struct cfg_entry *e, int line, int col, const char *fmt,
             ...) __attribute__((format(printf, 4, 5)));

#endif
