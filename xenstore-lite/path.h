/* SPDX-License-Identifier: MIT */
/*
 * path.h - what a path may look like, and walking along it.
 *
 * A canonical path is "/", or "/" and names joined by single "/", or a special
 * name that starts with "@". Its first component is "/" itself or the special
 * name: so every node, special ones too, has a place below one hidden top.
 *
 * Nothing here allocates or recurses.
 */
#ifndef XENSTORE_PATH_H
#define XENSTORE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATH_ABS_MAX 3072       /* bytes without the NUL */
#define PATH_REL_MAX 2048
#define PATH_BUF (PATH_ABS_MAX + 1)

enum path_kind {
    PATH_PLAIN,                 /* specials refused */
    PATH_OR_SPECIAL,            /* "@introduceDomain" and its like as well */
};

/*
 * Checks `path` and writes its absolute form to out[PATH_BUF]; a relative one is
 * taken from /local/domain/<domid>. *skip is the length of what was put before
 * it, 0 for an absolute path. Returns 0 or -EINVAL.
 */
int path_canonical(const char *path, unsigned int domid, enum path_kind kind,
                   char *out, size_t *skip);

/* One component of a canonical path: its name, and where the path to it ends. */
struct path_part {
    const char *name;
    size_t len;
    size_t end;
};

/* The part after `p`; start from a part that is all zero. False at the end. */
bool path_next(const char *path, struct path_part *p);

/* Length of the path of the parent; 0 for "/" and specials, which have none. */
size_t path_parent_len(const char *path);

#define PATH_HASH_SEED 0xcbf29ce484222325ull

/* Continues hash `h` over `len` bytes more. */
static inline uint64_t path_hash(uint64_t h, const void *bytes, size_t len)
{
    const unsigned char *p = bytes;

    while (len--)
        h = (h ^ *p++) * 0x100000001b3ull;
    return h;
}

#endif
