/* SPDX-License-Identifier: MIT */
/* path.c - checks and walks paths. See path.h for the form they have. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "path.h"

static bool chars_are_valid(const char *s)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789-/_@";

    return s[strspn(s, allowed)] == '\0';
}

int path_canonical(const char *path, unsigned int domid, enum path_kind kind,
                   char *out, size_t *skip)
{
    size_t len = strlen(path), prefix = 0;

    *skip = 0;
    if (!len || !chars_are_valid(path) || strstr(path, "//"))
        return -EINVAL;
    if (len > 1 && path[len - 1] == '/')
        return -EINVAL;
    if (path[0] == '@' && kind == PATH_PLAIN)
        return -EINVAL;
    if (path[0] != '/' && path[0] != '@') {
        if (len > PATH_REL_MAX)
            return -EINVAL;
        prefix = (size_t)sprintf(out, "/local/domain/%u/", domid);
        *skip = prefix;
    }
    if (prefix + len > PATH_ABS_MAX)
        return -EINVAL;
    memcpy(out + prefix, path, len + 1);
    return 0;
}

bool path_next(const char *path, struct path_part *p)
{
    const char *from = path + p->end;

    if (!*from)
        return false;
    if (!p->end) {
        p->name = path;
        p->len = *path == '/' ? 1 : strlen(path);
        p->end = p->len;
        return true;
    }
    if (*from == '/')
        from++;
    p->name = from;
    p->len = strcspn(from, "/");
    p->end = (size_t)(from - path) + p->len;
    return true;
}

size_t path_parent_len(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (path[0] != '/' || !path[1])
        return 0;
    return slash == path ? 1 : (size_t)(slash - path);
}
