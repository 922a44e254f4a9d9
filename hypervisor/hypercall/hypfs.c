/* SPDX-License-Identifier: MIT */
/*
 * hypfs.c - HYPERVISOR_hypfs_op: what was built and what can be set, as files.
 *
 * The files are the table below, by path; each CPU pool has the one with a %u in its
 * path. Directories are what paths have in common.
 */
#include "core/console.h"
#include "hypercall/hypercall.h"
#include "hypercall/version.h"
#include "lib/printf.h"
#include "public/hypfs.h"

#define TEXT_MAX  128               /* that is written                         */
#define NAME_SIZE 22
#define PATH_SIZE 48                /* of the longest file's                   */
#define POOLS     (NR_CPUS + 1)

#define STRING(s) #s
#define NUMBER(n) STRING(n)

static int granularity_set(const char *text)
{
    if (strcmp(text, "cpu") && strcmp(text, "core") && strcmp(text, "socket"))
        return fail(EINVAL, "scheduling by %s", text);
    return fail(EBUSY, "CPUs are scheduled one by one");
}

static const struct file {
    const char *path, *text;        /* its contents, or from get, or number    */
    const char *(*get)(void);
    uint32_t number, room;          /* what set takes                          */
    int (*set)(const char *text);
} files[] = {
    { "buildinfo/changeset", .text = CHANGESET },
    { "buildinfo/compileinfo/compile_by", .text = COMPILE_BY },
    { "buildinfo/compileinfo/compile_date", .text = COMPILE_DATE },
    { "buildinfo/compileinfo/compile_domain", .text = COMPILE_DOMAIN },
    { "buildinfo/compileinfo/compiler", .text = COMPILER },
    { "buildinfo/config", .text = "CONFIG_X86_64=y\nCONFIG_PV=y\nCONFIG_NR_CPUS=" NUMBER(NR_CPUS)
      "\nCONFIG_SCHED_CREDIT2=y\nCONFIG_HYPFS=y\nCONFIG_PERF_COUNTERS=y\n" },
    { "buildinfo/version/extra", .text = VERSION_EXTRA },
    { "buildinfo/version/major", .number = VERSION_MAJOR },
    { "buildinfo/version/minor", .number = VERSION_MINOR },
    { "cpupool/%u/sched-gran", .text = "cpu", .room = 8, .set = granularity_set },
    { "params/console_timestamps", .get = console_timestamps, .room = 7,
      .set = console_timestamps_set },
    { "params/loglvl", .get = console_loglvl, .room = 16, .set = console_loglvl_set },
};

/* The next file and its path; *i begins at 0 and is the cursor. */
static const struct file *next_file(unsigned *i, char path[PATH_SIZE])
{
    while (*i < ARRAY_SIZE(files) * POOLS) {
        const struct file *f = &files[*i / POOLS];
        unsigned pool = (*i)++ % POOLS;

        if (strchr(f->path, '%') ? !sched_pool_exists(pool) : pool)
            continue;
        snprintf(path, PATH_SIZE, f->path, pool);
        return f;
    }
    return NULL;
}

struct found {
    struct xen_hypfs_direntry e;
    const struct file *file;        /* NULL: a directory                       */
    const void *text;
};
static uint32_t list(const char *dir, size_t n, vaddr_t to, uint32_t room);

/* The file or directory that n bytes of path name. */
static int find(const char *path, size_t n, struct found *found)
{
    const struct file *f;
    char p[PATH_SIZE];
    unsigned i = 0;

    do {
        f = next_file(&i, p);
        if (!f)
            return -ENOENT;
    } while (n >= PATH_SIZE || strncmp(p, path, n) || (n && p[n] && p[n] != '/'));
    memset(found, 0, sizeof(*found));
    if (!n || p[n]) {
        found->e.content_len = list(path, n, 0, 0);
        return 0;
    }
    found->file = f;
    found->text = f->get ? f->get() : f->text ? f->text : (const char *)&f->number;
    found->e.type = f->get || f->text ? XEN_HYPFS_TYPE_STRING : XEN_HYPFS_TYPE_UINT;
    found->e.content_len = f->get || f->text ? (uint32_t)strlen(found->text) + 1
                                             : (uint32_t)sizeof(f->number);
    found->e.max_write_len = f->room;
    return 0;
}

/* How long the listing of a directory is; it goes to `to` unless that is 0: 0 if it
 * cannot. */
static uint32_t list(const char *dir, size_t n, vaddr_t to, uint32_t room)
{
    struct {
        struct xen_hypfs_direntry e;
        uint16_t off_next;
        char name[NAME_SIZE];
    } entry;
    const struct file *f;
    char p[PATH_SIZE], *name = p + n + (n != 0), *end;
    uint32_t at = 0, size = 0;
    struct found found;
    unsigned i = 0;

    for (;;) {
        f = next_file(&i, p);
        if (f && (strncmp(p, dir, n) || (n && p[n] != '/')))
            continue;
        end = f ? strchr(name, '/') : NULL;
        if (end)
            *end = '\0';
        if (f && size && strcmp(name, entry.name) == 0)
            continue;
        entry.off_next = f ? (uint16_t)size : 0;
        if (size && to && (at + size > room || guest_write(to + at, &entry, size)))
            return 0;
        at += size;
        if (!f || find(p, strlen(p), &found))
            return at;
        memset(&entry, 0, sizeof(entry));
        entry.e = found.e;
        strlcpy(entry.name, name, NAME_SIZE);
        size = offsetof(struct xen_hypfs_dirlistentry, name) +
               (uint32_t)ROUND_UP(strlen(name) + 1, 4ul);
    }
}

static long read_out(const char *path, size_t n, const struct found *found,
                     const struct hc_args *in)
{
    vaddr_t to = in->a[3] + sizeof(found->e);
    uint64_t room = in->a[4];

    if (room < sizeof(found->e))
        return fail(EINVAL, "room for %lu bytes", room);
    if (guest_write(in->a[3], &found->e, sizeof(found->e)))
        return -EFAULT;
    if (room - sizeof(found->e) < found->e.content_len)
        return -ENOBUFS;
    if (found->file)
        return guest_write(to, found->text, found->e.content_len);
    return list(path, n, to, found->e.content_len) ? 0 : -EFAULT;
}

static long write_in(const struct file *f, vaddr_t from, uint64_t size)
{
    char text[TEXT_MAX];

    if (!f || !f->set)
        return fail(EACCES, "%s is not written", f ? f->path : "a directory");
    if (size > sizeof(text))
        return fail(ENOSPC, "%lu bytes for %s", size, f->path);
    if (guest_read(text, from, size))
        return -EFAULT;
    if (!size || strnlen(text, size) != size - 1)
        return fail(EDOM, "what is written to %s does not end", f->path);
    return f->set(text);
}

#define op_get_version() \
    (in->a[1] | in->a[2] | in->a[3] | in->a[4] ? -EINVAL : XEN_HYPFS_VERSION)
#define op_read()           read_out(path + 1, n, &found, in)
#define op_write_contents() write_in(found.file, in->a[3], in->a[4])
#define DO(name, out)       return op_##name()

long hc_hypfs_op(struct vcpu *cur, struct hc_args *in)
{
    char path[XEN_HYPFS_MAX_PATHLEN];
    uint64_t size = in->a[2], n = 0;
    struct found found;

    if (in->a[0] != XEN_HYPFS_OP_get_version) {
        if (!size || size > sizeof(path))
            return fail(EINVAL, "a path of %lu bytes", size);
        if (guest_read(path, in->a[1], size))
            return -EFAULT;
        if (strnlen(path, size) != size - 1 || path[0] != '/')
            return fail(EINVAL, "a path without a slash or an end");
        n = size - 2;
        n -= n > 1 && path[n] == '/';
        if (find(path + 1, n, &found) || (found.file && n != size - 2))
            return -ENOENT;
        if ((uint32_t)in->a[0] > XEN_HYPFS_OP_write_contents)
            return fail(EOPNOTSUPP, "hypfs command %lu", in->a[0]);
    }
    HC_CASES(hypfs_op, (uint32_t)in->a[0])
}
