/* SPDX-License-Identifier: MIT */
/* cfg.c - reads the syntax of xl.cfg; see cfg.h. */
#include "dom0-tools/lib/cfg.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/lib/mem.h"
#include "dom0-tools/lib/say.h"

#define LIST_MAX 1024u
#define ENTRIES_MAX 4096u

struct reader {
    struct cfg *cfg;
    const char *file;
    const char *p, *end;
    int line, col;
};

static int bad(const struct reader *r, int line, int col, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static int bad(const struct reader *r, int line, int col, const char *fmt, ...)
{
    char what[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    return fail("%s:%d:%d: %s", r->file, line, col, what);
}

int cfg_fail(const struct cfg_entry *e, int line, int col, const char *fmt,
             ...)
{
    char what[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    return fail("%s:%d:%d: %s", e->file, line, col, what);
}

static int peek(const struct reader *r)
{
    return r->p < r->end ? (unsigned char)*r->p : -1;
}

static void step(struct reader *r)
{
    if (*r->p++ == '\n') {
        r->line++;
        r->col = 1;
    } else {
        r->col++;
    }
}

/* Blanks and comments; newlines too when @lines. */
static void skip(struct reader *r, bool lines)
{
    int c;

    while ((c = peek(r)) >= 0) {
        if (c == '#') {
            while (peek(r) >= 0 && peek(r) != '\n')
                step(r);
        } else if (c == ' ' || c == '\t' || c == '\r' ||
                   (c == '\n' && lines)) {
            step(r);
        } else if (c == '\\' && r->p + 1 < r->end && r->p[1] == '\n') {
            step(r);
            step(r);
        } else {
            return;
        }
    }
}

static bool is_word(int c)
{
    return c >= 0 && (isalnum(c) || c == '_' || c == '-' || c == '.');
}

static int read_string(struct reader *r, struct cfg_item *out)
{
    int quote = peek(r), line = r->line, col = r->col, c;
    struct text t = { 0 };

    text_add(&t, "%s", "");
    step(r);
    while ((c = peek(r)) >= 0 && c != quote) {
        if (c == '\n')
            break;
        if (c == 0) {
            free(t.s);
            return bad(r, r->line, r->col, "a NUL byte in a string");
        }
        if (c == '\\' && r->p + 1 < r->end) {
            static const char from[] = "nrtabfv0", to[] = "\n\r\t\a\b\f\v";
            const char *esc;

            step(r);
            c = peek(r);
            esc = c ? strchr(from, c) : NULL;
            if (c == '0' || c == '\n') {
                free(t.s);
                return bad(r, r->line, r->col, "an escape that no string may "
                           "hold");
            }
            c = esc ? to[esc - from] : c;
        }
        text_add(&t, "%c", c);
        step(r);
    }
    if (c != quote) {
        free(t.s);
        return bad(r, line, col, "the string that starts here is not closed "
                   "with %c on its line", quote);
    }
    step(r);
    out->kind = CFG_STRING;
    out->text = t.s;
    out->line = line;
    out->col = col;
    return 0;
}

static int read_number(struct reader *r, struct cfg_item *out)
{
    const char *start = r->p;
    int line = r->line, col = r->col;
    char *end;

    if (peek(r) == '-' || peek(r) == '+')
        step(r);
    while (is_word(peek(r)))
        step(r);
    out->text = str_dup_n(start, (size_t)(r->p - start));
    errno = 0;
    out->number = strtoll(out->text, &end, 0);
    if (errno || *end || end == out->text) {
        int rc = errno == ERANGE ?
                     bad(r, line, col, "the number %s is too large", out->text) :
                     bad(r, line, col, "%s is neither a number nor a quoted "
                         "string", out->text);

        free(out->text);
        out->text = NULL;
        return rc;
    }
    out->kind = CFG_NUMBER;
    out->line = line;
    out->col = col;
    return 0;
}

static int read_item(struct reader *r, struct cfg_item *out)
{
    int c = peek(r);

    if (c == '\'' || c == '"')
        return read_string(r, out);
    if (is_word(c) || c == '+')
        return read_number(r, out);
    if (c == '[')
        return bad(r, r->line, r->col, "a list inside a list");
    if (c < 0 || c == '\n' || c == ';')
        return bad(r, r->line, r->col, "a value is missing here");
    if (isprint(c))
        return bad(r, r->line, r->col, "'%c' cannot start a value", c);
    return bad(r, r->line, r->col, "the byte 0x%02x cannot start a value", c);
}

static int read_list(struct reader *r, struct cfg_entry *e)
{
    int line = r->line, col = r->col;

    e->kind = CFG_LIST;
    step(r);
    for (;;) {
        skip(r, true);
        if (peek(r) == ']')
            break;
        if (peek(r) < 0)
            return bad(r, line, col, "the list that starts here has no ]");
        if (e->list_len == LIST_MAX)
            return bad(r, r->line, r->col, "more than %u items in a list",
                       LIST_MAX);
        e->list = mem_grow(e->list, e->list_len + 1, sizeof(*e->list));
        memset(&e->list[e->list_len], 0, sizeof(*e->list));
        if (read_item(r, &e->list[e->list_len]) < 0)
            return -1;
        e->list_len++;
        skip(r, true);
        if (peek(r) == ',')
            step(r);
        else if (peek(r) >= 0 && peek(r) != ']')
            return bad(r, r->line, r->col, "a comma or ] is missing here");
    }
    step(r);
    return 0;
}

static void entry_free(struct cfg_entry *e)
{
    size_t i;

    for (i = 0; i < e->list_len; i++)
        free(e->list[i].text);
    free(e->list);
    free(e->one.text);
    free(e->key);
}

/* @e's list or string after that of the entry it adds to. */
static int entry_append(struct reader *r, struct cfg_entry *old,
                        struct cfg_entry *e)
{
    char *joined;

    if (old->kind != e->kind || e->kind == CFG_NUMBER)
        return bad(r, e->line, e->col, "+= wants two strings or two lists");
    if (e->kind == CFG_STRING) {
        joined = str_fmt("%s%s", old->one.text, e->one.text);
        free(old->one.text);
        old->one.text = joined;
    } else {
        old->list = mem_grow(old->list, old->list_len + e->list_len + 1,
                             sizeof(*old->list));
        if (e->list_len)
            memcpy(old->list + old->list_len, e->list,
                   e->list_len * sizeof(*e->list));
        old->list_len += e->list_len;
        e->list_len = 0;
    }
    entry_free(e);
    return 0;
}

static int entry_add(struct reader *r, struct cfg_entry *e, bool append)
{
    struct cfg *cfg = r->cfg;
    size_t i;

    for (i = 0; i < cfg->len; i++) {
        struct cfg_entry *old = &cfg->entry[i];

        if (strcmp(old->key, e->key) != 0)
            continue;
        if (append)
            return entry_append(r, old, e);
        if (strcmp(old->file, e->file) == 0)
            warn("%s:%d:%d: %s was set on line %d already; this one counts",
                 e->file, e->line, e->col, e->key, old->line);
        entry_free(old);
        *old = *e;
        return 0;
    }
    if (cfg->len == ENTRIES_MAX)
        return bad(r, e->line, e->col, "more than %u keys", ENTRIES_MAX);
    cfg->entry = mem_grow(cfg->entry, cfg->len + 1, sizeof(*cfg->entry));
    cfg->entry[cfg->len++] = *e;
    return 0;
}

static int read_entry(struct reader *r)
{
    struct cfg_entry e = { .file = r->file, .line = r->line, .col = r->col };
    const char *start = r->p;
    bool append;
    int rc;

    if (!isalpha(peek(r)) && peek(r) != '_')
        return isprint(peek(r)) ?
                   bad(r, r->line, r->col, "'%c' cannot start a key", *r->p) :
                   bad(r, r->line, r->col, "the byte 0x%02x cannot start a "
                       "key", peek(r));
    while (is_word(peek(r)))
        step(r);
    e.key = str_dup_n(start, (size_t)(r->p - start));
    skip(r, false);
    append = peek(r) == '+';
    if (append)
        step(r);
    if (peek(r) != '=') {
        rc = bad(r, r->line, r->col, "= is missing after %s", e.key);
    } else {
        step(r);
        skip(r, false);
        if (peek(r) == '[') {
            rc = read_list(r, &e);
        } else {
            rc = read_item(r, &e.one);
            e.kind = e.one.kind;
        }
    }
    if (rc == 0)
        rc = entry_add(r, &e, append);
    if (rc < 0)
        entry_free(&e);
    return rc;
}

int cfg_parse(struct cfg *cfg, const char *file, const char *text, size_t len)
{
    struct reader r = { cfg, NULL, text, text + len, 1, 1 };

    cfg->file = mem_grow(cfg->file, cfg->files + 1, sizeof(*cfg->file));
    r.file = cfg->file[cfg->files++] = str_dup(file);
    for (;;) {
        skip(&r, true);
        if (peek(&r) < 0)
            return 0;
        if (peek(&r) == ';') {
            step(&r);
            continue;
        }
        if (read_entry(&r) < 0)
            return -1;
        skip(&r, false);
        if (peek(&r) >= 0 && peek(&r) != '\n' && peek(&r) != ';')
            return bad(&r, r.line, r.col,
                       "something follows the value: a new line or ; is "
                       "missing here");
    }
}

int cfg_load(struct cfg *cfg, const char *path)
{
    size_t len;
    char *text = file_read(path, CFG_FILE_MAX, &len);
    int rc;

    if (!text)
        return -1;
    rc = cfg_parse(cfg, path, text, len);
    free(text);
    return rc;
}

void cfg_free(struct cfg *cfg)
{
    size_t i;

    for (i = 0; i < cfg->len; i++)
        entry_free(&cfg->entry[i]);
    for (i = 0; i < cfg->files; i++)
        free(cfg->file[i]);
    free(cfg->entry);
    free(cfg->file);
    memset(cfg, 0, sizeof(*cfg));
}

struct cfg_entry *cfg_find(struct cfg *cfg, const char *key)
{
    size_t i;

    for (i = 0; i < cfg->len; i++)
        if (strcmp(cfg->entry[i].key, key) == 0) {
            cfg->entry[i].used = true;
            return &cfg->entry[i];
        }
    return NULL;
}
