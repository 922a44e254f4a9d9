/* SPDX-License-Identifier: MIT */
/* image.c - kernel files: bzImage and compression peeled off; see image.h. */
#include "dom0-tools/build/image.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dom0-tools/build/unpack.h"
#include "dom0-tools/lib/mem.h"
#include "dom0-tools/lib/say.h"

/* Fields of Linux's x86 boot header (Documentation/x86/boot.rst). */
enum {
    HDR_SETUP_SECTS = 0x1f1,
    HDR_MAGIC = 0x202, /* "HdrS" */
    HDR_VERSION = 0x206,
    HDR_PAYLOAD_OFFSET = 0x248,
    HDR_PAYLOAD_LENGTH = 0x24c,
    HDR_END = 0x250,
    PAYLOAD_SINCE = 0x208,
};

static uint32_t le32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

void image_free(struct image *img)
{
    if (img->mapped)
        munmap(img->data, img->mapped);
    else
        free(img->data);
    memset(img, 0, sizeof(*img));
}

int image_map(const char *what, const char *path, struct image *out)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    void *p = MAP_FAILED;
    int rc = -1;

    memset(out, 0, sizeof(*out));
    if (fd < 0 || fstat(fd, &st) < 0)
        fail("%s %s: %s", what, path, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        fail("%s %s: not a regular file", what, path);
    else if (st.st_size == 0)
        fail("%s %s: the file is empty", what, path);
    else if ((uint64_t)st.st_size > (uint64_t)16 << 30)
        fail("%s %s: larger than 16 GiB", what, path);
    else if ((p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd,
                       0)) == MAP_FAILED)
        fail("%s %s: cannot map it: %s", what, path, strerror(errno));
    else
        rc = 0;
    if (fd >= 0)
        close(fd);
    if (rc < 0)
        return rc;
    out->data = p;
    out->len = out->mapped = (size_t)st.st_size;
    return 0;
}

static bool is_elf(const uint8_t *p, size_t len)
{
    return len >= SELFMAG && memcmp(p, ELFMAG, SELFMAG) == 0;
}

/* Where a bzImage keeps its packed kernel; 0 when @p is no bzImage. */
static int bzimage_payload(const char *path, const uint8_t *p, size_t len,
                           size_t *at, size_t *size)
{
    uint64_t setup, start;
    uint32_t version;

    if (len < HDR_END || memcmp(p + HDR_MAGIC, "HdrS", 4) != 0)
        return 0;
    version = p[HDR_VERSION] | (uint32_t)p[HDR_VERSION + 1] << 8;
    if (version < PAYLOAD_SINCE)
        return fail("kernel %s: its boot header is version %u.%02u, too old "
                    "for a PV kernel (2.08 or newer)", path, version >> 8,
                    version & 0xff);
    setup = p[HDR_SETUP_SECTS] ? p[HDR_SETUP_SECTS] : 4;
    start = (setup + 1) * 512 + le32(p + HDR_PAYLOAD_OFFSET);
    *size = le32(p + HDR_PAYLOAD_LENGTH);
    if (start >= len || *size > len - start || *size < 8)
        return fail("kernel %s: the boot header puts the payload at %llu, %zu "
                    "bytes long, but the file has %zu: it is cut off or "
                    "damaged", path, (unsigned long long)start, *size, len);
    *at = start;
    return 1;
}

/* How much room to give: what the data says of itself, within IMAGE_MAX. */
static size_t unpacked_room(const uint8_t *p, size_t len, bool size_word)
{
    size_t says = size_word ? le32(p + len - 4) : IMAGE_MAX;

    return says && says <= IMAGE_MAX ? says : IMAGE_MAX;
}

int image_from_bytes(const char *path, const uint8_t *file, size_t len,
                     struct image *out)
{
    size_t at = 0, size = len, room;
    int bz = bzimage_payload(path, file, len, &at, &size);
    const uint8_t *p = file + at;
    enum packing kind;
    const char *why;
    long n;

    memset(out, 0, sizeof(*out));
    if (bz < 0)
        return -1;
    if (is_elf(p, size)) {
        out->data = mem_grow(NULL, size, 1);
        memcpy(out->data, p, size);
        out->len = size;
        return 0;
    }
    kind = unpack_kind(p, size);
    if (kind == PACK_NONE)
        return fail("kernel %s: neither an ELF file nor a bzImage%s", path,
                    bz ? " with a payload we know" : "");
    /* a kernel's trailing size word is right or the kernel would not boot */
    room = unpacked_room(p, size, bz != 0);
    out->data = mem_grow(NULL, room, 1);
    n = unpack(kind, p, size, out->data, room, &why);
    if (n >= 0 && !is_elf(out->data, (size_t)n)) {
        n = -1;
        why = "what is in it is no ELF file";
    }
    if (n < 0) {
        image_free(out);
        return fail("kernel %s: cannot unpack it (%s): %s", path,
                    unpack_name(kind), why);
    }
    out->len = (size_t)n;
    return 0;
}

int image_load(const char *path, struct image *out)
{
    struct image file;
    int rc;

    if (image_map("kernel", path, &file) < 0)
        return -1;
    if (is_elf(file.data, file.len)) {
        *out = file;
        return 0;
    }
    rc = image_from_bytes(path, file.data, file.len, out);
    image_free(&file);
    return rc;
}
