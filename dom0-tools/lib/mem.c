/* SPDX-License-Identifier: MIT */
/* mem.c - memory, strings and small files; see mem.h. */
#include "dom0-tools/lib/mem.h"

#include "dom0-tools/lib/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void *must_have(void *p)
{
    if (!p) {
        fail("out of memory");
        exit(1);
    }
    return p;
}

void *mem_zalloc(size_t n, size_t size)
{
    return must_have(calloc(n ? n : 1, size));
}

void *mem_grow(void *p, size_t n, size_t size)
{
    return must_have(reallocarray(p, n, size));
}

char *str_dup(const char *s)
{
    return must_have(strdup(s));
}

char *str_dup_n(const char *s, size_t n)
{
    return must_have(strndup(s, n));
}

char *str_fmt(const char *fmt, ...)
{
    char *s;
    va_list ap;

    va_start(ap, fmt);
    if (vasprintf(&s, fmt, ap) < 0)
        s = NULL;
    va_end(ap);
    return must_have(s);
}

bool str_number(const char *s, int base, uint64_t max, uint64_t *out)
{
    char *end;
    unsigned long long v;

    if (*s < '0' || (*s > '9' && base <= 10))
        return false;
    errno = 0;
    v = strtoull(s, &end, base);
    if (errno || end == s || *end || v > max)
        return false;
    *out = v;
    return true;
}

bool str_has_prefix(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

void text_add(struct text *t, const char *fmt, ...)
{
    char *add;
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vasprintf(&add, fmt, ap);
    va_end(ap);
    must_have(n < 0 ? NULL : add);
    t->s = mem_grow(t->s, t->len + (size_t)n + 1, 1);
    memcpy(t->s + t->len, add, (size_t)n + 1);
    t->len += (size_t)n;
    free(add);
}

char *file_read(const char *path, size_t max, size_t *len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    size_t used = 0, room = 4096;
    ssize_t n = 0;
    char *buf;

    if (fd < 0) {
        fail("%s: %s", path, strerror(errno));
        return NULL;
    }
    buf = mem_grow(NULL, room + 1, 1);
    while (used <= max && (n = read(fd, buf + used, room - used)) > 0) {
        used += (size_t)n;
        if (used == room)
            buf = mem_grow(buf, (room *= 2) + 1, 1);
    }
    if (n < 0 || used > max) {
        if (n < 0)
            fail("%s: %s", path, strerror(errno));
        else
            fail("%s: larger than the %zu KiB such a file may have", path,
                 max >> 10);
        free(buf);
        buf = NULL;
    } else {
        buf[used] = '\0';
        *len = used;
    }
    close(fd);
    return buf;
}

int file_write(const char *path, const char *data, size_t len)
{
    char *tmp = str_fmt("%s.new", path);
    int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int rc = -1;

    if (fd >= 0 && write(fd, data, len) == (ssize_t)len)
        rc = 0;
    if (fd >= 0)
        close(fd);
    if (rc == 0)
        rc = rename(tmp, path);
    if (rc < 0)
        fail("%s: cannot write: %s", path, strerror(errno));
    free(tmp);
    return rc;
}

int dir_make(const char *path)
{
    char *p = str_dup(path);
    char *slash = p;
    int rc = 0;

    while (rc == 0 && (slash = strchr(slash + 1, '/'))) {
        *slash = '\0';
        if (mkdir(p, 0755) < 0 && errno != EEXIST)
            rc = -1;
        *slash = '/';
    }
    if (rc == 0 && mkdir(p, 0755) < 0 && errno != EEXIST)
        rc = -1;
    if (rc < 0)
        fail("%s: cannot make the directory: %s", path, strerror(errno));
    free(p);
    return rc;
}
